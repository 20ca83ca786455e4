package aerostore_test

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// An index that has only the orders that are still to be sent, by what they cost.
func ExampleIndex() {
	ctx, store := context.Background(), memory.New()

	unsent := exp.Not(exp.BinExists("sent"))
	cents := exp.Multiply(exp.IntBin("price"), exp.IntBin("amount"))
	err := store.CreateIndex(ctx, aerostore.Index{
		Namespace: "test", Set: "orders", Name: "unsent_by_cents", Type: aerostore.IndexInt,
		Expression: exp.If(unsent, cents).ElseUnknown(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	for id, bins := range []aerostore.Bins{
		{"price": 250, "amount": 2},
		{"price": 900, "amount": 30},
		{"price": 900, "amount": 40, "sent": true},
	} {
		if err := store.Put(ctx, aerostore.NewKey("test", "orders", id), bins); err != nil {
			fmt.Println(err)
			return
		}
	}

	large := aerostore.Query{
		Namespace: "test", Set: "orders",
		Where: aerostore.Range("", 10_000, 1_000_000).UsingIndex("unsent_by_cents"),
	}
	for record, err := range store.Query(ctx, large) {
		fmt.Println(record.Bins["amount"], err)
	}
	// Output:
	// 30 <nil>
}
