package asbackend

import (
	"bytes"
	"math"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestKeysHaveTheClientsDigest(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]aerostore.Key{
		"string":           aerostore.NewKey("test", "s", "u1"),
		"empty string":     aerostore.NewKey("test", "s", ""),
		"no set":           aerostore.NewKey("test", "", "u1"),
		"int":              aerostore.NewKey("test", "s", 42),
		"negative int":     aerostore.NewKey("test", "s", -1),
		"least int":        aerostore.NewKey("test", "s", int64(math.MinInt64)),
		"uint8":            aerostore.NewKey("test", "s", uint8(255)),
		"bytes":            aerostore.NewKey("test", "s", []byte{0, 1, 255}),
		"no bytes":         aerostore.NewKey("test", "s", []byte{}),
		"a digest":         aerostore.DigestKey("test", "s", aerostore.NewKey("test", "s", 1).Digest()),
		"unicode, any set": aerostore.NewKey("test", "Größe", "ключ"),
	} {
		client, err := clientKey(key, true)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		own := client
		if id := key.ID(); id != nil {
			if own, err = as.NewKey(key.Namespace(), key.Set(), id); err != nil {
				t.Fatal(err)
			}
		}
		if want := own.Digest(); !bytes.Equal(client.Digest(), want) {
			t.Errorf("%s: the digest is %x, want the client's own %x", name, client.Digest(), want)
		}
		if client.Namespace() != key.Namespace() || client.SetName() != key.Set() {
			t.Errorf("%s: the client's key is in %s.%s", name, client.Namespace(), client.SetName())
		}
	}
}

func TestAPooledKeyIsTheRequestedOne(t *testing.T) {
	t.Parallel()
	requested := []aerostore.Key{
		aerostore.NewKey("test", "s", "u1"), aerostore.NewKey("test", "s", "u1"), aerostore.NewKey("test", "s", 2),
		aerostore.NewKey("test", "s", "2"), aerostore.NewKey("test", "r", "u1"), aerostore.NewKey("test", "r", []byte("u1")),
		aerostore.NewKey("bar", "r", "u1"), aerostore.NewKey("bar", "", []byte("b")), aerostore.DigestKey("bar", "", [20]byte{1}),
	}
	var k keyPool
	for range 3 {
		for _, key := range requested {
			pooled, err := k.get(key)
			if err != nil {
				t.Fatal(err)
			}
			lent := pooled.client
			digest := key.Digest()
			if lent.Namespace() != key.Namespace() || lent.SetName() != key.Set() || !bytes.Equal(lent.Digest(), digest[:]) {
				t.Errorf("%v was returned for %v", lent, key)
			}
			if back := storeKey(lent); back.Digest() != digest {
				t.Errorf("%v was converted to %v", key, back)
			}
			k.put(pooled)
		}
	}
}

func TestKeysAreConvertedWithTheirIDOrDigest(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]aerostore.Key{
		"string": aerostore.NewKey("test", "s", "u1"),
		"int":    aerostore.NewKey("test", "s", 42),
		"bytes":  aerostore.NewKey("test", "s", []byte("b")),
		"digest": aerostore.DigestKey("test", "s", [20]byte{1, 2, 3}),
	} {
		client, err := clientKey(key, true)
		if err != nil {
			t.Fatal(err)
		}
		if back := storeKey(client); back != key {
			t.Errorf("%s: was converted to %#v with id %v", name, back, back.ID())
		}
	}
}

func TestASingleWriteSendsItsIDByOptionOrPolicy(t *testing.T) {
	t.Parallel()
	s := offline(t)
	policy := as.NewWritePolicy(0, 0)
	policy.SendKey = true
	sends, err := New(s.client, WithPolicies(Policies{Write: policy}))
	if err != nil {
		t.Fatal(err)
	}
	option := aerostore.Options{SendKey: true}
	for name, c := range map[string]struct {
		single *single
		want   bool
	}{
		"a write":                           {singleOf(s, aerostore.OpPut, aerostore.Options{}), false},
		"a write, by option":                {singleOf(s, aerostore.OpPut, option), true},
		"a write, by policy":                {singleOf(sends, aerostore.OpTouch, aerostore.Options{}), true},
		"a read, by policy":                 {singleOf(sends, aerostore.OpGet, aerostore.Options{}), false},
		"an Operate that reads, by policy":  {operateSingle(sends, aerostore.ReadBin("a")), false},
		"an Operate that writes, by policy": {operateSingle(sends, aerostore.WriteBin("a", 1)), true},
	} {
		if got := c.single.sendsID(); got != c.want {
			t.Errorf("%s: the id is kept: %v, want %v", name, got, c.want)
		}
	}
}

func operateSingle(s *Store, ops ...aerostore.Operation) *single {
	return &single{command: command{request: request{store: s, call: aerostore.Call{Op: aerostore.OpOperate}.WithOperations(ops)}}}
}

func TestAKeyOfABatchHasAnIDOnlyIfItIsSent(t *testing.T) {
	t.Parallel()
	s := offline(t)
	writes, removes := as.NewBatchWritePolicy(), as.NewBatchDeletePolicy()
	writes.SendKey, removes.SendKey = true, true
	sends, err := New(s.client, WithPolicies(Policies{BatchWrite: writes, BatchRemove: removes}))
	if err != nil {
		t.Fatal(err)
	}
	keys := []aerostore.Key{aerostore.NewKey("test", "s", "a"), aerostore.NewKey("test", "s", 2)}
	call := func(op aerostore.Op, options aerostore.Options) aerostore.Call {
		return aerostore.Call{Op: op, Options: options}.WithKeys(keys)
	}
	add, get := []aerostore.Operation{aerostore.AddBin("n", 1)}, []aerostore.Operation{aerostore.ReadBin("n")}
	items := func(ofSecond ...aerostore.WriteOption) []aerostore.BatchItem {
		bins := aerostore.Bins{"a": 1}
		return []aerostore.BatchItem{{Key: keys[0], Bins: bins}, {Key: keys[1], Bins: bins, Options: ofSecond}}
	}
	plain, option := aerostore.Options{}, aerostore.Options{SendKey: true}
	write := aerostore.Call{Op: aerostore.OpBatchWrite}
	for name, c := range map[string]struct {
		store *Store
		call  aerostore.Call
		want  [2]bool
	}{
		"a read, by policy":                 {sends, call(aerostore.OpBatchRead, plain), [2]bool{}},
		"a write":                           {s, write.WithItems(items()), [2]bool{}},
		"a write, by policy":                {sends, write.WithItems(items()), [2]bool{true, true}},
		"a write, by option":                {s, aerostore.Call{Op: aerostore.OpBatchWrite, Options: option}.WithItems(items()), [2]bool{true, true}},
		"a write, by option of an item":     {s, write.WithItems(items(aerostore.SendKey)), [2]bool{false, true}},
		"a write, with another option":      {s, write.WithItems(items(aerostore.CreateOnly)), [2]bool{}},
		"a removal":                         {s, call(aerostore.OpBatchRemove, plain), [2]bool{}},
		"a removal, by policy":              {sends, call(aerostore.OpBatchRemove, plain), [2]bool{true, true}},
		"a removal, by option":              {s, call(aerostore.OpBatchRemove, option), [2]bool{true, true}},
		"an Operate that reads, by policy":  {sends, call(aerostore.OpBatchOperate, plain).WithOperations(get), [2]bool{}},
		"an Operate that writes":            {s, call(aerostore.OpBatchOperate, plain).WithOperations(add), [2]bool{}},
		"an Operate that writes, by policy": {sends, call(aerostore.OpBatchOperate, plain).WithOperations(add), [2]bool{true, true}},
	} {
		b, _ := newBatch(&request{store: c.store, ctx: t.Context(), call: c.call})
		records, err := b.newRecords()
		if err != nil {
			t.Fatal(err)
		}
		for i, record := range records {
			if has := record.BatchRec().Key.Value().GetObject() != nil; has != c.want[i] {
				t.Errorf("%s: key %d has its id: %t, want %t", name, i, has, c.want[i])
			}
		}
	}
}
