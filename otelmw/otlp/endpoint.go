package otlp

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	"google.golang.org/grpc/resolver"
)

const (
	defaultEndpoint     = "http://localhost:4317"
	defaultHTTPEndpoint = "http://localhost:4318"
)

// A collector is the address that an exporter sends to, without a password.
type collector struct {
	endpoint string
	isURL    bool // otherwise it is a gRPC target
	protocol protocol
	path     string // over HTTP; it is not shown, as it may hold a key
}

func findCollector(log *slog.Logger, signal string) (collector, error) {
	protocol := readProtocol(log, signal)
	variable, value := read(endpointVariables(signal)...)
	if protocol == overHTTP {
		return findHTTPCollector(log, signal, variable, value)
	}
	if value == "" {
		// Without an endpoint the exporter would use TLS on the same port.
		return collector{endpoint: defaultEndpoint, isURL: true}, nil
	}
	_, insecure := read("OTEL_EXPORTER_OTLP_"+signal+"_INSECURE", "OTEL_EXPORTER_OTLP_INSECURE")
	u, err := parseEndpoint(value, strings.EqualFold(insecure, "true"))
	if err != nil {
		return collector{}, fmt.Errorf("%s is neither a URL such as %s nor a host with a port: %w", variable, defaultEndpoint, err)
	}
	warnUser(log, u, variable, value)
	c := collector{isURL: u.Scheme == "http" || u.Scheme == "https"}
	if c.isURL {
		u = &url.URL{Scheme: u.Scheme, Host: u.Host}
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	c.endpoint = u.String()
	return c, nil
}

// findHTTPCollector returns the URL that a signal is sent to over HTTP. The variable of
// the signal has it as a whole, the other one has the part that signals share.
func findHTTPCollector(log *slog.Logger, signal, variable, value string) (collector, error) {
	own, _ := read(endpointVariables(signal)[:1]...)
	if value == "" {
		value = defaultHTTPEndpoint
	}
	var u *url.URL
	err := errors.New("it has no scheme")
	if strings.Contains(value, "://") {
		u, err = parseEndpoint(value, false)
	}
	if err == nil && u.Scheme != "http" && u.Scheme != "https" {
		err = errors.New("its scheme is that of a gRPC target, and the protocol is HTTP")
	}
	if err != nil {
		return collector{}, fmt.Errorf("%s is no URL such as %s: %w", variable, defaultHTTPEndpoint, err)
	}
	warnUser(log, u, variable, value)
	if own == "" {
		u.Path = path.Join("/", u.Path, "v1", strings.ToLower(signal))
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host}
	return collector{endpoint: shown.String(), isURL: true, protocol: overHTTP, path: cmp.Or(u.Path, "/")}, nil
}

func warnUser(log *slog.Logger, u *url.URL, variable, value string) {
	if u.User != nil {
		warn(log, "otlp: the variable has a user name, which is left out: credentials belong in OTEL_EXPORTER_OTLP_HEADERS", variable, value)
	}
}

// withholdVariables hides endpoints that an exporter cannot parse, and would log, and
// protocols, until restore is called. The exporter gets both by options.
func withholdVariables(signal string) (restore func()) {
	var c corrections
	for _, name := range []string{"OTEL_EXPORTER_OTLP_" + signal + "_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if os.Getenv(name) != "" {
			c.set(name, "")
		}
	}
	for _, name := range endpointVariables(signal) {
		if _, err := url.Parse(strings.TrimSpace(os.Getenv(name))); err != nil {
			c.set(name, "")
		}
	}
	return c.restore
}

func endpointVariables(signal string) []string {
	return []string{"OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"}
}

// parseEndpoint parses a URL, a gRPC target, or a host with or without a port. A host
// becomes a URL, https unless it is insecure: url.Parse would take a name for a scheme
// and reject a number. The error has no part of the value, which may hold a password.
func parseEndpoint(value string, insecure bool) (*url.URL, error) {
	if !strings.Contains(value, "://") && !isTarget(value) {
		scheme := "https://"
		if insecure {
			scheme = "http://"
		}
		value = scheme + value
	}
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https":
		if resolver.Get(u.Scheme) == nil || strings.Contains(u.Opaque, "@") {
			return nil, errors.New("its scheme is unknown")
		}
		return u, nil
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.Port() != "" && !isPort(u.Port()):
		return nil, errors.New("its port is not one from 1 to 65535")
	default:
		return u, nil
	}
}

// isTarget reports whether the value is a gRPC target such as unix:path, and not a
// host of that name with a port.
func isTarget(value string) bool {
	scheme, rest, ok := strings.Cut(value, ":")
	return ok && !isPort(rest) && resolver.Get(strings.ToLower(scheme)) != nil
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 65535
}
