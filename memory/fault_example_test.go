package memory_test

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// The answer to the first increment is lost after it was applied, so that
// a retry counts twice.
func ExampleStore_Inject() {
	store := memory.New()
	defer func() { _ = store.Close() }()

	fault := store.Inject(memory.Fault{
		Ops:     []aerostore.Op{aerostore.OpIncrement},
		Code:    aerostore.CodeTimeout,
		InDoubt: true,
		Applied: true,
		Times:   1,
	})

	ctx := context.Background()
	counter := aerostore.NewKey("test", "counters", "visits")
	for range 2 {
		err := store.Increment(ctx, counter, aerostore.Bins{"n": 1})
		fmt.Println(err, aerostore.InDoubt(err))
		if err == nil {
			break
		}
	}
	record, _ := store.Get(ctx, counter)
	fmt.Println(record.Bins["n"], "after", fault.Strikes(), "strike")

	// Output:
	// aerostore: INCREMENT test.counters: TIMEOUT (9): no answer came in time (in doubt: the write may have been applied) true
	// <nil> false
	// 2 after 1 strike
}
