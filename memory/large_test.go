package memory_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestAReadByDigestChangesNoResult(t *testing.T) {
	s := memory.NewT(t)
	furnish(t, s)
	before := snapshot(t, s)
	for _, k := range []aerostore.Key{key("ada"), key("missing"), aerostore.NewKey("test", "users", 42)} {
		digest := aerostore.DigestKey("test", "users", k.Digest())
		_, known := s.Get(t.Context(), k)
		if _, err := s.Get(t.Context(), digest); aerostore.CodeOf(err) != aerostore.CodeOf(known) {
			t.Errorf("by digest: %v, by key: %v", err, known)
		}
		if exists, err := s.Exists(t.Context(), digest); err != nil || exists != (known == nil) {
			t.Errorf("Exists: %v, %v", exists, err)
		}
	}
	if after := snapshot(t, s); after != before {
		t.Errorf("the store became\n%s", after)
	}
	mustPut(t, s, aerostore.DigestKey("test", "users", key("ada").Digest()), bins{"age": 38})
	if after := snapshot(t, s); !strings.Contains(after, `{"key": "ada", "bins": {"age": 38,`) {
		t.Errorf("a write by digest changed the key:\n%s", after)
	}
}

func TestOnlyOneOfManyCreatesARecordByKeyAndByDigest(t *testing.T) {
	s := memory.NewT(t)
	for turn := range turns {
		k := aerostore.NewKey("test", "users", turn)
		ks := []aerostore.Key{k, aerostore.DigestKey("test", "users", k.Digest())}
		created := make([]bool, goroutines)
		together(goroutines, func(i int) {
			created[i] = s.Put(t.Context(), ks[i%2], bins{"i": i}, aerostore.CreateOnly) == nil
		})
		n := 0
		for _, ok := range created {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d created the record", n)
		}
		for i, k := range []aerostore.Key{ks[turn%2], ks[1-turn%2]} {
			if existed, err := s.Remove(t.Context(), k); existed != (i == 0) || err != nil {
				t.Fatalf("removal %d: %v, %v", i+1, existed, err)
			}
		}
	}
}

func TestWritesToAHeavyRecordAllCount(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	const size, turns = 100_000, 20
	mustPut(t, s, key("a"), bins{"text": strings.Repeat("x", size), "n": 0, "bytes": []byte{}})
	together(goroutines, func(int) {
		for range turns {
			if err := s.Append(ctx, key("a"), bins{"text": "y", "bytes": []byte{1}}); err != nil {
				t.Error(err)
			}
			r, err := s.Operate(ctx, key("a"), []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")})
			if err != nil {
				t.Error(err)
			} else if _, err := r.Int("n"); err != nil {
				t.Errorf("Operate read %v", r.Bins["n"])
			}
		}
	})
	r := mustGet(t, s, key("a"))
	text, _ := r.Str("text")
	n, _ := r.Int("n")
	const all = goroutines * turns
	if len(text) != size+all || len(r.Bins["bytes"].([]byte)) != all || n != all || r.Generation != 1+2*all {
		t.Errorf("%d bytes of text, n is %d, generation %d", len(text), n, r.Generation)
	}
}

func TestARecordCanHaveManyBins(t *testing.T) {
	s := memory.NewT(t)
	const many = 20_000
	b, names := bins{}, []string{"none"}
	var ops []aerostore.Operation
	for i := range many {
		name := fmt.Sprint("b", i)
		b[name] = i
		names = append(names, name)
		ops = append(ops, aerostore.WriteBin(name, i+1))
	}
	mustPut(t, s, key("a"), b)
	mustPut(t, s, key("a"), bins{"b0": nil, "b1": -1, "new": 1})
	r, err := s.Select(t.Context(), key("a"), names)
	if err != nil || len(r.Bins) != many-1 || r.Bins["b1"] != -1 {
		t.Errorf("%d bins, %v", len(r.Bins), err)
	}
	ops = append(ops, aerostore.WriteBin("b2", nil), aerostore.WriteBin("b3", "x"), aerostore.WriteBin("b2", 2), aerostore.AddBin("b4", 1))
	if _, err := s.Operate(t.Context(), key("a"), ops); err != nil {
		t.Fatal(err)
	}
	got := mustGet(t, s, key("a")).Bins
	if len(got) != many+1 || got["b0"] != 1 || got["b2"] != 2 || got["b3"] != "x" || got["b4"] != 6 || got["b19999"] != 20000 {
		t.Errorf("%d bins: %v %v %v %v", len(got), got["b0"], got["b2"], got["b3"], got["b4"])
	}
}

func TestRemovedRecordsFreeTheirMemory(t *testing.T) {
	ctx := t.Context()
	const records, stay = 100_000, 500
	s := memory.NewT(t)
	wantCode(t, s.CreateIndex(ctx, aerostore.Index{Namespace: "test", Name: "i", Bin: "n", Type: aerostore.IndexInt}), aerostore.CodeOK)
	mustPut(t, s, benchKey(0), bins{"n": 0})
	mustGet(t, s, aerostore.DigestKey("test", "users", benchKey(0).Digest()))
	before := heap()
	for i := range records {
		mustPut(t, s, benchKey(i), bins{"n": i}, 1000*second)
	}
	full := heap() - before
	for i := stay; i < records; i++ {
		if existed, err := s.Remove(ctx, benchKey(i)); !existed || err != nil {
			t.Fatalf("Remove: %v, %v", existed, err)
		}
	}
	if left := heap() - before; left > full/20 {
		t.Errorf("%d of %d bytes are left with %d of %d records", left, full, stay, records)
	}
	for i := range stay {
		mustGet(t, s, benchKey(i))
	}
	runtime.KeepAlive(s)
}

func TestAScanReturnsAllRemainingRecordsWhileManyAreRemoved(t *testing.T) {
	ctx := t.Context()
	const records, stay = 20_000, 300
	s := memory.NewT(t)
	keys := numbers(t, s, records)
	met := map[int]int{}
	for r, err := range s.Query(ctx, everything) {
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Int("n")
		if met[n]++; len(met) == 1 {
			for _, k := range keys[stay:] {
				if _, err := s.Remove(ctx, k); err != nil {
					t.Fatal(err)
				}
			}
			for _, k := range keys[stay : 2*stay] {
				mustPut(t, s, k, bins{"n": -1})
			}
		}
	}
	for n := range stay {
		if met[n] != 1 {
			t.Errorf("record %d came %d times", n, met[n])
		}
	}
}

func TestLoadAllocatesFewBytesPerByteOfText(t *testing.T) {
	s := memory.NewT(t)
	const records, most = 20_000, 5
	for i := range records {
		mustPut(t, s, benchKey(i), benchBins(i))
	}
	text := []byte(snapshot(t, s))
	before := allocated()
	if err := memory.NewT(t).Load(plainReader{bytes.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
	if got := (allocated() - before) / int64(len(text)); got >= most {
		t.Errorf("a text of %d bytes took %d times its size", len(text), got)
	}
}

// A plainReader hides how much there is to read.
type plainReader struct{ io.Reader }

// allocated returns the bytes that were allocated so far.
func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}
