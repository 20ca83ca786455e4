package memory_test

import (
	"maps"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/storetest"
)

func TestStoreConforms(t *testing.T) {
	t.Parallel()
	stacks := map[string][]aerostore.Middleware{"bare": nil, "all layers": allLayers()}
	if !race.Enabled { // all layers have each
		maps.Copy(stacks, layers)
	}
	for name, stack := range stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t,
				func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), stack...) },
				storetest.Without(storetest.DurableDelete, "memory answers like the Community Edition"),
				storetest.Without(storetest.SocketTimeouts, "memory waits for no network"),
				storetest.WithAdvance(advance),
				storetest.WithStalled(func(tb testing.TB) aerostore.Store {
					store := memory.NewT(tb)
					store.Inject(memory.Fault{Delay: time.Hour})
					return aerostore.Chain(store, stack...)
				}),
			)
		})
	}
}

func advance(s aerostore.Store, d time.Duration) {
	store, _ := aerostore.As[*memory.Store](s)
	store.Advance(d)
}
