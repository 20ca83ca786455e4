package storetest

import (
	"strings"

	"github.com/aerostore/aerostore"
)

func writeCases() []testCase {
	return []testCase{
		{
			name: "Put creates a record",
			why:  "a write creates a missing record with generation 1",
			run: func(t *trial) {
				key := t.key()
				t.missing(key)
				t.put(key, aerostore.Bins{"a": 1})
				t.unchanged(key, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Put leaves the other bins unchanged",
			why:  "Put changes the bins that it names only",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.put(key, aerostore.Bins{"b": 3, "c": 4})
				t.holds(key, aerostore.Bins{"a": 1, "b": 3, "c": 4})
			},
		},
		{
			name: "Put increments the generation",
			why:  "every write increments the generation, also one with the same bins",
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
			why:  "a generation reaches 65,535 at least",
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
			why:  "a bin has the type of its value",
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
			why:  "a record has no nil bins",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.put(key, aerostore.Bins{"a": nil, "z": nil, "c": 3})
				t.holds(key, aerostore.Bins{"b": 2, "c": 3})
			},
		},
		{
			name: "deleting the last bin removes the record",
			why:  "a record without bins does not exist, and starts at generation 1 when it is written again",
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
			why:  "a missing record has no bins to delete, and no record is created without bins",
			run: func(t *trial) {
				key := t.key()
				t.fails(t.store.Put(t.Context(), key, aerostore.Bins{"a": nil}), aerostore.ErrNotFound)
				t.missing(key)
			},
		},
		{
			name: "Put of a record that is too big fails with ErrRecordTooBig",
			why:  "a server limits the size of a record, to 8 MiB at most, and refuses the whole write",
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
			why:  "Remove removes the record with all bins and reports true",
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
			why:  "a missing record is an answer of Remove, not an error",
			run: func(t *trial) {
				existed, err := t.store.Remove(t.Context(), t.key())
				t.ok(err)
				t.equal("whether there was a record", existed, false)
			},
		},
		{
			name: "a record written after Remove starts at generation 1",
			why:  "Remove leaves neither bins nor a generation",
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
			why:  "Touch increments the generation and leaves the bins unchanged",
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
			why:  "Touch creates no record",
			run: func(t *trial) {
				key := t.key()
				t.fails(t.store.Touch(t.Context(), key), aerostore.ErrNotFound)
				t.missing(key)
			},
		},
	}
}
