package storetest

import (
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// Run runs every case as a subtest of t and returns when all have ended. The cases
// of a group run in parallel, each on a store that it shares with no other.
//
// Run calls newStore once for each case, with the testing.TB of the case, whose
// Cleanup should close what newStore opens. The stores may share a server and a
// client. They may not share Close or the clock that [WithAdvance] moves.
func Run(t *testing.T, newStore func(tb testing.TB) aerostore.Store, opts ...Option) {
	t.Helper()
	c := newConfig(opts)
	for _, g := range groups() {
		t.Run(g.name, func(t *testing.T) {
			for _, tc := range g.cases {
				t.Run(tc.name, func(t *testing.T) {
					t.Parallel()
					tc.try(t, c, newStore)
				})
			}
		})
	}
	c.skipped.log(t)
}

// A testCase is one expectation of a store.
type testCase struct {
	name   string
	why    string // printed when the case fails
	needs  Feature
	waits  bool // until a record has expired
	stalls bool // on a store of WithStalled
	run    func(t *trial)
}

// A group is the cases about one thing.
type group struct {
	name  string
	cases []testCase
}

func groups() []group {
	return []group{
		{"key", keyCases()},
		{"read", readCases()},
		{"value", valueCases()},
		{"size", sizeCases()},
		{"write", writeCases()},
		{"modify", modifyCases()},
		{"ttl", append(ttlCases(), readTouchCases()...)},
		{"generation", generationCases()},
		{"exists", existsCases()},
		{"options", append(optionCases(), otherOptionCases()...)},
		{"operate", operateCases()},
		{"result", needing(DataTypes, resultCases())},
		{"list", needing(DataTypes, listCases())},
		{"map", needing(DataTypes, mapCases())},
		{"bit", needing(DataTypes, bitCases())},
		{"hll", needing(DataTypes, hllCases())},
		{"path", needing(DataTypes, pathCases())},
		{"expression", needing(Expressions, expressionCases())},
		{"batch read", batchReadCases()},
		{"batch write", batchWriteCases()},
		{"batch mix", batchMixCases()},
		{"query", queryCases()},
		{"cursor", cursorCases()},
		{"index", indexCases()},
		{"filter", ofFilters(filterCases())},
		{"job", jobCases()},
		{"truncate", truncateCases()},
		{"count", countCases()},
		{"info", infoCases()},
		{"custom", customCases()},
		{"input", inputCases()},
		{"context", contextCases()},
		{"error", errorCases()},
		{"copy", copyCases()},
		{"concurrency", concurrencyCases()},
		{"ping", pingCases()},
		{"close", closeCases()},
	}
}

func needing(feature Feature, cases []testCase) []testCase {
	for i := range cases {
		cases[i].needs = feature
	}
	return cases
}

// ofFilters leaves a case with another need to that.
func ofFilters(cases []testCase) []testCase {
	for i := range cases {
		if cases[i].needs == "" {
			cases[i].needs = Filters
		}
	}
	return cases
}

// try runs the case.
func (tc testCase) try(tb testing.TB, c *config, newStore func(testing.TB) aerostore.Store) {
	tb.Helper()
	t := &trial{TB: tb, config: c, why: tc.why, began: time.Now()}
	if reason := c.excuse(tc); reason != "" {
		t.skip(reason)
	}
	if t.store = newStore(tb); t.store == nil {
		t.Fatalf("newStore returned nil")
	}
	tc.run(t)
}
