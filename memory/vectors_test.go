package memory_test

import (
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/storetest/vectors"
)

func TestVectors(t *testing.T) {
	for name, stack := range map[string][]aerostore.Middleware{"bare": nil, "all layers": allLayers()} {
		t.Run(name, func(t *testing.T) {
			vectors.Run(t,
				func(tb testing.TB) aerostore.Store { return aerostore.Chain(memory.NewT(tb), stack...) },
				vectors.WithAdvance(advance), vectors.WithSample(race.OneIn))
		})
	}
}
