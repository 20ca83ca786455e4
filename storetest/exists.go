package storetest

import "github.com/aerostore/aerostore"

func existsCases() []testCase {
	cases := perCreation(func(o operation) testCase {
		return testCase{
			name: o.name() + " with CreateOnly creates only",
			why:  "CreateOnly leaves an existing record unchanged and creates a missing one",
			run: func(t *trial) {
				key := t.record()
				t.fails(o.do(t.Context(), t.store, key, aerostore.CreateOnly), aerostore.ErrExists)
				t.unchanged(key, before)
				missing := t.key()
				t.ok(o.do(t.Context(), t.store, missing, aerostore.CreateOnly))
				t.equal("Generation", t.get(missing).Generation, uint32(1))
			},
		}
	})
	cases = append(cases, perCreation(func(o operation) testCase {
		return testCase{
			name: o.name() + " with UpdateOnly updates only",
			why:  "UpdateOnly creates no record and changes an existing one",
			run: func(t *trial) {
				missing := t.key()
				t.fails(o.do(t.Context(), t.store, missing, aerostore.UpdateOnly), aerostore.ErrNotFound)
				t.missing(missing)
				key := t.record()
				t.ok(o.do(t.Context(), t.store, key, aerostore.UpdateOnly))
				t.written(key, o.removes)
			},
		}
	})...)
	cases = append(cases, perSome(func(o operation) bool { return o.sets }, func(o operation) testCase {
		return testCase{
			name: o.name() + " with Replace replaces",
			why:  "Replace deletes the bins that are not written, and creates a missing record",
			run: func(t *trial) {
				key := t.record()
				t.ok(o.do(t.Context(), t.store, key, aerostore.Replace))
				t.holds(key, aerostore.Bins{"n": 2})
				t.written(key, o.removes)
				missing := t.key()
				t.ok(o.do(t.Context(), t.store, missing, aerostore.Replace))
				t.unchanged(missing, aerostore.Bins{"n": 2})
			},
		}
	})...)
	cases = append(cases, perSome(func(o operation) bool { return o.sets }, func(o operation) testCase {
		return testCase{
			name: o.name() + " with ReplaceOnly replaces only",
			why:  "ReplaceOnly deletes the bins that are not written, and creates no record",
			run: func(t *trial) {
				key := t.record()
				t.ok(o.do(t.Context(), t.store, key, aerostore.ReplaceOnly))
				t.holds(key, aerostore.Bins{"n": 2})
				t.written(key, o.removes)
				missing := t.key()
				t.fails(o.do(t.Context(), t.store, missing, aerostore.ReplaceOnly), aerostore.ErrNotFound)
				t.missing(missing)
			},
		}
	})...)
	return append(cases, perSome(func(o operation) bool { return o.creates && !o.sets }, func(o operation) testCase {
		return testCase{
			name: o.name() + " with Replace or ReplaceOnly fails with ErrParameter",
			why:  "an operation that changes the value of a bin cannot delete it first",
			run: func(t *trial) {
				key := t.record()
				for _, option := range []aerostore.WriteOption{aerostore.Replace, aerostore.ReplaceOnly} {
					t.fails(o.do(t.Context(), t.store, key, option), aerostore.ErrParameter)
				}
				t.unchanged(key, before)
			},
		}
	})...)
}
