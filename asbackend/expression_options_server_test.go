package asbackend_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// A server answers as memory does where options, whole reads and metadata meet
// expressions.
func TestExpressionsAnswerAsMemoryUnderOptions(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	m, k := memory.NewT(t), key(set, "k")
	with := func(opts ...aerostore.WriteOption) []aerostore.WriteOption { return opts }
	long := write("b", "some text that is longer than a block of sixteen bytes")
	sizes := ops(
		aerostore.ReadExp("size", exp.RecordSize()), aerostore.ReadExp("memory", exp.MemorySize()), aerostore.ReadExp("device", exp.DeviceSize()),
		aerostore.ReadExp("sent", exp.KeyExists()), aerostore.ReadExp("key", exp.StringKey(), exp.EvalNoFail), aerostore.ReadExp("dead", exp.IsTombstone()),
		aerostore.ReadExp("digest", exp.DigestModulo(1<<20)),
		aerostore.ReadExp("ttl", exp.TTL().Greater(60)), aerostore.ReadExp("void", exp.Greater(exp.VoidTime(), exp.LastUpdate())),
		aerostore.ReadExp("last", exp.LastUpdate().Greater(0)), aerostore.ReadExp("since", exp.SinceUpdate().Less(60_000)),
	)
	remove := aerostore.WriteExp("c", exp.Nil(), exp.AllowDelete)
	for name, c := range map[string]struct {
		missing bool
		ops     []aerostore.Operation
		opts    []aerostore.WriteOption
	}{
		"metadata":                    {ops: sizes},
		"metadata after a write":      {ops: append(ops(long), sizes...), opts: with(aerostore.TTL(100*time.Second), aerostore.SendKey)},
		"metadata of a new record":    {missing: true, ops: append(ops(long), sizes...), opts: with(aerostore.TTL(100*time.Second), aerostore.SendKey)},
		"metadata after a touch":      {ops: append(ops(aerostore.TouchRecord()), sizes...), opts: with(aerostore.TTL(30 * time.Second))},
		"metadata after a removal":    {ops: append(ops(aerostore.DeleteRecord(), long), sizes...), opts: with(aerostore.KeepTTL)},
		"metadata of a replacement":   {ops: append(ops(long), sizes...), opts: with(aerostore.Replace, aerostore.NeverExpire)},
		"a replacement sees no bin":   {ops: ops(write("b", 1), aerostore.WriteExp("c", exp.BinExists("n")), read("c")), opts: with(aerostore.Replace)},
		"a replacement by nothing":    {ops: ops(remove), opts: with(aerostore.Replace)},
		"a replacement by less":       {ops: ops(write("c", 1), remove), opts: with(aerostore.ReplaceOnly)},
		"a replacement by unknown":    {ops: ops(aerostore.WriteExp("c", exp.IntBin("n"), exp.EvalNoFail)), opts: with(aerostore.Replace)},
		"a new replacement":           {missing: true, ops: ops(remove), opts: with(aerostore.Replace)},
		"a replacement that adds":     {ops: ops(aerostore.WriteExp("c", exp.IntVal(1)), aerostore.AddBin("c", 1)), opts: with(aerostore.Replace)},
		"an update only":              {missing: true, ops: ops(aerostore.WriteExp("c", exp.IntVal(1))), opts: with(aerostore.UpdateOnly)},
		"a creation only":             {ops: ops(aerostore.WriteExp("c", exp.IntBin("zz"))), opts: with(aerostore.CreateOnly)},
		"another generation":          {ops: ops(aerostore.WriteExp("c", exp.IntBin("zz"))), opts: with(aerostore.GenerationEqual(9))},
		"a generation of a read":      {ops: ops(aerostore.ReadExp("c", exp.IntBin("n"))), opts: with(aerostore.GenerationEqual(9))},
		"the last bin":                {ops: ops(write("s", nil), aerostore.WriteExp("n", exp.Nil(), exp.AllowDelete))},
		"the last bin, durably":       {ops: ops(write("s", nil), aerostore.WriteExp("n", exp.Nil(), exp.AllowDelete)), opts: with(aerostore.DurableDelete)},
		"all after a write":           {ops: ops(aerostore.WriteExp("s", exp.IntBin("n")), aerostore.ReadAll())},
		"all beside a read":           {ops: ops(aerostore.ReadExp("s", exp.IntBin("n")), aerostore.ReadAll())},
		"all beside what is unknown":  {ops: ops(aerostore.ReadExp("s", exp.IntBin("zz")), aerostore.ReadAll())},
		"all beside a read and write": {ops: ops(aerostore.ReadExp("s", exp.IntBin("n")), write("n", 2), aerostore.ReadAll())},
		"all beside a write and read": {ops: ops(aerostore.WriteExp("s", exp.IntBin("n")), read("n"), aerostore.ReadAll())},
		"the header":                  {ops: ops(aerostore.ReadHeader(), aerostore.ReadExp("s", exp.IntBin("n")))},
		"the header and a write":      {ops: ops(aerostore.WriteExp("s", exp.IntBin("n")), aerostore.ReadHeader(), read("s"))},
		"the empty name":              {ops: ops(aerostore.WriteExp("", exp.IntVal(1)), aerostore.ReadExp("r", exp.IntBin("")))},
	} {
		run := func(store aerostore.Store, batch bool) (aerostore.ResultCode, []any, aerostore.Bins) {
			if _, err := store.Remove(t.Context(), k); err != nil {
				t.Fatal(err)
			}
			if !c.missing {
				put(t, store, k, aerostore.Bins{"s": "x", "n": 1}, aerostore.TTL(1000*time.Second))
			}
			var r *aerostore.Record
			var err error
			if batch {
				other := key(set, "missing")
				var results []aerostore.BatchResult
				results, err = store.BatchOperate(t.Context(), []aerostore.Key{k, other}, c.ops, c.opts...)
				if err == nil {
					r, err = results[0].Record, results[0].Err
				}
				if _, err := store.Remove(t.Context(), other); err != nil {
					t.Fatal(err)
				}
			} else {
				r, err = store.Operate(t.Context(), k, c.ops, c.opts...)
			}
			var steps []any
			if err == nil {
				steps = stepsOf(r, c.ops)
			}
			left, err2 := store.Get(t.Context(), k)
			if err2 != nil {
				return aerostore.CodeOf(err), steps, nil
			}
			return aerostore.CodeOf(err), steps, left.Bins
		}
		for _, batch := range []bool{false, true} {
			code, steps, left := run(s, batch)
			wantCode, want, wantLeft := run(m, batch)
			if code != wantCode || !reflect.DeepEqual(steps, want) || !reflect.DeepEqual(left, wantLeft) {
				t.Errorf("%s, batch %t: %v, %v, leaves %v; memory has %v, %v, leaves %v", name, batch, code, steps, left, wantCode, want, wantLeft)
			}
		}
	}
}
