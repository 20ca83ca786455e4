package aerostore_test

import (
	"context"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// tally is a layer that counts operations.
type tally struct{ n int64 }

func (c *tally) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		c.n++
		return next(ctx, call)
	}
}

func (c *tally) LayerStats() aerostore.LayerStats {
	return aerostore.LayerStats{
		Layer:  "tally",
		Events: []aerostore.LayerEvent{{Name: "seen", Scope: "a", N: c.n}, {Name: "seen", Scope: "b", N: 1}},
		Gauges: []aerostore.LayerGauge{
			{Name: "depth", Scope: "a", Value: 1.5},
			{Name: "depth", Value: 2},
			{Name: "state", Scope: "a", Value: -2, Kind: aerostore.GaugeMax},
			{Name: "state", Value: -1, Kind: aerostore.GaugeMax},
		},
	}
}

func TestWithLayerCreatesALayerForEachStore(t *testing.T) {
	mw := aerostore.WithLayer(func() *tally { return &tally{} })
	one, other := aerostore.Chain(memory.New(), mw), aerostore.Chain(memory.New(), mw)
	for range 3 {
		if _, err := one.Exists(t.Context(), aerostore.NewKey("test", "s", 1)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		store aerostore.Store
		want  int64
	}{"the one that was used": {one, 3}, "the other": {other, 0}} {
		layers := aerostore.Layers(c.store)
		if len(layers) != 1 {
			t.Fatalf("%s has %d layers, want 1", name, len(layers))
		}
		if got := layers[0].(*tally).n; got != c.want {
			t.Errorf("%s counted %d, want %d", name, got, c.want)
		}
	}
}

func TestLayersAreFoundThroughOtherLayersOutermostFirst(t *testing.T) {
	outer, inner := &tally{}, &tally{}
	store := aerostore.Chain(memory.New(),
		aerostore.WithLayer(func() *tally { return outer }),
		aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler { return next }),
		func(s aerostore.Store) aerostore.Store { return decorated{s} },
		aerostore.WithLayer(func() *tally { return inner }),
	)
	got := aerostore.Layers(store)
	if len(got) != 2 || got[0] != aerostore.Layer(outer) || got[1] != aerostore.Layer(inner) {
		t.Errorf("Layers gave %v, want the outer and the inner one", got)
	}
	if got := aerostore.Layers(memory.New()); got != nil {
		t.Errorf("a bare store has layers %v", got)
	}
}

func TestGaugesOfSeveralScopesAreCombinedByKind(t *testing.T) {
	stats := (&tally{n: 4}).LayerStats()
	if got := stats.Event("seen"); got != 5 {
		t.Errorf("seen %d, want 5", got)
	}
	if got := stats.Gauge("depth"); got != 3.5 {
		t.Errorf("depth %v, want 3.5", got)
	}
	if got := stats.Gauge("state"); got != -1 {
		t.Errorf("state %v, want the highest, -1", got)
	}
	if stats.Event("unheard of") != 0 || stats.Gauge("unheard of") != 0 {
		t.Error("what a layer does not know is not 0")
	}
}

func TestLayerStatsOfOneScope(t *testing.T) {
	stats := (&tally{n: 4}).LayerStats().Scope("a")
	if stats.Layer != "tally" || stats.Event("seen") != 4 || stats.Gauge("depth") != 1.5 || stats.Gauge("state") != -2 {
		t.Errorf("of a: %+v", stats)
	}
	if other := stats.Scope("b"); other.Events != nil || other.Gauges != nil {
		t.Errorf("of b in a: %+v", other)
	}
}

func TestWithLayerPanicsForANilLayer(t *testing.T) {
	for name, wire := range map[string]func(){
		"no function": func() { aerostore.WithLayer[aerostore.Layer](nil) },
		"no layer": func() {
			aerostore.Chain(memory.New(), aerostore.WithLayer(func() aerostore.Layer { return nil }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			wire()
		})
	}
}
