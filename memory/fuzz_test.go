package memory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// script turns the bytes of a fuzzer into choices. After the last byte, the choice is
// always the first.
type script []byte

func (s *script) pick(n int) int {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return int(b) % n
}

func choose[T any](s *script, from []T) T { return from[s.pick(len(from))] }

// fuzzOps begins with the zero Op and ends with an unknown one.
var fuzzOps = append(slices.AppendSeq([]aerostore.Op{0}, aerostore.Ops()), ^aerostore.Op(0))

var fuzzKeys = func() []aerostore.Key {
	str := aerostore.NewKey("test", "users", "a")
	return []aerostore.Key{
		str,
		aerostore.NewKey("test", "", 1),
		aerostore.NewKey("test", "$users", []byte{0xff}),
		aerostore.NewKey("test", "users", "\xff"),
		aerostore.DigestKey("test", "users", str.Digest()),
		aerostore.NewKey("nowhere", "users", "a"),
		aerostore.NewKey("test", strings.Repeat("s", 64), "a"),
		aerostore.NewKey("test", "users", uint64(math.MaxUint64)),
		{},
	}
}()

var fuzzNames = []string{"a", "b", "", "$map", "\xff", "sixteen_bytes_ab"}

var fuzzValues = func() []any {
	deep := any(1)
	for range 300 {
		deep = []any{deep}
	}
	return []any{
		1, "x", 1.5,
		[]byte{1, 2},
		point, true, nil, -1, math.MaxInt64, int8(-1), uint64(1 << 63),
		2.0, math.NaN(), math.Inf(1), "", "\xff", []byte(nil),
		[]any{},
		map[any]any{},
		deep,
		aerostore.GeoJSON("no"), float32(1),
		[]string{"x"},
		map[string]int{"a": 1},
		[]aerostore.MapPair{{Key: "b", Value: []any{1}}, {Key: []byte("a")}},
		map[any]any{int8(1): 1, 1: 2},
		map[any]any{1: "a", "$geo": []any{nil, aerostore.GeoJSON(" {}")}},
		aerostore.HLL{1},
		struct{}{},
	}
}()

func (s *script) value(depth int) any {
	switch s.pick(8) {
	case 0:
		if depth < 3 {
			return []any{s.value(depth + 1), s.value(depth + 1)}
		}
	case 1:
		if depth < 3 {
			return map[any]any{choose(s, fuzzValues[:2]): s.value(depth + 1)}
		}
	}
	return choose(s, fuzzValues)
}

func (s *script) bins() bins {
	b := bins{}
	for range s.pick(3) {
		b[choose(s, fuzzNames)] = s.value(0)
	}
	return b
}

func (s *script) options() aerostore.Options {
	if s.pick(2) == 0 {
		return aerostore.Options{}
	}
	return aerostore.Options{
		TTL: choose(s, []aerostore.TTL{
			0, second, 60 * second, aerostore.NeverExpire, aerostore.KeepTTL, aerostore.NamespaceTTL, second / 2, -9,
		}),
		Generation:      uint32(s.pick(4)),
		GenerationCheck: aerostore.GenerationCheck(s.pick(4)),
		Exists:          aerostore.RecordExists(s.pick(6)),
		SendKey:         s.pick(2) == 1,
		DurableDelete:   s.pick(8) == 1,
	}
}

func (s *script) operations() []aerostore.Operation {
	var ops []aerostore.Operation
	for range s.pick(4) {
		name, value := choose(s, fuzzNames), s.value(0)
		ops = append(ops, choose(s, []aerostore.Operation{
			aerostore.ReadAll(), aerostore.ReadBin(name), aerostore.ReadHeader(), aerostore.WriteBin(name, value),
			aerostore.AddBin(name, value), aerostore.AppendBin(name, value), aerostore.PrependBin(name, value),
			aerostore.TouchRecord(), aerostore.DeleteRecord(),
			{},
		}))
	}
	return ops
}

func (s *script) query() aerostore.Query {
	return aerostore.Query{
		Namespace:  choose(s, []string{"test", "nowhere", ""}),
		Set:        choose(s, []string{"", "users", "$users"}),
		Bins:       choose(s, [][]string{nil, {}, {"a"}, fuzzNames}),
		MaxRecords: s.pick(4) - 1,
		Where: choose(s, []aerostore.Predicate{
			{}, aerostore.Equal("a", 1), aerostore.Equal("a", "x"), aerostore.Range("a", 1, 0),
		}),
	}
}

// run carries out one operation of any kind and returns every error of it.
func (s *script) run(ctx context.Context, store *memory.Store) (op aerostore.Op, errs []error) {
	call := aerostore.Call{
		Op: choose(s, fuzzOps), Key: choose(s, fuzzKeys), Options: s.options(),
	}
	keys := []aerostore.Key{call.Key, choose(s, fuzzKeys)}
	switch call.Op {
	case aerostore.OpPut, aerostore.OpAppend, aerostore.OpPrepend, aerostore.OpIncrement:
		call = call.WithBins(s.bins())
	case aerostore.OpSelect:
		call = call.WithBinNames(fuzzNames[:s.pick(len(fuzzNames)+1)])
	case aerostore.OpOperate:
		call = call.WithOperations(s.operations())
	case aerostore.OpBatchRead:
		call = call.WithKeys(keys).WithBinNames(fuzzNames[:s.pick(len(fuzzNames)+1)])
	case aerostore.OpBatchWrite:
		call = call.WithItems([]aerostore.BatchItem{
			{Key: keys[0], Bins: s.bins()},
			{Key: keys[1], Bins: s.bins(), Options: []aerostore.WriteOption{s.options()}},
		})
	case aerostore.OpBatchOperate:
		call = call.WithKeys(keys).WithOperations(s.operations())
	case aerostore.OpBatchRemove:
		call = call.WithKeys(keys)
	case aerostore.OpQuery:
		call = call.WithQuery(s.query(), func(*aerostore.Record) bool { return s.pick(8) != 1 })
	}
	result, err := store.HandlerFor(store)(ctx, call)
	errs = append(errs, err)
	for _, r := range result.Batch() {
		errs = append(errs, r.Err)
	}
	return call.Op, errs
}

// generations returns those of the records that are there.
func generations(ctx context.Context, store *memory.Store) map[aerostore.Key]uint32 {
	found := make(map[aerostore.Key]uint32)
	for _, k := range fuzzKeys {
		if r, err := store.Select(ctx, k, nil); err == nil {
			found[k] = r.Generation
		}
	}
	return found
}

// FuzzOperations checks that any operation fails with an Error, that generations
// increase, and that the store is the same after a Snapshot and a Load.
func FuzzOperations(f *testing.F) {
	f.Add([]byte{})
	for op := range byte(len(fuzzOps)) {
		f.Add(bytes.Repeat([]byte{op, 0, 0, 0, 1, 0, 2}, 8))
		f.Add(bytes.Repeat([]byte{byte(aerostore.OpPut), 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 2, 0, op, 0, 0, 1, 3}, 4))
	}
	index := aerostore.Index{Namespace: "test", Name: "a", Bin: "a", Type: aerostore.IndexInt}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := t.Context()
		newStore := func() *memory.Store {
			return memory.NewT(t, memory.WithClock(func() time.Time { return time.Time{} }), memory.WithMaxRecordSize(500))
		}
		store := newStore()
		if err := store.CreateIndex(ctx, index); err != nil {
			t.Fatal(err)
		}
		before := generations(ctx, store)
		const longest = 500
		for s := script(data[:min(len(data), longest)]); len(s) > 0; {
			op, errs := s.run(ctx, store)
			for _, err := range errs {
				if _, ok := err.(*aerostore.Error); err != nil && !ok {
					t.Fatalf("%T: %v", err, err)
				}
			}
			after := generations(ctx, store)
			for k, generation := range after {
				// A batch can remove a record and make it again.
				if generation < before[k] && op != aerostore.OpBatchWrite {
					t.Fatalf("%v: generation %d after %d", op, generation, before[k])
				}
			}
			before = after
			if s.pick(4) == 1 {
				store.Advance(time.Duration(s.pick(30)) * time.Second)
				before = generations(ctx, store)
			}
		}
		loaded := newStore()
		text := snapshot(t, store)
		if err := loaded.Load(strings.NewReader(text)); err != nil {
			t.Fatalf("Load: %v\n%s", err, text)
		}
		if again := snapshot(t, loaded); again != text {
			t.Fatalf("a snapshot of\n%s\nis\n%s", text, again)
		}
		for _, k := range fuzzKeys {
			want, _ := store.Get(ctx, k)
			got, err := loaded.Get(ctx, k)
			if errors.Is(err, aerostore.ErrInvalid) {
				continue
			}
			if got, want := fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want); got != want {
				t.Fatalf("loaded %s, %v\nwant %s", got, err, want)
			}
		}
	})
}
