package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	metricscollector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/servertest"
)

// quickstart runs the program without a collector, unless the test set one up.
func quickstart(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut strings.Builder
	if err := run(t.Context(), args, &out, &errOut); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &errOut)
	}
	return out.String()
}

func withoutCollector(t *testing.T) {
	t.Helper()
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"} {
		t.Setenv(name, "")
	}
}

func TestPrintsTheTrace(t *testing.T) {
	withoutCollector(t)
	out := quickstart(t)
	for _, want := range []string{
		"A service in memory",
		"a second Ada is refused",
		"2 of 3 users found",
		"counted at attempt 2",
		"trace ",
		"db.system.name=aerospike",
		"└─ clean up",
		"PUT test.quickstart",
		"SELECT test.quickstart",
		"OPERATE test.quickstart",
		"BATCH READ test.quickstart",
		"QUERY test.quickstart",
		"CREATE INDEX test.quickstart",
		"db.operation.batch.size=3",
		"db.response.status_code=2", // the miss
		"error.type=GENERATION_ERROR",
		"error.type=KEY_BUSY",
		"error: aerostore: INCREMENT test.quickstart: KEY_BUSY (14)",
		"█",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not hold %q", want)
		}
	}
	for _, user := range []string{"=Ada", "=Nobody"} {
		if strings.Contains(out, user) {
			t.Errorf("a span holds a key or value: %q", user)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

func TestRunsTwiceInOneProcess(t *testing.T) {
	withoutCollector(t)
	first, second := quickstart(t), quickstart(t)
	if strings.Count(first, "\n") != strings.Count(second, "\n") {
		t.Errorf("the runs differ:\n%s\n%s", first, second)
	}
}

// receiver is a collector that keeps what it receives.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	measurements measurements
	mu           sync.Mutex
	spans        []*tracepb.Span
}

// measurements keeps the names of the metrics that it receives.
type measurements struct {
	metricscollector.UnimplementedMetricsServiceServer
	mu    sync.Mutex
	names []string
}

func (m *measurements) Export(_ context.Context, req *metricscollector.ExportMetricsServiceRequest) (*metricscollector.ExportMetricsServiceResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, resource := range req.GetResourceMetrics() {
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				m.names = append(m.names, metric.GetName())
			}
		}
	}
	return new(metricscollector.ExportMetricsServiceResponse), nil
}

func (r *receiver) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range req.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// receive starts a receiver and points the environment at it.
func receive(t *testing.T) *receiver {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	received := new(receiver)
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, received)
	metricscollector.RegisterMetricsServiceServer(server, &received.measurements)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+listener.Addr().String())
	return received
}

func TestExportsToACollector(t *testing.T) {
	withoutCollector(t)
	received := receive(t)
	t.Setenv("OTEL_METRICS_EXPORTER", "otlp")

	out := quickstart(t)

	received.mu.Lock()
	defer received.mu.Unlock()
	names := map[string]int{}
	var root *tracepb.Span
	for _, s := range received.spans {
		names[s.GetName()]++
		if len(s.GetParentSpanId()) == 0 {
			root = s
		}
	}
	if root.GetName() != "quickstart" || names["PUT test.quickstart"] == 0 || names["QUERY test.quickstart"] != 1 {
		t.Errorf("the collector has root %q and %v", root.GetName(), names)
	}
	for _, s := range received.spans {
		if string(s.GetTraceId()) != string(root.GetTraceId()) {
			t.Errorf("%s is in another trace than the root", s.GetName())
		}
	}
	if names := received.measurements.names; !slices.Contains(names, "db.client.operation.duration") || !slices.Contains(names, "db.client.response.returned_rows") {
		t.Errorf("the collector has measurements of %q", names)
	}
	if !strings.Contains(out, "└─ clean up") {
		t.Error("prints no tree if a collector is configured")
	}
}

// counting is a backend that counts while it is open.
type counting struct {
	backend
	closed atomic.Bool
}

func (c *counting) Unwrap() aerostore.Store { return c.backend }

func (c *counting) Stats() (aerostore.Stats, bool) {
	return aerostore.Stats{Nodes: []aerostore.NodeStats{{Node: aerostore.Node{Address: "10.0.0.1", Port: 3000}}}}, !c.closed.Load()
}

func (c *counting) Close() error {
	c.closed.Store(true)
	return c.backend.Close()
}

func TestExportsTheCountsOfTheBackend(t *testing.T) {
	withoutCollector(t)
	received := receive(t)
	t.Setenv("OTEL_METRICS_EXPORTER", "otlp")
	before := open
	defer func() { open = before }()
	open = func(ctx context.Context, hosts, namespace string) (backend, error) {
		b, err := before(ctx, hosts, namespace)
		return &counting{backend: b}, err
	}
	quickstart(t)
	received.measurements.mu.Lock()
	defer received.measurements.mu.Unlock()
	if names := received.measurements.names; !slices.Contains(names, "db.client.connection.count") {
		t.Errorf("the collector has measurements of %q", names)
	}
}

func TestMissingCollectorIsNoFailure(t *testing.T) {
	withoutCollector(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+nobody)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100")

	var out, errOut strings.Builder
	if err := run(t.Context(), nil, &out, &errOut); err != nil {
		t.Errorf("it failed: %v", err)
	}
	if !strings.Contains(out.String(), "└─ clean up") || !strings.Contains(errOut.String(), nobody) {
		t.Errorf("printed %s%s", &out, &errOut)
	}
}

func TestHelpListsOptions(t *testing.T) {
	var out, errOut strings.Builder
	if err := run(t.Context(), []string{"-h"}, &out, &errOut); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h returned %v", err)
	}
	for _, want := range []string{"-hosts", "-namespace", "OTEL_EXPORTER_OTLP_ENDPOINT", "quickstart_age"} {
		if !strings.Contains(errOut.String(), want) {
			t.Errorf("-h does not list %q", want)
		}
	}
}

func TestRefusesInvalidArguments(t *testing.T) {
	withoutCollector(t)
	for args, want := range map[string]string{
		"extra":             `"extra"`,
		"-hosts not:a:port": "hosts",
		"-namespace=":       "namespace",
	} {
		var out, errOut strings.Builder
		err := run(t.Context(), strings.Fields(args), &out, &errOut)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s returned %v, want an error with %s", args, err, want)
		}
	}
}

func TestRunsOnACluster(t *testing.T) {
	hosts := servertest.Hosts(t)
	withoutCollector(t)
	out := quickstart(t, "-hosts", hosts)
	for _, want := range []string{"A service on " + hosts, "network.peer.address=", "error.type=GENERATION_ERROR"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not hold %q\n%s", want, out)
		}
	}
}
