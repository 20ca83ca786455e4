package aerostore_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// sayTheSame are groups of operations. Those of one group say the same.
func sayTheSame() [][]aerostore.Operation {
	list, profile, seen := aerostore.ListBin("l"), aerostore.MapBin("m"), aerostore.HLLBin("h")
	in := func(v any) aerostore.ListOps { return list.In(cdt.Value(v)) }
	return [][]aerostore.Operation{
		{
			aerostore.WriteBin("n", 5), aerostore.WriteBin("n", int64(5)), aerostore.WriteBin("n", uint8(5)),
			aerostore.WriteBin("n", json.Number("5")),
		},
		{aerostore.WriteBin("n", 5.0), aerostore.WriteBin("n", float32(5))},
		{aerostore.AddBin("n", 5), aerostore.AddBin("n", int32(5))},
		{aerostore.AppendBin("n", []byte{5}), aerostore.AppendBin("n", [1]byte{5})},
		{aerostore.PrependBin("n", []byte{}), aerostore.PrependBin("n", []byte(nil))},
		{aerostore.WriteBin("n", nil)},
		{aerostore.WriteBin("l", []any{"a"}), aerostore.WriteBin("l", []string{"a"})},
		{aerostore.WriteBin("l", []any{1, []byte{2}}), aerostore.WriteBin("l", []any{int8(1), aerostore.HLL{2}})},
		{
			aerostore.WriteBin("m", map[any]any{"a": 1, "b": 2}), aerostore.WriteBin("m", map[string]int{"b": 2, "a": 1}),
			aerostore.WriteBin("m", map[string]any{"b": uint(2), "a": 1}),
		},
		{
			aerostore.WriteBin("m", []aerostore.MapPair{{Key: "a", Value: 1}, {Key: "b", Value: 2}}),
			aerostore.WriteBin("m", []aerostore.MapPair{{Key: "b", Value: 2}, {Key: "a", Value: int64(1)}}),
		},
		{list.Append([]any{"a"}), list.Append([]string{"a"}), list.Append([]any{[]any{"a"}}...)},
		{list.Append("a")},
		{list.Append("a", 1), list.Append("a", int64(1))},
		{list.Append(), list.Append([]any{}...), list.In().Append()},
		{list.Append(aerostore.HLL{1}), list.Append([]byte{1})},
		{list.Insert(0, 1, 2), list.Insert(0, uint16(1), 2)},
		{list.Set(0, map[string]bool{"a": true}), list.Set(0, map[any]any{"a": true})},
		{list.Increment(0, 1), list.Increment(0, int64(1))},
		{profile.Put(1, 2), profile.Put(int64(1), uint8(2))},
		{profile.Put([]byte{1}, 2), profile.Put([1]byte{1}, 2)},
		{
			profile.PutAll(map[string]int{"a": 1, "b": 2}), profile.PutAll(map[any]any{"b": 2, "a": 1}),
			profile.PutAll([]aerostore.MapPair{{Key: "b", Value: 2}, {Key: "a", Value: 1}}),
		},
		{profile.PutAll(map[any]any{[1]byte{1}: 1}), profile.PutAll([]aerostore.MapPair{{Key: []byte{1}, Value: 1}})},
		{profile.AddAll(map[any]any{[1]byte{1}: 1})},
		{in([]string{"a"}).Size(), in([]any{"a"}).Size()},
		{in([]aerostore.MapPair{{Key: 1, Value: 2}, {Key: 0, Value: 1}}).Size(), in([]aerostore.MapPair{{Key: 0, Value: 1}, {Key: 1, Value: 2}}).Size()},
		{in([]byte{}).Size(), in([]byte(nil)).Size(), in(aerostore.HLL{}).Size()},
		{profile.Get(cdt.Keys(1, "a")), profile.Get(cdt.Keys(int8(1), "a"))},
		{profile.Get(cdt.Value(map[string]int{"a": 1, "b": 2})), profile.Get(cdt.Value(map[any]any{"b": uint8(2), "a": 1}))},
		{profile.Get(cdt.Not(cdt.Between(1, math.Inf(1)))), profile.Get(cdt.Not(cdt.Between(int32(1), float32(math.Inf(1)))))},
		{seen.Create(8, 0).Add("a", 1), seen.Create(8, 0).Add("a", int64(1))},
		{
			aerostore.ReadExp("x", exp.Add(exp.IntBin("a"), exp.IntVal(5))), aerostore.ReadExp("x", evaluated(exp.Add(exp.IntBin("a"), exp.IntVal(5)))),
			aerostore.ReadExp("x", exp.Add(exp.IntBin("a"), exp.IntVal(5)), nil),
		},
		{aerostore.ReadExp("x", exp.Add(exp.IntBin("a"), exp.IntVal(6)))},
		{aerostore.ReadExp("x", exp.Add(exp.IntBin("a"), exp.IntVal(5)), exp.EvalNoFail)},
		{aerostore.ReadExp("x", exp.IntBin("a"))},
		{aerostore.ReadExp("x", exp.StringBin("a"))},
		{aerostore.WriteExp("x", exp.IntBin("a"))},
		{aerostore.WriteExp("x", exp.IntBin("a"), exp.CreateOnly), aerostore.WriteExp("x", exp.IntBin("a"), exp.CreateOnly, exp.CreateOnly)},
		{aerostore.WriteExp("y", exp.IntBin("a"))},
		{aerostore.ReadExp("x", nil), aerostore.ReadExp("x", nil)},
		{aerostore.ReadExp("x", exp.Int{}), aerostore.ReadExp("x", exp.Int{})},
		{aerostore.ReadExp("x", exp.ListVal(make(chan int)))},
		{aerostore.ReadExp("x", exp.ListVal(func() {}))},
		{seen.Union(aerostore.HLL{1}), aerostore.OperationOf("h", cdt.Op{Kind: cdt.HLLGetUnion, Values: []aerostore.HLL{{1}}})},
	}
}

// evaluated returns the expression, which keeps its form for servers and for memory.
func evaluated(e exp.Int) exp.Any {
	_, _ = e.Node().Pack()
	e.Node().Memoize(func() {})
	return e
}

func TestOperationsAreEqualWhenTheySayTheSame(t *testing.T) {
	groups := sayTheSame()
	for i, group := range groups {
		for j, other := range groups {
			for n, a := range group {
				for m, b := range other {
					if matches(a, b) != (i == j) || a.Equal(b) != (i == j) {
						t.Errorf("%v %d of group %d and %v %d of group %d: equal is %v, DeepEqual %v", a, n, i, b, m, j, a.Equal(b), matches(a, b))
					}
				}
			}
		}
	}
}

// What cannot be stored is kept for the check, which names its type.
func TestAnOperationKeepsWhatItRefuses(t *testing.T) {
	cyclic := []any{nil, nil}
	cyclic[0], cyclic[1] = cyclic, cyclic
	type named []string
	for name, tc := range map[string]struct {
		op   aerostore.Operation
		says []string
	}{
		"a named value":             {aerostore.WriteBin("a", named{}), []string{`bin "a"`, "aerostore_test.named"}},
		"a value that holds itself": {aerostore.ListBin("a").Append(cyclic), []string{`bin "a", list append`, "256 levels"}},
		"one of several values":     {aerostore.ListBin("a").Append(1, named{}), []string{"list append", "aerostore_test.named"}},
		"a named value in a list":   {aerostore.ListBin("a").Insert(0, []any{named{}}), []string{"list insert", "aerostore_test.named"}},
		"an edge":                   {aerostore.ListBin("a").Set(0, cdt.Infinity), []string{"list set", "cdt.Infinity"}},
		"an edge in a map":          {aerostore.MapBin("a").Put("k", []any{cdt.Wildcard}), []string{"map put", "cdt.Wildcard"}},
		"a text as an increment":    {aerostore.ListBin("a").Increment(0, "secret"), []string{"list increment", "string", "use an integer or a float64"}},
		"a bool as a decrement":     {aerostore.MapBin("a").Decrement("k", true), []string{"map decrement", "bool"}},
		"a bool as a key":           {aerostore.MapBin("a").Put(true, 1), []string{"map put", "key", "bool"}},
		"a float as a key":          {aerostore.MapBin("a").Increment(1.5, 1), []string{"map increment", "key", "float64"}},
		"a list as a key":           {aerostore.MapBin("a").Add([]any{}, 1), []string{"map add", "key", "[]interface {}"}},
		"no entries":                {aerostore.MapBin("a").PutAll(nil), []string{"map put all", "use a map"}},
		"a list of entries":         {aerostore.MapBin("a").AddAll([]string{"secret"}), []string{"map add all", "use a map"}},
		"an entry twice":            {aerostore.MapBin("a").ReplaceAll([]aerostore.MapPair{{Key: "secret"}, {Key: "secret"}}), []string{"map replace all", "twice"}},
		"a named entry":             {aerostore.MapBin("a").PutAll(map[string]named{}), []string{"map put all", "aerostore_test.named"}},
		"a selected value":          {aerostore.ListBin("a").Get(cdt.Value(named{})), []string{"list get", "aerostore_test.named"}},
		"one of selected values":    {aerostore.ListBin("a").Remove(cdt.Values(1, named{})), []string{"list remove", "aerostore_test.named"}},
		"an end of an interval":     {aerostore.MapBin("a").Get(cdt.Between(1, named{})), []string{"map get", "aerostore_test.named"}},
		"a selected key":            {aerostore.MapBin("a").Remove(cdt.Key(named{})), []string{"map remove", "aerostore_test.named"}},
		"no selector":               {aerostore.MapBin("a").Get(nil), []string{"map get", "no selector"}},
		"an empty selector":         {aerostore.ListBin("a").Get(cdt.Many{}), []string{"list get", "no selector"}},
		"a step":                    {aerostore.ListBin("a").In(cdt.Value(named{})).Size(), []string{"list size", "a step of the path", "aerostore_test.named"}},
		"no step":                   {aerostore.ListBin("a").In(nil).Size(), []string{"list size", "a step of the path selects nothing"}},
		"an empty step":             {aerostore.ListBin("a").In(cdt.OneKey{}).Size(), []string{"list size", "a step of the path selects nothing"}},
		"a value for an HLL":        {aerostore.HLLBin("a").Create(8, 0).Add(named{}), []string{"hll add", "aerostore_test.named"}},
		"bytes as an HLL":           {aerostore.OperationOf("a", cdt.Op{Kind: cdt.HLLGetUnion, Values: []any{[]byte("secret")}}), []string{"hll get union", "[]uint8", "want a aerostore.HLL"}},
		"a text as bits":            {aerostore.OperationOf("a", cdt.Op{Kind: cdt.BitOr, Value: "secret"}), []string{"bit or", "string", "[]uint8"}},
		"no bit":                    {aerostore.OperationOf("a", cdt.Op{Kind: cdt.BitLScan}), []string{"bit scan left", "bool"}},
		"no number":                 {aerostore.OperationOf("a", cdt.Op{Kind: cdt.BitAdd}), []string{"bit add", "int"}},
		"values that are no list":   {aerostore.OperationOf("a", cdt.Op{Kind: cdt.ListAppend, Values: "secret"}), []string{"list append", "string", "not a list"}},
		"no values for an HLL":      {aerostore.OperationOf("a", cdt.Op{Kind: cdt.HLLAdd}), []string{"hll add", "not a list"}},
		"an expression's":           {aerostore.OperationOf("a", cdt.Op{Kind: cdt.HLLMayContain}), []string{"hll may contain", "expression"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strict.Operate(t.Context(), ada, []aerostore.Operation{tc.op})
			refused(t, err, aerostore.CodeParameter, append(tc.says, "OPERATE", "operation 0")...)
			if text := err.Error(); tells(text, "secret", 4242424242) {
				t.Errorf("the error holds a value: %s", text)
			}
		})
	}
}

func TestOperationsTakeWhatCanBeStored(t *testing.T) {
	infinity := []any{1, cdt.Infinity}
	for _, op := range []aerostore.Operation{
		aerostore.ListBin("l").Append([]string{"a"}, map[string]int{"a": 1}, []aerostore.MapPair{{Key: []byte{1}, Value: aerostore.HLL{1}}}),
		aerostore.MapBin("m").Put([2]byte{1}, aerostore.GeoJSON("no")),
		aerostore.MapBin("m").Increment("k", nil),
		aerostore.MapBin("m").Get(cdt.Between(infinity, cdt.Infinity)),
		aerostore.MapBin("m").Get(cdt.Value([]any{1, cdt.Wildcard})),
		aerostore.MapBin("m").In(cdt.Value(infinity).InMap()).Size(),
		aerostore.MapBin("m").Get(cdt.KeyBelow("z")),
		aerostore.MapBin("m").Get(cdt.Keys()),
		aerostore.HLLBin("h").Create(8, 0).Add(),
	} {
		if err := (aerostore.Call{Op: aerostore.OpOperate, Key: ada}).WithOperations([]aerostore.Operation{op}).Validate(); err != nil {
			t.Errorf("%v is refused: %v", op, err)
		}
	}
}
