package middleware_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// operationsOnParts returns an operation of each kind, by whether it writes.
func operationsOnParts() (reads, writes []aerostore.Operation) {
	for kind := cdt.Kind(1); kind.Family() != 0; kind++ {
		op := aerostore.OperationOf("b", cdt.Op{Kind: kind, Select: cdt.All().Selector()})
		if kind.Writes() {
			writes = append(writes, op)
		} else {
			reads = append(reads, op)
		}
	}
	return reads, writes
}

func TestReadsOfPartsPassAReadOnlyStoreAndWritesDoNot(t *testing.T) {
	store := aerostore.Chain(fake.Answers(aerostore.Result{}, nil), middleware.ReadOnly(middleware.ReadOnlyOptions{}))
	reads, writes := operationsOnParts()
	if _, err := store.Operate(t.Context(), key, reads); err != nil {
		t.Errorf("reads: %v", err)
	}
	if _, err := store.BatchOperate(t.Context(), keys, reads); err != nil {
		t.Errorf("reads of a batch: %v", err)
	}
	for _, op := range writes {
		for name, err := range map[string]error{
			"alone":       errorOf(store.Operate(t.Context(), key, []aerostore.Operation{op})),
			"after reads": errorOf(store.Operate(t.Context(), key, append(reads[:1:1], op))),
			"in a batch":  errorOf(store.BatchOperate(t.Context(), keys, []aerostore.Operation{op})),
		} {
			if !errors.Is(err, middleware.ErrReadOnly) {
				t.Errorf("%s, %s: %v", op, name, err)
			}
		}
	}
}

func TestReadsOfPartsAreHedgedAndWritesAreNot(t *testing.T) {
	reads, writes := operationsOnParts()
	for _, c := range []struct {
		name string
		ops  []aerostore.Operation
		want int64
	}{
		{"reads", reads, 2},
		{"a write after a read", append(reads[:1:1], writes[0]), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n atomic.Int64
				store := aerostore.Chain(aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
					n.Add(1)
					time.Sleep(20 * ms)
					return fake.Success(call), nil
				}), middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None, Budget: 1}))
				if _, err := store.Operate(t.Context(), key, c.ops); err != nil {
					t.Error(err)
				}
				if _, err := store.BatchOperate(t.Context(), keys, c.ops); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Second) // until abandoned attempts end
				if got := n.Load(); got != 2*c.want {
					t.Errorf("%d attempts at two calls, want %d", got, 2*c.want)
				}
			})
		})
	}
}

func TestALayerPassesStepsOn(t *testing.T) {
	steps := []any{3, nil, []any{1, []byte{2}}}
	backend := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		record := &aerostore.Record{Key: key, Bins: aerostore.Bins{}}
		record.SetSteps(steps)
		if call.IsBatch() {
			return aerostore.Result{}.WithBatch([]aerostore.BatchResult{{Key: key, Record: record}}), nil
		}
		return aerostore.Result{}.WithRecord(record), nil
	})
	check := func(t *testing.T, r *aerostore.Record, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Step(0).Int(); n != 3 || err != nil {
			t.Errorf("the first step is %d, %v", n, err)
		}
		if l, err := r.Step(2).List(); len(l) != 2 || err != nil {
			t.Errorf("the last step is %v, %v", l, err)
		}
	}
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			store := aerostore.Chain(backend, l.busy)
			for _, op := range []aerostore.Operation{scores.Get(cdt.All()), scores.Append(1)} {
				record, err := store.Operate(t.Context(), key, []aerostore.Operation{op})
				check(t, record, err)
				results, err := store.BatchOperate(t.Context(), keys[:1], []aerostore.Operation{op})
				if err != nil {
					t.Fatal(err)
				}
				check(t, results[0].Record, results[0].Err)
			}
		})
	}
}
