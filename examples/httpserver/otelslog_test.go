package main

import (
	"context"
	"errors"
	"testing"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// The bridge otelslog writes records to OpenTelemetry's logs. They need no handler
// that adds the ids of their span.
func TestBridgedRecordsBelongToStoreSpans(t *testing.T) {
	var kept keptRecords
	logs := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(&kept)))
	spans := tracetest.NewSpanRecorder()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))

	backend := memory.New(memory.WithNamespaces("test"))
	defer backend.Close()
	store := aerostore.Chain(backend,
		otelmw.Tracing(otelmw.WithTracerProvider(traces)),
		middleware.Log(otelslog.NewLogger("httpserver", otelslog.WithLoggerProvider(logs)), middleware.LogOptions{}),
	)

	ctx, root := traces.Tracer("test").Start(t.Context(), "test")
	key := aerostore.NewKey("test", "users", "ada")
	if err := store.Put(ctx, key, aerostore.Bins{"email": "ada@example.com"}); err != nil {
		t.Fatal(err)
	}
	err := store.Put(ctx, key, aerostore.Bins{"email": ""}, aerostore.CreateOnly)
	if !errors.Is(err, aerostore.ErrExists) {
		t.Fatal(err)
	}
	root.End()
	if err := errors.Join(logs.Shutdown(t.Context()), traces.Shutdown(t.Context())); err != nil {
		t.Error(err)
	}

	ended := spans.Ended()
	if len(ended) != 3 || len(kept) != 2 {
		t.Fatalf("%d spans and %d records", len(ended), len(kept))
	}
	for i, want := range []struct {
		severity log.Severity
		outcome  string
	}{
		{log.SeverityDebug, "OK"},
		{log.SeverityWarn, "KEY_EXISTS_ERROR"},
	} {
		span, record := ended[i], kept[i]
		isChild(t, span, root.SpanContext())
		if sc := span.SpanContext(); record.TraceID() != sc.TraceID() || record.SpanID() != sc.SpanID() {
			t.Errorf("the record is of span %v in trace %v, want %v in %v",
				record.SpanID(), record.TraceID(), sc.SpanID(), sc.TraceID())
		}
		if got := record.Body().AsString(); got != "store operation" {
			t.Errorf("the record says %q", got)
		}
		if got := textOf(record, "outcome"); got != want.outcome || record.Severity() != want.severity {
			t.Errorf("%v, outcome %q, want %v, %q", record.Severity(), got, want.severity, want.outcome)
		}
	}
}

// keptRecords is an exporter that keeps the records.
type keptRecords []sdklog.Record

func (k *keptRecords) Export(_ context.Context, records []sdklog.Record) error {
	for _, record := range records {
		*k = append(*k, record.Clone())
	}
	return nil
}

func (*keptRecords) Shutdown(context.Context) error   { return nil }
func (*keptRecords) ForceFlush(context.Context) error { return nil }

func textOf(record sdklog.Record, name attribute.Key) string {
	var text string
	record.WalkAttributes(func(a attribute.KeyValue) bool {
		if a.Key == name {
			text = a.Value.AsString()
		}
		return true
	})
	return text
}
