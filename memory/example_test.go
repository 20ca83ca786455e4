package memory_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func Example() {
	store := memory.New()
	defer func() { _ = store.Close() }()

	ctx := context.Background()
	session := aerostore.NewKey("test", "sessions", "s1")

	err := store.Put(ctx, session, aerostore.Bins{"user": "ada"}, aerostore.TTL(30*time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := store.Operate(ctx, session, []aerostore.Operation{
		aerostore.AddBin("visits", 1),
		aerostore.ReadAll(),
	}, aerostore.KeepTTL)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(record.Bins["user"], record.Bins["visits"], "generation", record.Generation)

	store.Advance(time.Hour)
	_, err = store.Get(ctx, session)
	fmt.Println("gone:", errors.Is(err, aerostore.ErrNotFound))

	// Output:
	// ada 1 generation 2
	// gone: true
}
