package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// Faults are set and removed while the program runs.
func ExampleFault() {
	var faults fault.Injector
	store := aerostore.Chain(memory.New(), middleware.Fault(&faults))
	ctx := context.Background()
	visits := aerostore.NewKey("test", "counters", "visits")

	outage := faults.Inject(fault.Fault{
		Ops: []aerostore.Op{aerostore.OpIncrement}, Code: aerostore.CodeTimeout, InDoubt: true, Applied: true,
	})
	fmt.Println(store.Increment(ctx, visits, aerostore.Bins{"n": 1}))
	outage.Stop()
	fmt.Println(store.Increment(ctx, visits, aerostore.Bins{"n": 1}))

	record, _ := store.Get(ctx, visits)
	fmt.Println(record.Bins["n"], "after", outage.Strikes(), "strike")

	// Output:
	// aerostore: INCREMENT test.counters: TIMEOUT (9): no answer came in time (in doubt: the write may have been applied)
	// <nil>
	// 2 after 1 strike
}

func TestFaultsAreSetAndRemovedWhileTheProgramRuns(t *testing.T) {
	var faults fault.Injector
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), middleware.Fault(&faults))
	for range 3 {
		if err := store.Touch(t.Context(), key); err != nil {
			t.Errorf("without a fault: %v", err)
		}
		outage := faults.Inject(fault.Fault{Code: aerostore.CodeNetwork})
		if err := store.Touch(t.Context(), key); !errors.Is(err, aerostore.CodeNetwork) {
			t.Errorf("with a fault: %v", err)
		}
		outage.Stop()
	}
	wantEvents(t, store, map[string]int64{"failed": 3})
}

func TestARetryOvercomesAFault(t *testing.T) {
	var faults fault.Injector
	store := aerostore.Chain(memory.NewT(t), middleware.Retry(middleware.RetryOptions{Backoff: atOnce}), middleware.Fault(&faults))
	faults.Inject(fault.Fault{Code: aerostore.CodeNetwork, Times: 2})
	if err := store.Put(t.Context(), key, bins); err != nil {
		t.Errorf("Put returned %v", err)
	}
}

func TestFaultPanicsWithoutAnInjector(t *testing.T) {
	if got := panicOf(func() { middleware.Fault(nil) }); got != "middleware: Fault with a nil Injector" {
		t.Errorf("panic %v", got)
	}
}
