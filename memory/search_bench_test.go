package memory_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// searchable returns a store of records whose bins have values of every type, one of
// them a number that no other record has, or a place that few have.
func searchable(b *testing.B, records int) *memory.Store {
	b.Helper()
	s := memory.NewT(b)
	for i := range records {
		number := fmt.Sprint("n", i)
		x, y := float64(i%1000)/4-125, float64(i/1000)/2-25 // 28 km apart
		mustPut(b, s, benchKey(i), aerostore.Bins{
			"blob": []byte(number), "tags": []any{number, "common", i % 10}, "m": map[any]any{number: i, "at": pointAt(x, y)},
			"place": pointAt(x, y), "area": squareAt(x, y, 0.1),
		})
	}
	for i, index := range []aerostore.Index{
		{Bin: "blob", Type: aerostore.IndexBlob},
		{Bin: "tags", Type: aerostore.IndexString, Collection: aerostore.IndexList},
		{Bin: "m", Type: aerostore.IndexString, Collection: aerostore.IndexMapKeys},
		{Bin: "m", Type: aerostore.IndexInt, Collection: aerostore.IndexMapValues},
		{Bin: "m", Type: aerostore.IndexGeo, Path: []cdt.Step{cdt.Key("at")}},
		{Bin: "place", Type: aerostore.IndexGeo},
		{Bin: "area", Type: aerostore.IndexGeo},
	} {
		index.Namespace, index.Set, index.Name = "test", "users", strconv.Itoa(i)
		if err := s.CreateIndex(b.Context(), index); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// BenchmarkSearch runs queries that find one record or few, in stores of some sizes. One
// that finds none by a scan is the last.
func BenchmarkSearch(b *testing.B) {
	for _, records := range []int{1000, 100_000} {
		s := searchable(b, records)
		const at = 500
		number, x, y := fmt.Sprint("n", at), 0.0, -25.0
		for _, q := range []struct {
			name  string
			where aerostore.Predicate
			finds int
		}{
			{"bytes", aerostore.Equal("blob", []byte(number)), 1},
			{"list", aerostore.Equal("tags", number).InList(), 1},
			{"map keys", aerostore.Equal("m", number).InMapKeys(), 1},
			{"map values", aerostore.Range("m", at, at).InMapValues(), 1},
			{"radius", aerostore.WithinRadius("place", x, y, 10_000), 1},
			{"region", aerostore.Within("place", squareAt(x, y, 1.1)), -1},
			{"radius at a path", aerostore.WithinRadius("m", x, y, 10_000).At(cdt.Key("at")), 1},
			{"regions that contain a point", aerostore.Containing("area", pointAt(x, y)), 1},
		} {
			b.Run(fmt.Sprintf("records=%d/%s", records, q.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					n := query(b, s, q.where)
					if q.finds >= 0 && n != q.finds || n == 0 {
						b.Fatalf("%d records found", n)
					}
				}
			})
		}
	}
}

// BenchmarkPutByExpression writes to records with indexes over the same values, of a bin
// and of an expression.
func BenchmarkPutByExpression(b *testing.B) {
	for name, index := range map[string]aerostore.Index{
		"bin":        {Bin: "n"},
		"expression": {Expression: exp.If(exp.BinExists("tags"), exp.IntBin("n")).ElseUnknown()},
		"other bin":  {Expression: exp.IntBin("other")},
	} {
		b.Run(name, func(b *testing.B) {
			s := memory.NewT(b)
			index.Namespace, index.Set, index.Name, index.Type = "test", "users", "i", aerostore.IndexInt
			if err := s.CreateIndex(b.Context(), index); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				mustPut(b, s, benchKey(i%1000), aerostore.Bins{"tags": "x", "n": i})
			}
		})
	}
}

// BenchmarkPutIndexed writes to records with and without indexes over elements.
func BenchmarkPutIndexed(b *testing.B) {
	for _, indexes := range []int{0, 1, 4} {
		b.Run(fmt.Sprintf("indexes=%d", indexes), func(b *testing.B) {
			s := memory.NewT(b)
			for i := range indexes {
				err := s.CreateIndex(b.Context(), aerostore.Index{
					Namespace: "test", Set: "users", Name: strconv.Itoa(i), Bin: "tags",
					Type: aerostore.IndexInt + aerostore.IndexType(i), Collection: aerostore.IndexList,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				mustPut(b, s, benchKey(i%1000), aerostore.Bins{"tags": []any{i, i + 1, "a", "b"}})
			}
		})
	}
}
