package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// do returns operations, for rows that are easier to read with it.
func do(ops ...aerostore.Operation) []aerostore.Operation { return ops }

func listCases() []testCase {
	return casesOf("", append(listWrites(), listReads()...))
}

func listWrites() []steps {
	l := aerostore.ListBin("l")
	ordered := l.Create(cdt.Ordered)
	sorted := do(l.SetOrder(cdt.Ordered))
	list := func(values ...any) aerostore.Bins { return aerostore.Bins{"l": values} }
	return []steps{
		{
			name: "Append appends values and returns the size", why: "values go to the end, in the order given",
			bins: list(2), ops: do(l.Append(1), l.Append("x", 3)), each: []any{2, 4}, leaves: list(2, 1, "x", 3),
		},
		{
			name: "Append creates a list", why: "a missing record and bin are created",
			ops: do(l.Append(1)), each: []any{1}, leaves: list(1),
		},
		{
			name: "Append appends a list as one value", why: "one value that is a list is one element",
			bins: list([]any{}...), ops: do(l.Append([]any{1, 2})), each: []any{1}, leaves: list([]any{1, 2}),
		},
		{
			name: "Append to an ordered list puts values in their places", why: "an ordered list is kept sorted",
			bins: list(5, 1, 3), made: sorted, ops: do(l.Append(4, 0)), each: []any{5}, leaves: list(0, 1, 3, 4, 5),
		},
		{
			name: "Append creates an ordered list", why: "Create says how a missing list is kept",
			ops: do(ordered.Append(3, 1), l.Append(2)), each: []any{2, 3}, leaves: list(1, 2, 3),
		},
		{
			name: "Append with AddUnique refuses a value of the list", why: "AddUnique fails with CodeElementExists",
			bins: list(1), ops: do(l.With(cdt.AddUnique).Append(1)), fails: aerostore.CodeElementExists,
		},
		{
			name: "Append with AddUnique and NoFail adds nothing", why: "NoFail does nothing in place of the error, and the call is a write",
			bins: list(1), ops: do(l.With(cdt.AddUnique, cdt.NoFail).Append(1, 2)), each: []any{1}, leaves: list(1),
		},
		{
			name: "Append with AddUnique, NoFail and Partial adds the new values", why: "Partial writes the values that the flags do not refuse",
			bins: list(1), ops: do(l.With(cdt.AddUnique, cdt.NoFail, cdt.Partial).Append(1, 2)), each: []any{2}, leaves: list(1, 2),
		},
		{
			name: "Insert puts values before an index", why: "an index may count from the end",
			bins: list(1, 4), ops: do(l.Insert(1, 2, 3), l.Insert(-1, "x")), each: []any{4, 5}, leaves: list(1, 2, 3, "x", 4),
		},
		{
			name: "Insert beyond the end fills with nil", why: "an index beyond the end makes the list longer",
			bins: list(1), ops: do(l.Insert(3, 2)), each: []any{4}, leaves: list(1, nil, nil, 2),
		},
		{
			name: "Insert with InsertBounded refuses an index beyond the end", why: "InsertBounded fails with CodeOpNotApplicable",
			bins: list(1), ops: do(l.With(cdt.InsertBounded).Insert(3, 2)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Insert into an ordered list fails", why: "the values of an ordered list have their places",
			bins: list(1), made: sorted, ops: do(l.Insert(0, 2)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Set replaces an element", why: "Set returns nothing",
			bins: list(1, 2), ops: do(l.Set(-1, "x")), each: []any{nil}, leaves: list(1, "x"),
		},
		{
			name: "Set beyond the end fills with nil", why: "an index beyond the end makes the list longer",
			bins: list(1), ops: do(l.Set(2, 3)), each: []any{nil}, leaves: list(1, nil, 3),
		},
		{
			name: "Increment adds to an element and returns the sum", why: "an integer and a float64 keep their types",
			bins: list(1, 1.5), ops: do(l.Increment(0, 2), l.Increment(1, 0.25)), each: []any{3, 1.75}, leaves: list(3, 1.75),
		},
		{
			name: "Increment of a string fails", why: "only numbers can be incremented",
			bins: list("x"), ops: do(l.Increment(0, 1)), fails: aerostore.ErrParameter,
		},
		{
			name: "Pop removes an element and returns it", why: "the element is returned as it was",
			bins: list(1, []any{2}, 3), ops: do(l.Pop(1), l.Pop(-1)), each: []any{[]any{2}, 3}, leaves: list(1),
		},
		{
			name: "Pop beyond the end fails", why: "there is no such element",
			bins: list(1), ops: do(l.Pop(1)), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "PopRange removes elements and returns them", why: "a range may reach beyond the end",
			bins: list(1, 2, 3, 4), ops: do(l.PopRange(1, 1), l.PopRange(1, cdt.ToEnd)), each: []any{[]any{2}, []any{3, 4}}, leaves: list(1),
		},
		{
			name: "RemoveAt and RemoveRange return how many they removed", why: "the count is that of the removed elements",
			bins: list(1, 2, 3, 4), ops: do(l.RemoveAt(0), l.RemoveRange(1, 5)), each: []any{1, 2}, leaves: list(2),
		},
		{
			name: "Trim keeps a range", why: "Trim returns how many elements it removed",
			bins: list(1, 2, 3, 4), ops: do(l.Trim(1, 2)), each: []any{2}, leaves: list(2, 3),
		},
		{
			name: "Sort sorts once", why: "Sort does not keep the list ordered",
			bins: list(3, 1, 2), ops: do(l.Sort(), l.Append(0)), each: []any{nil, 4}, leaves: list(1, 2, 3, 0),
		},
		{
			name: "Sort sorts descending", why: "Descending puts the greatest value first",
			bins: list(1, 3, 2), ops: do(l.Sort(cdt.Descending)), each: []any{nil}, leaves: list(3, 2, 1),
		},
		{
			name: "Sort drops duplicates", why: "DropDuplicates keeps one of equal values",
			bins: list(2, 1, 2, 1), ops: do(l.Sort(cdt.DropDuplicates)), each: []any{nil}, leaves: list(1, 2),
		},
		{
			name: "Sort orders values of all types", why: "nil < bool < int < string < list < map < []byte < float < GeoJSON",
			bins:   list(place, 1.5, []byte{1}, map[any]any{1: 1}, []any{1}, "a", 7, true, nil),
			ops:    do(l.Sort()),
			each:   []any{nil},
			leaves: list(nil, true, 7, "a", []any{1}, map[any]any{1: 1}, []byte{1}, 1.5, place),
		},
		{
			name: "SetOrder sorts a list and keeps it sorted", why: "the order stays with the list",
			bins: list(2, 1), ops: do(l.SetOrder(cdt.Ordered), l.Append(0)), each: []any{nil, 3}, leaves: list(0, 1, 2),
		},
		{
			name: "SetOrder can keep an index", why: "an index changes no result",
			bins: list(2, 1), ops: do(l.WithIndex().SetOrder(cdt.Ordered), l.Get(cdt.Rank(-1))), each: []any{nil, 2}, leaves: list(1, 2),
		},
		{
			name: "Clear empties a list", why: "the bin stays",
			bins: list(1, 2), ops: do(l.Clear()), each: []any{nil}, leaves: list([]any{}...),
		},
		{
			name: "Remove removes by value", why: "Remove removes every element that equals the value, and returns nothing",
			bins: list(1, 2, 1.0, 1), ops: do(l.Remove(cdt.Value(1))), each: []any{nil}, leaves: list(2, 1.0),
		},
		{
			name: "Remove returns what it removed", why: "the elements are returned if they are requested",
			bins:   list(5, 1, 4, 2),
			ops:    do(l.Remove(cdt.Rank(-1), cdt.Elements), l.Remove(cdt.Indexes(1, 1), cdt.Elements)),
			each:   []any{5, []any{4}},
			leaves: list(1, 2),
		},
		{
			name: "Remove counts what it removed", why: "Count is the number of removed elements",
			bins:   list(5, 1, 4, 2),
			ops:    do(l.Remove(cdt.Below(2), cdt.Count), l.Remove(cdt.Not(cdt.Values(5, 9)), cdt.Elements)),
			each:   []any{1, []any{4, 2}},
			leaves: list(5),
		},
	}
}

func listReads() []steps {
	l := aerostore.ListBin("l")
	list := func(values ...any) aerostore.Bins { return aerostore.Bins{"l": values} }
	was := list(5, 1, 3, 1)
	return []steps{
		{
			name: "Get by index", why: "an index counts from 0, or from the end with -1",
			bins: was, ops: do(l.Get(cdt.Index(0)), l.Get(cdt.Index(-2)), l.GetAt(1)), each: []any{5, 3, 1},
		},
		{
			name: "Get of an index without an element fails", why: "CodeOpNotApplicable says that there is no such element",
			bins: was, ops: do(l.Get(cdt.Index(4))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "Get by rank", why: "the least value has rank 0, the greatest -1",
			bins: was, ops: do(l.Get(cdt.Rank(0)), l.Get(cdt.Rank(2)), l.Get(cdt.Rank(-1))), each: []any{1, 3, 5},
		},
		{
			name: "Get of ranges of indexes", why: "a range may reach beyond the ends",
			bins: was,
			ops:  do(l.Get(cdt.Indexes(1, 2)), l.Get(cdt.Indexes(2, cdt.ToEnd)), l.Get(cdt.Indexes(-3, 9)), l.GetRange(3, 5), l.Get(cdt.Indexes(7, 1))),
			each: []any{[]any{1, 3}, []any{3, 1}, []any{1, 3, 1}, []any{1}, []any{}},
		},
		{
			name: "Get of the highest", why: "Ranks(-2, 2) are the two highest",
			bins: was, ops: do(l.Get(cdt.Ranks(-2, 2), cdt.Count), l.Get(cdt.Ranks(-1, cdt.ToEnd))), each: []any{2, []any{5}},
		},
		{
			name: "Get by value", why: "every element that equals the value is selected; an integer equals no float64",
			bins: was, ops: do(l.Get(cdt.Value(1)), l.Get(cdt.Value(1.0)), l.Get(cdt.Value(1), cdt.IndexOf)), each: []any{[]any{1, 1}, []any{}, []any{1, 3}},
		},
		{
			name: "Get by values", why: "the elements that equal one of the values are selected",
			bins: was, ops: do(l.Get(cdt.Values(3, 5, 9), cdt.Count), l.Get(cdt.Values())), each: []any{2, []any{}},
		},
		{
			name: "Get between values", why: "the end is not included",
			bins: was,
			ops:  do(l.Get(cdt.Between(3, 5)), l.Get(cdt.From(3), cdt.Count), l.Get(cdt.Below(3)), l.Get(cdt.Between(2, 3))),
			each: []any{[]any{3}, 2, []any{1, 1}, []any{}},
		},
		{
			name: "Get near a value", why: "rank 0 is the first element not less than the value, -1 the one before",
			bins: list(0, 4, 5, 9), made: do(l.SetOrder(cdt.Ordered)),
			ops:  do(l.Get(cdt.RanksNear(5, 0, 1)), l.Get(cdt.RanksNear(5, -1, 2)), l.Get(cdt.RanksNear(3, 1, cdt.ToEnd))),
			each: []any{[]any{5}, []any{4, 5}, []any{5, 9}},
		},
		{
			name: "Get of what a selector does not select", why: "Not inverts the selection",
			bins: was, ops: do(l.Get(cdt.Not(cdt.Value(1))), l.Get(cdt.Not(cdt.Indexes(1, cdt.ToEnd)))), each: []any{[]any{5, 3}, []any{5}},
		},
		{
			name: "Get of all", why: "All selects every element",
			bins: was, ops: do(l.Get(cdt.All()), l.Size()), each: []any{[]any{5, 1, 3, 1}, 4},
		},
		{
			name: "Get of indexes and ranks", why: "each can be counted from both ends",
			bins: was,
			ops: do(
				l.Get(cdt.Index(2), cdt.IndexOf), l.Get(cdt.Index(2), cdt.ReverseIndexOf),
				l.Get(cdt.Index(2), cdt.RankOf), l.Get(cdt.Index(0), cdt.ReverseRankOf), l.Get(cdt.Rank(2), cdt.ReverseRankOf),
			),
			each: []any{2, 1, 2, 0, 1},
		},
		{
			name: "Get tells whether there is a value", why: "Exists returns a bool",
			bins: was, ops: do(l.Get(cdt.Value(3), cdt.Exists), l.Get(cdt.Value(2), cdt.Exists)), each: []any{true, false},
		},
		{
			name: "Get of nothing", why: "an operation of which Nothing is requested returns nothing, and so none of the bin's results",
			bins: was, ops: do(l.Get(cdt.All(), cdt.Nothing), l.Size()), each: []any{nil, 4}, returns: aerostore.Bins{"l": 4},
		},
		{
			name: "Get with a wildcard", why: "Wildcard equals one or more values that follow in a list",
			bins: list([]any{1, "a"}, []any{2, "a"}, []any{1, "b", "c"}, []any{1}), ops: do(l.Get(cdt.Value([]any{1, cdt.Wildcard}), cdt.IndexOf)), each: []any{[]any{0, 2}},
		},
		{
			name: "Get from a missing bin returns nothing", why: "a read of a missing bin is no error",
			bins: aerostore.Bins{"n": 1}, ops: do(l.Get(cdt.Index(0)), l.Get(cdt.All()), l.Size(), l.Get(cdt.All(), cdt.Count)), each: []any{nil, nil, nil, nil},
		},
		{
			name: "Get from another type fails", why: "a bin that is no list fails with ErrBinType",
			bins: aerostore.Bins{"l": map[any]any{1: 1}}, ops: do(l.Size()), fails: aerostore.ErrBinType,
		},
		{
			name: "Append to another type fails", why: "a bin that is no list fails with ErrBinType",
			bins: aerostore.Bins{"l": "text"}, ops: do(aerostore.AddBin("n", 1), l.Append(1)), fails: aerostore.ErrBinType,
		},
		{
			name: "Get from a missing record fails", why: "a call that only reads needs a record",
			ops: do(l.Size()), fails: aerostore.ErrNotFound,
		},
	}
}
