package main

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
)

func TestMetricsPageHasStoreOperations(t *testing.T) {
	r := start(t, func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if call.Op == aerostore.OpRemove {
				return aerostore.Result{}, aerostore.CodeDeviceOverload
			}
			return next(ctx, call)
		}
	})
	for _, c := range []struct {
		method, name string
		status       int
	}{
		{http.MethodPut, "grace", http.StatusNoContent},
		{http.MethodGet, "grace", http.StatusOK},
		{http.MethodGet, "grace", http.StatusOK},
		{http.MethodGet, "nobody", http.StatusNotFound},
		{http.MethodDelete, "grace", http.StatusServiceUnavailable},
	} {
		if status, _ := do(t, http.DefaultClient, r.request(t, c.method, "/users/"+c.name, "{}")); status != c.status {
			t.Errorf("%s %s: status %d, want %d", c.method, c.name, status, c.status)
		}
	}
	page := r.scrape(t, "")
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)

	const duration = "db_client_operation_duration_seconds_count"
	for _, c := range []struct {
		name, value string
		labels      map[string]string
	}{
		{duration, "1", map[string]string{"db_operation_name": "PUT"}},
		{duration, "2", map[string]string{"db_operation_name": "GET"}},
		{duration, "1", map[string]string{"db_operation_name": "GET", "db_response_status_code": "2"}},
		{duration, "1", map[string]string{
			"db_operation_name":       "REMOVE",
			"db_response_status_code": "18",
			"error_type":              "DEVICE_OVERLOAD",
		}},
		{"aerospike_client_operations_active", "0", map[string]string{"db_operation_name": "PUT"}},
	} {
		maps.Copy(c.labels, map[string]string{
			"db_system_name":     "aerospike",
			"db_namespace":       "test",
			"db_collection_name": "users",
		})
		if got := valueOf(page, c.name, c.labels); got != c.value {
			t.Errorf("%s %v is %q, want %s", c.name, c.labels, got, c.value)
		}
	}
	if strings.Contains(page, "grace") {
		t.Error("the page holds a key")
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestExemplarsLeadToStoreSpans(t *testing.T) {
	r := start(t)
	if status, _ := do(t, http.DefaultClient, r.request(t, http.MethodPut, "/users/ada", "{}")); status != http.StatusNoContent {
		t.Fatalf("status %d", status)
	}
	page := r.scrape(t, "application/openmetrics-text; version=1.0.0")
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)

	span := r.span(t, "PUT test.users", trace.SpanKindClient).SpanContext()
	for line := range strings.Lines(page) {
		sample, exemplar, _ := strings.Cut(line, " # ")
		if strings.HasPrefix(sample, "db_client_operation_duration_seconds_bucket{") &&
			strings.Contains(exemplar, `trace_id="`+span.TraceID().String()+`"`) &&
			strings.Contains(exemplar, `span_id="`+span.SpanID().String()+`"`) {
			return
		}
	}
	t.Errorf("no exemplar leads to span %v of trace %v:\n%s", span.SpanID(), span.TraceID(), page)
}

func TestScrapesAreNotTraced(t *testing.T) {
	r := start(t)
	for range 2 {
		if page := r.scrape(t, ""); strings.Contains(page, "http_server") {
			t.Errorf("the scrape was measured:\n%s", page)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop(t)
	if spans := r.spans.Ended(); len(spans) > 0 {
		t.Errorf("%d spans, first %q", len(spans), spans[0].Name())
	}
}

// scrape requests the page as Prometheus would.
func (r *running) scrape(t *testing.T, accept string) string {
	t.Helper()
	request := r.request(t, http.MethodGet, "/metrics", "")
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	status, page := do(t, http.DefaultClient, request)
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, page)
	}
	return page
}

var label = regexp.MustCompile(`(\w+)="([^"]*)"`)

// valueOf returns the value of the series with exactly these labels, apart from
// those of the scope.
func valueOf(page, name string, labels map[string]string) string {
	for line := range strings.Lines(page) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		of, text, _ := strings.Cut(series, "{")
		found := map[string]string{}
		for _, l := range label.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(l[1], "otel_scope_") {
				found[l[1]] = l[2]
			}
		}
		if of == name && maps.Equal(found, labels) {
			return value
		}
	}
	return ""
}
