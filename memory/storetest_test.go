package memory_test

import (
	"context"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/storetest"
)

func TestStoreAnswersTheSpecification(t *testing.T) {
	t.Parallel()
	for name, layers := range map[string][]aerostore.Middleware{
		"bare":        nil,
		"in a chain":  {aerostore.Intercept(passOn)},
		"under spans": {otelmw.Tracing(otelmw.WithTracerProvider(sdktrace.NewTracerProvider()))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t,
				func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), layers...) },
				storetest.Without(storetest.DurableDelete, "memory answers like the Community Edition"),
				storetest.WithAdvance(advance),
			)
		})
	}
}

func passOn(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) { return next(ctx, call) }
}

func advance(s aerostore.Store, d time.Duration) {
	store, _ := aerostore.As[*memory.Store](s)
	store.Advance(d)
}
