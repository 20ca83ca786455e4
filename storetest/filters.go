package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// filters checks that an operation honours a filter.
func (t *trial) filters(o operation) {
	t.Helper()
	key := t.record()
	for _, f := range []exp.Bool{exp.IntBin("n").Equal(2), exp.IntBin("missing").Equal(1), exp.StringBin("n").Equal("1")} {
		if o.op == aerostore.OpQuery {
			q := aerostore.Query{Set: key.Set(), Options: []aerostore.ReadOption{aerostore.Filter(f)}}
			t.equal("what the query returns of the record", t.query(q, key)[key], (*aerostore.Record)(nil))
			continue
		}
		t.fails(o.do(t.Context(), t.store, key, aerostore.Filter(f)), aerostore.ErrFilteredOut)
		t.unchanged(key, before)
	}
	t.fails(o.do(t.Context(), t.store, key, aerostore.Filter{}), aerostore.ErrInvalid)
	t.unchanged(key, before)
	matches := aerostore.Filter(exp.And(exp.IntBin("n").Equal(1), exp.StringBin("s").Equal("m")))
	t.ok(o.do(t.Context(), t.store, key, matches))
	if o.writes {
		t.written(key, o.removes)
	}
}
