package otelmw_test

import (
	"maps"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

const marker = fake.Marker

var (
	key  = fake.Key
	bins = fake.Bins
	ops  = []aerostore.Operation{aerostore.WriteBin("name", marker)}

	seed = aerostore.Description{System: "aerospike", Address: "db.example", Port: 3000}
	node = fake.Node

	parent = trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{1},
		SpanID:     trace.SpanID{2},
		TraceFlags: trace.FlagsSampled,
		Remote:     true,
	})
)

// described is a backend that describes itself.
type described struct {
	aerostore.Handler
	description aerostore.Description
}

func (d *described) Describe() aerostore.Description { return d.description }

func (d *described) HandlerFor(s aerostore.Store) aerostore.Handler {
	if s != d {
		return nil
	}
	return d.Handler
}

// traced returns h under a Tracing, and the recorder of its spans.
func traced(h aerostore.Handler, opts ...otelmw.Option) (aerostore.Store, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	opts = append([]otelmw.Option{otelmw.WithTracerProvider(providerOf(recorder))}, opts...)
	return aerostore.Chain(h, otelmw.Tracing(opts...)), recorder
}

func providerOf(recorder *tracetest.SpanRecorder) trace.TracerProvider {
	return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
}

// only returns the one span that was made.
func only(t *testing.T, recorder *tracetest.SpanRecorder) sdktrace.ReadOnlySpan {
	t.Helper()
	if started, ended := len(recorder.Started()), len(recorder.Ended()); started != 1 || ended != 1 {
		t.Fatalf("%d spans started and %d ended, want one", started, ended)
	}
	return recorder.Ended()[0]
}

// attributes are the printed attributes of a span.
type attributes map[string]string

func attributesOf(span sdktrace.ReadOnlySpan) attributes { return emit(span.Attributes()) }

func emit(list []attribute.KeyValue) attributes {
	m := attributes{}
	for _, a := range list {
		m[string(a.Key)] = a.Value.String()
	}
	return m
}

// with returns the attributes with others added or in their place.
func (a attributes) with(pairs ...string) attributes {
	m := maps.Clone(a)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}
