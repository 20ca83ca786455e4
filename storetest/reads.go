package storetest

import "github.com/aerostore/aerostore"

func readCases() []testCase {
	return []testCase{
		{
			name: "Get returns the key, bins, generation and TTL",
			why:  "a record has a key, bins, a generation and a TTL",
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
			why:  "a missing record is an error, not an empty record",
			run: func(t *trial) {
				r, err := t.store.Get(t.Context(), t.key())
				t.fails(err, aerostore.ErrNotFound)
				t.equal("the record", r, (*aerostore.Record)(nil))
			},
		},
		{
			name: "Select returns the named bins",
			why:  "other bins are not sent",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2, "c": 3})
				t.selects(key, []string{"a", "c"}, aerostore.Bins{"a": 1, "c": 3})
			},
		},
		{
			name: "Select leaves out a missing bin",
			why:  "a missing bin is absent from the record, which is no error",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1})
				t.selects(key, []string{"a", "z"}, aerostore.Bins{"a": 1})
				t.selects(key, []string{"z"}, aerostore.Bins{})
			},
		},
		{
			name: "Select returns a bin named twice once",
			why:  "naming a bin twice selects it once",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"a": 1, "b": 2})
				t.selects(key, []string{"a", "a"}, aerostore.Bins{"a": 1})
			},
		},
		{
			name: "Select of no bins returns generation and TTL",
			why:  "Select of no names returns generation and TTL only",
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
			why:  "the names do not matter if there is no record",
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
			why:  "a missing record is an answer of Exists, not an error",
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
			why:  "the first write creates a set",
			run: func(t *trial) {
				t.missing(t.keyIn(noSet))
			},
		},
	}
}

// selects checks what Select returns.
func (t *trial) selects(key aerostore.Key, names []string, want aerostore.Bins) *aerostore.Record {
	t.Helper()
	r, err := t.store.Select(t.Context(), key, names)
	t.ok(err)
	t.bins(r, want)
	t.equal("Key", r.Key, key)
	return r
}

// A way is an operation that reads a record.
type way struct {
	name string
	read func() (*aerostore.Record, error)
}

// ways returns the ways to read the generation and the TTL.
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

// waysOfBins returns the ways to read these bins, which are all that the record has.
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

// readBy calls check with the record that each way returns.
func (t *trial) readBy(ways []way, check func(r *aerostore.Record, name string)) {
	t.Helper()
	for _, way := range ways {
		r, err := way.read()
		if err != nil || r == nil {
			t.Errorf("%s returned the record %v and error %v, want a record and no error", way.name, r, err)
			continue
		}
		check(r, way.name)
	}
}
