package storetest

import "github.com/aerostore/aerostore"

func generationCases() []testCase {
	var cases []testCase
	for _, check := range []struct {
		name    string
		why     string
		option  aerostore.WriteOption
		refused bool
	}{
		{
			"with GenerationEqual of the generation succeeds", "no other write came between: compare and set",
			aerostore.GenerationEqual(1), false,
		},
		{
			"with GenerationEqual of another generation fails", "another write came between, so the record stays unchanged",
			aerostore.GenerationEqual(7), true,
		},
		{
			"with GenerationEqual of 0 fails", "generation 0 is that of a missing record",
			aerostore.GenerationEqual(0), true,
		},
		{
			"with GenerationGreater of a greater generation succeeds", "a restored backup is newer than the record",
			aerostore.GenerationGreater(2), false,
		},
		{
			"with GenerationGreater of the generation fails", "a restored backup is not newer than the record, which stays unchanged",
			aerostore.GenerationGreater(1), true,
		},
	} {
		cases = append(cases, perWrite(func(o operation) testCase {
			return testCase{
				name: o.name() + " " + check.name,
				why:  check.why,
				run: func(t *trial) {
					key := t.record()
					err := o.do(t.Context(), t.store, key, check.option)
					if check.refused {
						t.fails(err, aerostore.ErrGeneration)
						t.unchanged(key, before)
						return
					}
					t.ok(err)
					t.written(key, o.removes)
				},
			}
		})...)
	}
	cases = append(cases, perCreation(func(o operation) testCase {
		return testCase{
			name: o.name() + " of a missing record compares its generation with 0",
			why:  "a missing record has generation 0",
			run: func(t *trial) {
				key := t.key()
				t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(1)), aerostore.ErrGeneration)
				t.missing(key)
				t.ok(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(0)))
				t.equal("Generation", t.get(key).Generation, uint32(1))
			},
		}
	})...)
	return append(cases, testCase{
		name: "every read returns the generation",
		why:  "an application can compare a generation from any read",
		run: func(t *trial) {
			key := t.record()
			t.put(key, before)
			t.readBy(t.ways(key), func(r *aerostore.Record, name string) {
				t.equal("the generation by "+name, r.Generation, uint32(2))
			})
		},
	})
}
