package main

import (
	"context"
	"net/http"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/aerostore/aerostore"
)

func TestHTTPTraceReachesTheStore(t *testing.T) {
	seen := make(chan baggage.Baggage, 1)
	r := start(t, keepBaggage(seen))

	ctx, root := otel.Tracer("test").Start(withBaggage(t, "tenant=acme,plan=gold"), "test")
	request := r.request(t, http.MethodPut, "/users/ada", `{"email":"ada@example.com"}`)
	client := &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	if status, body := do(t, client, request.WithContext(ctx)); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	client.CloseIdleConnections()
	root.End()
	r.stop(t)

	clientSpan := r.span(t, "HTTP PUT", trace.SpanKindClient)
	serverSpan := r.span(t, "PUT /users/{name}", trace.SpanKindServer)
	storeSpan := r.span(t, "PUT test.users", trace.SpanKindClient)
	isChild(t, clientSpan, root.SpanContext())
	isChild(t, serverSpan, clientSpan.SpanContext())
	isChild(t, storeSpan, serverSpan.SpanContext())
	if got := tenantOf(storeSpan); got != "acme" {
		t.Errorf("the store's span is for tenant %q", got)
	}
	if b := <-seen; b.Member("tenant").Value() != "acme" || b.Member("plan").Value() != "gold" {
		t.Errorf("the store has the baggage %q", b)
	}
	r.isLoggedUnder(t, storeSpan)
}

func TestTraceOfRequestHeadersReachesTheStore(t *testing.T) {
	seen := make(chan baggage.Baggage, 1)
	r := start(t, keepBaggage(seen))

	request := r.request(t, http.MethodGet, "/users/nobody", "")
	request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	request.Header.Set("Baggage", "tenant=acme")
	if status, _ := do(t, http.DefaultClient, request); status != http.StatusNotFound {
		t.Fatalf("status %d", status)
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)

	serverSpan := r.span(t, "GET /users/{name}", trace.SpanKindServer)
	storeSpan := r.span(t, "GET test.users", trace.SpanKindClient)
	if got := serverSpan.SpanContext().TraceID().String(); got != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("the trace is %s", got)
	}
	if got := serverSpan.Parent().SpanID().String(); got != "b7ad6b7169203331" {
		t.Errorf("the server's span has the parent %s", got)
	}
	isChild(t, storeSpan, serverSpan.SpanContext())
	if got := tenantOf(storeSpan); got != "acme" {
		t.Errorf("the store's span is for tenant %q", got)
	}
	if b := <-seen; b.String() != "tenant=acme" {
		t.Errorf("the store has the baggage %q", b)
	}
	r.isLoggedUnder(t, storeSpan)
}

func TestGRPCTraceReachesTheStore(t *testing.T) {
	seen := make(chan baggage.Baggage, 1)
	r := start(t, keepBaggage(seen))

	conn, err := grpc.NewClient(r.grpc,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, root := otel.Tracer("test").Start(withBaggage(t, "tenant=acme"), "test")
	answer, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil || answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatal(answer, err)
	}
	root.End()
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	r.stop(t)

	clientSpan := r.span(t, "grpc.health.v1.Health/Check", trace.SpanKindClient)
	serverSpan := r.span(t, "grpc.health.v1.Health/Check", trace.SpanKindServer)
	storeSpan := r.span(t, "EXISTS test.users", trace.SpanKindClient)
	isChild(t, clientSpan, root.SpanContext())
	isChild(t, serverSpan, clientSpan.SpanContext())
	isChild(t, storeSpan, serverSpan.SpanContext())
	if b := <-seen; b.String() != "tenant=acme" {
		t.Errorf("the store has the baggage %q", b)
	}
	r.isLoggedUnder(t, storeSpan)
}

// keepBaggage sends the baggage that the store received.
func keepBaggage(seen chan<- baggage.Baggage) aerostore.Interceptor {
	return func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			seen <- baggage.FromContext(ctx)
			return next(ctx, call)
		}
	}
}

func withBaggage(t *testing.T, members string) context.Context {
	t.Helper()
	b, err := baggage.Parse(members)
	if err != nil {
		t.Fatal(err)
	}
	return baggage.ContextWithBaggage(t.Context(), b)
}
