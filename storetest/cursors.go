package storetest

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
)

func cursorCases() []testCase {
	cases := slices.Concat(pageCases(), resumeCases(), partitionCases())
	for i := range cases {
		cases[i].needs = Cursors
	}
	return append(cases, indexedCursorCases()...)
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
