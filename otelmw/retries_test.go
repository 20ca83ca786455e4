package otelmw_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

func TestRetriesOfASharedReadAreCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			time.Sleep(time.Second)
			if tries++; tries < 3 {
				return aerostore.Result{Attempts: 1}, call.NewError(aerostore.CodeTimeout, nil)
			}
			return fake.Completed(aerostore.Result{Attempts: 1}, call), nil
		})
		reader, recorder := metric.NewManualReader(), tracetest.NewSpanRecorder()
		store := aerostore.Chain(backend,
			otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))),
			otelmw.Metrics(otelmw.WithMeterProvider(meterOf(reader))),
			middleware.Coalesce(middleware.CoalesceOptions{}), middleware.Retry(middleware.RetryOptions{}))
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if _, err := store.Get(t.Context(), key); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var retries int64
		for _, n := range counts(t, collect(t, reader)[retriesName]) {
			retries += n
		}
		if retries != 2 {
			t.Errorf("%s is %d, want 2", retriesName, retries)
		}
		attempted := 0
		for _, span := range recorder.Ended() {
			if n, ok := attributesOf(span)["aerospike.attempts"]; ok {
				attempted++
				if n != "3" {
					t.Errorf("a span has %s attempts, want 3", n)
				}
			}
		}
		if attempted != 1 {
			t.Errorf("%d of %d spans have attempts, want one", attempted, len(recorder.Ended()))
		}
	})
}
