package memory_test

import (
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/storetest/vectors"
)

func TestVectors(t *testing.T) {
	vectors.Run(t,
		func(tb testing.TB) aerostore.Store { return memory.NewT(tb) },
		vectors.WithAdvance(func(s aerostore.Store, d time.Duration) { s.(*memory.Store).Advance(d) }))
}
