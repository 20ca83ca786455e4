package middleware_test

import (
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/storetest"
	"github.com/aerostore/aerostore/storetest/vectors"
)

// A layer must not change what a store answers.
func TestAStoreThroughEachMiddlewareAnswersTheSpecification(t *testing.T) {
	t.Parallel()
	for _, l := range append(layers, layer{name: "Stack", busy: fullStack().Middleware()}) {
		if race.Enabled && l.name != "Stack" { // it has each
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t,
				func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), l.busy) },
				storetest.Without(storetest.DurableDelete, "memory answers like the Community Edition"),
				storetest.WithAdvance(advance),
			)
		})
	}
}

func TestVectorsThroughAStack(t *testing.T) {
	t.Parallel()
	vectors.Run(t,
		func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), fullStack().Middleware()) },
		vectors.WithAdvance(advance), vectors.WithSample(race.OneIn))
}

func advance(s aerostore.Store, d time.Duration) {
	store, _ := aerostore.As[*memory.Store](s)
	store.Advance(d)
}
