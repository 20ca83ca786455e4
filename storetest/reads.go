package storetest

import "github.com/aerostore/aerostore"

func reads() []testCase {
	return []testCase{
		{
			name: "Get returns the key, bins, generation and TTL",
			why:  "a record has its key, all of its bins, a generation that counts writes and a time to live",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": "x"}, aerostore.NeverExpire)
				r := t.get(key)
				t.bins(r, aerostore.Bins{"a": 1, "b": "x"})
				t.equal("Key", r.Key, key)
				t.equal("Generation", r.Generation, uint32(1))
				t.equal("TTL", r.TTL, aerostore.NeverExpire)
			},
		},
		{
			name: "Get of a missing record fails with ErrNotFound",
			why:  "that there is no record is an answer of its own, not an empty record",
			run: func(t *trial) {
				r, err := t.store.Get(t.Context(), t.key())
				t.fails(err, aerostore.ErrNotFound)
				t.equal("the record", r, (*aerostore.Record)(nil))
			},
		},
		{
			name: "Select returns the named bins",
			why:  "bins that nobody asked for do not travel",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2, "c": 3})
				t.selects(key, []string{"a", "c"}, aerostore.Bins{"a": 1, "c": 3})
			},
		},
		{
			name: "Select leaves out a missing bin",
			why:  "a bin that the record does not have is absent, and no reason to fail",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1})
				t.selects(key, []string{"a", "z"}, aerostore.Bins{"a": 1})
				t.selects(key, []string{"z"}, aerostore.Bins{})
			},
		},
		{
			name: "Select returns a bin named twice once",
			why:  "a name asks for a bin, however often it is said",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.selects(key, []string{"a", "a"}, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Select of no bins returns generation and TTL",
			why:  "no names read generation and TTL only",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1}, aerostore.NeverExpire)
				t.put(key, aerostore.Bins{"a": 2}, aerostore.NeverExpire)
				for _, names := range [][]string{nil, {}} {
					r := t.selects(key, names, aerostore.Bins{})
					t.equal("Generation", r.Generation, uint32(2))
					t.equal("TTL", r.TTL, aerostore.NeverExpire)
				}
			},
		},
		{
			name: "Select of a missing record fails with ErrNotFound",
			why:  "what is asked of a record does not change that there is none",
			run: func(t *trial) {
				key := t.key()
				for _, names := range [][]string{nil, {}, {"a"}} {
					r, err := t.store.Select(t.Context(), key, names)
					t.fails(err, aerostore.ErrNotFound)
					t.equal("the record", r, (*aerostore.Record)(nil))
				}
			},
		},
		{
			name: "Exists reports whether there is a record",
			why:  "whether there is a record is the answer, not an error",
			run: func(t *trial) {
				key := t.key()
				existed, err := t.store.Exists(t.Context(), key)
				t.ok(err)
				t.equal("Exists before the write", existed, false)
				t.put(key, aerostore.Bins{"a": 1})
				existed, err = t.store.Exists(t.Context(), key)
				t.ok(err)
				t.equal("Exists after the write", existed, true)
			},
		},
		{
			name: "a set that was never written has no records",
			why:  "sets are made by writing: one that nobody wrote to has no records",
			run: func(t *trial) {
				t.missing(t.keyIn(noSet))
			},
		},
	}
}

// selects checks what Select gives.
func (t *trial) selects(key aerostore.Key, names []string, want aerostore.Bins) *aerostore.Record {
	t.Helper()
	r, err := t.store.Select(t.Context(), key, names)
	t.ok(err)
	t.bins(r, want)
	t.equal("Key", r.Key, key)
	return r
}

// A way is one of the operations that can read a record.
type way struct {
	name string
	read func() (*aerostore.Record, error)
}

// ways returns those that read no bins, or may.
func (t *trial) ways(key aerostore.Key) []way {
	ctx, s, keys := t.Context(), t.store, []aerostore.Key{key}
	header := []aerostore.Operation{aerostore.ReadHeader()}
	return []way{
		{"Get", func() (*aerostore.Record, error) { return s.Get(ctx, key) }},
		{"Select of no bins", func() (*aerostore.Record, error) { return s.Select(ctx, key, nil) }},
		{"Operate", func() (*aerostore.Record, error) { return s.Operate(ctx, key, header) }},
		{"BatchRead", func() (*aerostore.Record, error) { return onlyResult(s.BatchRead(ctx, keys, nil)) }},
		{"BatchOperate", func() (*aerostore.Record, error) { return onlyResult(s.BatchOperate(ctx, keys, header)) }},
		{"Query", func() (*aerostore.Record, error) { return t.scanned(key), nil }},
	}
}

// waysOfBins returns those that read the bins named, which are all that the
// record has.
func (t *trial) waysOfBins(key aerostore.Key, names []string) []way {
	ctx, s, keys := t.Context(), t.store, []aerostore.Key{key}
	all := []aerostore.Operation{aerostore.ReadAll()}
	var each []aerostore.Operation
	for _, name := range names {
		each = append(each, aerostore.ReadBin(name))
	}
	named := aerostore.Query{Set: key.Set(), Bins: names}
	return []way{
		{"Get", func() (*aerostore.Record, error) { return s.Get(ctx, key) }},
		{"Select", func() (*aerostore.Record, error) { return s.Select(ctx, key, names) }},
		{"Operate, all bins", func() (*aerostore.Record, error) { return s.Operate(ctx, key, all) }},
		{"Operate, each bin", func() (*aerostore.Record, error) { return s.Operate(ctx, key, each) }},
		{"BatchRead, all bins", func() (*aerostore.Record, error) { return onlyResult(s.BatchRead(ctx, keys, nil)) }},
		{"BatchRead, each bin", func() (*aerostore.Record, error) { return onlyResult(s.BatchRead(ctx, keys, names)) }},
		{"BatchOperate, all bins", func() (*aerostore.Record, error) { return onlyResult(s.BatchOperate(ctx, keys, all)) }},
		{"BatchOperate, each bin", func() (*aerostore.Record, error) { return onlyResult(s.BatchOperate(ctx, keys, each)) }},
		{"Query, all bins", func() (*aerostore.Record, error) { return t.scanned(key), nil }},
		{"Query, each bin", func() (*aerostore.Record, error) { return t.query(named, key)[key], nil }},
	}
}

// readBy checks what each of the ways reads.
func (t *trial) readBy(ways []way, check func(r *aerostore.Record, name string)) {
	t.Helper()
	for _, way := range ways {
		r, err := way.read()
		if err != nil || r == nil {
			t.Errorf("%s gave the record %v and error %v, want a record and none", way.name, r, err)
			continue
		}
		check(r, way.name)
	}
}

// onlyResult returns what a batch of one key gave.
func onlyResult(results []aerostore.BatchResult, err error) (*aerostore.Record, error) {
	if err := batchError(results, err); err != nil || len(results) != 1 {
		return nil, err
	}
	return results[0].Record, nil
}
