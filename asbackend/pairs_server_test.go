package asbackend_test

import (
	"fmt"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/memory"
)

// TestPairsInNoOrderAnswerAsMemory compares what expressions select and remove from pairs
// that they selected by value. A server takes them for sorted by key, and misses some.
// AEROSTORE_RUNS is the number of maps, with 40 expressions each, and AEROSTORE_SEED the
// seed of the first. Nothing is written: a server would keep a map in no order.
func TestPairsInNoOrderAnswerAsMemory(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	stores := [2]aerostore.Store{s, memory.NewT(t)}
	compared, known := 0, 0
	for run, seed := 0, number("AEROSTORE_SEED", 1); run < number("AEROSTORE_RUNS", 20); run++ {
		p := pairs{evaltest.New(uint64(seed + run))}
		k, bins := key(set, fmt.Sprint("pairs", seed+run)), aerostore.Bins{"m": p.entries(), "x": 1}
		for _, store := range stores {
			if err := store.Put(t.Context(), k, bins, aerostore.Replace); err != nil {
				t.Fatal(err)
			}
		}
		for range 40 {
			n := p.search(p.byValue())
			if n.Check() != nil {
				continue
			}
			var got [2]any
			var codes [2]aerostore.ResultCode
			for i, store := range stores {
				r, err := store.Operate(t.Context(), k, []aerostore.Operation{aerostore.ReadExp("r", evaltest.Of(n))})
				if codes[i] = aerostore.CodeOf(err); err == nil {
					got[i] = r.Step(0).Value()
					known++
				}
			}
			compared++
			if codes[0] != codes[1] || !alike(got[0], got[1]) {
				t.Errorf("AEROSTORE_SEED=%d AEROSTORE_RUNS=1: %s: %v, code %d, memory has %v, code %d",
					seed+run, n.Source(true), got[0], codes[0], got[1], codes[1])
			}
		}
	}
	if t.Logf("%d expressions compared", compared); known < compared {
		t.Error("less than half of the expressions have a value")
	}
}

// pairs makes expressions on a map.
type pairs struct{ *evaltest.Generator }

func (p pairs) key() any {
	return evaltest.Pick[any](p.Generator, 0, 1, 2, 3, 10, "", "a", "b", "c", "d")
}

func (p pairs) entries() map[any]any {
	m := make(map[any]any)
	for range p.IntN(9) {
		m[p.key()] = evaltest.Pick[any](p.Generator, 0, 1, 2, 3, 4, "a", "b")
	}
	return m
}

// byValue returns a selection by rank or value that gives pairs.
func (p pairs) byValue() *expr.Node {
	give := int(cdt.Pairs)
	if p.IntN(4) == 0 {
		give |= expr.Inverted
	}
	return p.call(evaltest.Pick[uint8](p.Generator, 103, 106, 106, 108, 110, 110), expr.MapType, give, &expr.Node{Op: expr.Bin, Type: expr.MapType, Name: "m"})
}

// search returns a selection or removal from a map, or one from what that leaves.
func (p pairs) search(from *expr.Node) *expr.Node {
	give := 0
	if p.IntN(4) == 0 {
		give = expr.Inverted
	}
	if p.IntN(2) == 0 {
		from = p.call(evaltest.Pick[uint8](p.Generator, 76, 77, 79, 81, 82, 83, 84, 85, 86, 87, 88, 89), expr.MapType, give, from)
		if p.IntN(2) == 0 {
			return from
		}
	}
	of := evaltest.Pick(p.Generator, expr.IntType, expr.BoolType, expr.ListType, expr.ListType, expr.MapType)
	give |= map[expr.Type]int{
		expr.IntType: 5, expr.BoolType: 13, expr.ListType: evaltest.Pick(p.Generator, 1, 2, 6, 7), expr.MapType: evaltest.Pick(p.Generator, 8, 16, 17),
	}[of]
	return p.call(evaltest.Pick[uint8](p.Generator, 103, 104, 105, 106, 107, 107, 108, 109, 110), of, give, from)
}

// call returns a call with random arguments.
func (p pairs) call(code uint8, t expr.Type, give int, from *expr.Node) *expr.Node {
	n := &expr.Node{Op: expr.Call, Type: t, Code: code}
	f := expr.FunctionOf(n)
	if f.Kind.Writes() {
		n.Module = expr.Modify
	}
	for _, arg := range f.Args {
		var v any
		switch arg {
		case expr.ArgReturn:
			v = give
		case expr.ArgKeys, expr.ArgValues:
			v = value.NewList(p.key(), p.key(), p.key())
		case expr.ArgIndex:
			v = p.IntN(9) - 4
		case expr.ArgCount:
			v = p.IntN(5)
		default:
			v = p.key()
		}
		n.Args = append(n.Args, &expr.Node{Op: expr.Const, Value: v})
	}
	n.Args = append(n.Args, from)
	return n
}
