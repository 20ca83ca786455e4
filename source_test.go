package aerostore

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// A person wrote these operations. The test compares the source of each with this file,
// so that the compiler has checked what is expected. An operation that a person would
// write otherwise is in sameSource.
var written = []Operation{
	ReadBin("name"),
	ReadAll(),
	ReadHeader(),
	WriteBin("name", nil),
	WriteBin(`a "quoted" bin`, []byte{}),
	AddBin("n", 1),
	AddBin("f", 1.0),
	AppendBin("name", "a\n"),
	PrependBin("name", []byte("text")),
	TouchRecord(),
	DeleteRecord(),

	ListBin("scores").Append(42),
	ListBin("scores").Append(),
	ListBin("scores").Append(nil),
	ListBin("scores").Append([]any{}),
	ListBin("scores").Append(1, "a", 2.5, true, nil, []byte{0x00, 0xff}, []any{1, []any{}}),
	ListBin("scores").Create(cdt.Ordered).With(cdt.AddUnique, cdt.NoFail, cdt.Partial).Append(42),
	ListBin("scores").In(cdt.Key("a"), cdt.Index(-1), cdt.Rank(0), cdt.Value("x")).Append(42),
	ListBin("scores").In(cdt.Index(0).InMap(), cdt.Rank(-1).InMap(), cdt.Value(1).InMap()).Append(42),
	ListBin("scores").In(cdt.Key("a").Create(cdt.Unordered), cdt.Index(3).CreatePadded()).Append(42),
	ListBin("scores").In(cdt.Index(0).Create(cdt.Unordered), cdt.Index(1).Create(cdt.Ordered)).Append(42),
	ListBin("scores").With(cdt.InsertBounded).Insert(0, 1, 2),
	ListBin("scores").Insert(-1, "a"),
	ListBin("scores").With(cdt.NoFail).Set(1, 2),
	ListBin("scores").Create(cdt.Ordered).Increment(1, 2.5),
	ListBin("scores").Get(cdt.Index(0)),
	ListBin("scores").Get(cdt.Rank(-1), cdt.IndexOf),
	ListBin("scores").Get(cdt.Value(42), cdt.ReverseIndexOf),
	ListBin("scores").Get(cdt.Indexes(1, 2), cdt.RankOf),
	ListBin("scores").Get(cdt.Indexes(1, cdt.ToEnd), cdt.ReverseRankOf),
	ListBin("scores").Get(cdt.All(), cdt.Count),
	ListBin("scores").Get(cdt.Ranks(-10, 10)),
	ListBin("scores").Get(cdt.Values(1, "a", nil), cdt.Exists),
	ListBin("scores").Get(cdt.Values(), cdt.Nothing),
	ListBin("scores").Get(cdt.Between(1, nil)),
	ListBin("scores").Get(cdt.Below([]any{1, cdt.Wildcard})),
	ListBin("scores").Get(cdt.From(cdt.Infinity)),
	ListBin("scores").Get(cdt.RanksNear(42, -1, 3)),
	ListBin("scores").Get(cdt.RanksNear(42, -1, cdt.ToEnd)),
	ListBin("scores").Get(cdt.Not(cdt.Value(42))),
	ListBin("scores").Get(nil),
	ListBin("scores").Remove(cdt.Below(50), cdt.Count),
	ListBin("scores").Remove(cdt.Not(cdt.Ranks(-10, 10))),
	ListBin("scores").Remove(cdt.Index(0), cdt.Elements),
	ListBin("scores").Size(),
	ListBin("scores").Clear(),
	ListBin("scores").Sort(),
	ListBin("scores").Sort(cdt.Descending, cdt.DropDuplicates),
	ListBin("scores").SetOrder(cdt.Ordered),
	ListBin("scores").WithIndex().SetOrder(cdt.Ordered),
	ListBin("scores").Trim(0, 10),
	ListBin("scores").GetAt(0),
	ListBin("scores").GetRange(1, 2),
	ListBin("scores").GetRange(1, cdt.ToEnd),
	ListBin("scores").Pop(-1),
	ListBin("scores").PopRange(1, 2),
	ListBin("scores").PopRange(1, cdt.ToEnd),
	ListBin("scores").RemoveAt(0),
	ListBin("scores").RemoveRange(1, 2),

	MapBin("profile").In(cdt.Key("devices")).Put("seen", 5),
	MapBin("profile").In(cdt.Key("a").Create(cdt.KeyOrdered), cdt.Key(1).Create(cdt.KeyValueOrdered)).Put("seen", 5),
	MapBin("profile").Create(cdt.KeyOrdered).With(cdt.CreateOnly, cdt.NoFail).Put([]byte("key"), 5),
	MapBin("profile").Create(cdt.KeyValueOrdered).WithIndex().With(cdt.UpdateOnly, cdt.Partial).PutAll(map[any]any{1: "a", "b": 2}),
	MapBin("profile").Add("seen", 5),
	MapBin("profile").AddAll(map[any]any{"a": 1}),
	MapBin("profile").Replace("seen", 5),
	MapBin("profile").ReplaceAll(map[any]any{"a": 1}),
	MapBin("profile").Increment("seen", 1),
	MapBin("profile").Decrement("seen", 1),
	MapBin("profile").Get(cdt.Key("a")),
	MapBin("profile").Get(cdt.Keys("a", "b"), cdt.KeyOf),
	MapBin("profile").Get(cdt.KeyBetween("a", "f"), cdt.Pairs),
	MapBin("profile").Get(cdt.KeyBelow("f"), cdt.AsMap),
	MapBin("profile").Get(cdt.KeyFrom("a"), cdt.AsOrderedMap),
	MapBin("profile").Get(cdt.IndexesNear("a", -1, 2), cdt.Count),
	MapBin("profile").Get(cdt.IndexesNear("a", -1, cdt.ToEnd)),
	MapBin("profile").Remove(cdt.Not(cdt.Keys("web", "app"))),
	MapBin("profile").Remove(cdt.Rank(0), cdt.Pairs),
	MapBin("profile").Size(),
	MapBin("profile").Clear(),
	MapBin("profile").SetOrder(cdt.KeyOrdered),

	BitBin("flags").Resize(8),
	BitBin("flags").With(cdt.CreateOnly, cdt.NoFail).Resize(8, cdt.FromFront, cdt.GrowOnly),
	BitBin("flags").Resize(8, cdt.ShrinkOnly),
	BitBin("flags").Insert(0, []byte{0x01}),
	BitBin("flags").Remove(0, 1),
	BitBin("flags").With(cdt.UpdateOnly, cdt.Partial).Set(0, 8, []byte{0x01}),
	BitBin("flags").Or(0, 8, []byte{0x01}),
	BitBin("flags").Xor(0, 8, []byte{0x01}),
	BitBin("flags").And(0, 8, []byte{0x01}),
	BitBin("flags").Not(0, 8),
	BitBin("flags").ShiftLeft(0, 8, 1),
	BitBin("flags").ShiftRight(0, 8, 1),
	BitBin("flags").Add(0, 8, 1, cdt.OverflowFails),
	BitBin("flags").AddSigned(0, 8, -1, cdt.OverflowSaturates),
	BitBin("flags").Subtract(0, 8, 1, cdt.OverflowWraps),
	BitBin("flags").SubtractSigned(0, 8, 1, cdt.OverflowFails),
	BitBin("flags").SetInt(0, 8, 255),
	BitBin("flags").Get(0, 8),
	BitBin("flags").Count(0, 8),
	BitBin("flags").ScanLeft(0, 8, true),
	BitBin("flags").ScanRight(0, 8, false),
	BitBin("flags").GetInt(0, 8),
	BitBin("flags").GetSigned(0, 8),

	HLLBin("visitors").Create(12, 0).With(cdt.CreateOnly, cdt.AllowFold).Init(),
	HLLBin("visitors").Init(),
	HLLBin("visitors").Create(12, 20).Add("ada", 1),
	HLLBin("visitors").Create(12, 20).Add(),
	HLLBin("visitors").With(cdt.UpdateOnly, cdt.NoFail).SetUnion(HLL("\x01\xff")),
	HLLBin("visitors").RefreshCount(),
	HLLBin("visitors").Fold(8),
	HLLBin("visitors").Count(),
	HLLBin("visitors").Union(HLL("\x01"), HLL("\x02")),
	HLLBin("visitors").UnionCount(),
	HLLBin("visitors").IntersectCount(HLL("\x01")),
	HLLBin("visitors").Similarity(HLL("\x01")),
	HLLBin("visitors").Describe(),

	WriteBin("v", GeoJSON(`{"type": "Point", "coordinates": [0, 0]}`)),
	WriteBin("v", "a `b`"),
	WriteBin("v", `C:\temp`),
	WriteBin("v", -1e+100),
	WriteBin("v", math.Inf(1)),
	WriteBin("v", math.Inf(-1)),
	WriteBin("v", math.Copysign(0, -1)),
	WriteBin("v", false),
	WriteBin("v", map[any]any{"m": map[any]any{}}),
	WriteBin("v", []any{map[any]any{-1: nil}}),

	{},
}

func TestTheSourceOfAnOperationIsWhatAPersonWrites(t *testing.T) {
	texts := textsOf(t, "source_test.go", "written")
	if len(texts) != len(written) {
		t.Fatalf("%d operations in the file, %d in the variable", len(texts), len(written))
	}
	for i, o := range written {
		want := texts[i]
		if want == "{}" {
			want = "Operation{}" // the type that gofumpt removes
		}
		if got := o.Source(); got != want {
			t.Errorf("the source is\n     %s\nwant %s", got, want)
		}
	}
}

// textsOf returns the text of each element of a slice that a file declares.
func textsOf(t *testing.T, path, variable string) (texts []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != variable {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			texts = append(texts, string(text[files.Position(element.Pos()).Offset:files.Position(element.End()).Offset]))
		}
		return false
	})
	return texts
}

func TestTheSourceOfAnExpressionHasItsLiterals(t *testing.T) {
	for want, o := range map[string]Operation{
		`ReadExp("total", price * amount)`:                   ReadExp("total", exp.Multiply(exp.IntBin("price"), exp.IntBin("amount"))),
		`ReadExp("old", age >= 30, exp.EvalNoFail)`:          ReadExp("old", exp.IntBin("age").AtLeast(30), exp.EvalNoFail),
		`WriteExp("x", nil, exp.AllowDelete, exp.NoFail)`:    WriteExp("x", exp.Nil(), exp.AllowDelete, exp.NoFail),
		`WriteExp("x", "y", exp.CreateOnly, exp.EvalNoFail)`: WriteExp("x", exp.StringVal("y"), exp.EvalNoFail, exp.CreateOnly),
		`WriteExp("x", "y", exp.UpdateOnly)`:                 WriteExp("x", exp.StringVal("y"), exp.UpdateOnly),
		`ReadExp("x", nil)`:                                  ReadExp("x", nil),
		`WriteExp("x", nil)`:                                 WriteExp("x", (*exp.Int)(nil)),
	} {
		if got := o.Source(); got != want {
			t.Errorf("the source is\n     %s\nwant %s", got, want)
		}
		if text := o.String() + o.GoString(); strings.ContainsAny(text, "()") {
			t.Errorf("the text of %s is %s", want, text)
		}
	}
}

func TestEveryKindOfOperationHasASource(t *testing.T) {
	kinds, operations := map[cdt.Kind]bool{}, map[OperationKind]bool{}
	for _, o := range written {
		operations[o.kind] = true
		if op := o.CDT(); op != nil {
			kinds[op.Kind] = true
		}
	}
	for k := OperationRead; int(k) < len(operationNames); k++ {
		if !operations[k] && k != OperationExp { // whose source is not Go's
			t.Errorf("no %s was written", k)
		}
	}
	for k := cdt.Kind(1); k.Family() != 0; k++ {
		if o := OperationOf("b", cdt.Op{Kind: k}); k != cdt.HLLMayContain && !kinds[k] {
			t.Errorf("no %s was written", k)
		} else if _, err := parser.ParseExpr(o.Source()); err != nil {
			t.Errorf("%s: %s: %v", k, o.Source(), err)
		}
	}
}

// What differs must not look the same, where a person compares sources.
func TestDifferentOperationsHaveDifferentSources(t *testing.T) {
	seen := map[string]int{}
	for i, o := range written {
		if j, twice := seen[o.Source()]; twice {
			t.Errorf("operations %d and %d are both %s", j, i, o.Source())
		}
		seen[o.Source()] = i
	}
}

func TestTheSourceOfWhatIsSeldomWritten(t *testing.T) {
	cyclic := make([]any, 2)
	cyclic[0], cyclic[1] = cyclic, cyclic
	for want, o := range map[string]Operation{
		`MapBin("m").Get(cdt.Below(1))`:                                   MapBin("m").Get(cdt.Between(nil, 1)),
		`ListBin("l").Get(cdt.Not(cdt.All()), cdt.Give(9))`:               OperationOf("l", cdt.Op{Kind: cdt.ListGet, Select: cdt.Not(cdt.All()).Selector(), Give: 9}),
		`MapBin("m").Create(cdt.MapOrder(7)).Size()`:                      OperationOf("m", cdt.Op{Kind: cdt.MapSize, Order: 7}),
		`MapBin("m").With(nil /* flag 128 */).Put(nil, nil)`:              OperationOf("m", cdt.Op{Kind: cdt.MapPut, Flags: 128}),
		`BitBin("b").Add(0, 8, 1, cdt.Overflow(9))`:                       BitBin("b").Add(0, 8, 1, 9),
		`ListBin("l").In(cdt.Key("a"), cdt.Key("b"), nil).Size()`:         ListBin("l").In(cdt.Key("a")).In(cdt.Key("b"), cdt.OneKey{}).Size(),
		`ListBin("l").Create(cdt.Ordered).With(cdt.NoFail).Append(1)`:     ListBin("l").With(cdt.NoFail).Create(cdt.Ordered).Append(1),
		`HLLBin("h").SetUnion(HLL("\x01"))`:                               HLLBin("h").SetUnion(HLL{1}),
		`ListBin("l").Get(cdt.Values(map[any]any{"a": 1, "b": []any{}}))`: ListBin("l").Get(cdt.Values(map[string]any{"b": []any{}, "a": 1})),
	} {
		if got := o.Source(); got != want {
			t.Errorf("the source is\n     %s\nwant %s", got, want)
		}
		if _, err := parser.ParseExpr(o.Source()); err != nil {
			t.Errorf("%s: %v", o.Source(), err)
		}
	}
	if text := WriteBin("v", cyclic).Source(); !strings.Contains(text, "more levels") || len(text) > 10_000 {
		t.Errorf("the source of a value that contains itself is %d bytes", len(text))
	}
	if text := OperationOf("h", cdt.Op{Kind: 255}).Source(); text != "Operation{}" {
		t.Errorf("the source of an unknown kind is %s", text)
	}
}
