package asbackend_test

import (
	"context"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/otelmw"
)

// Wrap an existing client and continue to use it.
func ExampleNew() {
	adopt := func(ctx context.Context, client *as.Client, policy *as.WritePolicy, key *as.Key) error {
		backend, err := asbackend.New(client)
		if err != nil {
			return err
		}
		store := aerostore.Chain(backend, otelmw.Tracing(), otelmw.Metrics())

		custom := aerostore.Custom{Name: "LIST APPEND", Namespace: "test", Set: "users", Writes: true}
		err = aerostore.Do(ctx, store, custom, func(context.Context) error {
			_, err := client.Operate(policy, key, as.ListAppendOp("visits", 1))
			if err != nil { // the client's Error is an interface: a nil one is not a nil error
				return err
			}
			return nil
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
