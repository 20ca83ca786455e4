package asbackend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/internal/race"
	"github.com/aerostore/aerostore/internal/servertest"
	"github.com/aerostore/aerostore/storetest/vectors"
)

func TestVectors(t *testing.T) {
	sample := race.OneIn
	var opts []vectors.Option
	cluster := hosts(t)
	if servertest.IsEmulated() { // one whose clock can be moved, since no other test has it
		s := emulator.RunT(t)
		cluster, sample = s.Addr(), max(sample, asbackend.VectorSample)
		opts = append(opts, vectors.WithAdvance(func(_ aerostore.Store, d time.Duration) { s.Store().Advance(d) }))
	}
	if strings.Contains(cluster, ",") { // several nodes, which replicate
		opts = append(opts, vectors.WithAnyOrder())
	}
	s, err := asbackend.Dial(t.Context(), cluster, unhurried())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	vectors.Run(t, func(testing.TB) aerostore.Store { return s }, append(opts, vectors.WithSample(sample))...)
}
