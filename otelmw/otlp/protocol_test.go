package otlp

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// overHTTPAlone makes the test program run its tests with a collector over HTTP.
const overHTTPAlone = "AEROSTORE_OVER_HTTP"

// TestAllOverHTTP runs the tests of this package again, with exporters and a collector
// over HTTP in place of gRPC.
func TestAllOverHTTP(t *testing.T) {
	if testing.Short() || os.Getenv(overHTTPAlone) != "" {
		t.Skip("it runs the package once more")
	}
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), overHTTPAlone+"=1")
	output, err := program.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestProtocols(t *testing.T) {
	for _, c := range []struct {
		variable, value, warning string
		http                     bool
	}{
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "", "", false},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "", false},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "", true},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", "", true},
		{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf", "", false},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/json is not supported", true},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "udp", "grpc is used; the other supported protocol is http/protobuf", false},
	} {
		t.Run(c.variable+"="+c.value, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
			if c.http {
				t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
			}
			r := receive(t)
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
			t.Setenv(c.variable, c.value)
			log := initTracing(t)
			touch(t, 3)
			shutdownTracing(t)
			if len(r.spans()) != 3 {
				t.Errorf("spans %q", r.spans())
			}
			if c.warning == "" && log.String() != "" || c.warning != "" && (log.count(c.warning) != 1 || log.count("\n") != 1) {
				t.Errorf("logged %q, want %q", log, c.warning)
			}
		})
	}
}

func TestEndpointsOverHTTP(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	for _, c := range []struct{ common, own, endpoint, path string }{
		{"", "", "http://localhost:4318", "/v1/traces"},
		{"http://c:4318", "", "http://c:4318", "/v1/traces"},
		{"http://c:4318/", "", "http://c:4318", "/v1/traces"},
		{"https://c/otlp/", "", "https://c", "/otlp/v1/traces"},
		{"http://c", "https://own:1/here", "https://own:1", "/here"},
		{"http://c", "https://own:1", "https://own:1", "/"},
		{"HTTP://user:pw@c:1/a?b#c", "", "http://c:1", "/a/v1/traces"},
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.common)
		t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.own)
		got, err := findCollector(newConfig(nil).log, "TRACES")
		if want := (collector{c.endpoint, true, overHTTP, c.path}); err != nil || got != want {
			t.Errorf("%s and %s: got %+v, %v, want %+v", c.common, c.own, got, err, want)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	for value, want := range map[string]string{
		"localhost:4318": "OTEL_EXPORTER_OTLP_ENDPOINT is no URL such as http://localhost:4318: it has no scheme",
		"unix:/run/s":    "it has no scheme",
		"dns:///c:4318":  "its scheme is that of a gRPC target",
		"ftp://c":        "its scheme is unknown",
		"http://:1":      "it has no host",
		"http://c:99999": "its port is not",
		"http://[::1":    "it cannot be parsed",
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
		if err := InitTracing(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", value, err, want)
		}
	}
}

func TestAPathMayHoldAKey(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	r := listen(t, "127.0.0.1:0", func(r *receiver) { r.path = "/k3y" })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address+"/k3y")
	log, metricsLog := initTracing(t), initMetrics(t)
	touch(t, 2)
	if err := Flush(t.Context()); err != nil || len(r.spans()) != 2 || r.operations() != 2 {
		t.Errorf("%v; %d spans and %d operations arrived", err, len(r.spans()), r.operations())
	}
	r.behave(func(r *receiver) { r.refuse = status.Error(codes.PermissionDenied, "no") })
	touch(t, 1)
	refused := Flush(t.Context())
	r.stop()
	touch(t, 1)
	for _, err := range []error{refused, Shutdown(t.Context())} {
		if err == nil || strings.Contains(err.Error(), "k3y") {
			t.Errorf("returned %v", err)
		}
	}
	if strings.Contains(log.String()+metricsLog.String(), "k3y") {
		t.Errorf("logged %s%s", log, metricsLog)
	}
}

// TestWhatIsNoReceiver points the exporters over HTTP at other servers.
func TestWhatIsNoReceiver(t *testing.T) {
	page := func(status int) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			return web(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(status)
				_, _ = w.Write([]byte("<html>" + strings.Repeat("welcome ", 1000)))
			})
		}
	}
	for _, c := range []struct {
		name  string
		serve func(t *testing.T) string
		want  string
	}{
		{"a page", page(http.StatusOK), "the answer is a page of HTML with status 200: this is no receiver"},
		{"a page for what is missing", page(http.StatusNotFound), "a page of HTML with status 404"},
		{"the page of a proxy", page(http.StatusBadGateway), "body: (empty)"},
		{"a redirection", func(t *testing.T) string {
			t.Helper()
			return web(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/login")
				w.WriteHeader(http.StatusFound)
			})
		}, "302 Found"},
		{"a long text", func(t *testing.T) string {
			t.Helper()
			return web(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusTeapot)
				_, _ = w.Write([]byte(strings.Repeat("x", 100_000)))
			})
		}, "418 I'm a teapot (body: xxx"},
		{"gRPC", func(t *testing.T) string {
			t.Helper()
			grpcOnly(t)
			return listen(t, "127.0.0.1:0", nil).address
		}, "the endpoint does not speak HTTP, as the port of gRPC does not, which is often 4317"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.serve(t))
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "300")
			log, metricsLog := initTracing(t), initMetrics(t)
			touch(t, 3)
			err := Flush(t.Context())
			if err == nil || strings.Count(err.Error(), c.want) != 2 || len(err.Error()) > 3*maxAnswer || strings.Contains(err.Error(), "welcome") {
				t.Errorf("returned %.2000v\nwant %q", err, c.want)
			}
			touch(t, 3)
			_ = Flush(t.Context())
			for _, l := range []*logged{log, metricsLog} {
				if l.count("level=WARN") != 1 || l.count("\n") != 1 {
					t.Errorf("logged %.2000s", l)
				}
			}
			if s := TracingStats()[0]; s.Lost != 6 || s.Sent != 0 {
				t.Errorf("counted %+v", s)
			}
		})
	}
}

// TestGRPCToTheWrongPort points the exporters over gRPC at a server of HTTP. The shutdown
// does not wait for the timeout of the exporters.
func TestGRPCToTheWrongPort(t *testing.T) {
	grpcOnly(t)
	address := web(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "60000")
	initTracing(t)
	initMetrics(t)
	touch(t, 3)
	err := Shutdown(t.Context())
	const want = "does not speak gRPC, as the port of OTLP over HTTP does not, which is often 4318: use its port for gRPC, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
	if err == nil || strings.Count(err.Error(), want) != 2 {
		t.Errorf("returned %.2000v\nwant %q", err, want)
	}
}

// web starts a web server and returns its address.
func web(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return listener.Addr().String()
}
