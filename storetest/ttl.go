package storetest

import (
	"errors"
	"time"

	"github.com/aerostore/aerostore"
)

const (
	second = aerostore.TTL(time.Second)

	// Not round, so that the cases detect a store that rounds them.
	hour = aerostore.TTL(time.Hour) + 59*second
	day  = aerostore.TTL(24*time.Hour) + 59*second

	longest = aerostore.TTL(3650 * 24 * time.Hour)

	// skew is how far the clocks of a store and of this machine may differ.
	skew = 5 * second
)

func ttlCases() []testCase {
	cases := []testCase{
		{
			name:  "a record lives ten years",
			why:   "ten years are the longest TTL",
			needs: Expiry,
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, longest)
				t.lives(key, longest)
			},
		},
		{
			name:  "a part of a second is rounded up",
			why:   "a server counts whole seconds: a TTL is rounded up, so that it never becomes zero",
			needs: Expiry,
			run: func(t *trial) {
				for ttl, want := range map[aerostore.TTL]aerostore.TTL{1: second, 700 * second / 1000: second, hour + 1: hour + second} {
					key := t.key()
					t.put(key, before, ttl)
					t.lives(key, want)
				}
			},
		},
		{
			name: "a new record gets the default TTL of its namespace",
			why:  "a write without a TTL or with NamespaceTTL sets the default of the namespace",
			run: func(t *trial) {
				key := t.record()
				t.lives(key, t.defaultTTL())
				t.put(key, before, aerostore.NamespaceTTL)
				t.lives(key, t.defaultTTL())
			},
		},
		{
			name: "KeepTTL on a new record gives the default TTL",
			why:  "a missing record has no TTL to keep",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, aerostore.KeepTTL)
				t.lives(key, t.defaultTTL())
			},
		},
		{
			name:  "every read returns the TTL",
			why:   "every read returns the time that is left",
			needs: Expiry,
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, day)
				t.readBy(t.ways(key), func(r *aerostore.Record, name string) {
					t.near("the TTL by "+name, r.TTL, day)
				})
			},
		},
	}
	cases = append(cases, perSome(leavesRecord, func(o operation) testCase {
		return testCase{
			name:  o.name() + " without a TTL sets the default TTL",
			why:   "a write without a TTL resets the TTL instead of keeping it",
			needs: Expiry,
			run: func(t *trial) {
				for _, opts := range [][]aerostore.WriteOption{nil, {aerostore.NamespaceTTL}} {
					key := t.key()
					t.put(key, before, 1000*hour)
					t.ok(o.do(t.Context(), t.store, key, opts...))
					t.lives(key, t.defaultTTL())
				}
			},
		}
	})...)
	return append(cases, expiryCases()...)
}

// expiryCases returns the cases in which a record expires. A server counts whole
// seconds.
func expiryCases() []testCase {
	const over = 2100 * time.Millisecond
	expired := func(t *trial) aerostore.Key {
		key := t.key()
		t.put(key, before, second)
		t.pass(over)
		return key
	}
	return []testCase{
		{
			name:  "an expired record is missing",
			why:   "every operation treats an expired record as missing",
			needs: Expiry,
			waits: true,
			run: func(t *trial) {
				key := expired(t)
				t.missing(key)
				t.fails(t.store.Touch(t.Context(), key), aerostore.ErrNotFound)
				t.fails(t.store.Put(t.Context(), key, before, aerostore.UpdateOnly), aerostore.ErrNotFound)
				_, err := onlyResult(t.store.BatchRead(t.Context(), []aerostore.Key{key}, nil))
				t.fails(err, aerostore.ErrNotFound)
				t.equal("the number of records of a query", len(t.query(aerostore.Query{Set: mainSet}, key)), 0)
			},
		},
		{
			name:  "an expired record can be created again",
			why:   "a record created after expiry has generation 1 and no old bins",
			needs: Expiry,
			waits: true,
			run: func(t *trial) {
				key := expired(t)
				t.put(key, aerostore.Bins{"a": 1}, aerostore.CreateOnly, aerostore.NeverExpire)
				t.unchanged(key, aerostore.Bins{"a": 1})
			},
		},
		{
			name:  "a record exists until it expires",
			why:   "a record does not expire before its TTL",
			needs: Expiry,
			waits: true,
			run: func(t *trial) {
				const life = 5 * time.Second
				key, began := t.key(), time.Now()
				t.put(key, before, aerostore.TTL(life))
				t.pass(over)
				existed, err := t.store.Exists(t.Context(), key)
				t.ok(err)
				if late := time.Since(began) > life-over; !existed && !late {
					t.Errorf("Exists reports false before the record expires, want true")
				}
			},
		},
		{
			name:  "a read does not extend the TTL",
			why:   "the TTL counts from the last write",
			needs: Expiry,
			waits: true,
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, 2*second)
				t.pass(time.Second)
				for _, way := range t.waysOfBins(key, []string{"n", "s"}) {
					if _, err := way.read(); err != nil && !errors.Is(err, aerostore.ErrNotFound) {
						t.Errorf("%s failed with %q, want no error", way.name, err)
					}
				}
				t.pass(over)
				t.missing(key)
			},
		},
		{
			name:  "a write replaces the TTL",
			why:   "the TTL of the last write counts",
			needs: Expiry,
			waits: true,
			run: func(t *trial) {
				touched, written, kept := t.key(), t.key(), t.key()
				for _, key := range []aerostore.Key{touched, written, kept} {
					t.put(key, before, second)
				}
				t.ok(t.store.Touch(t.Context(), touched, hour))
				t.put(written, before, aerostore.NeverExpire)
				t.put(kept, before, aerostore.KeepTTL)
				t.pass(over)
				t.lives(touched, hour)
				t.lives(written, aerostore.NeverExpire)
				t.missing(kept)
			},
		},
	}
}

// lives checks the TTL of a record.
func (t *trial) lives(key aerostore.Key, want aerostore.TTL) {
	t.Helper()
	t.near("TTL", t.get(key).TTL, want)
}

// near compares a TTL that was read with one that the case wrote, less the time
// since then.
func (t *trial) near(what string, got, want aerostore.TTL) {
	t.Helper()
	spent := aerostore.TTL(time.Since(t.began) + t.passed)
	switch {
	case got == want:
	case want > 0 && got <= want && got > want-spent-skew:
	default:
		t.Errorf("%s is %v, want %v", what, got, want)
	}
	if got > 0 && got%second != 0 {
		t.Errorf("%s is %v, want whole seconds", what, got)
	}
}

// defaultTTL returns the TTL of a record that was written without one.
func (t *trial) defaultTTL() aerostore.TTL {
	t.Helper()
	key := t.record()
	return t.get(key).TTL
}
