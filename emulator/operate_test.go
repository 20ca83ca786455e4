package emulator_test

import (
	"maps"
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"
)

func TestAWriteAnswersNilForAReadOfAListThatIsThere(t *testing.T) {
	t.Parallel()
	nothing := func(bin string) *as.Operation {
		return as.ListGetByIndexOp(bin, 0, as.ListReturnTypeNone)
	}
	inMap := as.ListGetByIndexOp("m", 0, as.ListReturnTypeNone, as.CtxMapKey(as.StringValue("l")))
	write := as.PutOp(as.NewBin("n", 1))
	for _, tc := range []struct {
		name  string
		ops   []*as.Operation
		every bool
		want  as.BinMap
	}{
		{name: "there", ops: []*as.Operation{write, nothing("l")}, want: as.BinMap{"l": nil}},
		{name: "missing", ops: []*as.Operation{write, nothing("none")}},
		{name: "in a map", ops: []*as.Operation{write, inMap}, want: as.BinMap{"m": nil}},
		{name: "made before", ops: []*as.Operation{as.ListAppendOp("none", 1), nothing("none")}, want: as.BinMap{"none": []any{1, nil}}},
		{name: "removed before", ops: []*as.Operation{as.PutOp(as.NewBin("l", nil)), nothing("l")}},
		{name: "removed after", ops: []*as.Operation{nothing("l"), as.PutOp(as.NewBin("l", nil))}, want: as.BinMap{"l": nil}},
		{name: "a nil element", ops: []*as.Operation{write, as.ListGetOp("l", 1)}, want: as.BinMap{"l": nil}},
		{name: "results after it", ops: []*as.Operation{nothing("l"), as.ListSizeOp("l"), as.ListGetOp("l", 0), write}, want: as.BinMap{"l": []any{nil, 2, 1}}},
		{name: "a write that returns nothing", ops: []*as.Operation{as.ListClearOp("l")}},
		{name: "no write", ops: []*as.Operation{nothing("l")}},
		{name: "every operation", ops: []*as.Operation{write, nothing("none")}, every: true, want: as.BinMap{"n": nil, "none": nil}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := connect(t)
			key := newKey(t, "s", 1)
			bins := as.BinMap{"l": []any{1, nil}, "m": map[any]any{"l": []any{1}}}
			if err := client.Put(nil, key, bins); err != nil {
				t.Fatal(err)
			}
			policy := as.NewWritePolicy(0, 0)
			policy.RespondPerEachOp = tc.every
			r, err := client.Operate(policy, key, tc.ops...)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.EqualFunc(r.Bins, tc.want, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
				t.Errorf("got %#v, want %#v", r.Bins, tc.want)
			}
		})
	}
}

func TestAResultWithoutANameIsAllBins(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", 1)
	if err := client.Put(nil, key, as.BinMap{"a": 1, "b": 2}); err != nil {
		t.Fatal(err)
	}
	r, err := client.Operate(nil, key, as.ExpReadOp("", as.ExpIntVal(9), as.ExpReadFlagDefault))
	if err != nil || !reflect.DeepEqual(r.Bins, as.BinMap{"a": 1, "b": 2}) {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestAnExpressionWithAnOlderWriteToAMapIsUnknown(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", 1)
	if err := client.Put(nil, key, as.BinMap{"m": map[any]any{"a": 1}}); err != nil {
		t.Fatal(err)
	}
	// The client sends flags with the older form, which takes none.
	policy := as.NewMapPolicyWithFlags(as.MapOrder.UNORDERED, as.MapWriteFlagsUpdateOnly)
	put := as.ExpMapPutItems(policy, as.ExpMapVal(as.NewMapValue(map[any]any{"a": 9})), as.ExpMapBin("m"))
	if _, err := client.Operate(nil, key, as.ExpReadOp("r", put, as.ExpReadFlagDefault)); codeOf(err) != types.OP_NOT_APPLICABLE {
		t.Errorf("got %v", err)
	}
	r, err := client.Operate(nil, key, as.ExpReadOp("r", put, as.ExpReadFlagEvalNoFail))
	if err != nil || !reflect.DeepEqual(r.Bins, as.BinMap{"r": nil}) {
		t.Errorf("with a flag, got %v, %v", r, err)
	}
	filtered := as.NewPolicy()
	filtered.FilterExpression = as.ExpEq(as.ExpMapSize(put), as.ExpIntVal(1))
	if _, err := client.Get(filtered, key); codeOf(err) != types.FILTERED_OUT {
		t.Errorf("as a filter, got %v", err)
	}
}

func TestInfinityAndTheWildcardAreElementsOfAHyperLogLog(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	add := as.HLLAddOp(as.DefaultHLLPolicy(), "h", []as.Value{as.NewInfinityValue(), as.NewWildCardValue(), as.NewInfinityValue()}, 6, 0)
	for _, want := range []int{2, 0} {
		r, err := client.Operate(nil, newKey(t, "s", 1), add)
		if err != nil || r.Bins["h"] != want {
			t.Errorf("got %v, %v, want %d", r, err, want)
		}
	}
}

func TestAnExpressionIsRefusedInItsTurn(t *testing.T) {
	t.Parallel()
	twice := as.ExpLet(as.ExpDef("v", as.ExpLet(as.ExpDef("v", as.ExpIntVal(1)), as.ExpVar("v"))), as.ExpVar("v"))
	unknown := as.ExpReadOp("a", as.ExpIntBin("none"), as.ExpReadFlagDefault)
	put := as.PutOp(as.NewBin("n", 2))
	for name, refused := range map[string]*as.Operation{
		"read":  as.ExpReadOp("r", twice, as.ExpReadFlagDefault),
		"write": as.ExpWriteOp("r", twice, as.ExpWriteFlagDefault),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := connect(t)
			key := newKey(t, "s", 1)
			if err := client.Put(nil, key, as.BinMap{"n": 1}); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Operate(nil, key, unknown, refused); codeOf(err) != types.OP_NOT_APPLICABLE {
				t.Errorf("after one that fails: %v", err)
			}
			if _, err := client.Operate(nil, key, put, refused, unknown); codeOf(err) != types.PARAMETER_ERROR {
				t.Errorf("before one that fails: %v", err)
			}
			if r, err := client.Get(nil, key); err != nil || r.Bins["n"] != 1 {
				t.Errorf("the record is %v, %v", r, err)
			}
		})
	}
}

// A server may end of these; see package exp.
func TestBitsInAnExpressionThatPartialCutsAreAnswered(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", 1)
	if err := client.Put(nil, key, as.BinMap{"b": []byte{0xf0, 0x01, 0x42, 0x03, 0x99}}); err != nil {
		t.Fatal(err)
	}
	partial := as.NewBitPolicy(as.BitWriteFlagsPartial)
	bin := as.ExpBlobBin("b")
	or := as.ExpBitOr(partial, as.ExpIntVal(36), as.ExpIntVal(8), as.ExpBlobVal([]byte{0xff}), bin)
	left := as.ExpBitLShift(partial, as.ExpIntVal(24), as.ExpIntVal(100), as.ExpIntVal(8), bin)
	policy := as.NewWritePolicy(0, 0)
	policy.FilterExpression = as.ExpEq(or, as.ExpBlobVal([]byte{0xf0, 0x01, 0x42, 0x03, 0x9f}))
	r, err := client.Operate(policy, key,
		as.ExpReadOp("or", or, as.ExpReadFlagDefault), as.ExpReadOp("left", left, as.ExpReadFlagDefault), as.ExpWriteOp("w", or, as.ExpWriteFlagDefault))
	if err != nil {
		t.Fatal(err)
	}
	want := as.BinMap{"or": []byte{0xf0, 0x01, 0x42, 0x03, 0x9f}, "left": []byte{0xf0, 0x01, 0x42, 0x99, 0}, "w": nil}
	if !reflect.DeepEqual(r.Bins, want) {
		t.Errorf("got %#v, want %#v", r.Bins, want)
	}
}
