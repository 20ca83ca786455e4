package memory_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// outcome is what a batch says of one key.
type outcome struct {
	bins bins
	code aerostore.ResultCode
}

func wantOutcomes(t *testing.T, op aerostore.Op, keys []aerostore.Key, results []aerostore.BatchResult, err error, want ...outcome) {
	t.Helper()
	if err != nil || results == nil || len(results) != len(want) {
		t.Fatalf("%v: %v, %v", op, results, err)
	}
	for i, r := range results {
		wantCode(t, r.Err, want[i].code)
		var e *aerostore.Error
		if errors.As(r.Err, &e) && (e.Op != op || e.Namespace != keys[i].Namespace() || e.Set != keys[i].Set()) {
			t.Errorf("%v: the error of key %d says %q", op, i, e)
		}
		var got bins
		if r.Record != nil {
			got = r.Record.Bins
		}
		if r.Key != keys[i] || !reflect.DeepEqual(got, want[i].bins) {
			t.Errorf("%v: key %d has %v, want %v", op, i, got, want[i].bins)
		}
	}
}

func TestABatchAnswersKeyByKey(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"a": 1, "s": "x"})
	mustPut(t, s, key("b"), bins{"a": "text"})
	nowhere := aerostore.NewKey("nowhere", "users", "a")
	keys := []aerostore.Key{key("a"), nowhere, key("none"), key("b"), key("a")}
	const (
		notFound = aerostore.CodeNotFound
		noSpace  = aerostore.CodeInvalidNamespace
		binType  = aerostore.CodeBinType
	)

	results, err := s.BatchRead(ctx, keys, nil)
	wantOutcomes(t, aerostore.OpBatchRead, keys, results, err,
		outcome{bins{"a": 1, "s": "x"}, 0}, outcome{nil, noSpace}, outcome{nil, notFound}, outcome{bins{"a": "text"}, 0}, outcome{bins{"a": 1, "s": "x"}, 0})
	results, err = s.BatchRead(ctx, keys, []string{})
	wantOutcomes(t, aerostore.OpBatchRead, keys, results, err,
		outcome{bins{}, 0}, outcome{nil, noSpace}, outcome{nil, notFound}, outcome{bins{}, 0}, outcome{bins{}, 0})
	results, err = s.BatchRead(ctx, keys, []string{"s"})
	wantOutcomes(t, aerostore.OpBatchRead, keys, results, err,
		outcome{bins{"s": "x"}, 0}, outcome{nil, noSpace}, outcome{nil, notFound}, outcome{bins{}, 0}, outcome{bins{"s": "x"}, 0})

	results, err = s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.AddBin("a", 1), aerostore.ReadBin("a")})
	wantOutcomes(t, aerostore.OpBatchOperate, keys, results, err,
		outcome{bins{"a": 2}, 0}, outcome{nil, noSpace}, outcome{bins{"a": 1}, 0}, outcome{nil, binType}, outcome{bins{"a": 3}, 0})
	results, err = s.BatchOperate(ctx, keys[2:4], []aerostore.Operation{aerostore.AddBin("a", 1), aerostore.ReadAll()})
	wantOutcomes(t, aerostore.OpBatchOperate, keys[2:4], results, err,
		outcome{nil, aerostore.CodeParameter}, outcome{nil, aerostore.CodeParameter})

	results, err = s.BatchWrite(ctx, []aerostore.BatchItem{
		{Key: keys[0], Bins: bins{"w": 1}},
		{Key: keys[1], Bins: bins{"w": 1}},
		{Key: keys[2], Bins: bins{"w": 1}, Options: []aerostore.WriteOption{aerostore.CreateOrUpdate, 100 * second}},
		{Key: keys[3], Bins: bins{"a": nil}},
		{Key: keys[4], Bins: bins{"w": 2}, Options: []aerostore.WriteOption{aerostore.CreateOnly}},
	}, aerostore.UpdateOnly)
	wantOutcomes(t, aerostore.OpBatchWrite, keys, results, err,
		outcome{nil, 0}, outcome{nil, noSpace}, outcome{nil, 0}, outcome{nil, 0}, outcome{nil, aerostore.CodeExists})
	if r := mustGet(t, s, key("none")); r.TTL != 100*second {
		t.Errorf("TTL %v", r.TTL)
	}

	results, err = s.BatchRemove(ctx, keys)
	wantOutcomes(t, aerostore.OpBatchRemove, keys, results, err,
		outcome{nil, 0}, outcome{nil, noSpace}, outcome{nil, 0}, outcome{nil, notFound}, outcome{nil, notFound})

	mustPut(t, s, key("a"), bins{"a": 1})
	results, err = s.BatchRemove(ctx, keys[:1], aerostore.DurableDelete)
	wantOutcomes(t, aerostore.OpBatchRemove, keys, results, err, outcome{nil, aerostore.CodeEnterpriseOnly})
}

func TestABatchOfNoKeysIsEmpty(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	ops := []aerostore.Operation{aerostore.ReadAll()}
	results, err := s.BatchRead(ctx, nil, nil)
	wantOutcomes(t, aerostore.OpBatchRead, nil, results, err)
	results, err = s.BatchWrite(ctx, nil)
	wantOutcomes(t, aerostore.OpBatchWrite, nil, results, err)
	results, err = s.BatchOperate(ctx, nil, ops)
	wantOutcomes(t, aerostore.OpBatchOperate, nil, results, err)
	results, err = s.BatchRemove(ctx, nil)
	wantOutcomes(t, aerostore.OpBatchRemove, nil, results, err)
}

func TestABatchCanBeCarriedOutInRandomOrder(t *testing.T) {
	const batches, times = 20, 5
	// draw returns the order of each batch, as it shows in counts.
	draw := func(opts ...memory.Option) (orders [][]int) {
		s := memory.NewT(t, opts...)
		keys := make([]aerostore.Key, times)
		for i := range keys {
			keys[i] = key("a")
		}
		for range batches {
			if _, err := s.Remove(t.Context(), key("a")); err != nil {
				t.Fatal(err)
			}
			results, err := s.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")})
			if err != nil {
				t.Fatal(err)
			}
			order := make([]int, times)
			seen := make(map[int]bool)
			for i, r := range results {
				order[i] = r.Record.Bins["n"].(int)
				seen[order[i]] = true
			}
			if len(seen) != times {
				t.Fatalf("counts %v", order)
			}
			orders = append(orders, order)
		}
		return orders
	}
	straight := fmt.Sprint(draw())
	if want := fmt.Sprint(draw()); straight != want || !strings.HasPrefix(straight, "[[1 2 3 4 5] [1 2 3 4 5]") {
		t.Errorf("without the option: %s", straight)
	}
	one, again, other := fmt.Sprint(draw(memory.WithBatchOrder(1))), fmt.Sprint(draw(memory.WithBatchOrder(1))), fmt.Sprint(draw(memory.WithBatchOrder(2)))
	if one == straight || one != again || one == other {
		t.Errorf("with one seed:\n%s\n%s\nwith another:\n%s", one, again, other)
	}
	if orders := draw(memory.WithBatchOrder(1)); fmt.Sprint(orders[0]) == fmt.Sprint(orders[1]) && fmt.Sprint(orders[1]) == fmt.Sprint(orders[2]) {
		t.Errorf("all batches have one order: %v", orders)
	}

	s := memory.NewT(t, memory.WithBatchOrder(3))
	numbers := make([]aerostore.BatchItem, 50)
	for i := range numbers {
		numbers[i] = aerostore.BatchItem{Key: aerostore.NewKey("test", "users", i), Bins: bins{"n": i}}
	}
	results, err := s.BatchWrite(t.Context(), numbers)
	for i, r := range results {
		if err != nil || r.Err != nil || r.Key != numbers[i].Key || mustGet(t, s, r.Key).Bins["n"] != i {
			t.Errorf("result %d: %v, %v", i, r, err)
		}
	}
}
