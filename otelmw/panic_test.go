package otelmw_test

import (
	"context"
	"runtime"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

func TestASpanNameFormatterThatDoesNotReturnIsCalledAgain(t *testing.T) {
	var store aerostore.Store
	for name, strike := range map[string]func(){
		"panics": func() { panic(marker) },
		"exits":  runtime.Goexit,
		"comes back": func() { // or hangs, if a lock is held
			_, _ = store.Get(t.Context(), aerostore.NewKey("test", "others", 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			store, _ = traced(fake.Answers(aerostore.Result{}, nil), otelmw.WithCardinalityLimit(2),
				otelmw.WithSpanNameFormatter(func(operation, _, _ string) string {
					if calls++; calls == 1 {
						strike()
					}
					return operation
				}))
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { _ = recover() }()
				_, _ = store.Get(t.Context(), key)
			}()
			<-ended
			for range 3 {
				for _, set := range []string{"users", "others"} {
					if _, err := store.Get(t.Context(), aerostore.NewKey("test", set, 1)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if calls > 3 {
				t.Errorf("the formatter was called %d times for two sets, one of them in vain", calls)
			}
		})
	}
}

func TestAPanicOrExitEndsTheSpanAndTheActiveOperation(t *testing.T) {
	for way, strike := range map[string]func(){"panics": func() { panic(marker) }, "exits": runtime.Goexit} {
		for name, c := range map[string]struct {
			opts  []otelmw.Option
			spans int // that have begun
		}{
			"a filter": {[]otelmw.Option{otelmw.WithFilter(func(context.Context, aerostore.Call) bool {
				strike()
				return true
			})}, 0},
			"a classifier": {[]otelmw.Option{otelmw.WithErrorClassifier(func(context.Context, aerostore.Call, error) bool {
				strike()
				return true
			})}, 1},
			"attributes": {[]otelmw.Option{otelmw.WithAttributesFunc(
				func(context.Context, aerostore.Call, aerostore.Result, error) []attribute.KeyValue {
					strike()
					return nil
				})}, 1},
			"the backend": {nil, 1},
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				backend := fake.Fails(aerostore.CodeTimeout)
				if c.opts == nil {
					backend = func(context.Context, aerostore.Call) (aerostore.Result, error) {
						strike()
						return aerostore.Result{}, nil
					}
				}
				reader, recorder := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
				for _, layer := range []aerostore.Middleware{
					otelmw.Tracing(append(c.opts, otelmw.WithTracerProvider(providerOf(recorder)))...),
					otelmw.Metrics(append(c.opts, otelmw.WithMeterProvider(meterOf(reader)))...),
				} {
					store := aerostore.Chain(backend, layer)
					ended := make(chan struct{})
					go func() {
						defer close(ended)
						defer func() { _ = recover() }()
						_, _ = store.Get(t.Context(), key)
						t.Error("the operation returned")
					}()
					<-ended
					for attributes, active := range counts(t, collect(t, reader)[activeName]) {
						if active != 0 {
							t.Errorf("%d operations are active: %s", active, attributes)
						}
					}
					runtime.KeepAlive(store)
				}
				if n := len(recorder.Ended()); n != c.spans || len(recorder.Started()) != n {
					t.Errorf("%d spans have begun and %d ended, want %d", len(recorder.Started()), n, c.spans)
				}
				for _, span := range recorder.Ended() {
					if got := attributesOf(span)["error.type"]; got != "panic" {
						t.Errorf("a span has the error type %q, want panic", got)
					}
				}
				var measured int64
				for _, n := range counts(t, collect(t, reader)[durationName]) {
					measured += n
				}
				if measured != int64(c.spans) {
					t.Errorf("%d operations were measured, want %d", measured, c.spans)
				}
			})
		}
	}
}
