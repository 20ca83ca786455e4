package aerostore_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
)

func TestRecordIDIsTheKeyWithoutNamespaceAndSet(t *testing.T) {
	keys := []aerostore.Key{
		aerostore.NewKey("test", "users", "1"),
		aerostore.NewKey("test", "users", ""),
		aerostore.NewKey("test", "users", []byte("1")),
		aerostore.NewKey("test", "users", 1),
		aerostore.NewKey("test", "users", -1),
		aerostore.DigestKey("test", "users", [20]byte{1}),
		aerostore.NewKey("test", "users", uint64(math.MaxUint64)),
		{},
	}
	seen := make(map[aerostore.RecordID]int)
	for i, k := range keys {
		id := k.RecordID()
		if before, ok := seen[id]; ok {
			t.Errorf("keys %d and %d have one RecordID", before, i)
		}
		seen[id] = i
		if id.Key(k.Namespace(), k.Set()) != k {
			t.Errorf("key %d is another after RecordID and Key", i)
		}
		if other := id.Key("other", "set"); other.RecordID() != id || other.Namespace() != "other" || other.Set() != "set" {
			t.Errorf("key %d in another namespace and set is %v", i, other)
		}
		if id.IsDigest() != k.IsDigest() {
			t.Errorf("key %d: IsDigest is %v", i, id.IsDigest())
		}
		if n := testing.AllocsPerRun(100, func() { _ = k.RecordID().Key("test", "users") }); n != 0 {
			t.Errorf("key %d: %v allocations", i, n)
		}
	}
}

func TestRecordIDsOfEqualIDsAreEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "a"), rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "b")
		x, y := aerostore.NewKey("a", "b", a).RecordID(), aerostore.NewKey("c", "d", b).RecordID()
		if again := aerostore.NewKey("c", "d", a).RecordID(); x != again || x.Hash() != again.Hash() {
			t.Fatalf("%v has two RecordIDs", a)
		}
		if (x == y) != (string(a) == string(b)) {
			t.Fatalf("%v and %v: equal is %v", a, b, x == y)
		}
	})
}

func TestHashDividesRecordsEvenly(t *testing.T) {
	const tables, each = 32, 1000
	for name, idOf := range map[string]func(i int) aerostore.RecordID{
		"integers":       func(i int) aerostore.RecordID { return aerostore.NewKey("", "", i).RecordID() },
		"large integers": func(i int) aerostore.RecordID { return aerostore.NewKey("", "", i<<40).RecordID() },
		"texts":          func(i int) aerostore.RecordID { return aerostore.NewKey("", "", string(rune(i))).RecordID() },
	} {
		var counts [tables]int
		for i := range tables * each {
			counts[idOf(i).Hash()%tables]++
		}
		for table, n := range counts {
			// The standard deviation of a count is 31.
			if n < each-300 || n > each+300 {
				t.Errorf("%s: %d of %d records are in table %d of %d", name, n, tables*each, table, tables)
			}
		}
	}
}
