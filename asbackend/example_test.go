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
			if _, err := client.Execute(policy, raw, "stock", "reserve", as.NewValue(1)); err != nil {
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
