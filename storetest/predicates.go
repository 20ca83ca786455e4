package storetest

import (
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func pointAt(longitude, latitude float64) aerostore.GeoJSON {
	return aerostore.GeoJSON(fmt.Sprintf(`{"type":"Point","coordinates":[%v,%v]}`, longitude, latitude))
}

// boxFrom returns a region of a degree to the north-east of a point.
func boxFrom(longitude, latitude float64) aerostore.GeoJSON {
	return aerostore.GeoJSON(fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]v,%[2]v],[%[3]v,%[2]v],[%[3]v,%[4]v],[%[1]v,%[4]v],[%[1]v,%[2]v]]]}`,
		longitude, latitude, longitude+1, latitude+1))
}

// A search is a condition with values that it selects and others. An index of the type
// answers it.
type search struct {
	name   string
	kind   aerostore.IndexType
	where  func(bin string) aerostore.Predicate
	found  []any
	others []any
	isKey  bool // the values may be keys of a map
}

func searches() []search {
	here, there := pointAt(8.5, 47.25), pointAt(8.6, 47.25) // 7.5 km apart
	return []search{
		{
			"an integer", aerostore.IndexInt, func(bin string) aerostore.Predicate { return aerostore.Equal(bin, 7) },
			[]any{7},
			[]any{6, "7", 7.0, []byte{7}, true},
			true,
		},
		{
			"a range", aerostore.IndexInt, func(bin string) aerostore.Predicate { return aerostore.Range(bin, -1, 7) },
			[]any{-1, 0, 7},
			[]any{-2, 8, "0", 0.5, false},
			true,
		},
		{
			"a string", aerostore.IndexString, func(bin string) aerostore.Predicate { return aerostore.Equal(bin, "vip") },
			[]any{"vip"},
			[]any{"", "VIP", "vip ", []byte("vip"), 7},
			true,
		},
		{
			"bytes", aerostore.IndexBlob, func(bin string) aerostore.Predicate { return aerostore.Equal(bin, []byte{1, 0}) },
			[]any{[]byte{1, 0}},
			[]any{[]byte{}, []byte{1}, []byte{1, 0, 0}, "\x01\x00", 256},
			false,
		},
		{
			"points within a region", aerostore.IndexGeo, func(bin string) aerostore.Predicate { return aerostore.Within(bin, boxFrom(8, 47)) },
			[]any{here, there, pointAt(8.01, 47.99)},
			[]any{pointAt(7.99, 47.5), pointAt(9.01, 47.5), pointAt(-8.5, 47.5), boxFrom(8, 47), string(here)},
			false,
		},
		{
			"points within a radius", aerostore.IndexGeo, func(bin string) aerostore.Predicate { return aerostore.WithinRadius(bin, 8.5, 47.25, 5_000) },
			[]any{here, pointAt(8.56, 47.25)},
			[]any{there, pointAt(8.5, -47.25), pointAt(188.5-360, 47.25), 7},
			false,
		},
		{
			"regions that contain a point", aerostore.IndexGeo, func(bin string) aerostore.Predicate { return aerostore.Containing(bin, here) },
			[]any{
				boxFrom(8, 47), boxFrom(7.6, 46.3),
				aerostore.GeoJSON(`{"type":"AeroCircle","coordinates":[[8.6,47.25],8000]}`),
			},
			[]any{boxFrom(9, 47), aerostore.GeoJSON(`{"type":"AeroCircle","coordinates":[[8.6,47.25],7000]}`), here, "x"},
			false,
		},
	}
}

// A spot is where a value is in a bin, and what of the bin is indexed.
type spot struct {
	name string
	in   aerostore.IndexCollection
	path []cdt.Step
	put  func(v any) any // the value of the bin
	keys bool            // the values are keys of a map
}

func spots() []spot {
	return []spot{
		{"a bin", aerostore.IndexDefault, nil, func(v any) any { return v }, false},
		{"a list", aerostore.IndexList, nil, func(v any) any { return []any{nil, v, "other", v} }, false},
		{"the keys of a map", aerostore.IndexMapKeys, nil, func(v any) any { return map[any]any{v: "vip", "other": 1} }, true},
		{"the values of a map", aerostore.IndexMapValues, nil, func(v any) any { return map[any]any{7: "x", "vip": v, "b": v} }, false},
		{"an entry of a map", aerostore.IndexDefault, []cdt.Step{cdt.Key("a")}, func(v any) any { return map[any]any{"a": v, "vip": 1} }, false},
		{"the last of a list", aerostore.IndexDefault, []cdt.Step{cdt.Index(-1)}, func(v any) any { return []any{true, v} }, false},
		{
			"a list in a map", aerostore.IndexList,
			[]cdt.Step{cdt.Key("a"), cdt.Key(3)},
			func(v any) any { return map[any]any{"a": map[any]any{3: []any{nil, v}}} }, false,
		},
	}
}

func (p spot) of(where aerostore.Predicate) aerostore.Predicate {
	switch p.in {
	case aerostore.IndexList:
		where = where.InList()
	case aerostore.IndexMapKeys:
		where = where.InMapKeys()
	case aerostore.IndexMapValues:
		where = where.InMapValues()
	}
	if p.path != nil {
		where = where.At(p.path...)
	}
	return where
}

func (p spot) index(t *trial, kind aerostore.IndexType) aerostore.Index {
	index := t.indexOver(t.bin(), kind, mainSet)
	index.Collection, index.Path = p.in, p.path
	return index
}

func predicateCases() (cases []testCase) {
	for _, s := range searches() {
		for _, p := range spots() {
			if p.keys && !s.isKey {
				continue
			}
			cases = append(cases, testCase{
				name: fmt.Sprintf("a query finds %s in %s", s.name, p.name),
				why:  "a query selects the records that have a value that matches where the index has it, each once",
				run:  func(t *trial) { t.findsIn(s, p) },
			})
		}
	}
	return append(cases, predicateAdminCases()...)
}

// findsIn checks a search in a place. Half of the records are there before the index.
func (t *trial) findsIn(s search, p spot) {
	t.Helper()
	index := p.index(t, s.kind)
	values := append(append([]any{}, s.found...), s.others...)
	if p.keys { // which not all values can be
		values = append(append([]any{}, s.found...), "x", 99)
	}
	keys := t.keys(len(values) + 2)
	put := func(half int) {
		for i, v := range values {
			if i%2 == half {
				t.put(keys[i], aerostore.Bins{index.Bin: p.put(v)})
			}
		}
	}
	put(0)
	t.put(keys[len(values)], aerostore.Bins{"other": p.put(s.found[0])})
	t.put(keys[len(values)+1], aerostore.Bins{index.Bin: []any{[]any{s.found[0]}}})
	t.indexes(index)
	put(1)
	check := func(what string, want int) {
		t.Helper()
		records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: p.of(s.where(index.Bin))}))
		t.ok(err)
		t.equal("the number of records "+what, len(records), want)
	}
	check("found", len(s.found))
	found := t.query(aerostore.Query{Set: mainSet, Where: p.of(s.where(index.Bin))}, keys...)
	for i := range s.found {
		t.equal(fmt.Sprintf("whether value %d was found", i), found[keys[i]] != nil, true)
	}
	t.put(keys[0], aerostore.Bins{index.Bin: p.put("no more")})
	t.put(keys[len(s.found)], aerostore.Bins{index.Bin: p.put(s.found[0])})
	check("after two changed", len(s.found))
	_, err := t.store.Remove(t.Context(), keys[len(s.found)])
	t.ok(err)
	check("after one was removed", len(s.found)-1)
}

func predicateAdminCases() []testCase {
	list := spot{in: aerostore.IndexList}
	return []testCase{
		{
			name: "a record of which several elements match is returned once",
			why:  "a query returns each record once, however many of its elements match",
			run: func(t *trial) {
				ints, points, regions := list.index(t, aerostore.IndexInt), list.index(t, aerostore.IndexGeo), list.index(t, aerostore.IndexGeo)
				key := t.key()
				t.indexes(ints)
				t.indexes(points)
				t.indexes(regions)
				t.put(key, aerostore.Bins{
					ints.Bin: []any{1, 2, 3, 3, 1000}, points.Bin: []any{pointAt(1, 1), pointAt(2, 2), pointAt(2, 3)},
					regions.Bin: []any{boxFrom(0, 0), boxFrom(0.1, 0.1), boxFrom(0.5, 0.5)},
				})
				for _, where := range []aerostore.Predicate{
					aerostore.Range(ints.Bin, 0, 5000).InList(),
					aerostore.WithinRadius(points.Bin, 1.5, 1.5, 1_000_000).InList(),
					aerostore.Containing(regions.Bin, pointAt(0.75, 0.75)).InList(),
				} {
					records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: where}))
					t.ok(err)
					t.equal(fmt.Sprintf("the number of records for %v", where), len(records), 1)
				}
			},
		},
		{
			name:  "an index over elements follows the operations on them",
			why:   "an index has what a list or map has after each operation",
			needs: DataTypes,
			run: func(t *trial) {
				if _, lacks := t.without[Indexes]; lacks {
					return
				}
				inList, inMap := list.index(t, aerostore.IndexInt), spot{in: aerostore.IndexMapValues, path: []cdt.Step{cdt.Key("m")}}.index(t, aerostore.IndexString)
				t.indexes(inList)
				t.indexes(inMap)
				key := t.key()
				elements, entries := aerostore.ListBin(inList.Bin), aerostore.MapBin(inMap.Bin).In(cdt.Key("m").Create(cdt.Unordered))
				check := func(after string, want ...bool) {
					t.Helper()
					for i, where := range []aerostore.Predicate{
						aerostore.Equal(inList.Bin, 1).InList(), aerostore.Equal(inList.Bin, 2).InList(),
						aerostore.Equal(inMap.Bin, "a").InMapValues().At(cdt.Key("m")), aerostore.Equal(inMap.Bin, "b").InMapValues().At(cdt.Key("m")),
					} {
						found := t.query(aerostore.Query{Set: mainSet, Where: where}, key)[key] != nil
						t.equal(fmt.Sprintf("whether %v finds the record after %s", where, after), found, want[i])
					}
				}
				operate := func(ops ...aerostore.Operation) {
					t.Helper()
					_, err := t.store.Operate(t.Context(), key, ops)
					t.ok(err)
				}
				operate(elements.Append(1), entries.Put("x", "a"))
				operate(elements.Append(5), entries.Put("y", "c"))
				check("appending", true, false, true, false)
				operate(elements.Append(2), entries.Put("x", "b"))
				operate(elements.Append(6))
				check("appending again", true, true, false, true)
				_, err := t.store.Operate(t.Context(), key, []aerostore.Operation{elements.Clear(), aerostore.MapBin(inList.Bin).Put("x", 1)})
				t.fails(err, aerostore.CodeBinType)
				check("a failure", true, true, false, true)
				operate(elements.Remove(cdt.Value(1)), entries.Remove(cdt.Key("x")))
				check("removing", false, true, false, false)
				operate(elements.Clear(), aerostore.WriteBin(inMap.Bin, map[any]any{"m": map[any]any{1: "a"}}))
				check("clearing", false, false, true, false)
			},
		},
		{
			name: "a condition of another collection or path fails with IndexNotFound",
			why:  "an index answers the conditions of its own collection and path",
			run: func(t *trial) {
				plain, elements, nested := t.index(aerostore.IndexInt, mainSet), list.index(t, aerostore.IndexInt), list.index(t, aerostore.IndexInt)
				nested.Path = []cdt.Step{cdt.Key("a")}
				t.indexes(elements)
				t.indexes(nested)
				for _, where := range []aerostore.Predicate{
					aerostore.Equal(plain, 1).InList(), aerostore.Equal(plain, 1).At(cdt.Key("a")), aerostore.Equal(plain, []byte{1}),
					aerostore.Containing(plain, pointAt(0, 0)),
					aerostore.Equal(elements.Bin, 1), aerostore.Equal(elements.Bin, 1).InMapValues(), aerostore.Equal(elements.Bin, "1").InList(),
					aerostore.Equal(elements.Bin, 1).InList().At(cdt.Key("a")),
					aerostore.Equal(nested.Bin, 1).InList(), aerostore.Equal(nested.Bin, 1).InList().At(cdt.Key("b")),
					aerostore.Equal(nested.Bin, 1).InList().At(cdt.Index(0)), aerostore.Equal(nested.Bin, 1).At(cdt.Key("a")),
				} {
					t.unanswered(where)
				}
			},
		},
		{
			name: "UsingIndex uses an index that answers the condition",
			why:  "the index of the name is used if it answers the condition for the set, and otherwise the query fails",
			run: func(t *trial) {
				elements, key := list.index(t, aerostore.IndexInt), t.key()
				t.indexes(elements)
				other := t.index(aerostore.IndexInt, mainSet)
				t.put(key, aerostore.Bins{elements.Bin: []any{1}})
				where := aerostore.Equal(elements.Bin, 1).InList()
				t.equal("the number of records", len(t.query(aerostore.Query{Set: mainSet, Where: where.UsingIndex(elements.Name)}, key)), 1)
				t.unanswered(where.UsingIndex(other))
				t.unanswered(where.UsingIndex(t.bin()))
				t.unanswered(aerostore.Equal(elements.Bin, 1).UsingIndex(elements.Name))
				records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: otherSet, Where: where.UsingIndex(elements.Name)}))
				t.fails(err, aerostore.CodeIndexNotFound)
				t.equal("the number of records of another set", len(records), 0)
			},
		},
		{
			name: "a condition over elements combines with bins and a limit",
			why:  "a query returns the records that satisfy all of them",
			run: func(t *trial) {
				elements, keys := list.index(t, aerostore.IndexString), t.keys(5)
				t.indexes(elements)
				for i, key := range keys {
					t.put(key, aerostore.Bins{elements.Bin: []any{"a", "b"}, []string{"even", "odd"}[i%2]: i})
				}
				where := aerostore.Equal(elements.Bin, "b").InList()
				found := t.query(aerostore.Query{Set: mainSet, Where: where, Bins: []string{"odd"}}, keys...)
				t.equal("the number of odd records", len(found), 2)
				t.bins(found[keys[3]], aerostore.Bins{"odd": 3})
				t.equal("the number of records with a limit", len(t.query(aerostore.Query{Set: mainSet, Where: where, MaxRecords: 4}, keys...)), 4)
			},
		},
		{
			name: "CreateIndex of another collection or path under a taken name fails with IndexFound",
			why:  "the collection and the path are part of the definition",
			run: func(t *trial) {
				elements := list.index(t, aerostore.IndexInt)
				elements.Path = []cdt.Step{cdt.Key("a")}
				t.indexes(elements)
				t.ok(t.indexer().CreateIndex(t.Context(), elements))
				values, nowhere, elsewhere := elements, elements, elements
				values.Collection, nowhere.Path, elsewhere.Path = aerostore.IndexMapValues, nil, []cdt.Step{cdt.Key("b")}
				for _, other := range []aerostore.Index{values, nowhere, elsewhere} {
					t.fails(t.indexer().CreateIndex(t.Context(), other), aerostore.CodeIndexFound)
				}
			},
		},
		{
			name: "CreateIndex refuses what no server indexes",
			why:  "such a definition fails with ErrInvalid before anything is sent",
			run: func(t *trial) {
				good := list.index(t, aerostore.IndexGeo)
				keys, creating, nothing, unknown := good, good, good, good
				keys.Collection, unknown.Collection = aerostore.IndexMapKeys, 99
				creating.Path, nothing.Path = []cdt.Step{cdt.Key("a").Create(cdt.KeyOrdered)}, []cdt.Step{cdt.OneKey{}}
				for _, bad := range []aerostore.Index{keys, creating, nothing, unknown} {
					t.fails(t.indexer().CreateIndex(t.Context(), bad), aerostore.ErrInvalid)
				}
			},
		},
	}
}
