package memory_test

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

func TestARecordExpiresByTheClockOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s := memory.NewT(t)
		mustPut(t, s, key("a"), bins{"a": 1}, 10*second)
		mustPut(t, s, key("b"), bins{"a": 1})
		if ttl := mustGet(t, s, key("a")).TTL; ttl != 10*second {
			t.Errorf("TTL %v of a new record", ttl)
		}
		time.Sleep(3500 * time.Millisecond)
		if ttl := mustGet(t, s, key("a")).TTL; ttl != 7*second {
			t.Errorf("TTL %v after 3.5s, want 7s", ttl)
		}
		time.Sleep(6500*time.Millisecond - 1)
		mustGet(t, s, key("a"))
		time.Sleep(time.Nanosecond)

		_, err := s.Get(ctx, key("a"))
		wantCode(t, err, aerostore.CodeNotFound)
		_, err = s.Operate(ctx, key("a"), []aerostore.Operation{aerostore.ReadAll()})
		wantCode(t, err, aerostore.CodeNotFound)
		wantCode(t, s.Touch(ctx, key("a")), aerostore.CodeNotFound)
		wantCode(t, s.Put(ctx, key("a"), bins{"a": 1}, aerostore.UpdateOnly), aerostore.CodeNotFound)
		if existed, err := s.Exists(ctx, key("a")); existed || err != nil {
			t.Errorf("Exists: %v, %v", existed, err)
		}
		for r := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users"}) {
			if r.Key.Digest() == key("a").Digest() {
				t.Error("a query returned the record")
			}
		}
		if ttl := mustGet(t, s, key("b")).TTL; ttl != aerostore.NeverExpire {
			t.Errorf("TTL %v of a record without one", ttl)
		}

		mustPut(t, s, key("a"), bins{"b": 2}, aerostore.CreateOnly, aerostore.KeepTTL)
		r := mustGet(t, s, key("a"))
		if r.Generation != 1 || len(r.Bins) != 1 || r.TTL != aerostore.NeverExpire {
			t.Errorf("the record that followed is %+v", *r)
		}
	})
}

func TestAWriteSetsTheTTL(t *testing.T) {
	const hour = 3600 * second
	forever := aerostore.NeverExpire
	for name, tt := range map[string]struct {
		write              write
		stock, defaultHour aerostore.TTL // the remaining TTL under each default-ttl
	}{
		"of its own":        {put(bins{"a": 2}, 50*second), 50 * second, 50 * second},
		"without one":       {put(bins{"a": 2}), forever, hour},
		"by default":        {put(bins{"a": 2}, aerostore.NamespaceTTL), forever, hour},
		"kept":              {put(bins{"a": 2}, aerostore.KeepTTL), 100 * second, 100 * second},
		"kept by a replace": {put(bins{"a": 2}, aerostore.KeepTTL, aerostore.Replace), 100 * second, 100 * second},
		"never":             {put(bins{"a": 2}, aerostore.NeverExpire), forever, forever},
		"by touch":          {touch(50 * second), 50 * second, 50 * second},
		"by increment":      {increment(bins{"a": 1}), forever, hour},
		"by deleting a bin": {put(bins{"b": nil}, 50*second), 50 * second, 50 * second},
		"not by a failure":  {appendTo(bins{"a": "x"}, 50*second), 100 * second, 100 * second},
	} {
		t.Run(name, func(t *testing.T) {
			for want, s := range map[*aerostore.TTL]*memory.Store{
				&tt.stock:       memory.NewT(t, memory.WithClock(time.Now)),
				&tt.defaultHour: memory.NewT(t, memory.WithDefaultTTL(hour)),
			} {
				mustPut(t, s, key("a"), bins{"a": 1, "b": 2}, 100*second)
				_ = tt.write.do(t, s, key("a"))
				if got := mustGet(t, s, key("a")).TTL; got != *want {
					t.Errorf("TTL %v, want %v", got, *want)
				}
			}
		})
	}
}

func TestWithClockSetsTheClock(t *testing.T) {
	var now atomic.Pointer[time.Time]
	now.Store(&time.Time{}) // year 1
	s := memory.NewT(t, memory.WithClock(func() time.Time { return *now.Load() }))
	mustPut(t, s, key("a"), bins{"a": 1}, 10*second)
	later := now.Load().Add(9 * time.Second)
	now.Store(&later)
	if ttl := mustGet(t, s, key("a")).TTL; ttl != second {
		t.Errorf("TTL %v", ttl)
	}
	s.Advance(time.Second)
	_, err := s.Get(t.Context(), key("a"))
	wantCode(t, err, aerostore.CodeNotFound)
}

func TestTheClockMayBeSetToAnyTime(t *testing.T) {
	today := time.Date(2026, time.November, 26, 12, 0, 0, 123_456_789, time.UTC)
	for name, tt := range map[string]struct{ first, then time.Time }{
		"from year one to today": {time.Time{}, today},
		"from today to year one": {today, time.Time{}},
		"three centuries ahead":  {today, today.AddDate(300, 0, 0)},
		"three centuries back":   {today, today.AddDate(-300, 0, 0)},
		"as far as Sub goes":     {today, today.Add(math.MaxInt64)},
		"a long way ahead":       {today, time.Unix(1<<40, 999_999_999)},
		"from a long way back":   {time.Unix(-1<<40, 0), today},
		"a long way back":        {time.Unix(1<<40, 0), time.Unix(-1<<40, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			now := tt.first
			s := memory.NewT(t, memory.WithClock(func() time.Time { return now }))
			mustPut(t, s, key("stays"), bins{"a": 1})
			mustPut(t, s, key("before"), bins{"a": 1}, 10*second)
			now = tt.then
			mustGet(t, s, key("stays"))
			existed, err := s.Exists(t.Context(), key("before"))
			if want := tt.then.Before(tt.first); existed != want || err != nil {
				t.Errorf("Exists of a record with a TTL: %v, %v, want %v", existed, err, want)
			}
			mustPut(t, s, key("after"), bins{"a": 1}, 10*second)
			now = now.Add(10*time.Second - time.Microsecond)
			if ttl := mustGet(t, s, key("after")).TTL; ttl != second {
				t.Errorf("TTL %v after 10s less 1µs of 10s", ttl)
			}
			now = now.Add(time.Microsecond)
			_, err = s.Get(t.Context(), key("after"))
			wantCode(t, err, aerostore.CodeNotFound)
			mustGet(t, s, key("stays"))
		})
	}
}

func TestAdvanceByAnyDurationRevivesNothing(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"a": 1}, 10*second)
	for range 5 {
		s.Advance(math.MaxInt64)
		_, err := s.Get(t.Context(), key("a"))
		wantCode(t, err, aerostore.CodeNotFound)

		mustPut(t, s, key("b"), bins{"a": 1}, 10*second)
		if ttl := mustGet(t, s, key("b")).TTL; ttl != 10*second {
			t.Errorf("TTL %v of a new record", ttl)
		}
		s.Advance(10 * time.Second)
		_, err = s.Get(t.Context(), key("b"))
		wantCode(t, err, aerostore.CodeNotFound)
	}
}

func TestASnapshotCanBeLoadedAfterAClockWentBack(t *testing.T) {
	now := time.Now()
	s := memory.NewT(t, memory.WithClock(func() time.Time { return now }))
	mustPut(t, s, key("a"), bins{"a": 1}, 10*second)
	now = now.AddDate(-400, 0, 0)
	var text bytes.Buffer
	if err := s.Snapshot(&text); err != nil {
		t.Fatal(err)
	}
	other := memory.NewT(t)
	if err := other.Load(&text); err != nil {
		t.Fatal(err)
	}
	const longest = 10 * 365 * 24 * 3600 * second
	if a, b := mustGet(t, s, key("a")).TTL, mustGet(t, other, key("a")).TTL; a != longest || b != longest {
		t.Errorf("TTLs %v and %v", a, b)
	}
}

func TestAnExpiredRecordCanBeRemovedForTenSeconds(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"a": 1}, second)
	mustPut(t, s, key("b"), bins{"a": 1}, second)
	s.Advance(2 * time.Second)
	wantCode(t, remove(aerostore.GenerationEqual(9)).do(t, s, key("a")), aerostore.CodeGeneration)
	for _, want := range []bool{true, false} {
		if existed, err := s.Remove(ctx, key("a")); existed != want || err != nil {
			t.Errorf("Remove: %v, %v", existed, err)
		}
	}
	s.Advance(time.Minute)
	if existed, err := s.Remove(ctx, key("b")); existed || err != nil {
		t.Errorf("Remove a minute later: %v, %v", existed, err)
	}
}

func TestExpiredRecordsDoNotLeak(t *testing.T) {
	s := memory.NewT(t)
	before := heap()
	const rounds, records, size = 50, 100, 10_000
	for round := range rounds {
		for i := range records {
			mustPut(t, s, aerostore.NewKey("test", "users", round*records+i), bins{"a": make([]byte, size)}, second)
		}
		s.Advance(20 * time.Second)
	}
	if grown := heap() - before; grown > rounds*records*size/4 {
		t.Errorf("%d bytes more after %d bytes of records that expired", grown, rounds*records*size)
	}
	runtime.KeepAlive(s)
}

func TestAStoreWithoutExpiryRefusesTTLs(t *testing.T) {
	const forbidden, ok = aerostore.CodeForbidden, aerostore.CodeOK
	for name, tt := range map[string]struct {
		write  write
		want   aerostore.ResultCode
		byHour aerostore.ResultCode // with a default of an hour
	}{
		"with a TTL":                     {put(bins{"a": 2}, 10*second), forbidden, forbidden},
		"never":                          {put(bins{"a": 2}, aerostore.NeverExpire), ok, ok},
		"without one":                    {put(bins{"a": 2}), ok, forbidden},
		"by default":                     {put(bins{"a": 2}, aerostore.NamespaceTTL), ok, forbidden},
		"kept":                           {put(bins{"a": 2}, aerostore.KeepTTL), ok, ok},
		"touch with a TTL":               {touch(10 * second), forbidden, forbidden},
		"touch":                          {touch(), ok, forbidden},
		"increment":                      {increment(bins{"a": 1}, 10*second), forbidden, forbidden},
		"another type":                   {appendTo(bins{"a": "x"}, 10*second), forbidden, forbidden},
		"what is not GeoJSON":            {put(bins{"a": aerostore.GeoJSON("x")}, 10*second), forbidden, forbidden},
		"the last bin deleted":           {put(bins{"a": nil}, 10*second), forbidden, forbidden},
		"another generation":             {put(bins{"a": 2}, 10*second, aerostore.GenerationEqual(9)), aerostore.CodeGeneration, aerostore.CodeGeneration},
		"a filter that excludes it":      {put(bins{"a": 2}, 10*second, aerostore.Filter(exp.IntBin("a").Equal(9))), aerostore.CodeFilteredOut, aerostore.CodeFilteredOut},
		"a filter that lets it through":  {put(bins{"a": 2}, 10*second, aerostore.Filter(exp.IntBin("a").Equal(1))), forbidden, forbidden},
		"create only":                    {put(bins{"a": 2}, 10*second, aerostore.CreateOnly), aerostore.CodeExists, aerostore.CodeExists},
		"a replacement that deletes":     {put(bins{"a": nil}, 10*second, aerostore.Replace), aerostore.CodeParameter, aerostore.CodeParameter},
		"a removal, which has no record": {remove(10 * second), ok, ok},
	} {
		t.Run(name, func(t *testing.T) {
			for want, s := range map[*aerostore.ResultCode]*memory.Store{
				&tt.want:   memory.NewT(t, memory.WithoutExpiry()),
				&tt.byHour: memory.NewT(t, memory.WithDefaultTTL(3600*second), memory.WithoutExpiry()),
			} {
				mustPut(t, s, key("a"), bins{"a": 1}, aerostore.NeverExpire)
				wantCode(t, tt.write.do(t, s, key("a")), *want)
			}
		})
	}
	t.Run("kept where there is no record", func(t *testing.T) {
		s := memory.NewT(t, memory.WithDefaultTTL(3600*second), memory.WithoutExpiry())
		wantCode(t, put(bins{"a": 2}, aerostore.KeepTTL).do(t, s, key("a")), forbidden)
	})
	t.Run("one key of a batch", func(t *testing.T) {
		s := memory.NewT(t, memory.WithoutExpiry())
		results, err := s.BatchWrite(t.Context(), []aerostore.BatchItem{
			{Key: key("a"), Bins: bins{"a": 1}},
			{Key: key("b"), Bins: bins{"a": 1}, Options: []aerostore.WriteOption{10 * second}},
		})
		if err != nil || results[0].Err != nil {
			t.Errorf("%v, %v", results, err)
		}
		wantCode(t, results[1].Err, forbidden)
	})
	t.Run("Load", func(t *testing.T) {
		err := memory.NewT(t, memory.WithoutExpiry()).Load(strings.NewReader(
			`{"records": {"test": {"users": [{"key": 1, "bins": {"n": 1}, "ttl": 5}]}}}`))
		if !errors.Is(err, aerostore.CodeForbidden) {
			t.Errorf("Load of a record with a TTL: %v", err)
		}
	})
}
