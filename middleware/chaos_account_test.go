package middleware_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore"
)

// verify compares the account with what the backend holds and returns what does
// not agree, if anything:
//
//   - a write that was acknowledged happened, once;
//   - a write in doubt happened once or not at all;
//   - a write that failed did not happen.
func (a *account) verify(ctx context.Context, backend aerostore.Store) []string {
	v := &verification{account: a, ctx: ctx, backend: backend}
	v.numbers("counters", a.counted[0])
	v.numbers("both", a.counted[1])
	v.numbers("checked", a.checked)
	v.tokens()
	v.existence("created", a.created, true)
	v.existence("removed", a.removed, false)
	return v.broken
}

type verification struct {
	*account

	ctx     context.Context
	backend aerostore.Store
}

// numbers compares how high counters stand.
func (v *verification) numbers(kind string, want [chaosRecords]bounds) {
	for i, b := range want {
		record, err := v.backend.Get(v.ctx, chaosKey(kind, i))
		n, _ := record.Int("n")
		if err != nil || n < b.done || n > b.done+b.unknown {
			v.breach("%s %d stands at %d, %v; %d were acknowledged and %d in doubt", kind, i, n, err, b.done, b.unknown)
		}
	}
}

// tokens looks for each token that was to be appended.
func (v *verification) tokens() {
	found := map[aerostore.Key]map[string]int{}
	for _, kind := range []string{"logs", "both"} {
		for i := range chaosRecords {
			key := chaosKey(kind, i)
			record, err := v.backend.Get(v.ctx, key)
			if err != nil {
				v.breach("%s %d: %v", kind, i, err)
				continue
			}
			log, _ := record.Str("log")
			counts := map[string]int{}
			for token := range strings.FieldsSeq(log) {
				counts[token]++
			}
			found[key] = counts
			if n, _ := record.Int("n"); kind == "both" && n != len(strings.Fields(log)) {
				v.breach("%s %d has counted %d and logged %d", kind, i, n, len(strings.Fields(log)))
			}
		}
	}
	for _, e := range v.appended {
		v.occurrences(fmt.Sprintf("token %s in %s", e.token, e.key.Set()), e.verdict, found[e.key][e.token])
		delete(found[e.key], e.token)
	}
	for key, rest := range found {
		if len(rest) > 0 {
			v.breach("%d tokens in %s have no writer", len(rest), key.Set())
		}
	}
}

// existence checks whether writes to separate records happened.
func (v *verification) existence(kind string, entries []entry, means bool) {
	for i, e := range entries {
		exists, err := v.backend.Exists(v.ctx, e.key)
		if err != nil {
			v.breach("%s: %v", kind, err)
			continue
		}
		n := 0
		if exists == means {
			n = 1
		}
		v.occurrences(fmt.Sprintf("%s %d", kind, i), e.verdict, n)
	}
}

func (v *verification) occurrences(what string, outcome verdict, n int) {
	switch {
	case outcome == done && n == 0:
		v.breach("%s was acknowledged and is lost", what)
	case outcome == failed && n > 0:
		v.breach("%s was said to have failed and happened", what)
	case n > 1:
		v.breach("%s happened %d times", what, n)
	}
}
