package asbackend_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/otelmw"
)

// Wrap an existing client and continue to use it.
func ExampleNew() {
	adopt := func(ctx context.Context, client *as.Client) error {
		backend, err := asbackend.New(client)
		if err != nil {
			return err
		}
		store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics())

		custom := aerostore.Custom{Name: "UDF", Namespace: "test", Set: "users", Writes: true}
		err = aerostore.Do(ctx, store, custom, func(ctx context.Context) error {
			raw, err := asbackend.ClientKey(aerostore.NewKey("test", "users", "ada"))
			if err != nil {
				return err
			}
			policy, err := backend.WritePolicy(ctx) // with the deadline of ctx
			if err != nil {
				return err
			}
			_, err = client.Execute(policy, raw, "stock", "reserve", as.NewValue(1))
			return err
		})
		if err != nil {
			return err
		}
		err = store.Put(ctx, aerostore.NewKey("test", "users", "ada"), aerostore.Bins{"name": "Ada"}, aerostore.TTL(time.Hour))
		return err
	}
	_ = adopt
}

// Shut down when a service stops: operations under way end first.
func ExampleStore_Shutdown() {
	serve := func(ctx context.Context) error {
		backend, err := asbackend.DialFromEnv(ctx,
			asbackend.WithConnections(8, 128),
			asbackend.WithAbandonOnCancel(1000),
		)
		if err != nil {
			return err
		}
		<-ctx.Done() // the service runs
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return backend.Shutdown(ctx)
	}
	_ = serve
}

type reserving func(ctx context.Context, key aerostore.Key) error // calls client.Execute, or is a fake

func order(ctx context.Context, store aerostore.Store, key aerostore.Key, reserve reserving) error {
	custom := aerostore.Custom{Name: "UDF", Namespace: key.Namespace(), Set: key.Set(), Writes: true}
	return aerostore.Do(ctx, store, custom, func(ctx context.Context) error { return reserve(ctx, key) })
}

// Test what needs the client without a server.
func ExampleClientKey_test() {
	store := memory.New()
	key := aerostore.NewKey("test", "stock", "lamp")
	soldOut := func(context.Context, aerostore.Key) error { return as.ErrKeyNotFound }
	fmt.Println(errors.Is(order(context.Background(), store, key, soldOut), aerostore.ErrNotFound))

	store.Inject(memory.Fault{Ops: []aerostore.Op{aerostore.OpCustom}, Code: aerostore.CodeTimeout, InDoubt: true})
	fmt.Println(order(context.Background(), store, key, soldOut))
	// Output:
	// true
	// aerostore: UDF test.stock: TIMEOUT (9): no answer came in time (in doubt: the write may have been applied)
}
