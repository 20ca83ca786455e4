package memory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// found returns the digests of the records that a query finds, in order.
func found(t *rapid.T, s aerostore.Store, q aerostore.Query, keep func(*aerostore.Record) bool) (digests []string) {
	for r, err := range s.Query(context.Background(), q) {
		if err != nil {
			t.Fatalf("Query: %v", err)
		}
		if keep(r) {
			digest := r.Key.Digest()
			digests = append(digests, string(digest[:]))
		}
	}
	slices.Sort(digests)
	return digests
}

func TestAQueryByIndexFindsWhatAScanFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		s := memory.New()
		sets := rapid.SampledFrom([]string{"users", "others", ""})
		values := rapid.OneOf(
			rapid.IntRange(-2, 3).AsAny(), rapid.SampledFrom([]any{"", "a", "b", "3", 1.5, nil, []any{1}}),
		)
		bins := rapid.MapOfN(rapid.SampledFrom([]string{"n", "s"}), values, 1, 2)
		key := func(t *rapid.T) aerostore.Key {
			set := sets.Draw(t, "set")
			k := aerostore.NewKey("test", set, rapid.IntRange(0, 40).Draw(t, "id"))
			if rapid.IntRange(0, 9).Draw(t, "how") == 0 {
				return aerostore.DigestKey("test", set, k.Digest())
			}
			return k
		}
		opts := func(t *rapid.T) []aerostore.WriteOption {
			return []aerostore.WriteOption{
				rapid.SampledFrom([]aerostore.TTL{0, 0, second, 20 * second}).Draw(t, "ttl"),
				rapid.SampledFrom([]aerostore.RecordExists{aerostore.CreateOrUpdate, aerostore.Replace}).Draw(t, "exists"),
			}
		}
		index := func(t *rapid.T) aerostore.Index {
			return aerostore.Index{
				Namespace: "test", Set: rapid.SampledFrom([]string{"", "users"}).Draw(t, "of"),
				Name: rapid.SampledFrom([]string{"i", "j", "k"}).Draw(t, "name"),
				Bin:  rapid.SampledFrom([]string{"n", "s"}).Draw(t, "bin"),
				Type: rapid.SampledFrom([]aerostore.IndexType{aerostore.IndexInt, aerostore.IndexString}).Draw(t, "type"),
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put":    func(t *rapid.T) { _ = s.Put(ctx, key(t), bins.Draw(t, "bins"), opts(t)...) },
			"remove": func(t *rapid.T) { _, _ = s.Remove(ctx, key(t)) },
			"touch":  func(t *rapid.T) { _ = s.Touch(ctx, key(t), opts(t)[:1]...) },
			"increment": func(t *rapid.T) {
				_ = s.Increment(ctx, key(t), aerostore.Bins{"n": rapid.IntRange(-1, 1).Draw(t, "by")})
			},
			"operate": func(t *rapid.T) {
				_, _ = s.Operate(ctx, key(t), []aerostore.Operation{
					aerostore.WriteBin("s", values.Draw(t, "value")), aerostore.ReadBin("s"),
				})
			},
			"batch": func(t *rapid.T) {
				var items []aerostore.BatchItem
				var keys []aerostore.Key
				for range rapid.IntRange(1, 5).Draw(t, "items") {
					items = append(items, aerostore.BatchItem{Key: key(t), Bins: bins.Draw(t, "bins")})
					keys = append(keys, key(t))
				}
				_, _ = s.BatchWrite(ctx, items)
				_, _ = s.BatchRemove(ctx, keys[:1])
			},
			"wait": func(*rapid.T) { s.Advance(11 * time.Second) },
			"load": func(t *rapid.T) {
				err := s.Load(strings.NewReader(`{
					"records": {"test": {"users": [{"key": 1, "bins": {"n": 1, "s": "a"}, "ttl": 5}, {"key": 2, "bins": {"n": 2}}]}},
					"indexes": [{"namespace": "test", "name": "i", "bin": "n", "type": "int"}]}`))
				if err != nil {
					t.Fatalf("Load: %v", err)
				}
			},
			"create index": func(t *rapid.T) { _ = s.CreateIndex(ctx, index(t)) },
			"drop index":   func(t *rapid.T) { _ = s.DropIndex(ctx, index(t)) },
			"": func(t *rapid.T) {
				for _, set := range []string{"", "users", "others"} {
					all := aerostore.Query{Namespace: "test", Set: set}
					for begin := int64(-2); begin <= 3; begin += 2 {
						q := all
						q.Where = aerostore.Range("n", begin, begin+2)
						compare(t, s, q, func(r *aerostore.Record) bool {
							n, ok := r.Bins["n"].(int)
							return ok && begin <= int64(n) && int64(n) <= begin+2
						})
					}
					for _, text := range []string{"", "a", "3"} {
						q := all
						q.Where = aerostore.Equal("s", text)
						compare(t, s, q, func(r *aerostore.Record) bool { return r.Bins["s"] == text })
					}
				}
			},
		})
	})
}

// compare checks that a query finds the right records, if there is an index for it.
func compare(t *rapid.T, s aerostore.Store, q aerostore.Query, matches func(*aerostore.Record) bool) {
	if errors.Is(queryError(context.Background(), s, q), aerostore.CodeIndexNotFound) {
		return
	}
	everything := func(*aerostore.Record) bool { return true }
	got := found(t, s, q, everything)
	q.Where = aerostore.Predicate{}
	if want := found(t, s, q, matches); !slices.Equal(got, want) {
		t.Fatalf("%d records of %q by index, %d by scan", len(got), q.Set, len(want))
	}
}

func numbersByIndex(t *testing.T, records int) *memory.Store {
	t.Helper()
	s := memory.NewT(t)
	numbers(t, s, records)
	wantCode(t, s.CreateIndex(t.Context(), aerostore.Index{
		Namespace: "test", Set: "numbers", Name: "n", Bin: "n", Type: aerostore.IndexInt,
	}), aerostore.CodeOK)
	return s
}

func TestAQueryReturnsARecordOnceThatTheLoopMovesAlongTheIndex(t *testing.T) {
	const records = 2000
	s := numbersByIndex(t, records)
	met := map[int]bool{}
	q := aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 0, 1_000_000)}
	for r, err := range s.Query(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Int("n")
		id := n % records
		if met[id] {
			t.Fatalf("record %d came twice", id)
		}
		met[id] = true
		for _, k := range []int{id, (id + 7) % records} { // forward, and backward
			by := records
			if v, _ := mustGet(t, s, aerostore.NewKey("test", "numbers", k)).Int("n"); v > records {
				by = -records
			}
			if err := s.Increment(t.Context(), aerostore.NewKey("test", "numbers", k), bins{"n": by}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(met) != records {
		t.Errorf("%d of %d records came", len(met), records)
	}
}

func TestAQueryByIndexReturnsTheCurrentStateOfRecords(t *testing.T) {
	const records = 200
	for name, change := range map[string]func(s *memory.Store, k aerostore.Key) error{
		"removed":   func(s *memory.Store, k aerostore.Key) error { _, err := s.Remove(t.Context(), k); return err },
		"no longer": func(s *memory.Store, k aerostore.Key) error { return s.Put(t.Context(), k, bins{"n": -1}) },
		"made again": func(s *memory.Store, k aerostore.Key) error {
			_, err := s.Remove(t.Context(), k)
			return errors.Join(err, s.Put(t.Context(), k, bins{"n": -1}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := numbersByIndex(t, records)
			n := 0
			q := aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 0, records)}
			for range s.Query(t.Context(), q) {
				if n++; n > 1 {
					continue
				}
				for i := range records {
					if err := change(s, aerostore.NewKey("test", "numbers", i)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if n != 1 {
				t.Errorf("%d records came, all but one of them changed before", n)
			}
		})
	}
}

func TestAQueryGoesOnWhenItsIndexIsDropped(t *testing.T) {
	const records = 500
	s := numbersByIndex(t, records)
	n := 0
	q := aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 0, records/2-1)}
	for _, err := range s.Query(t.Context(), q) {
		if n++; err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			wantCode(t, s.DropIndex(t.Context(), aerostore.Index{Namespace: "test", Name: "n"}), aerostore.CodeOK)
		}
	}
	if n != records/2 {
		t.Errorf("%d records, want %d", n, records/2)
	}
	wantCode(t, queryError(t.Context(), s, q), aerostore.CodeMaxRetries)
}

func TestAnIndexIsMadeWhileOthersWrite(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	const records = 3000
	for i := range records {
		mustPut(t, s, aerostore.NewKey("test", "numbers", i), bins{"n": i})
	}
	together(4, func(g int) {
		for turn := range 3 {
			if g == 0 {
				for _, f := range []func(context.Context, aerostore.Index) error{s.DropIndex, s.CreateIndex} {
					if err := f(ctx, aerostore.Index{Namespace: "test", Name: "n", Bin: "n", Type: aerostore.IndexInt}); err != nil {
						t.Error(err)
					}
				}
				continue
			}
			for i := g; i < records; i += 4 {
				k := aerostore.NewKey("test", "numbers", i)
				switch i % 3 {
				case 0:
					if _, err := s.Remove(ctx, k); err != nil {
						t.Error(err)
					}
					mustPut(t, s, k, bins{"n": i + turn})
				default:
					mustPut(t, s, k, bins{"n": i + turn})
				}
			}
		}
	})
	q := aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Range("n", 0, 2*records)}
	if got := len(collect(t, s, q)); got != records {
		t.Errorf("%d records, want %d", got, records)
	}
	for i := range records {
		n, _ := mustGet(t, s, aerostore.NewKey("test", "numbers", i)).Int("n")
		q.Where = aerostore.Equal("n", n)
		if !slices.Contains(collect(t, s, q), n) {
			t.Fatalf("%d is not found", n)
		}
	}
}
