package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

func ExampleTimeout() {
	// The backend answers too late.
	backend := aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		<-ctx.Done()
		return aerostore.Result{}, call.NewContextError(ctx.Err())
	})
	store := aerostore.Chain(backend, middleware.Timeout(20*time.Millisecond, middleware.TimeoutOptions{
		Limits: map[aerostore.Op]time.Duration{aerostore.OpQuery: time.Minute},
	}))
	_, err := store.Get(context.Background(), aerostore.NewKey("test", "users", "ada"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, aerostore.ErrTimeout), errors.Is(err, context.DeadlineExceeded))

	// Output:
	// aerostore: GET test.users: the limit of 20ms for the operation was reached: context deadline exceeded
	// true true
}
