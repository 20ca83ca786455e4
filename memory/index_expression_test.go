package memory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// An indexedExpression is an index over an expression, with conditions that it answers and
// the filters that are the same without an index.
type indexedExpression struct {
	index aerostore.Index
	asked []filteredCondition
}

type filteredCondition struct {
	where  aerostore.Predicate
	filter exp.Bool
}

// indexedExpressions returns indexes over the bins n, m (integers), s (a string), l (a list)
// and k (a map).
func indexedExpressions() []indexedExpression {
	n, m, s, l, k := exp.IntBin("n"), exp.IntBin("m"), exp.StringBin("s"), exp.ListBin("l"), exp.MapBin("k")
	ints := func(name string, e exp.Int) indexedExpression {
		x := indexedExpression{index: aerostore.Index{Name: name, Type: aerostore.IndexInt, Expression: e}}
		for v := int64(-1); v <= 3; v++ {
			x.asked = append(x.asked, filteredCondition{aerostore.Equal("", v), e.Equal(int(v))},
				filteredCondition{aerostore.Range("", v, v+2), exp.And(e.AtLeast(int(v)), e.AtMost(int(v+2)))})
		}
		return x
	}
	texts := func(name string, e exp.String) indexedExpression {
		x := indexedExpression{index: aerostore.Index{Name: name, Type: aerostore.IndexString, Expression: e}}
		for _, v := range []string{"", "a", "b"} {
			x.asked = append(x.asked, filteredCondition{aerostore.Equal("", v), e.Equal(v)})
		}
		return x
	}
	elements := func(name string, e exp.List) indexedExpression {
		x := indexedExpression{index: aerostore.Index{Name: name, Type: aerostore.IndexInt, Collection: aerostore.IndexList, Expression: e}}
		for v := range 3 {
			x.asked = append(x.asked, filteredCondition{aerostore.Equal("", v).InList(), e.Contains(v)})
		}
		return x
	}
	keys := indexedExpression{index: aerostore.Index{Name: "keys", Type: aerostore.IndexString, Collection: aerostore.IndexMapKeys, Expression: k}}
	values := indexedExpression{index: aerostore.Index{Name: "values", Type: aerostore.IndexInt, Collection: aerostore.IndexMapValues, Expression: k}}
	for _, v := range []string{"a", "b"} {
		keys.asked = append(keys.asked, filteredCondition{aerostore.Equal("", v).InMapKeys(), k.Exists(cdt.Key(v))})
	}
	for v := range 3 {
		values.asked = append(values.asked, filteredCondition{aerostore.Equal("", v).InMapValues(), k.Exists(cdt.Value(v))})
	}
	return []indexedExpression{
		ints("plain", n), ints("sum", exp.Add(n, m)), ints("ratio", exp.Divide(n, m)), ints("size", l.Size()), ints("digest", exp.DigestModulo(3)),
		ints("guarded", exp.If(exp.BinExists("s"), m).ElseIf(n.Equal(1), exp.IntVal(2)).ElseUnknown()),
		texts("sometimes", exp.If(n.AtLeast(1), s).ElseUnknown()), texts("nested", k.StringAt(cdt.Key("a"))),
		elements("list", l), elements("appended", l.Append(n)), keys, values,
	}
}

// A query by an index over an expression finds what a scan with a filter finds, after every
// kind of write.
func TestAQueryByAnExpressionFindsWhatAFilterFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		s := memory.New()
		all := indexedExpressions()
		sets := rapid.SampledFrom([]string{"users", "others"})
		key := func(t *rapid.T) aerostore.Key {
			k := aerostore.NewKey("test", sets.Draw(t, "set"), rapid.IntRange(0, 20).Draw(t, "id"))
			if rapid.IntRange(0, 9).Draw(t, "how") == 0 {
				return aerostore.DigestKey("test", k.Set(), k.Digest())
			}
			return k
		}
		small, texts := rapid.IntRange(-1, 3), rapid.SampledFrom([]string{"", "a", "b"})
		value := map[string]*rapid.Generator[any]{
			"n": rapid.OneOf(small.AsAny(), rapid.SampledFrom([]any{nil, "x", 1.5})),
			"m": rapid.OneOf(small.AsAny(), rapid.Just[any](nil)),
			"s": rapid.OneOf(texts.AsAny(), rapid.SampledFrom([]any{nil, 1})),
			"l": rapid.OneOf(rapid.SliceOfN(small.AsAny(), 0, 4).AsAny(), rapid.SampledFrom([]any{nil, "a"})),
			"k": rapid.OneOf(rapid.MapOfN(texts, rapid.OneOf(small.AsAny(), texts.AsAny()), 0, 3).AsAny(), rapid.Just[any](nil)),
			"o": small.AsAny(),
		}
		bins := rapid.Custom(func(t *rapid.T) aerostore.Bins {
			b := aerostore.Bins{}
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"n", "m", "s", "l", "k", "o"}), 1, 3, rapid.ID).Draw(t, "names") {
				b[name] = value[name].Draw(t, name)
			}
			return b
		})
		opts := func(t *rapid.T) []aerostore.WriteOption {
			return []aerostore.WriteOption{
				rapid.SampledFrom([]aerostore.TTL{0, 0, second, 20 * second}).Draw(t, "ttl"),
				rapid.SampledFrom([]aerostore.RecordExists{aerostore.CreateOrUpdate, aerostore.Replace}).Draw(t, "exists"),
			}
		}
		create := func(x indexedExpression, set string) {
			x.index.Namespace, x.index.Set = "test", set
			if err := s.CreateIndex(ctx, x.index); err != nil && !errors.Is(err, aerostore.CodeIndexFound) {
				t.Fatal(err)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put":    func(t *rapid.T) { _ = s.Put(ctx, key(t), bins.Draw(t, "bins"), opts(t)...) },
			"remove": func(t *rapid.T) { _, _ = s.Remove(ctx, key(t)) },
			"increment": func(t *rapid.T) {
				_ = s.Increment(ctx, key(t), aerostore.Bins{"n": rapid.IntRange(-1, 1).Draw(t, "by")})
			},
			"operate": func(t *rapid.T) {
				_, _ = s.Operate(ctx, key(t), []aerostore.Operation{
					aerostore.ListBin("l").Append(small.Draw(t, "element")), aerostore.MapBin("k").Put(texts.Draw(t, "key"), small.Draw(t, "value")),
					aerostore.WriteBin("s", texts.Draw(t, "text")),
				})
			},
			"failing": func(t *rapid.T) { // changes a list, then fails
				_, _ = s.Operate(ctx, key(t), []aerostore.Operation{aerostore.ListBin("l").Append(2), aerostore.AddBin("s", 1.5)})
			},
			"batch": func(t *rapid.T) {
				_, _ = s.BatchWrite(ctx, []aerostore.BatchItem{{Key: key(t), Bins: bins.Draw(t, "a")}, {Key: key(t), Bins: bins.Draw(t, "b")}})
				_, _ = s.BatchRemove(ctx, []aerostore.Key{key(t)})
			},
			"wait":     func(*rapid.T) { s.Advance(11 * time.Second) },
			"truncate": func(t *rapid.T) { _ = aerostore.Truncate(ctx, s, "test", sets.Draw(t, "set"), time.Time{}) },
			"reload":   func(t *rapid.T) { s = reloaded(t, s) },
			"create index": func(t *rapid.T) {
				create(rapid.SampledFrom(all).Draw(t, "index"), rapid.SampledFrom([]string{"", "users"}).Draw(t, "of"))
			},
			"create indexes": func(*rapid.T) {
				for _, x := range all {
					create(x, "")
				}
			},
			"drop index": func(t *rapid.T) {
				_ = s.DropIndex(ctx, aerostore.Index{Namespace: "test", Name: rapid.SampledFrom(all).Draw(t, "index").index.Name})
			},
			"": func(t *rapid.T) {
				set := rapid.SampledFrom([]string{"users", "others", ""}).Draw(t, "in")
				for _, x := range all {
					if !slices.ContainsFunc(s.Indexes("test"), func(i aerostore.Index) bool { return i.Name == x.index.Name }) {
						continue
					}
					asked := rapid.SampledFrom(x.asked).Draw(t, "condition")
					compareWithFilter(t, s, set, asked.where.UsingIndex(x.index.Name), asked.filter)
				}
			},
		})
	})
}

// compareWithFilter checks that a condition finds what a filter finds, if there is an index
// for it, also in pages.
func compareWithFilter(t *rapid.T, s aerostore.Store, set string, where aerostore.Predicate, filter exp.Bool) {
	everything := func(*aerostore.Record) bool { return true }
	q := aerostore.Query{Namespace: "test", Set: set, Where: where}
	if errors.Is(queryError(context.Background(), s, q), aerostore.CodeIndexNotFound) {
		return
	}
	got := found(t, s, q, everything)
	want := found(t, s, aerostore.Query{Namespace: "test", Set: set, Options: []aerostore.ReadOption{aerostore.Filter(filter)}}, everything)
	if !slices.Equal(got, want) {
		t.Fatalf("%v of %q: %d records by index, %d by the filter %v", where, set, len(got), len(want), filter)
	}
	q.Cursor = new(aerostore.Cursor)
	if inOrder := found(t, s, q, everything); !slices.Equal(inOrder, want) {
		t.Fatalf("%v of %q: %d records in order, %d by the filter %v", where, set, len(inOrder), len(want), filter)
	}
}

func TestAnIndexOverAnExpressionIsKeptInASnapshot(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("ada"), bins{"age": 36, "country": "FR"})
	index := aerostore.Index{
		Namespace: "test", Set: "users", Name: "adults", Type: aerostore.IndexString,
		Expression: exp.If(exp.IntBin("age").AtLeast(18), exp.StringBin("country")).ElseUnknown(),
	}
	wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
	text := snapshot(t, s)
	if want := `{"namespace": "test", "set": "users", "name": "adults", "type": "string", "expression": "lHuTBJNRAqNhZ2USk1EDp2NvdW50cnmRAA=="}`; !strings.Contains(text, want) {
		t.Errorf("the snapshot is\n%s\nand lacks\n%s", text, want)
	}
	loaded := memory.NewT(t)
	if err := loaded.Load(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if again := snapshot(t, loaded); again != text {
		t.Errorf("loaded, it is\n%s", again)
	}
	q := aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Equal("", "FR").UsingIndex("adults")}
	if got := found1(t, loaded, q); got != 1 {
		t.Errorf("%d records are found", got)
	}
	var dump strings.Builder
	if err := loaded.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dump.String(), "test.users: index adults over if age >= 18 { country } else { unknown }, string\n") {
		t.Errorf("the dump is\n%s", &dump)
	}
	for field, says := range map[string]string{
		`"type": "string", "expression": "kg=="`:                                 "not one of exp.EncodeBase64",
		`"type": "string", "expression": "!"`:                                    "not one of exp.EncodeBase64",
		`"type": "int", "expression": "k1EDoXM="`:                                "is a string",
		`"type": "string", "bin": "s", "expression": "k1EDoXM="`:                 "no bin",
		`"type": "int", "expression": "` + mustEncode(t, exp.BinType("b")) + `"`: "ElseUnknown",
	} {
		err := loaded.Load(strings.NewReader(fmt.Sprintf(`{"indexes": [{"namespace": "test", "name": "i", %s}]}`, field)))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", field, err, says)
		}
	}
}

func found1(t *testing.T, s aerostore.Store, q aerostore.Query) (n int) {
	t.Helper()
	for _, err := range s.Query(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func mustEncode(t *testing.T, e exp.Any) string {
	t.Helper()
	text, err := exp.EncodeBase64(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What CheckCreate does not see is refused all the same.
func TestAnExpressionWhoseTypesDoNotFitIsNotIndexed(t *testing.T) {
	s := memory.NewT(t)
	mixed, err := exp.DecodeAny([]byte{0x93, 20, 0x93, 81, 2, 0xa1, 'n', 0x93, 81, 7, 0xa1, 'f'}) // n + f, a float
	if err != nil {
		t.Fatal(err)
	}
	for says, e := range map[string]exp.Any{
		"do not fit":     mixed,
		"without its bi": exp.If(exp.BinExists("a"), exp.IntVal(1)).Else(exp.IntVal(0)),
	} {
		err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Name: "i", Type: aerostore.IndexInt, Expression: e})
		if !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %q", e, err, says)
		}
	}
}
