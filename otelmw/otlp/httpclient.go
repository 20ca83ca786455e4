package otlp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// newHTTPClient returns the client of an exporter over HTTP, which sends to the path. The
// exporters' own client stops trying at once if the collector is away, takes any page for
// an answer, and shows the path in errors.
func newHTTPClient(signal, path string, f *finalAttempt) *http.Client {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: maxReconnectDelay, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       readTLS(signal),
		TLSHandshakeTimeout:   maxReconnectDelay,
		ForceAttemptHTTP2:     true,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
	return &http.Client{
		Transport: &httpAttempts{transport, path, f},
		// A redirected POST can become a GET, which a web server answers with a page.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// limited returns a context with a timeout, 0 for none.
func limited(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}

// readTLS returns the configuration of TLS in the environment, whose files have been
// checked. It returns nil for the default.
func readTLS(signal string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if _, file := read("OTEL_EXPORTER_OTLP_"+signal+"_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"); file != "" {
		pem, err := os.ReadFile(file) //nolint:gosec // G304: the environment names the file
		if err == nil {
			config.RootCAs = x509.NewCertPool()
			config.RootCAs.AppendCertsFromPEM(pem)
		}
	}
	for _, prefix := range []string{"OTEL_EXPORTER_OTLP_" + signal + "_", "OTEL_EXPORTER_OTLP_"} {
		_, certificate := read(prefix + "CLIENT_CERTIFICATE")
		_, key := read(prefix + "CLIENT_KEY")
		if certificate == "" || key == "" {
			continue
		}
		if pair, err := tls.LoadX509KeyPair(certificate, key); err == nil {
			config.Certificates = []tls.Certificate{pair}
			break
		}
	}
	return config
}

// httpAttempts makes the attempts of an exporter as finalAttempt says.
type httpAttempts struct {
	*http.Transport

	path  string
	final *finalAttempt
}

// RoundTrip implements [http.RoundTripper].
func (a *httpAttempts) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := unwakeable(req.Context())
	req = req.WithContext(ctx)
	to := *req.URL
	to.Path = a.path
	req.URL = &to
	resp, err := a.Transport.RoundTrip(req)
	refused := isUnreachable(err)
	a.final.refused.Store(refused)
	switch {
	case err == nil:
		err = checkAnswer(resp)
	case isNotHTTP(err):
		err = fmt.Errorf("the endpoint does not speak HTTP, as the port of gRPC does not, which is often 4317: %w", errNoReceiver)
	}
	switch {
	case err == nil:
		resp.Body = answerBody{io.LimitReader(resp.Body, maxAnswer), resp.Body, cancel}
		return resp, nil
	case refused && a.final.ending.Load(), errors.Is(err, errNoReceiver), ctx.Err() != nil:
		cancel()
		return nil, attempted{err, false}
	default:
		cancel()
		return nil, attempted{err, true}
	}
}

// isUnreachable is [isRefused] for HTTP.
func isUnreachable(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns) && dns.IsNotFound
}

// isNotHTTP reports whether something else than HTTP answered, before or after the
// request. Package net/http has no errors for these.
func isNotHTTP(err error) bool {
	return strings.Contains(err.Error(), "malformed HTTP response") || strings.HasSuffix(err.Error(), "readLoopPeekFailLocked: %!w(<nil>)")
}

// attempted is the error of an attempt, which says whether the exporter makes another.
type attempted struct {
	error

	again bool
}

func (e attempted) Unwrap() error { return e.error }

// Temporary is the method that an exporter calls, through package url.
func (e attempted) Temporary() bool { return e.again }

var errNoReceiver = errors.New("this is no receiver of OTLP over HTTP: check the host, the port and the path of the endpoint")

// maxAnswer is how much of an answer is read, in bytes. Errors show it.
const maxAnswer = 4096

// checkAnswer returns an error for the page of a web server, which the exporters would
// take for a success or show as a whole.
func checkAnswer(resp *http.Response) error {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media != "text/html" && media != "application/xhtml+xml" {
		return nil
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		// A proxy in between answers for a receiver that is away.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
		return nil
	}
	_ = resp.Body.Close()
	return fmt.Errorf("the answer is a page of HTML with status %d: %w", resp.StatusCode, errNoReceiver)
}

// answerBody ends the attempt when the exporter has read the answer.
type answerBody struct {
	io.Reader
	io.Closer

	cancel context.CancelFunc
}

func (b answerBody) Close() error {
	defer b.cancel()
	return b.Closer.Close()
}
