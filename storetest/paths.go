package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func pathCases() []testCase {
	m, l := aerostore.MapBin("m"), aerostore.ListBin("m")
	nested := func() aerostore.Bins {
		return aerostore.Bins{"m": map[any]any{"l": []any{[]any{1, 2}, map[any]any{"k": "v"}}, "n": 1}}
	}
	return casesOf("In ", []steps{
		{
			name: "leads to a list in a map", why: "the steps are taken one after another",
			bins: nested(), ops: do(m.List(cdt.Key("l")).Append(3), l.In(cdt.Key("l"), cdt.Index(0)).Append(3)), each: []any{3, 3},
			leaves: aerostore.Bins{"m": map[any]any{"l": []any{[]any{1, 2, 3}, map[any]any{"k": "v"}, 3}, "n": 1}},
		},
		{
			name: "leads to a map in a list", why: "the steps are taken one after another",
			bins: nested(), ops: do(l.Map(cdt.Key("l"), cdt.Index(-1)).Put("k", 5), m.In(cdt.Key("l"), cdt.Index(1)).Get(cdt.Key("k"))), each: []any{1, 5},
			leaves: aerostore.Bins{"m": map[any]any{"l": []any{[]any{1, 2}, map[any]any{"k": 5}}, "n": 1}},
		},
		{
			name: "takes ranks and values", why: "a value is the first element that equals it",
			bins: nested(),
			ops: do(
				l.In(cdt.Key("l"), cdt.Rank(0)).Get(cdt.All()), l.In(cdt.Key("l"), cdt.Value([]any{1, 2})).Size(),
				m.In(cdt.Index(0).InMap(), cdt.Rank(-1)).Size(), l.In(cdt.Rank(-1).InMap()).Size(),
			),
			each: []any{[]any{1, 2}, 2, 1, 2},
		},
		{
			name: "fails without an element", why: "CodeOpNotApplicable says that the path leads nowhere",
			bins: nested(), ops: do(aerostore.AddBin("n", 1), l.In(cdt.Key("z")).Append(1)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "fails at a value that is no list or map", why: "a step enters a list or map",
			bins: nested(), ops: do(l.In(cdt.Key("n"), cdt.Index(0)).Append(1)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "fails at a list in place of a map", why: "the verb needs a map",
			bins: nested(), ops: do(m.In(cdt.Key("l")).Put("k", 1)), fails: aerostore.ErrBinType,
		},
		{
			name: "creates a list", why: "a step of Create creates what it does not find",
			bins: nested(), ops: do(l.In(cdt.Key("x").Create(cdt.Unordered)).Append(1)), each: []any{1},
			leaves: aerostore.Bins{"m": map[any]any{"l": []any{[]any{1, 2}, map[any]any{"k": "v"}}, "n": 1, "x": []any{1}}},
		},
		{
			name: "creates maps and the record", why: "each step creates what it does not find, in its order",
			ops:    do(m.In(cdt.Key("a").Create(cdt.KeyOrdered), cdt.Key("b").Create(cdt.KeyOrdered)).Create(cdt.KeyOrdered).Put("c", 1)),
			each:   []any{1},
			leaves: aerostore.Bins{"m": []aerostore.MapPair{{Key: "a", Value: []aerostore.MapPair{{Key: "b", Value: []aerostore.MapPair{{Key: "c", Value: 1}}}}}}},
		},
		{
			name: "creates an element of a list", why: "the element after the last can be created",
			bins: aerostore.Bins{"m": []any{}}, ops: do(m.In(cdt.Index(0).Create(cdt.Unordered)).Put("k", 1)), each: []any{1},
			leaves: aerostore.Bins{"m": []any{map[any]any{"k": 1}}},
		},
		{
			name: "fills a list up to an element", why: "CreatePadded fills with nil",
			bins: aerostore.Bins{"m": []any{}}, ops: do(l.In(cdt.Index(2).CreatePadded()).Append(1)), each: []any{1},
			leaves: aerostore.Bins{"m": []any{nil, nil, []any{1}}},
		},
		{
			name: "returns nothing from a missing bin", why: "a read of a missing bin is no error",
			bins: aerostore.Bins{"n": 1}, ops: do(l.In(cdt.Key("z")).Size(), m.In(cdt.Key("z")).Get(cdt.Key("k"))), each: []any{nil, nil},
		},
	})
}
