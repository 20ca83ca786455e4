package storetest

import (
	"context"
	"errors"

	"github.com/aerostore/aerostore"
)

func customCases() []testCase {
	errOwn := errors.New("error of the function")
	custom := aerostore.Custom{Name: "STORETEST", Set: mainSet, Writes: true}
	return []testCase{
		{
			name: "Do runs the function once",
			why:  "Do runs the function once, under the context of the caller",
			run: func(t *trial) {
				type marker struct{}
				ctx := context.WithValue(t.Context(), marker{}, "here")
				runs := 0
				t.ok(aerostore.Do(ctx, t.store, custom, func(ctx context.Context) error {
					t.equal("the value in the context", ctx.Value(marker{}), "here")
					runs++
					return nil
				}))
				t.equal("the number of runs", runs, 1)
			},
		},
		{
			name: "Do returns the error of the function",
			why:  "the error belongs to the function: a store returns it unchanged",
			run: func(t *trial) {
				err := aerostore.Do(t.Context(), t.store, custom, func(context.Context) error { return errOwn })
				if !errors.Is(err, errOwn) {
					t.Errorf("got error %v, want the one that the function returned", err)
				}
			},
		},
		{
			name: "Do without a name, a function or a context is refused",
			why:  "a call without a name or a function is a mistake in the program",
			run: func(t *trial) {
				nothing := func(context.Context) error { return nil }
				var noContext context.Context
				t.fails(aerostore.Do(t.Context(), t.store, aerostore.Custom{}, nothing), aerostore.ErrInvalid)
				t.fails(aerostore.Do(t.Context(), t.store, custom, nil), aerostore.ErrInvalid)
				if _, ok := aerostore.As[aerostore.Backend](t.store); ok {
					t.fails(aerostore.Do(noContext, t.store, custom, nothing), aerostore.ErrInvalid)
				}
			},
		},
		{
			name: "Do under a cancelled context fails",
			why:  "Do returns the error of the context, from the store or from the function",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				err := aerostore.Do(ctx, t.store, custom, func(ctx context.Context) error { return ctx.Err() })
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got error %v, want one that matches context.Canceled", err)
				}
			},
		},
	}
}
