package aerostore_test

import (
	"context"
	"testing"

	"github.com/aerostore/aerostore"
)

// counting is a backend that counts.
type counting struct{ aerostore.Handler }

func (counting) Stats() (aerostore.Stats, bool) {
	return aerostore.Stats{Nodes: []aerostore.NodeStats{{ConnectionsOpen: 3}}}, true
}

func TestAsFindsAStatsReporterInAChain(t *testing.T) {
	none := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, nil
	})
	layer := aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler { return next })
	reporter, ok := aerostore.As[aerostore.StatsReporter](aerostore.Chain(counting{none}, layer, layer))
	if !ok {
		t.Fatal("there is none")
	}
	if stats, ok := reporter.Stats(); !ok || stats.Nodes[0].ConnectionsOpen != 3 {
		t.Errorf("%+v, %v", stats, ok)
	}
	if _, ok := aerostore.As[aerostore.StatsReporter](aerostore.Chain(none, layer)); ok {
		t.Error("there is one though nothing counts")
	}
}
