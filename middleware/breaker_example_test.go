package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func ExampleCircuitBreaker() {
	backend := memory.New()
	store := aerostore.Chain(backend, middleware.CircuitBreaker(middleware.BreakerOptions{
		MinCalls: 10,
		OpenFor:  time.Minute,
		Scope:    middleware.ByNamespace,
		OnEvent: func(_ context.Context, _ aerostore.Call, e middleware.Event) {
			fmt.Println("namespace", e.Scope, e.Name)
		},
	}))

	outage := backend.Inject(memory.Fault{Code: aerostore.CodePartitionUnavailable})
	defer outage.Stop()
	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	for range 10 {
		_, _ = store.Get(ctx, ada)
	}
	_, err := store.Get(ctx, ada)
	if rejected, ok := errors.AsType[*middleware.RejectedError](err); ok {
		fmt.Println(errors.Is(err, middleware.ErrCircuitOpen), rejected.RetryAfter.Round(time.Minute))
	}

	// Output:
	// namespace test opened
	// namespace test rejected
	// true 1m0s
}
