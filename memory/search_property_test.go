package memory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

func pointAt(longitude, latitude float64) aerostore.GeoJSON {
	return aerostore.GeoJSON(fmt.Sprintf(`{"type":"Point","coordinates":[%v,%v]}`, longitude, latitude))
}

func squareAt(longitude, latitude, half float64) aerostore.GeoJSON {
	return aerostore.GeoJSON(fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]v,%[2]v],[%[3]v,%[2]v],[%[3]v,%[4]v],[%[1]v,%[4]v],[%[1]v,%[2]v]]]}`,
		longitude-half, latitude-half, longitude+half, latitude+half))
}

// A wanted is a predicate and the values that it matches.
type wanted struct {
	kind    aerostore.IndexType
	where   func(bin string) aerostore.Predicate
	matches func(v any) bool
}

// wants are predicates of every kind. What they match is said without the store's code.
func wants() (all []wanted) {
	for begin := -1; begin <= 2; begin++ {
		all = append(all, wanted{
			aerostore.IndexInt,
			func(bin string) aerostore.Predicate { return aerostore.Range(bin, int64(begin), int64(begin)+1) },
			func(v any) bool { n, ok := v.(int); return ok && begin <= n && n <= begin+1 },
		})
	}
	for _, text := range []string{"", "a", "k"} {
		all = append(all, wanted{
			aerostore.IndexString,
			func(bin string) aerostore.Predicate { return aerostore.Equal(bin, text) },
			func(v any) bool { return v == text },
		})
	}
	for _, blob := range [][]byte{{}, {1}} {
		all = append(all, wanted{
			aerostore.IndexBlob,
			func(bin string) aerostore.Predicate { return aerostore.Equal(bin, blob) },
			func(v any) bool {
				if key, ok := v.([1]byte); ok { // a key of a map
					v = key[:]
				}
				b, ok := v.([]byte)
				return ok && bytes.Equal(b, blob)
			},
		})
	}
	for _, half := range []float64{0.5, 5} {
		all = append(all, wanted{
			aerostore.IndexGeo,
			func(bin string) aerostore.Predicate { return aerostore.Within(bin, squareAt(0.25, 0.25, half)) },
			func(v any) bool {
				return v == pointAt(0, 0) || half == 5 && v == pointAt(3, 3)
			},
		})
	}
	return append(all, wanted{
		aerostore.IndexGeo,
		func(bin string) aerostore.Predicate { return aerostore.Containing(bin, pointAt(3, 3)) },
		func(v any) bool { return v == squareAt(0, 0, 4) || v == squareAt(3, 3, 0.01) },
	})
}

// paths are paths and what lies there. The values are those of a record that was read.
func paths() map[string]struct {
	path []cdt.Step
	at   func(v any) any
} {
	index := func(i int) func(any) any {
		return func(v any) any {
			if list, ok := v.([]any); ok && len(list) > i {
				return list[i]
			}
			return nil
		}
	}
	key := func(k any) func(any) any {
		return func(v any) any {
			m, _ := v.(map[any]any)
			return m[k]
		}
	}
	return map[string]struct {
		path []cdt.Step
		at   func(v any) any
	}{
		"":      {nil, func(v any) any { return v }},
		"first": {[]cdt.Step{cdt.Index(0)}, index(0)},
		"k":     {[]cdt.Step{cdt.Key("k")}, key("k")},
		"k, first": {[]cdt.Step{cdt.Key("k"), cdt.Index(0)}, func(v any) any {
			return index(0)(key("k")(v))
		}},
	}
}

// elements returns what an index of the collection has of a value.
func elements(in aerostore.IndexCollection, v any) (all []any) {
	switch list, _ := v.([]any); in {
	case aerostore.IndexDefault:
		return []any{v}
	case aerostore.IndexList:
		return list
	default:
		m, _ := v.(map[any]any)
		for k, e := range m {
			if in == aerostore.IndexMapKeys {
				e = k
			}
			all = append(all, e)
		}
		return all
	}
}

// Indexes of all types, collections and paths answer as a scan does, whatever was
// written before and after them.
func TestEveryIndexFindsWhatAScanFinds(t *testing.T) {
	predicates, places := wants(), paths()
	types := []aerostore.IndexType{aerostore.IndexInt, aerostore.IndexString, aerostore.IndexBlob, aerostore.IndexGeo}
	collections := []aerostore.IndexCollection{aerostore.IndexDefault, aerostore.IndexList, aerostore.IndexMapKeys, aerostore.IndexMapValues}
	rapid.Check(t, func(t *rapid.T) {
		ctx, s := context.Background(), memory.New()
		leaves := []any{
			-1, 0, 1, 2, 3, "", "a", "k",
			[]byte{},
			[]byte{1},
			1.0, true,
			pointAt(0, 0), pointAt(3, 3), pointAt(170, -80), squareAt(0, 0, 4), squareAt(3, 3, 0.01),
		}
		leaf := rapid.SampledFrom(leaves)
		lists := rapid.SliceOfN(leaf, 0, 4).AsAny()
		keys := rapid.OneOf(rapid.SampledFrom([]any{"k", "a", 0, 1}), rapid.Just([1]byte{1}).AsAny())
		maps := rapid.MapOfN(keys, rapid.OneOf(leaf, lists), 0, 3).AsAny()
		nested := rapid.SliceOfN(rapid.OneOf(leaf, lists, maps), 0, 3).AsAny()
		values := rapid.Custom(func(t *rapid.T) any {
			v := rapid.OneOf(leaf, lists, maps, nested).Draw(t, "value")
			switch v := v.(type) { // of the generators' types
			case []any:
				return v
			case map[any]any:
				return v
			}
			return v
		})
		sets := rapid.SampledFrom([]string{"users", "others"})
		key := func(t *rapid.T) aerostore.Key {
			return aerostore.NewKey("test", sets.Draw(t, "set"), rapid.IntRange(0, 4).Draw(t, "id"))
		}
		operate := func(t *rapid.T, op func(list aerostore.ListOps, m aerostore.MapOps) aerostore.Operation) {
			list, m := aerostore.ListBin("b"), aerostore.MapBin("b")
			switch rapid.IntRange(0, 2).Draw(t, "depth") {
			case 1:
				list, m = list.In(cdt.Index(0)), m.In(cdt.Index(0))
			case 2:
				list, m = list.In(cdt.Key("k")), m.In(cdt.Key("k"))
			}
			k := key(t)
			for range 2 { // the second time in place: no query reads what the first left
				_, _ = s.Operate(ctx, k, []aerostore.Operation{op(list, m)})
			}
		}
		index := func(set, name string, kind aerostore.IndexType, in aerostore.IndexCollection, path []cdt.Step) {
			_ = s.CreateIndex(ctx, aerostore.Index{
				Namespace: "test", Set: set, Name: name, Bin: "b", Type: kind, Collection: in, Path: path,
			})
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				_ = s.Put(ctx, key(t), aerostore.Bins{"b": values.Draw(t, "b"), "c": 1}, rapid.SampledFrom([]aerostore.TTL{0, 0, 20 * second}).Draw(t, "ttl"))
			},
			"delete": func(t *rapid.T) { _ = s.Put(ctx, key(t), aerostore.Bins{"b": nil}) },
			"remove": func(t *rapid.T) { _, _ = s.Remove(ctx, key(t)) },
			"append": func(t *rapid.T) {
				operate(t, func(l aerostore.ListOps, _ aerostore.MapOps) aerostore.Operation { return l.Append(leaf.Draw(t, "v")) })
			},
			"pop": func(t *rapid.T) {
				operate(t, func(l aerostore.ListOps, _ aerostore.MapOps) aerostore.Operation { return l.Remove(cdt.Indexes(0, 2)) })
			},
			"sort": func(t *rapid.T) {
				operate(t, func(l aerostore.ListOps, _ aerostore.MapOps) aerostore.Operation { return l.Sort() })
			},
			"map put": func(t *rapid.T) {
				operate(t, func(_ aerostore.ListOps, m aerostore.MapOps) aerostore.Operation {
					return m.Put("k", values.Draw(t, "v"))
				})
			},
			"map remove": func(t *rapid.T) {
				operate(t, func(_ aerostore.ListOps, m aerostore.MapOps) aerostore.Operation { return m.Remove(cdt.Index(0)) })
			},
			"failing": func(t *rapid.T) { // changes a list, then fails
				_, _ = s.Operate(ctx, key(t), []aerostore.Operation{
					aerostore.ListBin("b").Append(2), aerostore.MapBin("b").Put("k", 2), aerostore.AddBin("c", "x"),
				})
			},
			"wait":   func(*rapid.T) { s.Advance(11 * time.Second) },
			"reload": func(t *rapid.T) { s = reloaded(t, s) },
			"create index": func(t *rapid.T) {
				place := places[rapid.SampledFrom([]string{"", "first", "k", "k, first"}).Draw(t, "path")]
				index(
					rapid.SampledFrom([]string{"", "users"}).Draw(t, "of"), rapid.StringMatching("[a-f]").Draw(t, "name"),
					rapid.SampledFrom(types).Draw(t, "type"), rapid.SampledFrom(collections).Draw(t, "in"), place.path,
				)
			},
			"create indexes": func(*rapid.T) {
				for name, place := range places {
					for _, kind := range types {
						for _, in := range collections {
							index("users", fmt.Sprint(name, kind, in), kind, in, place.path)
						}
					}
				}
			},
			"drop index": func(t *rapid.T) {
				_ = s.DropIndex(ctx, aerostore.Index{Namespace: "test", Name: rapid.StringMatching("[a-f]").Draw(t, "name")})
			},
			"": func(t *rapid.T) {
				for _, set := range []string{"users", "others"} {
					records := binsByDigest(t, s, set)
					for _, place := range places {
						for _, in := range collections {
							for _, p := range predicates {
								compareSearch(t, s, set, records, place.path, in, p, place.at)
							}
						}
					}
				}
			},
		})
	})
}

// binsByDigest returns what the records of a set have in the bin, by their digests.
func binsByDigest(t *rapid.T, s aerostore.Store, set string) map[string]any {
	values := make(map[string]any)
	found(t, s, aerostore.Query{Namespace: "test", Set: set}, func(r *aerostore.Record) bool {
		digest := r.Key.Digest()
		values[string(digest[:])] = r.Bins["b"]
		return true
	})
	return values
}

func compareSearch(
	t *rapid.T, s aerostore.Store, set string, records map[string]any,
	path []cdt.Step, in aerostore.IndexCollection, p wanted, at func(any) any,
) {
	where := p.where("b")
	switch in {
	case aerostore.IndexList:
		where = where.InList()
	case aerostore.IndexMapKeys:
		where = where.InMapKeys()
	case aerostore.IndexMapValues:
		where = where.InMapValues()
	}
	if path != nil {
		where = where.At(path...)
	}
	var got, want []string
	for r, err := range s.Query(context.Background(), aerostore.Query{Namespace: "test", Set: set, Where: where}) {
		if errors.Is(err, aerostore.CodeIndexNotFound) {
			return
		}
		if err != nil {
			t.Fatalf("%v: %v", where, err)
		}
		digest := r.Key.Digest()
		got = append(got, string(digest[:]))
	}
	for digest, v := range records {
		if v != nil && slices.ContainsFunc(elements(in, at(v)), p.matches) {
			want = append(want, digest)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%v: %d records by index, %d by scan", where, len(got), len(want))
	}
}

// reloaded returns a store that has loaded the snapshot of another.
func reloaded(t *rapid.T, from *memory.Store) *memory.Store {
	var text bytes.Buffer
	if err := from.Snapshot(&text); err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Load(&text); err != nil {
		t.Fatal(err)
	}
	return s
}
