package asbackend_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// fillMany writes records 0 to n-1 of a set, each with its number and one of ten teams.
func fillMany(t testing.TB, s aerostore.Store, set string, n int) {
	t.Helper()
	const atOnce = 1000
	t.Cleanup(func() { // faster than empty
		for from := 0; from < n; from += atOnce {
			var keys []aerostore.Key
			for i := from; i < min(n, from+atOnce); i++ {
				keys = append(keys, aerostore.NewKey(namespace, set, i))
			}
			if _, err := s.BatchRemove(context.Background(), keys); err != nil {
				t.Error(err)
			}
		}
	})
	for from := 0; from < n; from += atOnce {
		items := make([]aerostore.BatchItem, 0, atOnce)
		for i := from; i < min(n, from+atOnce); i++ {
			items = append(items, aerostore.BatchItem{Key: aerostore.NewKey(namespace, set, i), Bins: aerostore.Bins{"i": i, "team": i%10 - 5, "list": []int{i % 10, 1000 + i%10, 2000}}})
		}
		results, err := s.BatchWrite(t.Context(), items)
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPagesOfALargeSet(t *testing.T) {
	t.Parallel()
	const records = 30_000
	s, set := dial(t)
	fillMany(t, s, set, records)
	index := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "team", Type: aerostore.IndexInt}
	if err := s.CreateIndex(t.Context(), index); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.DropIndex(context.Background(), index) })
	list := aerostore.Index{Namespace: namespace, Set: set, Name: set + "_list", Bin: "list", Type: aerostore.IndexInt, Collection: aerostore.IndexList}
	if err := s.CreateIndex(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.DropIndex(context.Background(), list) })
	for name, tc := range map[string]struct {
		where  aerostore.Predicate
		limit  int // of a page
		stop   int // after so many records, at most; 0: never
		parts  int
		want   int
		length int // of a token, at most
	}{
		"to the end":                     {want: records},
		"with breaks":                    {stop: 3000, want: records, length: 6000},
		"pages of 100":                   {limit: 100, want: records, length: 6000},
		"pages of 5000":                  {limit: 5000, want: records, length: 6000},
		"pages with breaks":              {limit: 1000, stop: 1500, want: records, length: 6000},
		"pages of parts":                 {limit: 1000, parts: 7, want: records, length: 6000},
		"an index to the end":            {where: aerostore.Range("team", -1, 3), want: records / 2},
		"an index with breaks":           {where: aerostore.Range("team", -1, 3), stop: 3000, want: records / 2, length: 6000},
		"pages of an index":              {where: aerostore.Range("team", -1, 3), limit: 1000, want: records / 2, length: 6000},
		"pages of one value of an index": {where: aerostore.Equal("team", 0), limit: 300, want: records / 10, length: 6000},
		"an index of lists to the end":   {where: aerostore.Range("list", 0, 5000).InList(), want: records},
		"an index of lists with breaks":  {where: aerostore.Range("list", 0, 5000).InList(), stop: 3000, want: records, length: 1000},
		"pages of an index of lists":     {where: aerostore.Range("list", 5, 1004).InList(), limit: 100, want: records, length: 1000},
		"parts of an index of lists":     {where: aerostore.Range("list", 5, 1002).InList(), limit: 1000, stop: 1500, parts: 7, want: records * 8 / 10, length: 1000},
		"one value of an index of lists": {where: aerostore.Equal("list", 2000).InList(), limit: 1000, want: records, length: 6000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := aerostore.Query{Namespace: namespace, Set: set, Where: tc.where, MaxRecords: tc.limit, Bins: []string{"i"}}
			seen := make(map[int]int)
			longest, queries := 0, 0
			for _, part := range q.Split(tc.parts) {
				for token := ""; ; {
					cursor, err := aerostore.ParseCursor(token)
					if err != nil {
						t.Fatal(err)
					}
					part.Cursor = cursor
					stop, n := -1, 0
					if tc.stop > 0 {
						stop = 1 + rand.IntN(tc.stop)
					}
					for r, err := range s.Query(t.Context(), part) {
						if err != nil {
							t.Fatal(err)
						}
						i, _ := r.Int("i")
						seen[i]++
						if n++; n == stop {
							break
						}
					}
					queries++
					if cursor.Done() {
						break
					}
					if n != stop && n != tc.limit {
						t.Errorf("a page of %d records has %d, and the cursor is %v", tc.limit, n, cursor)
					}
					token = cursor.Token()
					longest = max(longest, len(token))
				}
			}
			t.Logf("%d queries, the longest token has %d bytes", queries, longest)
			if longest > tc.length {
				t.Errorf("a token has %d bytes, want %d at most", longest, tc.length)
			}
			if len(seen) != tc.want {
				t.Errorf("%d records came, want %d", len(seen), tc.want)
			}
			for i, n := range seen {
				if n != 1 {
					t.Fatalf("record %d came %d times", i, n)
				}
			}
		})
	}
}

func TestAServerReturnsSoManyRecordsPerSecond(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fillMany(t, s, set, 1000)
	index := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "team", Type: aerostore.IndexInt}
	if err := s.CreateIndex(t.Context(), index); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.DropIndex(context.Background(), index) })
	for name, q := range map[string]aerostore.Query{
		"a scan":        {},
		"with a cursor": {Cursor: new(aerostore.Cursor)},
		"an index":      {Where: aerostore.Range("team", -9, 9)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q.Namespace, q.Set, q.RecordsPerSecond = namespace, set, 400
			start := time.Now()
			n := len(collect(t, s, q))
			nodes := time.Duration(len(s.Client().GetNodes()))
			if took := time.Since(start); n != 1000 || took < 2*time.Second/nodes { // with half a second to spare
				t.Errorf("%d records took %v", n, took)
			}
		})
	}
}

// What the client repeats after a connection is cut, it repeats from its own positions.
func TestPagesGoOnWhenConnectionsAreCut(t *testing.T) {
	t.Parallel()
	direct, set := dial(t)
	const many = 5000
	fillMany(t, direct, set, many)
	list := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "list", Type: aerostore.IndexInt, Collection: aerostore.IndexList}
	if err := direct.CreateIndex(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = direct.DropIndex(context.Background(), list) })
	p := tcpproxy.New(t, aHost(t))
	s := dialTo(t, p.Addr())
	for i, limit := range []int{0, 100, 1000, 0, 1000} {
		var where aerostore.Predicate
		if i > 2 {
			where = aerostore.Range("list", 0, 5000).InList()
		}
		q := aerostore.Query{Namespace: namespace, Set: set, Where: where, MaxRecords: limit, Cursor: new(aerostore.Cursor), Bins: []string{"i"}}
		seen := make(map[int]int)
		for pages := 0; !q.Cursor.Done(); pages++ {
			p.CutAfter(tcpproxy.ToClient, []int{0, 10, 500, 5000, 20_000}[pages%5])
			for r, err := range s.Query(t.Context(), q) {
				if err != nil {
					t.Logf("page %d: %v", pages, err)
					break
				}
				i, _ := r.Int("i")
				seen[i]++
			}
			if pages > many {
				t.Fatalf("the pages never end: the cursor is %v", q.Cursor)
			}
		}
		for i := range many {
			if seen[i] != 1 {
				t.Fatalf("pages of %d: record %d of %d came %d times", limit, i, len(seen), seen[i])
			}
		}
	}
}
