package asbackend_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/servertest"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// fill writes n records with the bins n = 0, 1, … and parity = "even", "odd".
func fill(t *testing.T, s aerostore.Store, set string, n int) {
	t.Helper()
	items := make([]aerostore.BatchItem, n)
	for i := range items {
		parity := "even"
		if i%2 == 1 {
			parity = "odd"
		}
		items[i] = aerostore.BatchItem{Key: key(set, i), Bins: aerostore.Bins{"n": i, "parity": parity}}
	}
	results, err := s.BatchWrite(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
}

func collect(t *testing.T, s aerostore.Store, q aerostore.Query) []*aerostore.Record {
	t.Helper()
	var records []*aerostore.Record
	for r, err := range s.Query(t.Context(), q) {
		if err != nil {
			t.Error(err)
			return nil
		}
		records = append(records, r)
	}
	return records
}

func numbers(records []*aerostore.Record) []int {
	var ns []int
	for _, r := range records {
		if n, err := r.Int("n"); err == nil {
			ns = append(ns, n)
		}
	}
	slices.Sort(ns)
	return ns
}

func TestAQueryWithoutConditionReturnsTheSet(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fill(t, s, set, 10)
	if err := s.Put(t.Context(), key(set, "named"), aerostore.Bins{"x": 1}, aerostore.SendKey); err != nil {
		t.Fatal(err)
	}
	all := collect(t, s, aerostore.Query{Namespace: namespace, Set: set})
	if len(all) != 11 || !reflect.DeepEqual(numbers(all), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Fatalf("%d records with the numbers %v", len(all), numbers(all))
	}
	for _, r := range all {
		if _, named := r.Bins["x"]; named {
			if r.Key != key(set, "named") {
				t.Errorf("the key sent along came back as %#v, id %v", r.Key, r.Key.ID())
			}
			continue
		}
		n, err := r.Int("n")
		if err != nil {
			t.Fatal(err)
		}
		if want := key(set, n); r.Key != aerostore.DigestKey(namespace, set, want.Digest()) {
			t.Errorf("record %d has the key %#v", n, r.Key)
		}
		if r.Generation != 1 || r.TTL != aerostore.NeverExpire {
			t.Errorf("record %d is %+v", n, r)
		}
	}
	if again, err := s.Get(t.Context(), all[0].Key); err != nil || !maps.Equal(again.Bins, all[0].Bins) {
		t.Errorf("read by a query's key: %+v, %v", again, err)
	}
	for name, c := range map[string]struct {
		query aerostore.Query
		rows  int
		bins  int // of each
	}{
		"some bins":    {aerostore.Query{Bins: []string{"n"}}, 10, 1},
		"no bins":      {aerostore.Query{Bins: []string{}}, 11, 0},
		"a few":        {aerostore.Query{Bins: []string{}, MaxRecords: 3}, 3, 0},
		"with options": {aerostore.Query{Bins: []string{"n"}, Options: []aerostore.ReadOption{aerostore.Timeout(5 * time.Second), aerostore.SocketTimeout(time.Second)}}, 10, 1},
	} {
		c.query.Namespace, c.query.Set = namespace, set
		records := collect(t, s, c.query)
		if len(records) != c.rows {
			t.Errorf("%s: %d records, want %d", name, len(records), c.rows)
		}
		for _, r := range records {
			if r.Bins == nil || len(r.Bins) != c.bins {
				t.Errorf("%s: the bins are %#v", name, r.Bins)
			}
		}
	}
	if records := collect(t, s, aerostore.Query{Namespace: namespace, Set: set + "_not"}); len(records) != 0 {
		t.Errorf("a set that is not there has %d records", len(records))
	}
}

func TestAQueryWithAConditionNeedsItsIndex(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fill(t, s, set, 10)
	ctx := t.Context()
	byNumber := aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Range("n", 3, 5)}
	byParity := aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Equal("parity", "odd")}

	for _, q := range []aerostore.Query{byNumber, byParity} {
		n := 0
		for r, err := range s.Query(ctx, q) {
			n++
			if r != nil {
				t.Errorf("there is the record %+v", r)
			}
			wantError(t, err, aerostore.CodeMaxRetries)
			wantError(t, err, aerostore.CodeIndexNotFound)
			wantClientError(t, err)
		}
		if n != 1 {
			t.Errorf("%d results, want the error alone", n)
		}
	}

	for _, x := range []aerostore.Index{
		{Namespace: namespace, Set: set, Name: set + "_n", Bin: "n", Type: aerostore.IndexInt},
		{Namespace: namespace, Set: set, Name: set + "_p", Bin: "parity", Type: aerostore.IndexString},
	} {
		if err := s.CreateIndex(ctx, x); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.DropIndex(context.Background(), x); err != nil {
				t.Error(err)
			}
		})
	}
	for name, c := range map[string]struct {
		where aerostore.Predicate
		want  []int
	}{
		"a range":      {aerostore.Range("n", 3, 5), []int{3, 4, 5}},
		"one number":   {aerostore.Equal("n", 7), []int{7}},
		"no number":    {aerostore.Equal("n", 70), nil},
		"a string":     {aerostore.Equal("parity", "odd"), []int{1, 3, 5, 7, 9}},
		"empty string": {aerostore.Equal("parity", ""), nil},
	} {
		q := aerostore.Query{Namespace: namespace, Set: set, Where: c.where}
		if got := numbers(collect(t, s, q)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for _, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Equal("n", "x")}) {
		wantError(t, err, aerostore.CodeIndexNotFound)
	}
}

func TestAQueryOfAnUnknownNamespaceFails(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: unknown, Set: set}) {
		wantError(t, err, aerostore.ErrInvalidNamespace)
		wantClientError(t, err)
	}
}

// The tests below check for leaked goroutines, so they do not run in parallel.

// withoutLeak runs test with a Store of many records and checks that no goroutine leaks.
func withoutLeak(t *testing.T, test func(t *testing.T, s *asbackend.Store, q aerostore.Query)) {
	t.Helper()
	s, set := dial(t)
	fill(t, s, set, 500) // more than the client buffers
	ignored := goleak.IgnoreCurrent()
	test(t, s, aerostore.Query{Namespace: namespace, Set: set})
	goleak.VerifyNone(t, ignored, servertest.Connections())
}

func TestAQueryWhoseConnectionIsCutContinues(t *testing.T) {
	t.Parallel()
	direct, set := dial(t)
	const many = 3000
	fill(t, direct, set, many)
	p := tcpproxy.New(t, aHost(t))
	s := dialTo(t, p.Addr(), asbackend.WithConnections(0, 3)) // fewer than attempts: those that are idle are cut, too
	for _, bytes := range []int{0, 10, 5000, 50000} {
		p.CutAfter(tcpproxy.ToClient, bytes)
		seen := map[aerostore.Key]int{}
		for r, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set}) {
			if err != nil {
				t.Fatalf("cut after %d bytes: %v", bytes, err)
			}
			seen[r.Key]++
		}
		for _, times := range seen {
			if times > 1 {
				t.Fatalf("cut after %d bytes: a record came %d times", bytes, times)
			}
		}
		if len(seen) != many {
			t.Errorf("cut after %d bytes: %d records, want %d", bytes, len(seen), many)
		}
	}
}

func TestMaxRecordsIsTheLimitOfAllNodes(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	const many = 3000
	fill(t, s, set, many)
	for _, limit := range []int{1, 900, 1700, many, many + 1} {
		n := 0
		for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set, MaxRecords: limit}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != min(limit, many) {
			t.Errorf("a limit of %d gave %d records", limit, n)
		}
	}
}

func TestACancellationAtTheLastRecordFailsTheQuery(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fill(t, s, set, 3)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		var last error
		for r, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set}) {
			if last = err; r == nil {
				break
			}
			if n++; n == 3 {
				time.Sleep(5 * time.Millisecond) // by then the nodes have sent the end
				cancel()
			}
		}
		cancel()
		if n != 3 || !errors.Is(last, context.Canceled) {
			t.Fatalf("%d records, then %v", n, last)
		}
	}
}

func TestABreakStopsTheQuery(t *testing.T) {
	withoutLeak(t, func(t *testing.T, s *asbackend.Store, q aerostore.Query) {
		for range 5 {
			n := 0
			for _, err := range s.Query(t.Context(), q) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 3 {
					break
				}
			}
			if n != 3 {
				t.Errorf("%d records before the break", n)
			}
		}
	})
}

func TestACancellationStopsTheQuery(t *testing.T) {
	withoutLeak(t, func(t *testing.T, s *asbackend.Store, q aerostore.Query) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for _, err := range s.Query(ctx, q) {
			if last = err; err == nil {
				n++
			}
			cancel()
		}
		if n != 1 {
			t.Errorf("%d records, want the one before the cancellation", n)
		}
		wantError(t, last, context.Canceled)
	})
}

func TestADeadlineStopsTheQuery(t *testing.T) {
	withoutLeak(t, func(t *testing.T, s *asbackend.Store, q aerostore.Query) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		var last error
		for _, err := range s.Query(ctx, q) {
			last = err
			time.Sleep(10 * time.Millisecond)
		}
		wantError(t, last, context.DeadlineExceeded)
	})
}

func TestAPanicInTheLoopStopsTheQuery(t *testing.T) {
	withoutLeak(t, func(t *testing.T, s *asbackend.Store, q aerostore.Query) {
		defer func() {
			if p := recover(); p != "stop" {
				t.Errorf("recovered %v", p)
			}
		}()
		for range s.Query(t.Context(), q) {
			panic("stop")
		}
	})
}

func TestAQueryToRandomReplicasIsAnswered(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fill(t, s, set, 20)
	s.Client().DefaultQueryPolicy.ReplicaPolicy = as.RANDOM // over which the client panics
	n := 0
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 20 {
		t.Errorf("%d records, want 20", n)
	}
}

func TestAFailedQueryLeavesNoGoroutine(t *testing.T) {
	withoutLeak(t, func(t *testing.T, s *asbackend.Store, q aerostore.Query) {
		q.Where = aerostore.Equal("n", 1)
		for _, err := range s.Query(t.Context(), q) {
			wantError(t, err, aerostore.CodeIndexNotFound)
		}
	})
}

func TestClosingWithinAQueryLetsItFinish(t *testing.T) {
	s, set := dial(t)
	fill(t, s, set, 200)
	ignored := goleak.IgnoreCurrent()
	own, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range own.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		own.Close()
	}
	if n != 200 {
		t.Errorf("%d records, want 200", n)
	}
	if _, err := own.Get(t.Context(), key(set, 1)); !errors.Is(err, aerostore.ErrClosed) {
		t.Errorf("afterwards: %v", err)
	}
	goleak.VerifyNone(t, ignored, servertest.Connections())
}
