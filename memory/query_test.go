package memory_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func queryError(ctx context.Context, s aerostore.Store, q aerostore.Query) error {
	for _, err := range s.Query(ctx, q) {
		if err != nil {
			return err
		}
	}
	return nil
}

// collect returns the bin "n" of the records that the query finds, in order.
func collect(t *testing.T, s aerostore.Store, q aerostore.Query) []int {
	t.Helper()
	found := []int{}
	for r, err := range s.Query(t.Context(), q) {
		if err != nil {
			t.Fatalf("Query: %v", err)
		}
		n, _ := r.Int("n")
		found = append(found, n)
	}
	slices.Sort(found)
	return found
}

// numbers puts n records into the set "numbers", half of them with their key.
func numbers(t testing.TB, s aerostore.Store, n int) []aerostore.Key {
	t.Helper()
	keys := make([]aerostore.Key, n)
	for i := range keys {
		keys[i] = aerostore.NewKey("test", "numbers", i)
		opts := []aerostore.WriteOption{aerostore.SendKey}
		mustPut(t, s, keys[i], bins{"n": i, "s": fmt.Sprintf("s%d", i%3)}, opts[:i%2]...)
	}
	return keys
}

var everything = aerostore.Query{Namespace: "test", Set: "numbers"}

func TestAQueryFindsTheMatchingRecords(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 10)
	mustPut(t, s, aerostore.NewKey("test", "numbers", "text"), bins{"s": "s1", "n": "7"})
	mustPut(t, s, aerostore.NewKey("test", "others", 1), bins{"n": 100})
	mustPut(t, s, aerostore.NewKey("test", "", 1), bins{"n": 200})
	mustPut(t, s, aerostore.NewKey("bar", "numbers", 1), bins{"n": 300})
	for _, index := range []aerostore.Index{
		{Namespace: "test", Set: "numbers", Name: "n", Bin: "n", Type: aerostore.IndexInt},
		{Namespace: "test", Set: "", Name: "s", Bin: "s", Type: aerostore.IndexString},
	} {
		wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
	}
	for name, tt := range map[string]struct {
		query aerostore.Query
		want  []int
	}{
		"a set":                      {everything, []int{0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		"a namespace":                {aerostore.Query{Namespace: "test"}, []int{0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 200}},
		"a set that is not there":    {aerostore.Query{Namespace: "test", Set: "never"}, []int{}},
		"an integer":                 {aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Equal("n", 7)}, []int{7}},
		"a range":                    {aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 2, 4)}, []int{2, 3, 4}},
		"a string":                   {aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Equal("s", "s1")}, []int{0, 1, 4, 7}},
		"a string of no record":      {aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Equal("s", "")}, []int{}},
		"a string of the namespace":  {aerostore.Query{Namespace: "test", Where: aerostore.Equal("s", "s2")}, []int{2, 5, 8}},
		"a bin that no record has":   {aerostore.Query{Namespace: "test", Set: "numbers", Bins: []string{"zz"}}, []int{}},
		"a bin that some record has": {aerostore.Query{Namespace: "test", Set: "others", Bins: []string{"zz", "n"}}, []int{100}},
		"a few at most":              {aerostore.Query{Namespace: "test", Set: "numbers", Bins: []string{}, MaxRecords: 3}, []int{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := collect(t, s, tt.query); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
	for name, q := range map[string]aerostore.Query{
		"another type":  {Namespace: "test", Set: "numbers", Where: aerostore.Equal("n", "7")},
		"another bin":   {Namespace: "test", Set: "numbers", Where: aerostore.Equal("m", 7)},
		"another set":   {Namespace: "test", Set: "others", Where: aerostore.Equal("n", 7)},
		"the namespace": {Namespace: "test", Where: aerostore.Equal("n", 7)},
	} {
		t.Run("no index over "+name, func(t *testing.T) {
			err := queryError(t.Context(), s, q)
			wantCode(t, err, aerostore.CodeMaxRetries)
			if !errors.Is(err, aerostore.CodeIndexNotFound) {
				t.Errorf("the cause is not that an index is missing: %v", err)
			}
		})
	}
}

func TestARecordWithoutTheBinsCountsTowardsMaxRecords(t *testing.T) {
	s := memory.NewT(t)
	for i := range 100 {
		mustPut(t, s, aerostore.NewKey("test", "numbers", i), bins{[]string{"n", "other"}[i%2]: i})
	}
	q := aerostore.Query{Namespace: "test", Set: "numbers", Bins: []string{"n"}, MaxRecords: 50}
	if got := collect(t, s, q); len(got) == 0 || len(got) >= 50 {
		t.Errorf("50 of 100 records have the bin, and a query for 50 returned %d, want fewer", len(got))
	}
}

func TestAQuerysKeysFindTheirRecords(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	keys := numbers(t, s, 10)
	for r, err := range s.Query(ctx, everything) {
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Int("n")
		if sent := n%2 == 1; sent && r.Key != keys[n] || !sent && r.Key.ID() != nil || r.Key.Digest() != keys[n].Digest() {
			t.Errorf("record %d has the key %v with id %v", n, r.Key, r.Key.ID())
		}
		if err := s.Increment(ctx, r.Key, bins{"n": 100}); err != nil {
			t.Errorf("Increment: %v", err)
		}
	}
	for i, k := range keys {
		r := mustGet(t, s, k)
		if n, _ := r.Int("n"); n != i+100 || r.Key != k {
			t.Errorf("%d became %d", i, n)
		}
	}
	if got := collect(t, s, everything); len(got) != len(keys) {
		t.Errorf("%d records then", len(got))
	}
}

func TestAQueryReturnsRecordsThatExistThroughoutOnce(t *testing.T) {
	for name, digests := range map[string]bool{"known by key": false, "known by digest": true} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := memory.NewT(t)
			keys := numbers(t, s, 500)
			seen := map[[20]byte]bool{}
			for r, err := range s.Query(ctx, everything) {
				if err != nil {
					t.Fatal(err)
				}
				if seen[r.Key.Digest()] {
					t.Fatal("a record came twice")
				}
				seen[r.Key.Digest()] = true
				// New records, changed ones and some that go, all the while.
				i := len(seen)
				mustPut(t, s, aerostore.NewKey("test", "numbers", 1000+i), bins{"n": 1000 + i})
				k := keys[i%len(keys)]
				if digests {
					k = aerostore.DigestKey("test", "numbers", k.Digest())
				}
				mustPut(t, s, k, bins{"n": 1})
				if _, err := s.Remove(ctx, aerostore.NewKey("test", "numbers", 1000+i-1)); err != nil {
					t.Fatal(err)
				}
			}
			for i, k := range keys {
				if !seen[k.Digest()] {
					t.Errorf("record %d did not come", i)
				}
			}
		})
	}
}

func TestAQueryReturnsTheCurrentStateOfARecord(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	keys := numbers(t, s, 100)
	n := 0
	for range s.Query(ctx, everything) {
		if n++; n == 1 {
			for _, k := range keys {
				if _, err := s.Remove(ctx, aerostore.DigestKey("test", "numbers", k.Digest())); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if n != 1 {
		t.Errorf("%d records came, all but one of them removed before", n)
	}
}

func TestAQueryEndsWhenTheCallerOrTheContextDoes(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 100)
	t.Run("break", func(t *testing.T) {
		n := 0
		for _, err := range s.Query(t.Context(), everything) {
			if n++; err != nil || n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("%d records", n)
		}
	})
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for r, err := range s.Query(ctx, everything) {
			if last = err; r == nil {
				break
			}
			if n++; n == 3 {
				cancel()
			}
		}
		if n != 3 || !errors.Is(last, context.Canceled) {
			t.Errorf("%d records, then %v", n, last)
		}
	})
	t.Run("close", func(t *testing.T) {
		s := memory.New()
		numbers(t, s, 100)
		n := 0
		for _, err := range s.Query(t.Context(), everything) {
			if err != nil {
				t.Fatal(err) // a query that is under way goes on, as on a server
			}
			n++
			_ = s.Close()
		}
		if n != 100 {
			t.Errorf("%d records", n)
		}
		for r, err := range s.Query(t.Context(), everything) {
			if r != nil || !errors.Is(err, aerostore.ErrClosed) {
				t.Errorf("a query afterwards gave %v, %v", r, err)
			}
		}
	})
}

func TestACancelAtTheLastRecordEndsTheQueryWithAnError(t *testing.T) {
	s := memory.NewT(t)
	numbers(t, s, 100)
	for _, limit := range []int{0, 3, 100, 101} {
		q := everything
		q.MaxRecords = limit
		want := min(limit, 100)
		if limit == 0 {
			want = 100
		}
		for range 20 { // the last record may be in any shard
			ctx, cancel := context.WithCancel(t.Context())
			n := 0
			var last error
			for r, err := range s.Query(ctx, q) {
				if last = err; r == nil {
					break
				}
				if n++; n == want {
					cancel()
				}
			}
			if n != want || !errors.Is(last, context.Canceled) {
				t.Errorf("with a limit of %d: %d records, then %v", limit, n, last)
			}
			cancel()
		}
	}
}

func TestAQueryEndsAtItsTimeout(t *testing.T) {
	for name, tt := range map[string]struct {
		pause time.Duration // in the loop
		query aerostore.Query
		rows  int
		err   error
	}{
		"of a slow loop":         {300 * time.Millisecond, everything, 4, aerostore.ErrTimeout},
		"exactly":                {250 * time.Millisecond, everything, 4, aerostore.ErrTimeout},
		"of a loop that is fast": {time.Millisecond, everything, 100, nil},
		"by an index":            {300 * time.Millisecond, aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 0, 99)}, 4, aerostore.ErrTimeout},
		"after the last record":  {time.Hour, aerostore.Query{Namespace: "test", Set: "numbers", MaxRecords: 1}, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := memory.NewT(t)
				numbers(t, s, 100)
				if err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Set: "numbers", Name: "n", Bin: "n", Type: aerostore.IndexInt}); err != nil {
					t.Fatal(err)
				}
				q := tt.query
				q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
				n, last := readSlowly(t, s, q, tt.pause)
				if n != tt.rows || !errors.Is(last, tt.err) {
					t.Errorf("%d records, then %v", n, last)
				}
			})
		})
	}
}

// readSlowly pauses after each record. It returns the number of records and the error
// that ended the query.
func readSlowly(t *testing.T, s aerostore.Store, q aerostore.Query, pause time.Duration) (n int, last error) {
	t.Helper()
	for r, err := range s.Query(t.Context(), q) {
		if last = err; r == nil {
			break
		}
		n++
		time.Sleep(pause)
	}
	return n, last
}

func TestADelayCountsTowardsTheTimeoutOfAQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewT(t)
		numbers(t, s, 100)
		s.Inject(memory.Fault{Ops: []aerostore.Op{aerostore.OpQuery}, Delay: 700 * time.Millisecond})
		q := everything
		q.Options = []aerostore.ReadOption{aerostore.Timeout(time.Second)}
		n, last := readSlowly(t, s, q, 100*time.Millisecond)
		if n != 3 || !errors.Is(last, aerostore.ErrTimeout) {
			t.Errorf("%d records, then %v", n, last)
		}
	})
}

func TestAQueryCanRunAgain(t *testing.T) {
	s := memory.NewT(t)
	seq := s.Query(t.Context(), everything)
	for n := range 3 {
		mustPut(t, s, aerostore.NewKey("test", "numbers", n), bins{"n": n})
		if got := len(maps.Collect(seq)); got != n+1 {
			t.Errorf("%d records, want %d", got, n+1)
		}
	}
}
