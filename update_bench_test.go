package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// What docs/recipes.md says of 200 appends to one list.
func BenchmarkAppendToAList(b *testing.B) {
	appends := map[string]func(context.Context, aerostore.Store, aerostore.Key) error{
		"Update": func(ctx context.Context, s aerostore.Store, key aerostore.Key) error {
			return aerostore.Update(ctx, s, key, func(r *aerostore.Record) (aerostore.Bins, error) {
				events, err := r.List("events")
				if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
					return nil, err
				}
				return aerostore.Bins{"events": append(events, 1)}, nil
			})
		},
		"ListBin": func(ctx context.Context, s aerostore.Store, key aerostore.Key) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.ListBin("events").Append(1)})
			return err
		},
	}
	const all = 200
	for _, name := range []string{"Update", "ListBin"} {
		for _, writers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/writers=%d", name, writers), func(b *testing.B) {
				ctx, store := b.Context(), memory.NewT(b)
				b.ReportAllocs()
				for i := range b.N {
					key := aerostore.NewKey("test", "lists", i)
					var wg sync.WaitGroup
					for range writers {
						wg.Go(func() {
							for range all / writers {
								if err := appends[name](ctx, store, key); err != nil {
									b.Error(err)
								}
							}
						})
					}
					wg.Wait()
				}
			})
		}
	}
}
