package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/aerostore/aerostore"
)

func otherOptionCases() []testCase {
	cases := []testCase{
		{
			name: "the last option wins",
			why:  "the last of several options wins",
			run: func(t *trial) {
				key := t.record()
				t.put(key, before, aerostore.GenerationEqual(9), aerostore.GenerationEqual(1))
				t.put(key, before, aerostore.CreateOnly, aerostore.UpdateOnly)
				err := t.store.Put(t.Context(), key, before, aerostore.UpdateOnly, aerostore.CreateOnly)
				t.fails(err, aerostore.ErrExists)
			},
		},
		{
			name: "Options merge with other options",
			why:  "a field that is set replaces earlier options, a zero field does not",
			run: func(t *trial) {
				key := t.record()
				whole := aerostore.Options{Timeout: time.Minute}
				t.fails(t.store.Put(t.Context(), key, before, aerostore.CreateOnly, whole), aerostore.ErrExists)
				t.fails(t.store.Put(t.Context(), key, before, whole, aerostore.CreateOnly), aerostore.ErrExists)
				t.fails(t.store.Put(t.Context(), key, before, aerostore.GenerationEqual(9), whole), aerostore.ErrGeneration)
				t.put(key, before, aerostore.CreateOnly, aerostore.Options{Exists: aerostore.UpdateOnly})
			},
		},
		{
			name: "CreateOrUpdate cancels CreateOnly",
			why:  "CreateOrUpdate is zero in Options, so it cancels only when it is given by itself",
			run: func(t *trial) {
				key := t.record()
				t.put(key, before, aerostore.CreateOnly, aerostore.CreateOrUpdate)
				_, err := onlyResult(t.store.BatchWrite(t.Context(), []aerostore.BatchItem{
					{Key: key, Bins: before, Options: []aerostore.WriteOption{aerostore.CreateOrUpdate}},
				}, aerostore.CreateOnly))
				t.ok(err)
			},
		},
		{
			name: "Options of an item merge with those of the batch",
			why:  "a field that an item does not set has the value of the batch",
			run: func(t *trial) {
				key := t.record()
				_, err := onlyResult(t.store.BatchWrite(t.Context(), []aerostore.BatchItem{
					{Key: key, Bins: before, Options: []aerostore.WriteOption{aerostore.Options{SendKey: true}}},
				}, aerostore.CreateOnly))
				t.fails(err, aerostore.ErrExists)
			},
		},
		{
			name: "an ample timeout changes nothing",
			why:  "a timeout that is not reached changes nothing",
			run: func(t *trial) {
				key := t.key()
				whole, wait := aerostore.Timeout(time.Minute), aerostore.SocketTimeout(time.Minute)
				t.put(key, before, whole, wait)
				r, err := t.store.Get(t.Context(), key, whole, wait)
				t.ok(err)
				t.bins(r, before)
				r, err = onlyResult(t.store.BatchRead(t.Context(), []aerostore.Key{key}, nil, whole, wait))
				t.ok(err)
				t.bins(r, before)
				found := t.query(aerostore.Query{Set: mainSet, Options: []aerostore.ReadOption{whole, wait}}, key)
				t.bins(found[key], before)
			},
		},
		{
			name: "a write that times out fails with ErrTimeout",
			why:  "the error of a write that timed out says whether it may have been applied",
			run: func(t *trial) {
				t.hurries(aerostore.ErrTimeout, func(key aerostore.Key, d time.Duration) error {
					return t.store.Put(t.Context(), key, before, aerostore.Timeout(d))
				})
			},
		},
		{
			name: "a write after its deadline fails with DeadlineExceeded",
			why:  "the error of a write after its deadline is that of the context, and says whether it may have been applied",
			run: func(t *trial) {
				t.hurries(context.DeadlineExceeded, func(key aerostore.Key, d time.Duration) error {
					ctx, cancel := context.WithTimeout(t.Context(), d)
					defer cancel()
					return t.store.Put(ctx, key, before)
				})
			},
		},
	}
	cases = append(cases, sentKeyCases()...)
	return append(cases, durableDeleteCases()...)
}

// hurries writes records in less and less time. A write may succeed or time out; an
// error that is not in doubt means that there is no record.
func (t *trial) hurries(late error, put func(key aerostore.Key, d time.Duration) error) {
	t.Helper()
	for d := 16 * time.Millisecond; d > 0; d /= 4 {
		key := t.key()
		switch err := put(key, d); {
		case err == nil:
			t.holds(key, before)
		case !errors.Is(err, late):
			t.Errorf("with %v: got error %q, want none or one that matches %q", d, err, late)
		case !aerostore.InDoubt(err):
			t.missing(key)
		}
	}
}

// sentKeyCases returns the cases about ids that are stored with the record. Only a query
// returns them.
func sentKeyCases() []testCase {
	return []testCase{
		{
			name: "a query returns no id without SendKey",
			why:  "a server has the digest of a key; without SendKey it does not have the id",
			run: func(t *trial) {
				key := t.record()
				got := t.scanned(key).Key
				t.equal("the id", got.ID(), nil)
				t.equal("the digest", got.Digest(), key.Digest())
				t.holds(got, before)
			},
		},
		{
			name: "a stored id stays with the record",
			why:  "a later write without SendKey keeps the id",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, aerostore.SendKey)
				t.put(key, before)
				t.equal("the key of the record", t.scanned(key).Key, key)
			},
		},
		{
			name: "a query returns stored ids of every kind",
			why:  "a stored id keeps its type and value",
			run: func(t *trial) {
				id := t.secret()
				for _, key := range t.keysOf(
					id, id+notUTF8, id+"\x00", []byte(id), []byte(notUTF8+id), t.number(), -t.number(),
				) {
					t.put(key, before, aerostore.SendKey)
					t.equal("the key of the record", t.scanned(key).Key, key)
				}
			},
		},
	}
}

func durableDeleteCases() []testCase {
	return []testCase{
		{
			name: "DurableDelete does not affect a write that removes nothing",
			why:  "DurableDelete applies to removals",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before, aerostore.DurableDelete)
				t.unchanged(key, before)
			},
		},
	}
}
