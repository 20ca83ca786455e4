package main

import (
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/aerostore/aerostore/internal/servertest"
)

func TestUsersAreStoredInACluster(t *testing.T) {
	r := startOn(t, servertest.Hosts(t))
	for _, c := range []struct {
		method, body string
		status       int
		want         string
	}{
		{http.MethodPut, `{"email":"ada@example.com"}`, http.StatusNoContent, ""},
		{http.MethodGet, "", http.StatusOK, `{"email":"ada@example.com"}` + "\n"},
		{http.MethodDelete, "", http.StatusNoContent, ""},
		{http.MethodGet, "", http.StatusNotFound, "Not Found\n"},
	} {
		if status, body := do(t, http.DefaultClient, r.request(t, c.method, "/users/ada-of-the-cluster", c.body)); status != c.status || body != c.want {
			t.Errorf("%s %s: %d %q", c.method, c.body, status, body)
		}
	}
	if got, err := check(t, r.grpc, usersSet); err != nil || got != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("health %v, %v", got, err)
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)
	span := r.span(t, "PUT test."+usersSet, trace.SpanKindClient)
	for _, a := range span.Attributes() {
		if a.Key == "network.peer.address" {
			return
		}
	}
	t.Errorf("the span of the write has no address of a node: %v", span.Attributes())
}
