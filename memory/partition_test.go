package memory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// digestsOf returns the digests of the keys, in the order of partitions.
func digestsOf(keys []aerostore.Key) (digests [][20]byte) {
	for _, k := range keys {
		digests = append(digests, k.Digest())
	}
	slices.SortFunc(digests, compareDigests)
	return digests
}

func compareDigests(a, b [20]byte) int {
	pa, pb := aerostore.DigestKey("", "", a).Partition(), aerostore.DigestKey("", "", b).Partition()
	if pa != pb {
		return pa - pb
	}
	return slices.Compare(a[:], b[:])
}

// page returns the digests of the records of a query.
func page(t interface {
	Helper()
	Fatalf(string, ...any)
}, s aerostore.Store, q aerostore.Query,
) (digests [][20]byte) {
	t.Helper()
	for r, err := range s.Query(context.Background(), q) {
		if err != nil {
			t.Fatalf("the query failed: %v", err)
		}
		digests = append(digests, r.Key.Digest())
	}
	return digests
}

func TestPagesAreInTheOrderOfPartitions(t *testing.T) {
	s := memory.NewT(t)
	keys := numbers(t, s, 3000) // more than an index is searched for
	want := digestsOf(keys)
	if err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Name: "n", Bin: "n", Type: aerostore.IndexInt}); err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"numbers", ""} {
		for _, where := range []aerostore.Predicate{{}, aerostore.Range("n", 0, 3000)} {
			for _, size := range []int{0, 7, 1000} {
				q := aerostore.Query{Namespace: "test", Set: set, Where: where, MaxRecords: size, Cursor: new(aerostore.Cursor)}
				var got [][20]byte
				for pages := 0; !q.Cursor.Done(); pages++ {
					next := page(t, s, q)
					if size > 0 && len(next) != size && len(got)+len(next) != len(want) {
						t.Fatalf("a page of %d records has %d", size, len(next))
					}
					got = append(got, next...)
				}
				if !slices.Equal(got, want) {
					t.Errorf("pages of %d of %q, %v: %d records, want %d", size, set, where, len(got), len(want))
				}
			}
		}
	}
}

// A query is stopped and resumed while records that do not matter come and go, and bins
// change.
func TestAResumedQueryReturnsEachRecordOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		s := memory.New()
		sets := []string{"", "a", "b"}
		var keys []aerostore.Key
		for i := range rapid.IntRange(0, 60).Draw(t, "records") {
			k := aerostore.NewKey("test", rapid.SampledFrom(sets).Draw(t, "set"), i)
			keys = append(keys, k)
			if rapid.Bool().Draw(t, "by digest") {
				k = aerostore.DigestKey("test", k.Set(), k.Digest())
			}
			if err := s.Put(ctx, k, bins{"n": i % 3, "v": 0}); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if err := s.CreateIndex(ctx, aerostore.Index{Namespace: "test", Name: "n", Bin: "n", Type: aerostore.IndexInt}); err != nil {
			t.Fatalf("%v", err)
		}
		q := aerostore.Query{Namespace: "test", Set: rapid.SampledFrom(sets).Draw(t, "queried")}
		if rapid.Bool().Draw(t, "index") {
			q.Where = aerostore.Range("n", 1, 2)
		}
		want := map[[20]byte]int{}
		for i, k := range keys {
			if (q.Set == "" || q.Set == k.Set()) && (q.Where == aerostore.Predicate{} || i%3 > 0) {
				want[k.Digest()]++
			}
		}
		other := 1000
		for _, part := range q.Split(rapid.SampledFrom([]int{1, 2, 3, 5000}).Draw(t, "parts")) {
			token := ""
			for {
				cursor, err := aerostore.ParseCursor(token)
				if err != nil {
					t.Fatalf("%v", err)
				}
				part.Cursor = cursor
				part.MaxRecords = rapid.IntRange(0, 5).Draw(t, "page")
				stop := rapid.IntRange(1, 10).Draw(t, "stop")
				for r, err := range s.Query(ctx, part) {
					if err != nil {
						t.Fatalf("%v", err)
					}
					digest := r.Key.Digest()
					if _, known := want[digest]; !known {
						continue // another that came meanwhile
					}
					want[digest]--
					if err := s.Put(ctx, r.Key, bins{"v": 1}); err != nil {
						t.Fatalf("%v", err)
					}
					for _, k := range []aerostore.Key{aerostore.NewKey("test", "a", other), aerostore.NewKey("test", "a", other-2)} {
						if _, err := s.Remove(ctx, k); err != nil {
							t.Fatalf("%v", err)
						}
					}
					if err := s.Put(ctx, aerostore.NewKey("test", "a", other), bins{"n": 1}); err != nil {
						t.Fatalf("%v", err)
					}
					other++
					if stop--; stop == 0 {
						break
					}
				}
				if cursor.Done() {
					break
				}
				token = cursor.Token()
			}
		}
		for digest, left := range want {
			if left != 0 {
				t.Fatalf("record %x came %d times", digest, 1-left)
			}
		}
	})
}

func TestAPartOfAQueryHasItsPartitionsOnly(t *testing.T) {
	s := memory.NewT(t)
	keys := numbers(t, s, 2000)
	all := digestsOf(keys)
	for _, n := range []int{1, 2, 3, 7, 4096} {
		var got [][20]byte
		for _, part := range everything.Split(n) {
			got = append(got, page(t, s, part)...)
		}
		if !slices.Equal(got, all) {
			t.Errorf("%d parts have %d records, want %d", n, len(got), len(all))
		}
	}
}

func TestAPageCountsTheRecordsThatItHas(t *testing.T) {
	s := memory.NewT(t)
	for i := range 100 {
		mustPut(t, s, aerostore.NewKey("test", "numbers", i), bins{[]string{"a", "b"}[i%2]: i})
	}
	q := aerostore.Query{Namespace: "test", Set: "numbers", Bins: []string{"a"}, MaxRecords: 50, Cursor: new(aerostore.Cursor)}
	if n := len(page(t, s, q)); n != 50 {
		t.Errorf("a page of 50 has %d records", n)
	}
}

func TestAnErrorLeavesTheCursorBeforeTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewT(t)
		numbers(t, s, 20)
		q := everything
		q.Cursor = new(aerostore.Cursor)
		q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
		n, err := readSlowly(t, s, q, 300*time.Millisecond)
		if n != 4 || !errors.Is(err, aerostore.ErrTimeout) {
			t.Errorf("%d records, then %v", n, err)
		}
		q.Options = nil
		if rest := len(page(t, s, q)); rest != 16 || !q.Cursor.Done() {
			t.Errorf("%d records are left, and the cursor is %v", rest, q.Cursor)
		}
	})
}

func TestTwoQueriesCannotShareACursor(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 20)
	q := everything
	q.Cursor = new(aerostore.Cursor)
	for range s.Query(t.Context(), q) {
		for _, err := range s.Query(t.Context(), q) {
			if !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("a second query: %v", err)
			}
		}
		break
	}
	if rest := len(page(t, s, q)); rest != 19 {
		t.Errorf("%d records are left", rest)
	}
}

func TestRecordsPerSecond(t *testing.T) {
	for name, change := range map[string]func(*aerostore.Query){
		"a scan":          func(*aerostore.Query) {},
		"with a cursor":   func(q *aerostore.Query) { q.Cursor = new(aerostore.Cursor) },
		"of partitions":   func(q *aerostore.Query) { q.Partitions = aerostore.PartitionRange{Count: 4096} },
		"of missing bins": func(q *aerostore.Query) { q.Bins = []string{"none"} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := memory.NewT(t)
				numbers(t, s, 101)
				q := everything
				q.RecordsPerSecond = 10
				change(&q)
				start := time.Now()
				page(t, s, q)
				if took := time.Since(start); took != 10*time.Second {
					t.Errorf("101 records took %v", took)
				}
				q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
				if q.Cursor != nil {
					q.Cursor = new(aerostore.Cursor)
				}
				n, err := readSlowly(t, s, q, 0)
				if (n != 10 && len(q.Bins) == 0) || !errors.Is(err, aerostore.ErrTimeout) {
					t.Errorf("%d records within a second, then %v", n, err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
				defer cancel()
				q.Options = nil
				var last error
				for _, err := range s.Query(ctx, q) {
					last = err
				}
				if !errors.Is(last, context.DeadlineExceeded) {
					t.Errorf("under a context of half a second: %v", last)
				}
			})
		})
	}
}

// A page costs what it returns, and not what was returned before.
func BenchmarkPage(b *testing.B) {
	s := large(b, scale(b))
	indexOver(b, s, "team")
	for _, where := range []aerostore.Predicate{{}, aerostore.Equal("team", 3)} {
		b.Run(fmt.Sprint(where), func(b *testing.B) {
			b.ReportAllocs()
			q := aerostore.Query{Namespace: "test", Set: "users", Where: where, Bins: []string{}, MaxRecords: 100, Cursor: new(aerostore.Cursor)}
			page(b, s, q)
			for b.Loop() {
				if len(page(b, s, q)) == 0 {
					q.Cursor = new(aerostore.Cursor)
				}
			}
		})
	}
}

// A layer that repeats a query neither repeats nor loses a record.
func TestRetryAndACursor(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 20)
	store := aerostore.Chain(s, middleware.Retry(middleware.RetryOptions{Backoff: middleware.Backoff{Base: time.Nanosecond}}))
	q := everything
	q.Cursor = new(aerostore.Cursor)

	s.Inject(memory.Fault{Ops: []aerostore.Op{aerostore.OpQuery}, Code: aerostore.CodeTimeout, Times: 1})
	s.Inject(memory.Fault{Ops: []aerostore.Op{aerostore.OpQuery}, Code: aerostore.CodeTimeout, Times: 1, After: 7})
	var got []int
	var last error
	for r, err := range store.Query(t.Context(), q) {
		if last = err; err != nil {
			break
		}
		got = append(got, r.Bins["n"].(int))
	}
	if len(got) != 7 || !errors.Is(last, aerostore.ErrTimeout) {
		t.Errorf("%d records, then %v", len(got), last)
	}
	for r, err := range store.Query(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Bins["n"].(int))
	}
	slices.Sort(got)
	if len(got) != 20 || len(slices.Compact(got)) != 20 {
		t.Errorf("the records are %v", got)
	}
}
