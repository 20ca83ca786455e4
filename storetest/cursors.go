package storetest

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
)

// pagedRecords is the number of records that the cases of cursors read in pages.
const pagedRecords = 100

func cursorCases() []testCase {
	cases := slices.Concat(pageCases(), resumeCases(), partitionCases())
	for i := range cases {
		cases[i].needs = Cursors
	}
	return append(cases, indexedCursorCases()...)
}

// pageCases returns the cases about MaxRecords with a cursor.
func pageCases() []testCase {
	return []testCase{
		{
			name: "pages have each record of a set once",
			why:  "a query with MaxRecords and a Cursor returns exactly so many records, and the next goes on after them",
			run: func(t *trial) {
				for _, size := range []int{1, 7, pagedRecords, 1000} {
					t.paged(t.numberedSet(), aerostore.Query{MaxRecords: size})
				}
			},
		},
		{
			name: "a page of named bins is full",
			why:  "records that have none of the bins do not count towards a page",
			run: func(t *trial) {
				bin, keys := t.bin(), t.keys(pagedRecords)
				items := itemsOf(keys, nil)
				for i := range items {
					items[i].Bins = aerostore.Bins{[]string{bin, "other"}[i%2]: i}
				}
				t.writesAll(items)
				var want []aerostore.Key
				for i := 0; i < len(keys); i += 2 {
					want = append(want, keys[i])
				}
				t.pages(want, aerostore.Query{Set: mainSet, Bins: []string{bin}, MaxRecords: 9})
				t.pages(want, aerostore.Query{Set: mainSet, Bins: []string{bin, t.bin()}, MaxRecords: 9})
			},
		},

		{
			name: "a query of an empty set is done at once",
			why:  "a set without records has no page",
			run: func(t *trial) {
				for _, size := range []int{0, 1, 10} {
					q := aerostore.Query{Set: noSet, Cursor: new(aerostore.Cursor), MaxRecords: size}
					t.equal("the number of records", t.count(q), 0)
					t.equal("whether the cursor is done", q.Cursor.Done(), true)
				}
			},
		},
		{
			name: "a record that exists throughout comes once during writes",
			why:  "records that come and go between pages do not disturb others",
			run: func(t *trial) {
				keys := t.numberedSet()
				q := aerostore.Query{Set: otherSet, Namespace: t.namespace, Cursor: new(aerostore.Cursor), MaxRecords: 10}
				found := make(map[[20]byte]int)
				for pages := 0; !q.Cursor.Done() && pages < 3*pagedRecords; pages++ {
					for r, err := range t.store.Query(t.Context(), q) {
						t.ok(err)
						found[r.Key.Digest()]++
					}
					key := t.keyIn(otherSet)
					t.put(key, before)
					if pages%2 == 0 {
						_, err := t.store.Remove(t.Context(), key)
						t.ok(err)
					}
				}
				for digest := range found {
					if found[digest] > 1 {
						t.Errorf("a record came %d times, want once", found[digest])
					}
				}
				for _, key := range keys {
					if found[key.Digest()] != 1 {
						t.Errorf("a record came %d times, want once", found[key.Digest()])
					}
				}
			},
		},
	}
}

// resumeCases returns the cases about queries that go on.
func resumeCases() []testCase {
	return []testCase{
		{
			name: "a query is resumed after a break",
			why:  "the record at which the body broke does not come again, and no other is lost",
			run: func(t *trial) {
				keys := t.numberedSet()
				q := aerostore.Query{Set: otherSet, Namespace: t.namespace, Cursor: new(aerostore.Cursor)}
				found := make(map[[20]byte]int)
				for rounds := 0; !q.Cursor.Done(); rounds++ {
					n := 0
					for r, err := range t.store.Query(t.Context(), q) {
						t.ok(err)
						found[r.Key.Digest()]++
						if n++; n == 3+rounds {
							break
						}
					}
					if rounds > pagedRecords {
						t.Fatalf("the query never ends: the cursor is %v", q.Cursor)
					}
				}
				t.once(found, keys)
				t.equal("the number of records after the last", t.count(q), 0)
			},
		}, {
			name: "a record at which the body panics comes again",
			why:  "the cursor moves past a record when the body of the loop has had it",
			run: func(t *trial) {
				keys := t.numberedSet()
				q := aerostore.Query{Set: otherSet, Namespace: t.namespace, Cursor: new(aerostore.Cursor)}
				found := make(map[[20]byte]int)
				func() {
					defer func() { t.equal("what was recovered", recover(), "in the loop") }()
					for r, err := range t.store.Query(t.Context(), q) {
						t.ok(err)
						if len(found) == 5 {
							panic("in the loop")
						}
						found[r.Key.Digest()]++
					}
				}()
				for r, err := range t.store.Query(t.Context(), q) {
					t.ok(err)
					found[r.Key.Digest()]++
				}
				t.once(found, keys)
			},
		}, {
			name: "a token resumes a query",
			why:  "a token is all that another process needs",
			run: func(t *trial) {
				keys := t.numberedSet()
				found := make(map[[20]byte]int)
				token := ""
				for pages := 0; ; pages++ {
					cursor, err := aerostore.ParseCursor(token)
					t.ok(err)
					q := aerostore.Query{Set: otherSet, Namespace: t.namespace, Cursor: cursor, MaxRecords: 30}
					for r, err := range t.store.Query(t.Context(), q) {
						t.ok(err)
						found[r.Key.Digest()]++
					}
					if cursor.Done() {
						break
					}
					token = cursor.Token()
					if pages > pagedRecords {
						t.Fatalf("the query never ends: the cursor is %v", cursor)
					}
				}
				t.once(found, keys)
			},
		}, {
			name: "a cancelled context leaves the cursor where it is",
			why:  "after an error, the query goes on after the last record that the body had",
			run: func(t *trial) {
				keys := t.numberedSet()
				q := aerostore.Query{Namespace: t.namespace, Set: otherSet, Cursor: new(aerostore.Cursor)}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				found := make(map[[20]byte]int)
				var last error
				for r, err := range t.store.Query(ctx, q) {
					if last = err; err != nil {
						break
					}
					if found[r.Key.Digest()]++; len(found) == 5 {
						cancel()
					}
				}
				t.fails(last, context.Canceled)
				for r, err := range t.store.Query(t.Context(), q) {
					t.ok(err)
					found[r.Key.Digest()]++
				}
				t.once(found, keys)
			},
		}, {
			name: "a cursor of another query is refused",
			why:  "a cursor resumes the query that it began; ErrStaleCursor says that it cannot",
			run: func(t *trial) {
				t.numberedSet()
				begun := aerostore.Query{Namespace: t.namespace, Set: otherSet, Cursor: new(aerostore.Cursor), MaxRecords: 3}
				t.equal("the number of records", t.count(begun), 3)
				token := begun.Cursor.Token()
				for name, change := range map[string]func(*aerostore.Query){
					"set":        func(q *aerostore.Query) { q.Set = mainSet },
					"no set":     func(q *aerostore.Query) { q.Set = "" },
					"partitions": func(q *aerostore.Query) { q.Partitions = aerostore.PartitionRange{Count: 10} },
				} {
					q := begun
					change(&q)
					records, err := t.collect(t.store.Query(t.Context(), q))
					t.fails(err, aerostore.ErrStaleCursor)
					t.fails(err, aerostore.ErrInvalid)
					if len(records) > 0 || begun.Cursor.Token() != token {
						t.Errorf("a query of another %s returned %d records or moved the cursor", name, len(records))
					}
				}
				begun.MaxRecords, begun.Bins = 2, []string{}
				t.equal("the number of records of the same query with other limits", t.count(begun), 2)
			},
		}, {
			name: "two queries cannot share a cursor",
			why:  "a cursor in use is refused, since the queries would return different records",
			run: func(t *trial) {
				t.numberedSet()
				q := aerostore.Query{Namespace: t.namespace, Set: otherSet, Cursor: new(aerostore.Cursor)}
				for _, err := range t.store.Query(t.Context(), q) {
					t.ok(err)
					_, err = t.collect(t.store.Query(t.Context(), q))
					t.fails(err, aerostore.ErrInvalid)
					break
				}
				t.equal("whether the query can go on", t.count(q) >= pagedRecords-1, true)
			},
		}, {
			name: "a token that was changed is refused",
			why:  "whatever a client sends as a token, the answer is an error that matches ErrInvalid",
			run: func(t *trial) {
				t.numberedSet()
				q := aerostore.Query{Namespace: t.namespace, Set: otherSet, Cursor: new(aerostore.Cursor), MaxRecords: 3}
				t.count(q)
				token := q.Cursor.Token()
				raw, err := base64.RawURLEncoding.DecodeString(token)
				t.ok(err)
				for i := range raw {
					changed := append([]byte(nil), raw...)
					changed[i] ^= 1 << (i % 8)
					_, err := aerostore.ParseCursor(base64.RawURLEncoding.EncodeToString(changed))
					t.fails(err, aerostore.ErrInvalid)
				}
				for _, text := range []string{"x", token + "A", token[1:], token[:len(token)-1], strings.Repeat("A", 1<<20)} {
					_, err := aerostore.ParseCursor(text)
					t.fails(err, aerostore.ErrInvalid)
				}
				t.equal("the number of records of the next page", t.count(q), 3)
			},
		},
	}
}

// partitionCases returns the cases about parts of a query.
func partitionCases() []testCase {
	return []testCase{
		{
			name: "the parts of a query have each record once",
			why:  "Split cuts a query into parts that share no record and lose none",
			run: func(t *trial) {
				keys := t.numberedSet()
				for _, n := range []int{1, 2, 3, 7} {
					found := make(map[[20]byte]int)
					for _, part := range (aerostore.Query{Namespace: t.namespace, Set: otherSet}).Split(n) {
						for r, err := range t.store.Query(t.Context(), part) {
							t.ok(err)
							p := r.Key.Partition()
							if first := part.Partitions.First; p < first || p >= first+part.Partitions.Count {
								t.Errorf("a query of partitions %v returned a record of %d", part.Partitions, p)
							}
							found[r.Key.Digest()]++
						}
					}
					t.once(found, keys)
				}
			},
		}, {
			name: "a query of one partition returns its records",
			why:  "as many parts as there are partitions have each record, too",
			run: func(t *trial) {
				keys := t.numberedSet()
				for _, n := range []int{aerostore.PartitionCount, aerostore.PartitionCount + 904} {
					parts := (aerostore.Query{Namespace: t.namespace, Set: otherSet}).Split(n)
					t.equal("the number of parts", len(parts), aerostore.PartitionCount)
					for _, key := range keys[:10] {
						found := t.ownOf(t.store.Query(t.Context(), parts[key.Partition()]), keys...)
						if found[key] == nil {
							t.Errorf("the query of a record's partition did not return it")
						}
					}
				}
			},
		}, {
			name: "parts are resumed each by itself",
			why:  "a cursor resumes a query of some partitions",
			run: func(t *trial) {
				keys := t.numberedSet()
				found := make(map[[20]byte]int)
				for _, part := range (aerostore.Query{Namespace: t.namespace, Set: otherSet, MaxRecords: 7}).Split(3) {
					part.Cursor = new(aerostore.Cursor)
					t.readPages(part, found)
				}
				t.once(found, keys)
			},
		}, {
			name: "partitions that do not exist are refused",
			why:  "partitions are from 0 to 4095",
			run: func(t *trial) {
				for _, r := range []aerostore.PartitionRange{{First: -1, Count: 1}, {First: 4096, Count: 1}, {First: 1}, {Count: 4097}, {Count: -1}} {
					_, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet, Partitions: r}))
					t.fails(err, aerostore.ErrInvalid)
				}
			},
		},
	}
}

// indexedCursorCases returns the cases about queries by an index.
func indexedCursorCases() []testCase {
	return []testCase{
		{
			name:  "pages have each record of an index once",
			why:   "a query by an index is resumed, too",
			needs: Indexes,
			run: func(t *trial) {
				t.needsCursors()
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
				t.needsCursors()
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
				t.needsCursors()
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
				t.needsCursors()
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
			t.needsCursors()
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

// numberedSet writes the records of a case into a set that other cases hardly use.
func (t *trial) numberedSet() []aerostore.Key {
	t.Helper()
	keys := make([]aerostore.Key, pagedRecords)
	for i := range keys {
		keys[i] = t.keyIn(otherSet)
	}
	t.writesAll(itemsOf(keys, before))
	return keys
}

// needsCursors skips the case if the store lacks [Cursors].
func (t *trial) needsCursors() {
	if reason, lacks := t.without[Cursors]; lacks {
		t.skip(reason)
	}
}

// paged checks that pages of otherSet have each of the records once.
func (t *trial) paged(keys []aerostore.Key, q aerostore.Query) {
	t.Helper()
	q.Set = otherSet
	t.pages(keys, q)
}

// pages checks that the pages of a query have each of the records once.
func (t *trial) pages(keys []aerostore.Key, q aerostore.Query) {
	t.Helper()
	q.Namespace, q.Cursor = t.namespace, new(aerostore.Cursor)
	found := make(map[[20]byte]int)
	t.readPages(q, found)
	t.once(found, keys)
}

// readPages counts the records of the pages of a query.
func (t *trial) readPages(q aerostore.Query, found map[[20]byte]int) {
	t.Helper()
	for pages := 0; !q.Cursor.Done(); pages++ {
		records, err := t.collect(t.store.Query(t.Context(), q))
		t.ok(err)
		for _, r := range records {
			found[r.Key.Digest()]++
		}
		if n := len(records); q.MaxRecords > 0 && (n > q.MaxRecords || n < q.MaxRecords && !q.Cursor.Done()) {
			t.Errorf("a page of %d records has %d, and the cursor is %v", q.MaxRecords, n, q.Cursor)
		}
		if pages > 10*pagedRecords {
			t.Fatalf("the pages never end: the cursor is %v", q.Cursor)
		}
	}
}

// once checks that each of the records came once, and none of the case's others twice.
func (t *trial) once(found map[[20]byte]int, keys []aerostore.Key) {
	t.Helper()
	for i, key := range keys {
		if n := found[key.Digest()]; n != 1 {
			t.Errorf("record %d of %d came %d times, want once", i, len(keys), n)
		}
	}
	for digest, n := range found {
		if n > 1 {
			t.Errorf("a record of partition %d came %d times, want once", aerostore.DigestKey("", "", digest).Partition(), n)
		}
	}
	if t.Failed() {
		t.Fatalf("%s", fmt.Sprintf("%d records came", len(found)))
	}
}
