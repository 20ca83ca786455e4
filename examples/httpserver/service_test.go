package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/servertest"
	"github.com/aerostore/aerostore/otelmw/otlp"
)

// TestMain keeps spans and measurements from leaving the process.
func TestMain(m *testing.M) {
	for _, variable := range []string{"OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"} {
		if err := os.Setenv(variable, "none"); err != nil {
			panic(err)
		}
	}
	os.Exit(servertest.Main(m))
}

// running is a service that answers on real sockets.
type running struct {
	url, grpc string
	spans     *tracetest.SpanRecorder
	log       bytes.Buffer
	cancel    context.CancelFunc
	ended     chan error
}

// start runs a service on a store in memory, with the layers of the test inside
// all others.
func start(t *testing.T, inside ...aerostore.Interceptor) *running {
	t.Helper()
	return startOn(t, "", inside...)
}

// startOn is start on a cluster.
func startOn(t *testing.T, hosts string, inside ...aerostore.Interceptor) *running {
	t.Helper()
	r := &running{spans: tracetest.NewSpanRecorder(), ended: make(chan error, 1)}
	if err := otlp.InitTracing(t.Context(), otlp.WithSpanProcessor(r.spans)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = otlp.ShutdownTracing(context.WithoutCancel(t.Context())) })
	reader, metrics, err := newMetrics()
	if err != nil {
		t.Fatal(err)
	}
	if err := otlp.InitMetrics(t.Context(), otlp.WithMetricReader(reader)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = otlp.ShutdownMetrics(context.WithoutCancel(t.Context())) })

	backend, err := open(t.Context(), hosts, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = backend.Close() })
	web, rpc := listen(t), listen(t)
	r.url, r.grpc = "http://"+web.Addr().String(), rpc.Addr().String()

	store := layered(aerostore.Chain(backend, aerostore.Intercept(inside...)), newLogger(&r.log, slog.LevelDebug))
	s := service{store: store, namespace: "test", metrics: metrics}
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(t.Context())
	go func() { r.ended <- s.serve(ctx, web, rpc, time.Minute) }()
	return r
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stop waits until the service has ended, and with it its spans and records.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
}

// span returns the one span of this name and kind.
func (r *running) span(t *testing.T, name string, kind trace.SpanKind) sdktrace.ReadOnlySpan {
	t.Helper()
	var found []sdktrace.ReadOnlySpan
	var all []string
	for _, s := range r.spans.Ended() {
		all = append(all, s.SpanKind().String()+" "+s.Name())
		if s.Name() == name && s.SpanKind() == kind {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d %v spans %q among %q, want one", len(found), kind, name, all)
	}
	return found[0]
}

// records returns the log records of store operations.
func (r *running) records(t *testing.T) []map[string]any {
	t.Helper()
	var records []map[string]any
	for line := range strings.Lines(r.log.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if record["msg"] == "store operation" {
			records = append(records, record)
		}
	}
	return records
}

// isLoggedUnder checks that there is one record, written under the span.
func (r *running) isLoggedUnder(t *testing.T, span sdktrace.ReadOnlySpan) {
	t.Helper()
	records := r.records(t)
	if len(records) != 1 {
		t.Fatalf("%d records: %v", len(records), records)
	}
	if sc := span.SpanContext(); records[0]["trace_id"] != sc.TraceID().String() || records[0]["span_id"] != sc.SpanID().String() {
		t.Errorf("the record %v is not about span %v of trace %v", records[0], sc.SpanID(), sc.TraceID())
	}
}

// isChild checks that the span is a child of the parent, in its trace.
func isChild(t *testing.T, span sdktrace.ReadOnlySpan, parent trace.SpanContext) {
	t.Helper()
	if span.Parent().SpanID() != parent.SpanID() || span.SpanContext().TraceID() != parent.TraceID() {
		t.Errorf("%q has parent %v in trace %v, want %v in %v", span.Name(),
			span.Parent().SpanID(), span.SpanContext().TraceID(), parent.SpanID(), parent.TraceID())
	}
}

func tenantOf(span sdktrace.ReadOnlySpan) string {
	for _, a := range span.Attributes() {
		if a.Key == attribute.Key("tenant") {
			return a.Value.AsString()
		}
	}
	return ""
}

// do sends a request with headers and returns status and body.
func do(t *testing.T, client *http.Client, request *http.Request) (status int, body string) {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

func (r *running) request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}
