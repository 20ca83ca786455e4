package memory_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/memory"
)

// cdtFamilies has those more often whose values change in place.
var cdtFamilies = []enginetest.Family{
	enginetest.Lists, enginetest.Lists, enginetest.Lists, enginetest.Maps, enginetest.Maps, enginetest.Maps,
	enginetest.Bits, enginetest.HLLs,
}

func randomSource(t *rapid.T) *enginetest.Source {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	data := make([]byte, rapid.IntRange(100, 5000).Draw(t, "length"))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	s := enginetest.NewSource(data)
	s.Sendable = true
	return s
}

// TestOperateDoesWhatTheEngineDoes compares random calls with the engine on copies of the
// bins. A call that fails must leave the record as it was. Reads between the calls lend
// lists and maps. The store has a limit for the size of a record, and must refuse
// exactly what another store refuses to load.
func TestOperateDoesWhatTheEngineDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, s := t.Context(), randomSource(t)
		limit := rapid.IntRange(130, 250).Draw(t, "limit")
		store := memory.New(memory.WithMaxRecordSize(limit))
		free := memory.New()
		list, _ := value.Import([]any{3, 1, "a", []any{1, 2}, []any{}, map[any]any{"a": 1}})
		entries, _ := value.Import(map[any]any{"a": 1, "b": []any{1}, 1: map[any]any{"c": 2}})
		model := map[string]any{"n": 1, fmt.Sprint("b", enginetest.Lists): list, fmt.Sprint("b", enginetest.Maps): entries}
		start := bins{}
		for name, v := range model {
			start[name] = value.Export(v)
		}
		if err := errors.Join(store.Put(ctx, key("a"), start), free.Put(ctx, key("a"), start)); err != nil {
			t.Fatal(err)
		}
		for !s.Done() {
			var ops []aerostore.Operation
			var want []any
			code := aerostore.CodeOK
			after := map[string]any{}
			for name, v := range model {
				after[name] = value.Clone(v)
			}
			for range rapid.IntRange(1, 4).Draw(t, "operations") {
				of := rapid.SampledFrom(cdtFamilies).Draw(t, "family")
				name := fmt.Sprint("b", of)
				op := s.Op(of)
				if op.Check() != nil {
					continue
				}
				made := aerostore.OperationOf(name, *op)
				if (aerostore.Call{Op: aerostore.OpOperate, Key: key("a")}).WithOperations([]aerostore.Operation{made}).Validate() != nil {
					continue // values of another kind than the methods of a Store's operations pass
				}
				ops, op = append(ops, made), made.CDT()
				if code != aerostore.CodeOK {
					continue
				}
				v, result, err := engine.Apply(after[name], op, nil)
				var refused *engine.Error
				if errors.As(err, &refused) {
					code = aerostore.ResultCode(refused.Code)
					continue
				}
				if after[name] = v; v == nil {
					delete(after, name)
				}
				want = append(want, value.Export(result))
			}
			if len(ops) == 0 {
				continue
			}
			generation := mustGetRapid(t, store).Generation
			writes := slices.ContainsFunc(ops, aerostore.Operation.Writes)
			if _, err := free.Operate(ctx, key("a"), ops); aerostore.CodeOf(err) != code {
				t.Fatalf("%v: %v, want %v", ops, err, code)
			}
			if code == aerostore.CodeOK && writes && !loads(t, limit, free) {
				code = aerostore.CodeRecordTooBig
				if err := free.Load(strings.NewReader(snapshot(t, store))); err != nil {
					t.Fatal(err)
				}
			}
			r, err := store.Operate(ctx, key("a"), ops)
			if aerostore.CodeOf(err) != code {
				t.Fatalf("%v: %v, want %v; %+v %s", ops, err, code, *ops[0].CDT(), snapshot(t, store))
			}
			if err == nil {
				model = after
				if writes {
					generation++
				}
				for i := range want {
					if got := r.Step(i).Value(); !sameValue(got, want[i]) {
						t.Fatalf("%v returned %#v, want %#v", ops[i], got, want[i])
					}
				}
			}
			if rapid.Bool().Draw(t, "read") {
				checkModel(t, store, model, generation)
			}
		}
		checkModel(t, store, model, mustGetRapid(t, store).Generation)
	})
}

func mustGetRapid(t *rapid.T, s *memory.Store) *aerostore.Record {
	r, err := s.Get(t.Context(), key("a"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func checkModel(t *rapid.T, s *memory.Store, model map[string]any, generation uint32) {
	r := mustGetRapid(t, s)
	want := bins{}
	for name, v := range model {
		want[name] = value.Export(v)
	}
	if !sameValue(map[string]any(r.Bins), map[string]any(want)) || r.Generation != generation {
		t.Fatalf("the record has %#v, generation %d, want %#v, %d", r.Bins, r.Generation, want, generation)
	}
}

// sameValue is reflect.DeepEqual for which NaN equals NaN.
func sameValue(a, b any) bool {
	return reflect.DeepEqual(a, b) || fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b)
}

// loads reports whether a store with the limit loads the contents of a store.
func loads(t *rapid.T, limit int, s *memory.Store) bool {
	err := memory.New(memory.WithMaxRecordSize(limit)).Load(strings.NewReader(snapshot(t, s)))
	if err != nil && !errors.Is(err, aerostore.ErrRecordTooBig) {
		t.Fatal(err)
	}
	return err == nil
}

// The tests below compare the store with plain models in Go, a family each.

func TestOperateOnAListIsAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, store := t.Context(), memory.New()
		l := aerostore.ListBin("l")
		model := []any{}
		if err := store.Put(ctx, key("a"), bins{"l": []any{}}); err != nil {
			t.Fatal(err)
		}
		numbers := func(items []any) []int {
			out := make([]int, len(items))
			for i, v := range items {
				out[i] = v.(int)
			}
			return out
		}
		sorted := func() []any {
			ns := numbers(model)
			slices.Sort(ns)
			out := make([]any, len(ns))
			for i, n := range ns {
				out[i] = n
			}
			return out
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			var op aerostore.Operation
			var want any
			n := rapid.IntRange(-9, 9).Draw(t, "value")
			at := rapid.IntRange(0, len(model)).Draw(t, "at")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				op, model = l.Append(n), append(model, n)
				want = len(model)
			case 1:
				op, model = l.Insert(at, n, n+1), slices.Insert(model, at, any(n), any(n+1))
				want = len(model)
			case 2:
				op = l.Get(cdt.Ranks(-3, 3))
				all := sorted()
				want = append([]any{}, all[max(0, len(all)-3):]...)
			case 3:
				op = l.Remove(cdt.Below(n), cdt.Count)
				before := len(model)
				model = slices.DeleteFunc(model, func(v any) bool { return v.(int) < n })
				want = before - len(model)
			case 4:
				op = l.Size()
				want = len(model)
			case 5:
				op, model = l.Sort(), sorted()
			default:
				if at == len(model) {
					continue
				}
				op, want = l.Pop(at), model[at]
				model = slices.Delete(model, at, at+1)
			}
			r, err := store.Operate(ctx, key("a"), []aerostore.Operation{op, aerostore.ReadBin("l")})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Step(0).Value()
			if list, ok := got.([]any); ok { // in any order
				slices.SortFunc(list, func(a, b any) int { return a.(int) - b.(int) })
			}
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(r.Step(1).Value(), append([]any{}, model...)) {
				t.Fatalf("%v returned %v, want %v; the list is %v, want %v", op, got, want, r.Step(1).Value(), model)
			}
		}
	})
}

func TestOperateOnAMapIsAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, store := t.Context(), memory.New()
		m := aerostore.MapBin("m")
		order := rapid.SampledFrom([]cdt.MapOrder{cdt.Unordered, cdt.KeyOrdered, cdt.KeyValueOrdered}).Draw(t, "order")
		model := map[string]int{}
		operate := func(ops ...aerostore.Operation) *aerostore.Record {
			r, err := store.Operate(ctx, key("a"), ops)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		operate(m.SetOrder(order))
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			k, n := rapid.StringMatching("[a-e]").Draw(t, "key"), rapid.IntRange(0, 9).Draw(t, "value")
			var op aerostore.Operation
			var want any
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				op, model[k] = m.Put(k, n), n
				want = len(model)
			case 1:
				model[k] += n
				op, want = m.Increment(k, n), model[k]
			case 2:
				op = m.Get(cdt.Key(k))
				if v, ok := model[k]; ok {
					want = v
				}
			case 3:
				op = m.Remove(cdt.Key(k), cdt.Count)
				want = 0
				if _, ok := model[k]; ok {
					want = 1
				}
				delete(model, k)
			default:
				op = m.Get(cdt.Ranks(0, 2), cdt.Pairs)
				pairs := []aerostore.MapPair{}
				for k, v := range model {
					pairs = append(pairs, aerostore.MapPair{Key: k, Value: v})
				}
				slices.SortFunc(pairs, func(a, b aerostore.MapPair) int {
					if c := a.Value.(int) - b.Value.(int); c != 0 {
						return c
					}
					return strings.Compare(a.Key.(string), b.Key.(string))
				})
				want = pairs[:min(2, len(pairs))]
			}
			if got := operate(op).Step(0).Value(); !reflect.DeepEqual(got, want) {
				t.Fatalf("%v returned %#v, want %#v", op, got, want)
			}
		}
		got := operate(m.Get(cdt.All(), cdt.AsMap)).Step(0).Value()
		want := map[any]any{}
		for k, v := range model {
			want[k] = v
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("the map is %v, want %v", got, want)
		}
	})
}

func TestOperateOnBitsIsAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, store := t.Context(), memory.New()
		b := aerostore.BitBin("b")
		model := make([]bool, 64)
		if err := store.Put(ctx, key("a"), bins{"b": make([]byte, 8)}); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at := rapid.IntRange(0, 63).Draw(t, "at")
			size := rapid.IntRange(1, 64-at).Draw(t, "size")
			var op aerostore.Operation
			var want any
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				op = b.Not(at, size)
				for i := at; i < at+size; i++ {
					model[i] = !model[i]
				}
			case 1:
				on := rapid.Bool().Draw(t, "on")
				fill := byte(0)
				if on {
					fill = 0xff
				}
				op = b.Set(at, size, slices.Repeat([]byte{fill}, 8))
				for i := at; i < at+size; i++ {
					model[i] = on
				}
			default:
				op = b.ScanLeft(at, size, true)
				want = slices.Index(model[at:at+size], true)
			}
			r, err := store.Operate(ctx, key("a"), []aerostore.Operation{op, b.Count(at, size)})
			if err != nil {
				t.Fatal(err)
			}
			count := 0
			for _, on := range model[at : at+size] {
				if on {
					count++
				}
			}
			if got := r.Step(0).Value(); !reflect.DeepEqual(got, want) || r.Step(1).Value() != count {
				t.Fatalf("%v returned %v, want %v; %v bits, want %d", op, got, want, r.Step(1).Value(), count)
			}
		}
	})
}

func TestOperateOnAnHLLIsAboutAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, store := t.Context(), memory.New()
		h := aerostore.HLLBin("h")
		model := map[int]bool{}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			values := rapid.SliceOfN(rapid.IntRange(0, 99), 1, 20).Draw(t, "values")
			items := make([]any, len(values))
			for i, v := range values {
				items[i], model[v] = v, true
			}
			r, err := store.Operate(ctx, key("a"), []aerostore.Operation{h.Create(14, 0).Add(items...), h.Count()})
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := r.Step(1).Int(); got < len(model)-2 || got > len(model)+2 {
				t.Fatalf("%d values are counted as %d", len(model), got)
			}
		}
	})
}
