package otlp

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// receiver is a collector over a real socket.
type receiver struct {
	collectorpb.UnimplementedTraceServiceServer

	address string
	server  *grpc.Server
	refuse  error         // what it answers
	hang    chan struct{} // it answers when this is closed

	mu       sync.Mutex
	received []*tracepb.ResourceSpans
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
	r := &receiver{address: listener.Addr().String(), server: grpc.NewServer()}
	if prepare != nil {
		prepare(r)
	}
	collectorpb.RegisterTraceServiceServer(r.server, r)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = r.server.Serve(listener)
	}()
	t.Cleanup(func() {
		r.server.Stop()
		<-served
	})
	return r
}

func (r *receiver) Export(ctx context.Context, request *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	if r.hang != nil {
		select {
		case <-r.hang:
		case <-ctx.Done():
		}
	}
	if r.refuse != nil {
		return nil, r.refuse
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received = append(r.received, request.GetResourceSpans()...)
	r.header, _ = metadata.FromIncomingContext(ctx)
	return new(collectorpb.ExportTraceServiceResponse), nil
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

// resource returns the attributes of the process that sent the spans.
func (r *receiver) resource() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.received) == 0 {
		return nil
	}
	return texts(r.received[0].GetResource().GetAttributes())
}

func texts(attributes []*commonpb.KeyValue) map[string]string {
	m := map[string]string{}
	for _, a := range attributes {
		m[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return m
}
