package memory_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

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

// A plainReader hides how much there is to read.
type plainReader struct{ io.Reader }

// allocated returns the bytes that were allocated so far.
func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}
