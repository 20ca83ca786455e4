package storetest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/aerostore/aerostore"
)

func closings() []testCase {
	cases := perOperation(func(o operation) testCase {
		return testCase{
			name:  o.name() + " after Close fails with ErrClosed",
			why:   "a store that was closed does nothing, and says so",
			needs: Closing,
			run: func(t *trial) {
				key := t.key()
				t.closeStore()
				t.fails(o.do(t.Context(), t.store, key), aerostore.ErrClosed)
			},
		}
	})
	return append(cases, []testCase{
		{
			name:  "a second Close succeeds",
			why:   "whoever cleans up need not know whether somebody else has",
			needs: Closing,
			run: func(t *trial) {
				t.closeStore()
				t.closeStore()
				t.fails(t.store.Put(t.Context(), t.key(), before), aerostore.ErrClosed)
			},
		},
		{
			name:  "Do after Close fails with ErrClosed",
			why:   "what needs the backend is not run when that is closed",
			needs: Closing,
			run: func(t *trial) {
				if _, ok := aerostore.As[aerostore.Backend](t.store); !ok {
					t.skip("custom calls reach a Backend only")
				}
				t.closeStore()
				err := aerostore.Do(t.Context(), t.store, aerostore.Custom{Name: "STORETEST"}, func(context.Context) error {
					t.Errorf("the call was run")
					return nil
				})
				t.fails(err, aerostore.ErrClosed)
			},
		},
		{
			name:  "Close during operations ends them",
			why:   "each of them ends as if alone or with ErrClosed",
			needs: Closing,
			run: func(t *trial) {
				key := t.key()
				var wg sync.WaitGroup
				defer wg.Wait()
				for range workers {
					wg.Go(func() {
						for range rounds {
							_, err := t.store.Get(t.Context(), key)
							if !errors.Is(err, aerostore.ErrNotFound) && !errors.Is(err, aerostore.ErrClosed) {
								t.Errorf("got error %v, want one that matches ErrNotFound or ErrClosed", err)
							}
						}
					})
				}
				t.closeStore()
			},
		},
	}...)
}

// closeStore closes what stands under any layers.
func (t *trial) closeStore() {
	t.Helper()
	closer, ok := aerostore.As[io.Closer](t.store)
	if !ok {
		t.Fatalf("As[io.Closer] finds nothing: a store without Close says so by Without(Closing, …)")
	}
	t.ok(closer.Close())
}
