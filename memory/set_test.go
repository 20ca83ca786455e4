package memory

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

func put(t *testing.T, s *Store, id int, bins aerostore.Bins, opts ...aerostore.WriteOption) {
	t.Helper()
	if err := s.Put(t.Context(), aerostore.NewKey("test", "users", id), bins, opts...); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func TestARefusedWriteLeavesNoSetBehind(t *testing.T) {
	ctx := t.Context()
	s := NewT(t)
	k := aerostore.NewKey("test", "users", 1)
	for name, err := range map[string]error{
		"Touch":      s.Touch(ctx, k),
		"UpdateOnly": s.Put(ctx, k, aerostore.Bins{"a": 1}, aerostore.UpdateOnly),
		"generation": s.Increment(ctx, k, aerostore.Bins{"a": 1}, aerostore.GenerationEqual(3)),
		"GeoJSON":    s.Put(ctx, k, aerostore.Bins{"a": aerostore.GeoJSON("no")}),
		"nil":        s.Put(ctx, k, aerostore.Bins{"a": nil}),
		"too big":    s.Put(ctx, k, aerostore.Bins{"a": make([]byte, 1<<20)}),
	} {
		if err == nil {
			t.Errorf("%s was not refused", name)
		}
	}
	if s.namespace("test").set("users") != nil {
		t.Error("there is a set")
	}
}

func TestEverySetIsFoundAmongMany(t *testing.T) {
	n := NewT(t).namespace("test")
	const sets = 1000
	for i := range sets {
		made := n.makeSet(strconv.Itoa(i))
		if n.set(strconv.Itoa(i)) != made || n.makeSet(strconv.Itoa(i)) != made || n.set("0") == nil {
			t.Fatalf("set %d is not found", i)
		}
	}
	if first := len(*n.first.Load()); first != fewSets {
		t.Errorf("%d sets are searched one by one, want %d", first, fewSets)
	}
}

func TestAWriteDropsOnlyAFewExpiredRecords(t *testing.T) {
	s := NewT(t)
	const records = 20 * shardCount * sweepStep
	for i := range records {
		put(t, s, i, aerostore.Bins{"n": i}, aerostore.TTL(time.Second))
	}
	s.Advance(time.Minute)
	set := s.namespace("test").set("users")
	before := set.count()
	for i := 0; set.count() > 1; i++ {
		put(t, s, records, aerostore.Bins{"n": 0})
		for j := range 10 * shardCount { // to every shard
			_, _ = s.Remove(t.Context(), aerostore.NewKey("test", "users", -1-j))
		}
		if after := set.count(); before-after > sweepStep*(1+10*shardCount) || i > records {
			t.Fatalf("%d of %d records are left, %d before", after, records, before)
		}
		before = set.count()
	}
	sh := &set.shards[0]
	for i := range 100 {
		sh.mu.Lock()
		id := aerostore.NewKey("", "", i).RecordID()
		sh.records.put(id, &record{expires: 1})
		sh.schedule(id, sh.records.m[id])
		sh.mu.Unlock()
	}
	sh.mu.Lock()
	set.sweep(sh)
	if left := len(sh.records.m); left < 100-sweepStep {
		t.Errorf("one write dropped %d records", 100-left)
	}
	sh.mu.Unlock()
}

// reluctant is a context that ends after some calls of Err.
type reluctant struct {
	context.Context
	looks int
}

func (r *reluctant) Err() error {
	if r.looks--; r.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestComputingDigestsResumesAfterACancel(t *testing.T) {
	s := NewT(t)
	const records = 1000
	for i := range records {
		put(t, s, i, aerostore.Bins{"n": i})
	}
	set := s.namespace("test").set("users")
	digest := aerostore.DigestKey("test", "users", aerostore.NewKey("test", "users", 7).Digest())
	broken := 0
	for {
		_, err := s.Get(&reluctant{t.Context(), records / 10}, digest)
		if err == nil {
			break
		}
		if broken++; broken > 100 {
			t.Fatalf("Get: %v", err)
		}
	}
	if broken == 0 || set.digests.Load().learned.Load() == false {
		t.Errorf("it was broken off %d times", broken)
	}
}

func TestACancelledCreateIndexLeavesNothing(t *testing.T) {
	s := NewT(t)
	for i := range 5000 {
		put(t, s, i, aerostore.Bins{"n": i})
	}
	index := aerostore.Index{Namespace: "test", Name: "i", Bin: "n", Type: aerostore.IndexInt}
	if err := s.CreateIndex(&reluctant{t.Context(), 20}, index); err == nil {
		t.Fatal("CreateIndex was not broken off")
	}
	for i := range s.namespace("test").set("users").shards {
		if s.namespace("test").set("users").shards[i].index != nil {
			t.Fatal("a part of the index is left")
		}
	}
	if err := s.CreateIndex(t.Context(), index); err != nil {
		t.Fatalf("CreateIndex: %v", err)
	}
	n := 0
	for range s.Query(t.Context(), aerostore.Query{Namespace: "test", Where: aerostore.Range("n", 0, 5000)}) {
		n++
	}
	if n != 5000 {
		t.Errorf("%d records", n)
	}
}
