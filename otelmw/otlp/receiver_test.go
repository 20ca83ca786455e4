package otlp

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	metricscollectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector over a real socket. It speaks HTTP if the environment says so
// when it begins to listen, and gRPC otherwise.
type receiver struct {
	address     string
	stop        func()
	certificate *tls.Certificate // nil for no TLS
	refuse      error            // its response, with a status of gRPC
	refused     atomic.Int64     // requests
	hang        chan struct{}    // it responds when this is closed
	slow        time.Duration    // it responds after this
	path        string           // before v1/traces, over HTTP

	rejected int64 // items, in its partial success
	message  string

	mu       sync.Mutex
	hanging  int // requests
	received []*tracepb.ResourceSpans
	measured []*metricspb.ResourceMetrics
	header   metadata.MD
}

// receive starts a receiver and points the environment at it.
func receive(t *testing.T) *receiver {
	t.Helper()
	r := listen(t, "127.0.0.1:0", nil)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	return r
}

func listen(t *testing.T, address string, prepare func(*receiver)) *receiver {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{address: listener.Addr().String()}
	if prepare != nil {
		prepare(r)
	}
	serve := r.serveGRPC
	if overHTTPNow() {
		serve = r.serveHTTP
	}
	served := make(chan struct{})
	run, stop := serve(listener)
	r.stop = sync.OnceFunc(stop)
	go func() {
		defer close(served)
		run()
	}()
	t.Cleanup(func() {
		r.stop()
		<-served
	})
	return r
}

// grpcOnly makes a test one of gRPC, whatever the protocol of the others is.
func grpcOnly(t *testing.T) {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
}

func overHTTPNow() bool { return os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf" }

// either returns what is expected over gRPC or over HTTP.
func either(grpc, http string) string {
	if overHTTPNow() {
		return http
	}
	return grpc
}

func (r *receiver) serveGRPC(listener net.Listener) (run, stop func()) {
	var options []grpc.ServerOption
	if r.certificate != nil {
		options = append(options, grpc.Creds(credentials.NewServerTLSFromCert(r.certificate)))
	}
	server := grpc.NewServer(options...)
	collectorpb.RegisterTraceServiceServer(server, traceService{receiver: r})
	metricscollectorpb.RegisterMetricsServiceServer(server, metricsService{receiver: r})
	return func() { _ = server.Serve(listener) }, server.Stop
}

func (r *receiver) serveHTTP(listener net.Listener) (run, stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+r.path+"/v1/traces", func(w http.ResponseWriter, request *http.Request) {
		answer(w, request, new(collectorpb.ExportTraceServiceRequest), traceService{receiver: r}.Export)
	})
	mux.HandleFunc("POST "+r.path+"/v1/metrics", func(w http.ResponseWriter, request *http.Request) {
		answer(w, request, new(metricscollectorpb.ExportMetricsServiceRequest), metricsService{receiver: r}.Export)
	})
	server := &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	if r.certificate != nil {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*r.certificate}})
	}
	return func() { _ = server.Serve(listener) }, func() { _ = server.Close() }
}

// answer responds to a request over HTTP as to one over gRPC.
func answer[Q, A proto.Message](w http.ResponseWriter, request *http.Request, q Q, export func(context.Context, Q) (A, error)) {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(body)
	}
	b, err := io.ReadAll(body)
	if err == nil && request.Header.Get("Content-Type") == "application/x-protobuf" {
		err = proto.Unmarshal(b, q)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	header := metadata.MD{}
	for name, values := range request.Header {
		header[strings.ToLower(name)] = values
	}
	a, err := export(metadata.NewIncomingContext(request.Context(), header), q)
	switch s, _ := status.FromError(err); {
	case err == nil:
		w.Header().Set("Content-Type", "application/x-protobuf")
		b, _ = proto.Marshal(a)
		_, _ = w.Write(b)
	case s.Code() == codes.ResourceExhausted:
		http.Error(w, s.Message(), http.StatusTooManyRequests)
	default:
		http.Error(w, s.Message(), http.StatusForbidden)
	}
}

type traceService struct {
	collectorpb.UnimplementedTraceServiceServer
	*receiver
}

func (s traceService) Export(ctx context.Context, request *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	answer := new(collectorpb.ExportTraceServiceResponse)
	if s.rejected != 0 || s.message != "" {
		answer.PartialSuccess = &collectorpb.ExportTracePartialSuccess{RejectedSpans: s.rejected, ErrorMessage: s.message}
	}
	return answer, s.accept(ctx, func() {
		s.received = append(s.received, request.GetResourceSpans()...)
	})
}

type metricsService struct {
	metricscollectorpb.UnimplementedMetricsServiceServer
	*receiver
}

func (s metricsService) Export(ctx context.Context, request *metricscollectorpb.ExportMetricsServiceRequest) (*metricscollectorpb.ExportMetricsServiceResponse, error) {
	answer := new(metricscollectorpb.ExportMetricsServiceResponse)
	if s.rejected != 0 || s.message != "" {
		answer.PartialSuccess = &metricscollectorpb.ExportMetricsPartialSuccess{RejectedDataPoints: s.rejected, ErrorMessage: s.message}
	}
	return answer, s.accept(ctx, func() {
		s.measured = append(s.measured, request.GetResourceMetrics()...)
	})
}

// accept keeps the content of a request, unless the receiver refuses it.
func (r *receiver) accept(ctx context.Context, keep func()) error {
	r.mu.Lock()
	hang, slow, refuse := r.hang, r.slow, r.refuse
	if hang != nil {
		r.hanging++
	}
	r.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	time.Sleep(slow)
	if refuse != nil {
		r.refused.Add(1)
		return refuse
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	keep()
	r.header, _ = metadata.FromIncomingContext(ctx)
	return nil
}

// behave changes a running receiver.
func (r *receiver) behave(change func(*receiver)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// spans returns the names of the spans that arrived, in order of their names.
func (r *receiver) spans() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, resource := range r.received {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				names = append(names, span.GetName())
			}
		}
	}
	slices.Sort(names)
	return names
}

// operations returns the number of operations in the last metrics that arrived.
func (r *receiver) operations() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var n uint64
	if len(r.measured) == 0 {
		return n
	}
	for _, scope := range r.measured[len(r.measured)-1].GetScopeMetrics() {
		for _, m := range scope.GetMetrics() {
			if m.GetName() != "db.client.operation.duration" {
				continue
			}
			for _, p := range m.GetHistogram().GetDataPoints() {
				n += p.GetCount()
			}
		}
	}
	return n
}

// instruments returns the names of those whose measurements arrived last.
func (r *receiver) instruments() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	if len(r.measured) == 0 {
		return names
	}
	for _, scope := range r.measured[len(r.measured)-1].GetScopeMetrics() {
		for _, m := range scope.GetMetrics() {
			names = append(names, m.GetName())
		}
	}
	return names
}

// resource returns the resource attributes that arrived.
func (r *receiver) resource() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.received) > 0:
		return texts(r.received[0].GetResource().GetAttributes())
	case len(r.measured) > 0:
		return texts(r.measured[0].GetResource().GetAttributes())
	default:
		return nil
	}
}

func texts(attributes []*commonpb.KeyValue) map[string]string {
	m := map[string]string{}
	for _, a := range attributes {
		m[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return m
}
