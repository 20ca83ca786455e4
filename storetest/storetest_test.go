package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestCasesDetectBrokenStores(t *testing.T) {
	t.Parallel()
	for _, s := range sabotages() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range s.seenBy {
				tc := caseNamed(t, name)
				if sound := tc.on(t, nil); sound.failed {
					t.Errorf("%q fails on a sound store: %s", name, &sound.text)
				}
				r := tc.on(t, s.breaks)
				if !r.failed {
					t.Errorf("%q does not detect it", name)
				}
				if !strings.Contains(r.text.String(), "why: "+tc.why) && !strings.Contains(r.text.String(), "panic") {
					t.Errorf("%q fails without a reason: %s", name, &r.text)
				}
			}
		})
	}
}

func TestEveryCaseCanFail(t *testing.T) {
	t.Parallel()
	for _, g := range groups() {
		for _, tc := range g.cases {
			t.Run(g.name+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				all, named := sabotages(), func(s sabotage) bool { return slices.Contains(s.seenBy, g.name+"/"+tc.name) }
				slices.SortStableFunc(all, func(a, b sabotage) int { // first those that it is there for
					switch {
					case named(a) == named(b):
						return 0
					case named(a):
						return -1
					default:
						return 1
					}
				})
				for _, s := range all {
					if tc.on(t, s.breaks).failed {
						return
					}
				}
				t.Error("no sabotage makes it fail")
			})
		}
	}
}

func TestCasesAcceptABatchInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, g := range groups() {
		for _, tc := range g.cases {
			t.Run(g.name+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				if r := tc.on(t, around(backwards)); r.failed && !tc.on(t, nil).failed {
					t.Errorf("it fails on a store that is sound: %s", &r.text)
				}
			})
		}
	}
}

func TestCasesHaveUniqueNamesAndReasons(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, g := range groups() {
		for _, tc := range g.cases {
			name := g.name + "/" + tc.name
			if seen[name] || tc.why == "" {
				t.Errorf("%q is not unique or has no reason", name)
			}
			seen[name] = true
		}
	}
	t.Logf("%d cases", len(seen))
}

func TestMissingFeaturesAreSkippedAndLogged(t *testing.T) {
	t.Parallel()
	tc := testCase{name: "case", why: "reasons", needs: Indexes, run: func(t *trial) { t.Errorf("it ran") }}
	c := newConfig([]Option{Without(Indexes, "too simple")})
	r := record(t, func(tb testing.TB) { tc.try(tb, c, func(tb testing.TB) aerostore.Store { return memory.NewT(tb) }) })
	if r.failed || !r.skipped {
		t.Errorf("failed %t, skipped %t, want it skipped: %s", r.failed, r.skipped, &r.text)
	}
	log := record(t, c.skipped.log)
	for _, part := range []string{"skipped 1", "indexes", "too simple", "recorded"} {
		if !strings.Contains(log.text.String(), part) {
			t.Errorf("%q does not say %q", log.text.String(), part)
		}
	}
}

func TestWithoutPanicsWithoutAFeatureOrReason(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]func(){
		"no feature": func() { Without("flying", "no wings") },
		"no reason":  func() { Without(Expiry, "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			without()
		}()
	}
}

// A store may lack data types and expressions, if it says so: it passes all cases that do
// not need them.
func TestAStoreWithoutDataTypesAnswersTheOtherCases(t *testing.T) {
	t.Parallel()
	lacking := onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
		for _, o := range call.Operations() {
			if o.Kind() > aerostore.OperationDelete && err == nil {
				return r, &aerostore.Error{Op: call.Op, Namespace: call.Key.Namespace(), Set: call.Key.Set(), Code: aerostore.CodeUnsupportedFeature}
			}
		}
		return r, err
	})
	for _, g := range groups() {
		for _, tc := range g.cases {
			if tc.needs == DataTypes || tc.needs == Expressions || tc.stalls {
				continue
			}
			if r := tc.on(t, lacking); r.failed {
				t.Errorf("%s/%s fails: %s", g.name, tc.name, &r.text)
			}
		}
	}
}
