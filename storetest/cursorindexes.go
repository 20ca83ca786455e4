package storetest

import (
	"github.com/aerostore/aerostore"
)

// indexedCursorCases returns the cases about queries by an index.
func indexedCursorCases() []testCase {
	return []testCase{
		{
			name:  "pages have each record of an index once",
			why:   "a query by an index is resumed, too",
			needs: Indexes,
			run: func(t *trial) {
				t.needs(Cursors)
				bin := t.index(aerostore.IndexInt, mainSet)
				keys := t.keys(pagedRecords)
				items := itemsOf(keys, nil)
				for i := range items {
					items[i].Bins = aerostore.Bins{bin: i/3 - 10}
				}
				t.writesAll(items)
				for _, size := range []int{1, 7, 0} {
					t.pages(keys, aerostore.Query{Set: mainSet, Where: aerostore.Range(bin, -1000, 1000), MaxRecords: size})
				}
				t.pages(keys[30:33], aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, 0), MaxRecords: 1})
			},
		},
		{
			name:  "pages have each record with a string once",
			why:   "a query by an index of strings is resumed, too",
			needs: Indexes,
			run: func(t *trial) {
				t.needs(Cursors)
				bin := t.index(aerostore.IndexString, mainSet)
				keys := t.keys(pagedRecords)
				items := itemsOf(keys, nil)
				for i := range items {
					items[i].Bins = aerostore.Bins{bin: []string{"a", "b"}[i/50]}
				}
				t.writesAll(items)
				t.pages(keys[:50], aerostore.Query{Set: mainSet, Where: aerostore.Equal(bin, "a"), MaxRecords: 7})
			},
		},
		repeatedPages("list elements", aerostore.IndexInt, aerostore.IndexList, func(bin string) aerostore.Predicate { return aerostore.Range(bin, -2, 3) }),
		repeatedPages("map keys", aerostore.IndexInt, aerostore.IndexMapKeys, func(bin string) aerostore.Predicate { return aerostore.Range(bin, -2, 3) }),
		repeatedPages("map values", aerostore.IndexInt, aerostore.IndexMapValues, func(bin string) aerostore.Predicate { return aerostore.Range(bin, -2, 3) }),
		repeatedPages("points in lists", aerostore.IndexGeo, aerostore.IndexList, func(bin string) aerostore.Predicate { return aerostore.Within(bin, boxFrom(8, 47)) }),
		repeatedPages("points in map values", aerostore.IndexGeo, aerostore.IndexMapValues, func(bin string) aerostore.Predicate { return aerostore.WithinRadius(bin, 8.5, 47.5, 5_000) }),
		{
			name:  "pages have each region around a point once",
			why:   "an index has a region several times",
			needs: Indexes,
			run: func(t *trial) {
				t.needs(Cursors)
				bin := t.index(aerostore.IndexGeo, mainSet)
				keys := t.keys(20)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: boxFrom(8+float64(i)/100, 47+float64(i)/100)})
				}
				for _, size := range []int{1, 2, 3, 0} {
					t.pages(keys, aerostore.Query{Set: mainSet, Where: aerostore.Containing(bin, pointAt(8.5, 47.5)), MaxRecords: size})
				}
			},
		},
		{
			name:  "a record with many entries in an index comes once",
			why:   "a query returns a record once, however many of its elements match",
			needs: Indexes,
			run: func(t *trial) {
				bin := t.bin()
				index := t.indexOver(bin, aerostore.IndexInt, mainSet)
				index.Collection = aerostore.IndexList
				t.indexes(index)
				elements, keys := make([]any, 250), t.keys(2)
				for i := range elements {
					elements[i] = i
				}
				t.writesAll(itemsOf(keys, aerostore.Bins{bin: elements}))
				q := aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: aerostore.Range(bin, 0, 1000).InList()}
				t.equal("the number of records", t.count(q), len(keys))
				if _, lacks := t.without[Cursors]; !lacks {
					t.pages(keys, q)
				}
			},
		},
		{
			name:  "a cursor of another condition is refused",
			why:   "a cursor resumes the query that it began, with the same values",
			needs: Indexes,
			run: func(t *trial) {
				t.needs(Cursors)
				bin := t.index(aerostore.IndexInt, otherSet)
				keys := t.numberedSet()
				t.put(keys[0], aerostore.Bins{bin: 1})
				q := aerostore.Query{Namespace: t.namespace, Set: otherSet, Where: aerostore.Range(bin, 1, 2), Cursor: new(aerostore.Cursor), MaxRecords: 1}
				t.equal("the number of records", t.count(q), 1)
				for _, where := range []aerostore.Predicate{
					{}, aerostore.Equal(bin, 1), aerostore.Range(bin, 1, 3), aerostore.Range(bin, 0, 2), aerostore.Range("", 1, 2).UsingIndex(bin),
				} {
					q.Where = where
					_, err := t.collect(t.store.Query(t.Context(), q))
					t.fails(err, aerostore.ErrStaleCursor)
				}
			},
		},
	}
}

// repeatedPages returns a case of pages of an index that has most records several times.
func repeatedPages(what string, kind aerostore.IndexType, in aerostore.IndexCollection, where func(bin string) aerostore.Predicate) testCase {
	return testCase{
		name:  "pages have each record once that an index of " + what + " has several times",
		why:   "a record whose list or map has several entries that match comes on one page",
		needs: Indexes,
		run: func(t *trial) {
			t.needs(Cursors)
			bin := t.bin()
			index := t.indexOver(bin, kind, mainSet)
			index.Collection = in
			t.indexes(index)
			keys := t.keys(20)
			for i, key := range keys {
				t.put(key, aerostore.Bins{bin: collectionOf(kind, in, 1+i%4), []string{"even", "odd"}[i%2]: i})
			}
			t.put(t.key(), aerostore.Bins{bin: collectionOf(kind, in, 0)})
			q := aerostore.Query{Set: mainSet, Where: spot{in: in}.of(where(bin))}
			for _, q.MaxRecords = range []int{1, 2, 3, 0} {
				t.pages(keys, q)
			}
			var even []aerostore.Key
			for i := 0; i < len(keys); i += 2 {
				even = append(even, keys[i])
			}
			q.Bins, q.MaxRecords = []string{"even"}, 3
			t.pages(even, q)
		},
	}
}

// collectionOf returns a list or map with so many entries that a condition of
// repeatedPages selects, and one that it does not.
func collectionOf(kind aerostore.IndexType, in aerostore.IndexCollection, n int) any {
	list, keys, values := []any{}, map[any]any{}, map[any]any{}
	for i := range n + 1 {
		var entry any = 3 - i
		if kind == aerostore.IndexGeo {
			entry = pointAt(8.5+float64(i)/100, 47.5)
		}
		if i == n {
			entry = "other"
		}
		list = append(list, entry)
		values[i] = entry
		if kind != aerostore.IndexGeo {
			keys[entry] = i
		}
	}
	switch in {
	case aerostore.IndexList:
		return list
	case aerostore.IndexMapKeys:
		return keys
	default:
		return values
	}
}
