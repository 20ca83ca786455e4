package aerostore_test

import (
	"context"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// tally is a policy that counts operations.
type tally struct{ n int64 }

func (c *tally) Intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		c.n++
		return next(ctx, call)
	}
}

func (c *tally) PolicyStats() aerostore.PolicyStats {
	return aerostore.PolicyStats{
		Policy: "tally",
		Events: []aerostore.PolicyEvent{{Name: "seen", Scope: "a", N: c.n}, {Name: "seen", Scope: "b", N: 1}},
		Levels: []aerostore.PolicyLevel{
			{Name: "depth", Scope: "a", Value: 1.5},
			{Name: "depth", Value: 2},
			{Name: "state", Scope: "a", Value: -2, Kind: aerostore.LevelMax},
			{Name: "state", Value: -1, Kind: aerostore.LevelMax},
		},
	}
}

func TestEachStoreBehindAPolicyHasOneOfItsOwn(t *testing.T) {
	mw := aerostore.WithPolicy(func() *tally { return &tally{} })
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
		policies := aerostore.Policies(c.store)
		if len(policies) != 1 {
			t.Fatalf("%s has %d policies, want 1", name, len(policies))
		}
		if got := policies[0].(*tally).n; got != c.want {
			t.Errorf("%s counted %d, want %d", name, got, c.want)
		}
	}
}

func TestPoliciesAreFoundThroughOtherLayersOutermostFirst(t *testing.T) {
	outer, inner := &tally{}, &tally{}
	store := aerostore.Chain(memory.New(),
		aerostore.WithPolicy(func() *tally { return outer }),
		aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler { return next }),
		func(s aerostore.Store) aerostore.Store { return decorated{s} },
		aerostore.WithPolicy(func() *tally { return inner }),
	)
	got := aerostore.Policies(store)
	if len(got) != 2 || got[0] != aerostore.Policy(outer) || got[1] != aerostore.Policy(inner) {
		t.Errorf("Policies gave %v, want the outer and the inner one", got)
	}
	if got := aerostore.Policies(memory.New()); got != nil {
		t.Errorf("a bare store has policies %v", got)
	}
}

func TestLevelsOfSeveralScopesBecomeOneByTheirKind(t *testing.T) {
	stats := (&tally{n: 4}).PolicyStats()
	if got := stats.Event("seen"); got != 5 {
		t.Errorf("seen %d, want 5", got)
	}
	if got := stats.Level("depth"); got != 3.5 {
		t.Errorf("depth %v, want 3.5", got)
	}
	if got := stats.Level("state"); got != -1 {
		t.Errorf("state %v, want the highest, -1", got)
	}
	if stats.Event("unheard of") != 0 || stats.Level("unheard of") != 0 {
		t.Error("what a policy does not know is not 0")
	}
}

func TestPolicyStatsOfOneScope(t *testing.T) {
	stats := (&tally{n: 4}).PolicyStats().Scope("a")
	if stats.Policy != "tally" || stats.Event("seen") != 4 || stats.Level("depth") != 1.5 || stats.Level("state") != -2 {
		t.Errorf("of a: %+v", stats)
	}
	if other := stats.Scope("b"); other.Events != nil || other.Levels != nil {
		t.Errorf("of b in a: %+v", other)
	}
}

func TestAPolicyThatIsNilPanicsAtWiringTime(t *testing.T) {
	for name, wire := range map[string]func(){
		"no function": func() { aerostore.WithPolicy[aerostore.Policy](nil) },
		"no policy": func() {
			aerostore.Chain(memory.New(), aerostore.WithPolicy(func() aerostore.Policy { return nil }))
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
