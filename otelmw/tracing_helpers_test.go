package otelmw_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
)

// marker is part of every key and value. Nothing exported may contain it.
const marker = "s3cr3t"

var (
	key  = aerostore.NewKey("test", "users", marker)
	bins = aerostore.Bins{"name": marker}
	ops  = []aerostore.Operation{aerostore.WriteBin("name", marker)}

	seed = aerostore.Description{System: "aerospike", Address: "db.example", Port: 3000}
	node = &aerostore.Node{Name: "BB9", Address: "10.0.0.7", Port: 3010}

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

// answers returns a handler that always returns the same. A success has what the
// call requires filled in.
func answers(result aerostore.Result, err error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		if err != nil {
			return result, err
		}
		return completed(result, call), nil
	}
}

// nothing is a record without bins, and nothings are the results of a batch read of
// it.
var (
	nothing  = &aerostore.Record{Key: key, Bins: aerostore.Bins{}}
	nothings = slices.Repeat([]aerostore.BatchResult{{Record: nothing}}, 64)
)

// success returns an empty result for a call.
func success(call aerostore.Call) aerostore.Result { return completed(aerostore.Result{}, call) }

// completed fills in what the result of a call requires.
func completed(result aerostore.Result, call aerostore.Call) aerostore.Result {
	switch {
	case call.IsBatch() && len(result.Batch()) == 0:
		if n := call.Len(); n <= len(nothings) {
			return result.WithBatch(nothings[:n])
		}
		return result.WithBatch(slices.Repeat(nothings[:1], call.Len()))
	case call.Op == aerostore.OpGet, call.Op == aerostore.OpSelect, call.Op == aerostore.OpOperate:
		if result.Record() == nil {
			return result.WithRecord(nothing)
		}
	}
	return result
}

// fails returns a handler whose every call fails with the code.
func fails(code aerostore.ResultCode) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(code, nil)
	}
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
