package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func mapCases() []testCase {
	return casesOf("", append(mapWrites(), mapReads()...))
}

func mapWrites() []steps {
	m := aerostore.MapBin("m")
	keyed := m.Create(cdt.KeyOrdered)
	plain := func(entries map[any]any) aerostore.Bins { return aerostore.Bins{"m": entries} }
	pairs := func(pairs ...aerostore.MapPair) aerostore.Bins { return aerostore.Bins{"m": pairs} }
	was := plain(map[any]any{"a": 1, 2: "b"})
	return []steps{
		{
			name: "Put sets a value and returns the size", why: "a key is added, or its value replaced",
			bins: was, ops: do(m.Put("c", 3), m.Put("a", 4)), each: []any{3, 3}, leaves: plain(map[any]any{"a": 4, 2: "b", "c": 3}),
		},
		{
			name: "Put creates a map", why: "without Create a new map is unordered",
			ops: do(m.Put("a", 1)), each: []any{1}, leaves: plain(map[any]any{"a": 1}),
		},
		{
			name: "Put creates a map in key order", why: "a map in order is read as []MapPair",
			ops:    do(keyed.Put("b", 1), keyed.Put(10, 2), keyed.Put("a", 3), keyed.Put([]byte{1}, 4)),
			each:   []any{1, 2, 3, 4},
			leaves: pairs(aerostore.MapPair{Key: 10, Value: 2}, aerostore.MapPair{Key: "a", Value: 3}, aerostore.MapPair{Key: "b", Value: 1}, aerostore.MapPair{Key: []byte{1}, Value: 4}),
		},
		{
			name: "Put with CreateOnly refuses a key of the map", why: "CreateOnly fails with CodeElementExists",
			bins: was, ops: do(m.With(cdt.CreateOnly).Put("a", 2)), fails: aerostore.CodeElementExists,
		},
		{
			name: "Put with UpdateOnly refuses a new key", why: "UpdateOnly fails with CodeElementNotFound",
			bins: was, ops: do(m.With(cdt.UpdateOnly).Put("z", 2)), fails: aerostore.CodeElementNotFound,
		},
		{
			name: "Put with CreateOnly and NoFail changes nothing", why: "NoFail does nothing in place of the error",
			bins: was, ops: do(m.With(cdt.CreateOnly, cdt.NoFail).Put("a", 9)), each: []any{2}, leaves: was,
		},
		{
			name: "PutAll sets values", why: "PutAll returns the size",
			bins: was, ops: do(m.PutAll(map[any]any{"a": 5, "d": 6})), each: []any{3}, leaves: plain(map[any]any{"a": 5, 2: "b", "d": 6}),
		},
		{
			name: "PutAll with CreateOnly, NoFail and Partial adds the new keys", why: "Partial writes the entries that the flags do not refuse",
			bins: was, ops: do(m.With(cdt.CreateOnly, cdt.NoFail, cdt.Partial).PutAll(map[any]any{"a": 5, "d": 6})),
			each: []any{3}, leaves: plain(map[any]any{"a": 1, 2: "b", "d": 6}),
		},
		{
			name: "Add adds a key", why: "Add returns the size",
			bins: was, ops: do(m.Add("c", 1), m.AddAll(map[any]any{"d": 2})), each: []any{3, 4}, leaves: plain(map[any]any{"a": 1, 2: "b", "c": 1, "d": 2}),
		},
		{
			name: "Add refuses a key of the map", why: "Add fails with CodeElementExists",
			bins: was, ops: do(m.Put("c", 1), m.Add("a", 1)), fails: aerostore.CodeElementExists,
		},
		{
			name: "Replace replaces a value", why: "Replace returns the size",
			bins: was, ops: do(m.Replace("a", 7), m.ReplaceAll(map[any]any{2: 8})), each: []any{2, 2}, leaves: plain(map[any]any{"a": 7, 2: 8}),
		},
		{
			name: "Replace refuses a new key", why: "Replace fails with CodeElementNotFound",
			bins: was, ops: do(m.Replace("z", 1)), fails: aerostore.CodeElementNotFound,
		},
		{
			name: "Increment and Decrement return the result", why: "a missing key begins at zero",
			bins: was, ops: do(m.Increment("a", 2), m.Increment("n", 5), m.Decrement("n", 1)), each: []any{3, 5, 4},
			leaves: plain(map[any]any{"a": 3, 2: "b", "n": 4}),
		},
		{
			name: "Increment of a string fails", why: "only numbers can be incremented",
			bins: was, ops: do(m.Increment(2, 1)), fails: aerostore.ErrParameter,
		},
		{
			name: "Remove removes by key", why: "Remove returns nothing, or the value if it is requested; a missing key is no error",
			bins: was, ops: do(m.Remove(cdt.Key("z")), m.Remove(cdt.Key("a"), cdt.Elements)), each: []any{nil, 1}, leaves: plain(map[any]any{2: "b"}),
		},
		{
			name: "Remove keeps the named keys", why: "Not inverts the selection",
			bins: plain(map[any]any{"a": 1, "b": 2, "c": 3}), ops: do(m.Remove(cdt.Not(cdt.Keys("a", "z")), cdt.Count)), each: []any{2}, leaves: plain(map[any]any{"a": 1}),
		},
		{
			name: "Clear empties a map", why: "the bin stays",
			bins: was, ops: do(m.Clear()), each: []any{nil}, leaves: plain(map[any]any{}),
		},
		{
			name: "SetOrder sorts a map by key", why: "a map in order is read as []MapPair",
			bins: plain(map[any]any{"b": 1, "a": 2}), ops: do(m.SetOrder(cdt.KeyOrdered)), each: []any{nil},
			leaves: pairs(aerostore.MapPair{Key: "a", Value: 2}, aerostore.MapPair{Key: "b", Value: 1}),
		},
		{
			name: "Put can keep an index", why: "an index changes no result",
			ops: do(keyed.WithIndex().Put("b", 1), m.Put("a", 2), m.Get(cdt.Rank(-1), cdt.KeyOf)), each: []any{1, 2, "a"},
			leaves: pairs(aerostore.MapPair{Key: "a", Value: 2}, aerostore.MapPair{Key: "b", Value: 1}),
		},
		{
			name: "Put keeps the order of the map", why: "Create is for a missing map only",
			bins: plain(map[any]any{"b": 1}), made: do(m.SetOrder(cdt.KeyOrdered)), ops: do(m.Put("a", 2)), each: []any{2},
			leaves: pairs(aerostore.MapPair{Key: "a", Value: 2}, aerostore.MapPair{Key: "b", Value: 1}),
		},
	}
}

func mapReads() []steps {
	m := aerostore.MapBin("m")
	was := aerostore.Bins{"m": map[any]any{"c": 1, "a": 3, 7: 2, "b": 3}}
	return []steps{
		{
			name: "Get by key", why: "a missing key returns nothing",
			bins: was, ops: do(m.Get(cdt.Key("a")), m.Get(cdt.Key(7)), m.Get(cdt.Key("7"))), each: []any{3, 2, nil},
		},
		{
			name: "Get by index", why: "an index counts the keys in order, integers before strings",
			bins: was, ops: do(m.Get(cdt.Index(0), cdt.KeyOf), m.Get(cdt.Index(-1), cdt.KeyOf), m.Get(cdt.Index(1))), each: []any{7, "c", 3},
		},
		{
			name: "Get of an index without an entry fails", why: "CodeOpNotApplicable says that there is no such entry",
			bins: was, ops: do(m.Get(cdt.Index(4))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Get by rank", why: "the least value has rank 0; equal values rank by their keys",
			bins: was, ops: do(m.Get(cdt.Rank(0), cdt.KeyOf), m.Get(cdt.Rank(-1), cdt.KeyOf), m.Get(cdt.Rank(2), cdt.KeyOf)), each: []any{"c", "b", "a"},
		},
		{
			name: "Get of the highest", why: "Ranks(-2, 2) are the entries of the two highest values",
			bins: was, ops: do(m.Get(cdt.Ranks(-2, 2), cdt.Count), m.Get(cdt.Ranks(-1, 1))), each: []any{2, []any{3}},
		},
		{
			name: "Get by value", why: "every entry with the value is selected",
			bins: was, ops: do(m.Get(cdt.Value(3), cdt.Count), m.Get(cdt.Value(1), cdt.KeyOf), m.Get(cdt.Value(9), cdt.KeyOf)), each: []any{2, []any{"c"}, []any{}},
		},
		{
			name: "Get by keys", why: "keys that the map lacks are left out",
			bins: was, ops: do(m.Get(cdt.Keys("c", "z")), m.Get(cdt.Keys("a", 7), cdt.Count)), each: []any{[]any{1}, 2},
		},
		{
			name: "Get between keys", why: "the end is not included",
			bins: was,
			ops:  do(m.Get(cdt.KeyBetween("a", "c"), cdt.KeyOf), m.Get(cdt.KeyFrom("b"), cdt.KeyOf), m.Get(cdt.KeyBelow("a"), cdt.KeyOf)),
			each: []any{[]any{"a", "b"}, []any{"b", "c"}, []any{7}},
			made: do(m.SetOrder(cdt.KeyOrdered)),
		},
		{
			name: "Get between values", why: "the end is not included",
			bins: was, ops: do(m.Get(cdt.Between(2, 3), cdt.KeyOf), m.Get(cdt.From(3), cdt.Count), m.Get(cdt.Below(2))), each: []any{[]any{7}, 2, []any{1}},
		},
		{
			name: "Get near a key and a value", why: "0 is the first entry not less, -1 the one before",
			bins: was, made: do(m.SetOrder(cdt.KeyOrdered)),
			ops:  do(m.Get(cdt.IndexesNear("b", -1, 2), cdt.KeyOf), m.Get(cdt.IndexesNear("aa", 0, 1), cdt.KeyOf), m.Get(cdt.RanksNear(2, 0, 1), cdt.KeyOf)),
			each: []any{[]any{"a", "b"}, []any{"b"}, []any{7}},
		},
		{
			name: "Get of keys, pairs and maps", why: "one entry is a pair of a list; a map in order is a []MapPair",
			bins: was,
			ops: do(
				m.Get(cdt.Key("a"), cdt.KeyOf), m.Get(cdt.Key("a"), cdt.Pairs),
				m.Get(cdt.Keys("a"), cdt.AsMap), m.Get(cdt.KeyFrom("a"), cdt.AsOrderedMap),
			),
			each: []any{
				"a",
				[]aerostore.MapPair{{Key: "a", Value: 3}},
				map[any]any{"a": 3},
				[]aerostore.MapPair{{Key: "a", Value: 3}, {Key: "b", Value: 3}, {Key: "c", Value: 1}},
			},
		},
		{
			name: "Get of indexes and ranks", why: "each can be counted from both ends",
			bins: was,
			ops: do(
				m.Get(cdt.Key("b"), cdt.IndexOf), m.Get(cdt.Key("b"), cdt.ReverseIndexOf),
				m.Get(cdt.Key("c"), cdt.RankOf), m.Get(cdt.Key("c"), cdt.ReverseRankOf), m.Get(cdt.Key("z"), cdt.IndexOf),
			),
			each: []any{2, 1, 0, 3, -1},
		},
		{
			name: "Get tells whether there is a key", why: "Exists returns a bool",
			bins: was, ops: do(m.Get(cdt.Key("a"), cdt.Exists), m.Get(cdt.Key("z"), cdt.Exists), m.Size()), each: []any{true, false, 4},
		},
		{
			name: "Get of nothing", why: "an operation of which Nothing is requested returns nothing, and so none of the bin's results",
			bins: was, ops: do(m.Get(cdt.All(), cdt.Nothing), m.Size()), each: []any{nil, 4}, returns: aerostore.Bins{"m": 4},
		},
		{
			name: "Get from a missing bin returns nothing", why: "a read of a missing bin is no error",
			bins: aerostore.Bins{"n": 1}, ops: do(m.Get(cdt.Key("a")), m.Get(cdt.All(), cdt.Count), m.Size()), each: []any{nil, nil, nil},
		},
		{
			name: "Get from another type fails", why: "a bin that is no map fails with ErrBinType",
			bins: aerostore.Bins{"m": []any{1}}, ops: do(m.Size()), fails: aerostore.ErrBinType,
		},
		{
			name: "Put to another type fails", why: "a bin that is no map fails with ErrBinType",
			bins: aerostore.Bins{"m": 1}, ops: do(aerostore.AddBin("n", 1), m.Put("a", 1)), fails: aerostore.ErrBinType,
		},
	}
}
