package middleware_test

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// Retry resends a write that was not applied. It does not resend a write in
// doubt, which could be counted twice.
func ExampleRetry() {
	backend := memory.New()
	store := aerostore.Chain(backend, middleware.Retry(middleware.RetryOptions{
		Attempts: 5,
		Backoff:  middleware.Backoff{Base: time.Millisecond, Max: 50 * time.Millisecond},
		OnEvent: func(_ context.Context, _ aerostore.Call, e middleware.Event) {
			if e.Err != nil {
				fmt.Printf("attempt %d: %v\n", e.Attempt, e.Err)
			}
		},
	}))
	ctx := context.Background()
	visits := aerostore.NewKey("test", "counters", "visits")

	backend.Inject(memory.Fault{Code: aerostore.CodeKeyBusy, Times: 2})
	fmt.Println(store.Increment(ctx, visits, aerostore.Bins{"n": 1}))

	backend.Inject(memory.Fault{Code: aerostore.CodeTimeout, InDoubt: true, Applied: true, Times: 1})
	err := store.Increment(ctx, visits, aerostore.Bins{"n": 1})
	fmt.Println("in doubt:", aerostore.InDoubt(err))

	record, _ := store.Get(ctx, visits)
	fmt.Println(record.Bins["n"])

	// Output:
	// attempt 1: aerostore: INCREMENT test.counters: KEY_BUSY (14): too many operations wait for this record: spread the load over more keys
	// attempt 2: aerostore: INCREMENT test.counters: KEY_BUSY (14): too many operations wait for this record: spread the load over more keys
	// <nil>
	// attempt 1: aerostore: INCREMENT test.counters: TIMEOUT (9): no answer came in time (in doubt: the write may have been applied)
	// in doubt: true
	// 2
}

// A Put by the only writer of a record may be applied twice, if its bins do not
// depend on earlier values.
func ExampleRetryOptions_idempotent() {
	backend := memory.New()
	store := aerostore.Chain(backend, middleware.Retry(middleware.RetryOptions{
		Idempotent: func(call aerostore.Call) bool {
			return call.Op == aerostore.OpPut && call.Key.Set() == "profiles" &&
				call.Options.GenerationCheck == aerostore.GenerationIgnored && call.Options.Exists == aerostore.CreateOrUpdate
		},
	}))
	backend.Inject(memory.Fault{Code: aerostore.CodeTimeout, InDoubt: true, Applied: true, Times: 1})
	err := store.Put(context.Background(), aerostore.NewKey("test", "profiles", "ada"), aerostore.Bins{"name": "Ada"})
	fmt.Println(err)

	// Output:
	// <nil>
}
