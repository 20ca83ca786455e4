package storetest

import (
	"strings"

	"github.com/aerostore/aerostore"
)

func writes() []testCase {
	return []testCase{
		{
			name: "Put creates a record",
			why:  "a record that is not there is made by writing to it, with generation 1",
			run: func(t *trial) {
				key := t.key()
				t.missing(key)
				t.put(key, aerostore.Bins{"a": 1})
				t.unchanged(key, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Put leaves the other bins unchanged",
			why:  "a write is about the bins that it names",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.put(key, aerostore.Bins{"b": 3, "c": 4})
				t.holds(key, aerostore.Bins{"a": 1, "b": 3, "c": 4})
			},
		},
		{
			name: "Put increments the generation",
			why:  "readers see by the generation that a record was written, even if with the same bins",
			run: func(t *trial) {
				key := t.key()
				for i := range 3 {
					t.put(key, aerostore.Bins{"a": 1})
					t.equal("Generation", t.get(key).Generation, uint32(i+1))
				}
			},
		},
		{
			name: "the generation exceeds 255",
			why:  "a generation counts up to 65,535 at least",
			run: func(t *trial) {
				key := t.key()
				for i := range 300 {
					t.put(key, aerostore.Bins{"a": i})
				}
				t.equal("Generation", t.get(key).Generation, uint32(300))
			},
		},
		{
			name: "Put changes the type of a bin",
			why:  "a bin has no type but that of its value",
			run: func(t *trial) {
				key := t.key()
				for _, v := range []any{1, "one", []any{1}, 1.5} {
					t.put(key, aerostore.Bins{"a": v})
					t.holds(key, aerostore.Bins{"a": v})
				}
			},
		},
		{
			name: "a nil value deletes the bin",
			why:  "a record has no bins that are nil",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.put(key, aerostore.Bins{"a": nil, "z": nil, "c": 3})
				t.holds(key, aerostore.Bins{"b": 2, "c": 3})
			},
		},
		{
			name: "deleting the last bin removes the record",
			why:  "a record without bins is gone, and begins anew when it is written again",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.put(key, aerostore.Bins{"a": nil, "b": nil})
				t.missing(key)
				t.put(key, aerostore.Bins{"c": 3})
				t.unchanged(key, aerostore.Bins{"c": 3})
			},
		},
		{
			name: "Put of nil values to a missing record fails with ErrNotFound",
			why:  "there is no record to delete bins from, and none is made without bins",
			run: func(t *trial) {
				key := t.key()
				t.fails(t.store.Put(t.Context(), key, aerostore.Bins{"a": nil}), aerostore.ErrNotFound)
				t.missing(key)
			},
		},
		{
			name: "Put of a record that is too big fails with ErrRecordTooBig",
			why:  "servers have a limit, 8 MiB at most, and refuse the whole write",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1})
				err := t.store.Put(t.Context(), key, aerostore.Bins{"a": 2, "b": strings.Repeat("x", 9<<20)})
				t.fails(err, aerostore.ErrRecordTooBig)
				t.unchanged(key, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Remove removes the record",
			why:  "a record is gone with all of its bins, and Remove says that there was one",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				existed, err := t.store.Remove(t.Context(), key)
				t.ok(err)
				t.equal("whether there was a record", existed, true)
				t.missing(key)
			},
		},
		{
			name: "Remove of a missing record reports false",
			why:  "that there was nothing to remove is an answer, not an error",
			run: func(t *trial) {
				existed, err := t.store.Remove(t.Context(), t.key())
				t.ok(err)
				t.equal("whether there was a record", existed, false)
			},
		},
		{
			name: "a record written after Remove starts at generation 1",
			why:  "nothing of a record outlives it, its generation included",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1})
				t.put(key, aerostore.Bins{"b": 2})
				_, err := t.store.Remove(t.Context(), key)
				t.ok(err)
				t.put(key, aerostore.Bins{"c": 3})
				t.unchanged(key, aerostore.Bins{"c": 3})
			},
		},
		{
			name: "Touch increments the generation",
			why:  "a touch counts the generation up and leaves the bins",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1})
				t.ok(t.store.Touch(t.Context(), key))
				t.holds(key, aerostore.Bins{"a": 1})
				t.equal("Generation", t.get(key).Generation, uint32(2))
			},
		},
		{
			name: "Touch of a missing record fails with ErrNotFound",
			why:  "a touch makes no record",
			run: func(t *trial) {
				key := t.key()
				t.fails(t.store.Touch(t.Context(), key), aerostore.ErrNotFound)
				t.missing(key)
			},
		},
	}
}
