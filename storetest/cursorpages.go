package storetest

import (
	"fmt"

	"github.com/aerostore/aerostore"
)

// pagedRecords is the number of records that the cases of cursors read in pages.
const pagedRecords = 100

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
