package storetest

import (
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/aerostore/aerostore"
)

// alike are sets whose names a store may confuse. A server keeps a set for ever, so
// all runs share these. Cases write to them under random ids only.
var alike = []string{
	"storetest", "Storetest", "storetest ", "storetest\xff", "storetest\xfe", "storetest\uFFFD",
	strings.Repeat("storetest", 7)[:62] + "a", strings.Repeat("storetest", 7)[:62] + "b",
}

func keyCases() []testCase {
	return append([]testCase{
		{
			name: "an integer, a string and bytes are different ids",
			why:  "the integer 1, the string \"1\" and the byte '1' name three records",
			run: func(t *trial) {
				n := t.number()
				text := strconv.FormatInt(n, 10)
				t.apart(t.keysOf(n, text, []byte(text)))
			},
		},
		{
			name: "ids that look alike are different",
			why:  "a store keeps every byte of an id",
			run: func(t *trial) {
				id := strings.ToLower(t.secret())
				long := id + strings.Repeat("long ", 1000)
				t.apart(t.keysOf(
					id, strings.ToUpper(id), id+" ", " "+id, id+"\x00", id+"\x00\x00", id+"\n",
					id+"\xff", id+"\xfe", id+"\uFFFD", id+"\u00e9", id+"e\u0301", long+"a", long+"b",
					[]byte(id+"\xff"), []byte(id+"\xfe"),
				))
			},
		},
		{
			name: "integer ids that look alike are different",
			why:  "a store keeps all 64 bits of an integer id",
			run: func(t *trial) {
				n := t.number() | 1<<62
				t.apart(t.keysOf(n, n^1, n^1<<32, n^1<<61, -n, n-math.MaxInt64-1))
			},
		},
		{
			name: "an empty id and a zero id are ids",
			why:  "an empty or zero id is an id like any other",
			run: func(t *trial) {
				onlyIDs.Lock()
				t.Cleanup(onlyIDs.Unlock)
				keys := t.keysOf("", []byte{}, 0, "0", "\x00", []byte{0}, make([]byte, 8), -1, math.MinInt64, math.MaxInt64)
				t.apart(keys)
				found := t.query(aerostore.Query{Set: mainSet}, keys...)
				for _, key := range keys {
					if r := found[key]; r != nil {
						t.equal("the key of a record", r.Key, key)
					}
				}
				t.equal("the number of records", len(found), len(keys))
			},
		},
		{
			name: "one id in several sets names several records",
			why:  "an id names a record within its set, or outside any set",
			run: func(t *trial) {
				t.apart(t.keysInSets(t.secret(), mainSet, otherSet, ""))
			},
		},
		{
			name: "sets that look alike are different",
			why:  "a store keeps every byte of a set name, 63 at most",
			run: func(t *trial) {
				t.apart(t.keysInSets(t.secret(), alike...))
			},
		},
		{
			name: "set and id are not joined",
			why:  "the end of the set is part of the key: joined by a separator, these pairs would name one record",
			run: func(t *trial) {
				id := t.secret()
				for _, separator := range []string{"", ":", "/", ".", "|", "-"} {
					t.apart([]aerostore.Key{
						t.owned(aerostore.NewKey(t.namespace, "storetest"+separator+"set", id)),
						t.owned(aerostore.NewKey(t.namespace, "storetest", "set"+separator+id)),
					})
				}
			},
		},
		{
			name: "a digest key names the record of its key",
			why:  "a digest names the record of the key that it was computed from",
			run: func(t *trial) {
				key := t.key()
				digest := aerostore.DigestKey(key.Namespace(), key.Set(), key.Digest())
				t.put(key, aerostore.Bins{"a": 1})
				t.holds(digest, aerostore.Bins{"a": 1})
				t.put(digest, aerostore.Bins{"b": 2})
				t.holds(key, aerostore.Bins{"a": 1, "b": 2})
				existed, err := t.store.Remove(t.Context(), digest)
				t.ok(err)
				t.equal("what Remove of the digest reports", existed, true)
				t.missing(key)
			},
		},
		{
			name: "a digest key names the record of its key in a batch",
			why:  "a digest names the record of the key that it was computed from",
			run: func(t *trial) {
				keys := t.keys(2)
				digests := make([]aerostore.Key, len(keys))
				for i, key := range keys {
					digests[i] = aerostore.DigestKey(key.Namespace(), key.Set(), key.Digest())
				}
				t.writesAll(itemsOf(digests, before))
				for _, key := range keys {
					t.unchanged(key, before)
				}
				results := t.each(digests)(t.store.BatchRead(t.Context(), digests, nil))
				for _, r := range results {
					t.ok(r.Err)
					t.bins(r.Record, before)
				}
				t.ok(batchError(t.store.BatchRemove(t.Context(), digests)))
				for _, key := range keys {
					t.missing(key)
				}
			},
		},
	}, namespaceCases()...)
}

// onlyIDs serializes the case whose ids are not random.
var onlyIDs sync.Mutex

// namespaceCases are the cases about two namespaces.
func namespaceCases() []testCase {
	pair := func(t *trial) []aerostore.Key {
		id := t.secret()
		return []aerostore.Key{
			t.owned(aerostore.NewKey(t.namespace, mainSet, id)),
			t.owned(aerostore.NewKey(t.otherNamespace, mainSet, id)),
		}
	}
	return []testCase{
		{
			name:  "one id in two namespaces names two records",
			why:   "namespaces share nothing: a write or a removal in one does not affect the other",
			needs: SeveralNamespaces,
			run: func(t *trial) {
				keys := pair(t)
				t.apart(keys)
				existed, err := t.store.Remove(t.Context(), keys[0])
				t.ok(err)
				t.equal("whether there was a record", existed, true)
				t.holds(keys[1], aerostore.Bins{"a": 1})
			},
		},
		{
			name:  "a query returns records of its namespace only",
			why:   "a query has one namespace",
			needs: SeveralNamespaces,
			run: func(t *trial) {
				ids := []string{t.secret(), t.secret()}
				for i, namespace := range []string{t.namespace, t.otherNamespace} {
					t.put(t.owned(aerostore.NewKey(namespace, mainSet, ids[i])), before)
				}
				for i, namespace := range []string{t.namespace, t.otherNamespace} {
					var own []aerostore.Key
					for _, id := range ids {
						own = append(own, aerostore.NewKey(namespace, mainSet, id))
					}
					for _, set := range []string{mainSet, ""} {
						records := t.store.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: set, Bins: []string{"n"}})
						found := t.ownOf(records, own...)
						t.equal("the number of records", len(found), 1)
						if r := found[own[i]]; r != nil {
							t.equal("the namespace of the record", r.Key.Namespace(), namespace)
						}
					}
				}
			},
		},
		{
			name:  "a batch handles keys of several namespaces",
			why:   "the keys of a batch may be anywhere in the cluster",
			needs: SeveralNamespaces,
			run: func(t *trial) {
				t.batchesOver(pair(t))
			},
		},
	}
}

// keysOf returns the keys of these ids.
func (t *trial) keysOf(ids ...any) []aerostore.Key {
	t.Helper()
	keys := make([]aerostore.Key, len(ids))
	for i, id := range ids {
		key, err := aerostore.KeyOf(t.namespace, mainSet, id)
		t.ok(err)
		keys[i] = t.owned(key)
	}
	return keys
}

// keysInSets returns the keys of one id in several sets.
func (t *trial) keysInSets(id string, sets ...string) []aerostore.Key {
	keys := make([]aerostore.Key, len(sets))
	for i, set := range sets {
		keys[i] = t.owned(aerostore.NewKey(t.namespace, set, id))
	}
	return keys
}

// apart checks that the keys name different records, and that Get returns each
// record with its key.
func (t *trial) apart(keys []aerostore.Key) {
	t.Helper()
	for i, key := range keys {
		t.missing(key)
		t.put(key, aerostore.Bins{"a": i}, aerostore.SendKey)
	}
	for i, key := range keys {
		t.holds(key, aerostore.Bins{"a": i})
		t.equal("the key", t.get(key).Key, key)
	}
}
