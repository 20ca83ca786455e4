package asbackend

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// What makes an operation is stored here, so that it is not optimized away.
var (
	madeByClient *as.Operation
	madeByStore  aerostore.Operation
)

// makers make the same operation with the client and with the Store. The arguments are
// not constants, which would be boxed without an allocation.
func makers() map[string]struct{ client, store func() } {
	n, text, key := 1<<20, string([]byte("some value")), string([]byte("some key"))
	list, entries := []any{1, "a"}, map[any]any{"a": 1}
	policy := as.DefaultMapPolicy()
	events, profile := aerostore.ListBin("events"), aerostore.MapBin("profile")
	return map[string]struct{ client, store func() }{
		"write": {
			func() { madeByClient = as.PutOp(as.NewBin("n", n)) },
			func() { madeByStore = aerostore.WriteBin("n", n) },
		},
		"write list": {
			func() { madeByClient = as.PutOp(as.NewBin("n", list)) },
			func() { madeByStore = aerostore.WriteBin("n", list) },
		},
		"add": {
			func() { madeByClient = as.AddOp(as.NewBin("n", n)) },
			func() { madeByStore = aerostore.AddBin("n", n) },
		},
		"list append": {
			func() { madeByClient = as.ListAppendOp("events", text) },
			func() { madeByStore = events.Append(text) },
		},
		"list append of three": {
			func() { madeByClient = as.ListAppendOp("events", text, n, list) },
			func() { madeByStore = events.Append(text, n, list) },
		},
		"list get by rank": {
			func() { madeByClient = as.ListGetByRankRangeCountOp("events", -10, 10, as.ListReturnTypeValue) },
			func() { madeByStore = events.Get(cdt.Ranks(-10, 10)) },
		},
		"list size": {
			func() { madeByClient = as.ListSizeOp("events") },
			func() { madeByStore = events.Size() },
		},
		"map put": {
			func() { madeByClient = as.MapPutOp(policy, "profile", key, n) },
			func() { madeByStore = profile.Put(key, n) },
		},
		"map put all": {
			func() { madeByClient = as.MapPutItemsOp(policy, "profile", entries) },
			func() { madeByStore = profile.PutAll(entries) },
		},
		"map get by key": {
			func() { madeByClient = as.MapGetByKeyOp("profile", key, as.MapReturnType.VALUE) },
			func() { madeByStore = profile.Get(cdt.Key(key)) },
		},
		"path": {
			func() {
				madeByClient = as.MapPutOp(policy, "profile", key, n, as.CtxMapKey(as.NewStringValue("devices")), as.CtxListIndex(0))
			},
			func() { madeByStore = profile.In(cdt.Key("devices"), cdt.Index(0)).Put(key, n) },
		},
		"bit or": {
			func() { madeByClient = as.BitOrOp(as.DefaultBitPolicy(), "flags", 0, 8, []byte{1}) },
			func() { madeByStore = aerostore.BitBin("flags").Or(0, 8, []byte{1}) },
		},
		"exp read": {
			func() {
				madeByClient = as.ExpReadOp("adult", as.ExpAnd(
					as.ExpGreaterEq(as.ExpIntBin("age"), as.ExpIntVal(int64(n))), as.ExpEq(as.ExpStringBin("country"), as.ExpStringVal(text)),
				), as.ExpReadFlagDefault)
			},
			func() {
				madeByStore = aerostore.ReadExp("adult", exp.And(exp.IntBin("age").AtLeast(n), exp.StringBin("country").Equal(text)))
			},
		},
		"exp write": {
			func() {
				madeByClient = as.ExpWriteOp("tags", as.ExpListAppend(as.DefaultListPolicy(), as.ExpStringVal(text), as.ExpListBin("tags")), as.ExpWriteFlagEvalNoFail)
			},
			func() {
				madeByStore = aerostore.WriteExp("tags", exp.ListBin("tags").Append(text), exp.EvalNoFail)
			},
		},
		"hll add": {
			func() {
				madeByClient = as.HLLAddOp(as.DefaultHLLPolicy(), "seen", []as.Value{as.NewStringValue(text)}, 8, 0)
			},
			func() { madeByStore = aerostore.HLLBin("seen").Create(8, 0).Add(text) },
		},
	}
}

func TestMakingAnOperationAllocatesNoMoreThanTheClient(t *testing.T) {
	for name, m := range makers() {
		client, store := testing.AllocsPerRun(100, m.client), testing.AllocsPerRun(100, m.store)
		t.Logf("%-22s %v, client %v", name, store, client)
		if store > client {
			t.Errorf("%s: %v allocations, the client's own constructor %v", name, store, client)
		}
	}
}

func BenchmarkMakeOperation(b *testing.B) {
	for name, m := range makers() {
		b.Run(name+"/client", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.client()
			}
		})
		b.Run(name+"/store", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.store()
			}
		})
	}
}
