package otelmw_test

import (
	"context"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// install makes a provider the global one for the length of a test.
func install(t *testing.T, provider trace.TracerProvider) {
	t.Helper()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(provider)
	t.Cleanup(func() { otel.SetTracerProvider(before) })
}

func TestTracingFollowsTheGlobalProvider(t *testing.T) {
	first, second := tracetest.NewSpanRecorder(), tracetest.NewSpanRecorder()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing())
	touch := func() {
		t.Helper()
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(one, two int) {
		t.Helper()
		if len(first.Ended()) != one || len(second.Ended()) != two {
			t.Fatalf("%d and %d spans, want %d and %d", len(first.Ended()), len(second.Ended()), one, two)
		}
	}
	touch()
	install(t, providerOf(first))
	touch()
	touch()
	expect(2, 0)
	install(t, providerOf(second))
	touch()
	expect(2, 1)
	install(t, noop.NewTracerProvider())
	touch()
	expect(2, 1)
	install(t, sliceProvider{TracerProvider: providerOf(first), names: []string{"not comparable"}})
	touch()
	touch()
	expect(4, 1)
	install(t, sliceProvider{TracerProvider: providerOf(second), names: []string{"not comparable"}})
	touch()
	expect(4, 2)
}

// sliceProvider is a provider that == panics at.
type sliceProvider struct {
	trace.TracerProvider
	names []string
}

func TestTracingFollowsAProviderThatIsSwitchedOffAndOn(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := new(global.Provider)
	install(t, provider)
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing())
	for i, next := range []trace.TracerProvider{nil, providerOf(recorder), nil, providerOf(recorder)} {
		provider.Set(next)
		if err := store.Touch(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if got, want := len(recorder.Started()), (i+1)/2; got != want {
			t.Fatalf("%d spans after %d turns, want %d", got, i+1, want)
		}
	}
}

func TestProvidersMayChangeWhileOperationsRun(t *testing.T) {
	provider := new(global.Provider)
	install(t, provider)
	recorder := tracetest.NewSpanRecorder()
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), otelmw.Tracing())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if err := store.Touch(context.Background(), key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 100 {
		provider.Set(providerOf(recorder))
		provider.Set(nil)
	}
	wg.Wait()
	if started, ended := len(recorder.Started()), len(recorder.Ended()); started != ended {
		t.Errorf("%d spans started and %d ended", started, ended)
	}
}
