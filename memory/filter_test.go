package memory_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// matches reports whether a record passes a filter.
func matches(t *testing.T, s aerostore.Store, k aerostore.Key, f exp.Bool) bool {
	t.Helper()
	_, err := s.Get(t.Context(), k, aerostore.Filter(f))
	if err != nil {
		wantCode(t, err, aerostore.CodeFilteredOut)
	}
	return err == nil
}

func TestAnExpressionKnowsTheMetadataOfARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.NewT(t)
		plain, sent, digest := key("plain"), aerostore.NewKey("test", "users", 7), aerostore.NewKey("test", "", []byte("b"))
		time.Sleep(1500 * time.Microsecond)
		began := time.Now()
		mustPut(t, s, plain, bins{"a": 1})
		mustPut(t, s, sent, bins{"a": "xy"}, 100*second, aerostore.SendKey)
		mustPut(t, s, aerostore.DigestKey("test", "", digest.Digest()), bins{"a": 1})
		time.Sleep(2500 * time.Millisecond)
		written := int(began.UnixMilli() * 1_000_000)
		voids := int(began.Add(100*time.Second).Unix() * 1_000_000_000)
		d := plain.Digest()
		modulo := int(uint32(d[16])|uint32(d[17])<<8|uint32(d[18])<<16|uint32(d[19])<<24) % 10
		for name, tc := range map[string]struct {
			key  aerostore.Key
			want exp.Bool
		}{
			"last update":                {plain, exp.LastUpdate().Equal(written)},
			"since update":               {plain, exp.SinceUpdate().Equal(2500)},
			"void time of what stays":    {plain, exp.VoidTime().Equal(-1)},
			"TTL of what stays":          {plain, exp.TTL().Equal(-1)},
			"void time":                  {sent, exp.VoidTime().Equal(voids)},
			"TTL, rounded up":            {sent, exp.TTL().Equal(98)},
			"set":                        {plain, exp.SetName().Equal("users")},
			"no set":                     {digest, exp.SetName().Equal("")},
			"no key":                     {plain, exp.Not(exp.KeyExists())},
			"a key":                      {sent, exp.KeyExists()},
			"the key":                    {sent, exp.IntKey().Equal(7)},
			"a tombstone":                {plain, exp.Not(exp.IsTombstone())},
			"digest":                     {plain, exp.DigestModulo(10).Equal(modulo)},
			"no device":                  {plain, exp.DeviceSize().Equal(0)},
			"size":                       {plain, exp.RecordSize().Equal(64)},
			"size in memory":             {sent, exp.MemorySize().Equal(80)},
			"type of a bin":              {sent, exp.BinType("a").Equal(3)},
			"type of a missing bin":      {sent, exp.BinType("b").Equal(0)},
			"a missing bin is not there": {sent, exp.Not(exp.BinExists("b"))},
		} {
			if !matches(t, s, tc.key, tc.want) {
				t.Errorf("%s: %s is false", name, tc.want.Source())
			}
		}
	})
}

func TestAReadTouchesWhatItIsToKeep(t *testing.T) {
	const ttl = 100 * second
	none := aerostore.Filter(exp.IntBin("a").Equal(2))
	reads := map[string]func(*testing.T, aerostore.Store, aerostore.Key, ...aerostore.WriteOption){
		"Get": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.Get(t.Context(), k, o[0].(aerostore.ReadOption))
		},
		"a filtered Get": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, err := s.Get(t.Context(), k, o[0].(aerostore.ReadOption), none)
			wantCode(t, err, aerostore.CodeFilteredOut)
		},
		"Select": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.Select(t.Context(), k, nil, o[0].(aerostore.ReadOption))
		},
		"Exists": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.Exists(t.Context(), k, o[0].(aerostore.ReadOption))
		},
		"BatchRead": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.BatchRead(t.Context(), []aerostore.Key{k}, nil, o[0].(aerostore.ReadOption))
		},
		"Operate": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.Operate(t.Context(), k, []aerostore.Operation{aerostore.ReadBin("a")}, o...)
		},
		"Operate within a bin": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.Operate(t.Context(), k, []aerostore.Operation{aerostore.ListBin("l").Size()}, o...)
		},
		"BatchOperate": func(t *testing.T, s aerostore.Store, k aerostore.Key, o ...aerostore.WriteOption) {
			_, _ = s.BatchOperate(t.Context(), []aerostore.Key{k}, []aerostore.Operation{aerostore.ReadBin("a")}, o...)
		},
	}
	for name, read := range reads {
		for _, tc := range []struct {
			after time.Duration
			touch aerostore.ReadTouch
			left  aerostore.TTL
		}{
			{30 * time.Second, aerostore.ReadTouchDefault, 70 * second},
			{99 * time.Second, aerostore.ReadTouchNever, second},
			{19 * time.Second, 80, 81 * second},
			{20 * time.Second, 80, ttl},
			{99 * time.Second, 1, ttl},
			{98 * time.Second, 1, 2 * second},
			{time.Second, 100, ttl},
		} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := memory.NewT(t)
					mustPut(t, s, key("a"), bins{"a": 1, "l": []any{}}, ttl)
					s.Advance(tc.after)
					read(t, s, key("a"), tc.touch)
					r := mustGet(t, s, key("a"))
					if r.TTL != tc.left || r.Generation != 1 {
						t.Errorf("%v after %v: TTL %v, generation %d, want %v and 1", tc.touch, tc.after, r.TTL, r.Generation, tc.left)
					}
				})
			})
		}
	}
	t.Run("what is over, or stays", func(t *testing.T) {
		s := memory.NewT(t)
		mustPut(t, s, key("a"), bins{"a": 1}, ttl)
		mustPut(t, s, key("b"), bins{"a": 1})
		s.Advance(time.Duration(ttl))
		for _, k := range []aerostore.Key{key("a"), key("b")} {
			_, _ = s.Get(t.Context(), k, aerostore.ReadTouch(100))
		}
		if existed, _ := s.Exists(t.Context(), key("a")); existed {
			t.Error("a read revived a record")
		}
		if r := mustGet(t, s, key("b")); r.TTL != aerostore.NeverExpire {
			t.Errorf("a record that stays has TTL %v", r.TTL)
		}
	})
}

// What a filter reads may be lent to others that read it.
func TestFiltersAreEvaluatedSideBySide(t *testing.T) {
	s := memory.NewT(t)
	entries := map[any]any{}
	for i := range 200 {
		entries[i] = -i
	}
	mustPut(t, s, key("a"), bins{"m": entries, "n": 0})
	lowest := aerostore.Filter(exp.MapBin("m").IntAt(cdt.Rank(0)).Equal(-199))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				if _, err := s.Get(t.Context(), key("a"), lowest); err != nil {
					t.Error(err)
				}
				for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: "test", Options: []aerostore.ReadOption{lowest}}) {
					if err != nil {
						t.Error(err)
					}
				}
				if err := s.Increment(t.Context(), key("a"), bins{"n": 1}, lowest); err != nil {
					t.Error(err)
				}
				put := []aerostore.Operation{aerostore.MapBin("m").Put(0, 0)}
				if _, err := s.Operate(t.Context(), key("a"), put, lowest); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n, _ := mustGet(t, s, key("a")).Int("n"); n != 400 {
		t.Errorf("n is %d", n)
	}
}

func TestAQueryThatFindsNothingCanBeStopped(t *testing.T) {
	s := memory.NewT(t)
	for i := range 2000 {
		mustPut(t, s, aerostore.NewKey("test", "users", i), bins{"a": 1})
	}
	none := aerostore.Filter(exp.IntBin("a").Equal(2))
	q := aerostore.Query{Namespace: "test", Options: []aerostore.ReadOption{none, aerostore.Timeout(1)}}
	for _, err := range s.Query(t.Context(), q) {
		wantCode(t, err, aerostore.CodeTimeout)
		return
	}
	t.Error("the query did not end with its timeout")
}

func TestAFilterIsCountedNotAgainstTheLimitOfAQuery(t *testing.T) {
	s := memory.NewT(t)
	for i := range 100 {
		mustPut(t, s, aerostore.NewKey("test", "users", i), bins{"a": i})
	}
	f := aerostore.Filter(exp.IntBin("a").AtLeast(95))
	n := 0
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: "test", Set: "users", MaxRecords: 5, Options: []aerostore.ReadOption{f}}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d records, want 5", n)
	}
}

// unfit returns a filter whose types do not fit. It can be decoded, but not built.
func unfit(t *testing.T) aerostore.Filter {
	t.Helper()
	packed, err := exp.Encode(exp.IntBin("n").Equal(1))
	if err != nil {
		t.Fatal(err)
	}
	packed[len(packed)-1] = 0xc2 // false instead of 1
	broken, err := exp.Decode[exp.Bool](packed)
	if err != nil {
		t.Fatal(err)
	}
	return aerostore.Filter(broken)
}

func TestABatchWithAFilterThatNoServerEvaluatesIsRefused(t *testing.T) {
	t.Parallel()
	s := memory.NewT(t)
	keys := []aerostore.Key{aerostore.NewKey("test", "s", 1), aerostore.NewKey("test", "s", 2)}
	_, err := s.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.AddBin("n", 1)}, unfit(t))
	if !errors.Is(err, aerostore.ErrParameter) || aerostore.InDoubt(err) {
		t.Errorf("the error is %v", err)
	}
	for _, key := range keys {
		if exists, err := s.Exists(t.Context(), key); exists || err != nil {
			t.Errorf("%v exists: %t, %v", key, exists, err)
		}
	}
}
