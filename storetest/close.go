package storetest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/aerostore/aerostore"
)

func closeCases() []testCase {
	cases := perOperation(func(o operation) testCase {
		return testCase{
			name:  o.name() + " after Close fails with ErrClosed",
			why:   "a closed store does nothing and returns ErrClosed",
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
			why:   "clean-up code may close a store that is already closed",
			needs: Closing,
			run: func(t *trial) {
				t.closeStore()
				t.closeStore()
				t.fails(t.store.Put(t.Context(), t.key(), before), aerostore.ErrClosed)
			},
		},
		{
			name:  "Do after Close fails with ErrClosed",
			why:   "the function needs the backend, which is closed",
			needs: Closing,
			run: func(t *trial) {
				if _, ok := aerostore.As[aerostore.Backend](t.store); !ok {
					t.skip("Do checks a Backend only, and As[Backend] finds none in the store")
				}
				t.closeStore()
				err := aerostore.Do(t.Context(), t.store, aerostore.Custom{Name: "STORETEST"}, func(context.Context) error {
					t.Errorf("the function was called, want it not to be")
					return nil
				})
				t.fails(err, aerostore.ErrClosed)
			},
		},
		{
			name:  "Close during operations ends them",
			why:   "an operation ends as usual or fails with ErrClosed",
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

// closeStore closes the io.Closer in the store.
func (t *trial) closeStore() {
	t.Helper()
	closer, ok := aerostore.As[io.Closer](t.store)
	if !ok {
		t.Fatalf("As[io.Closer] finds nothing: add Close to the store or use Without(Closing, …)")
	}
	t.ok(closer.Close())
}
