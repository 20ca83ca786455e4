package memory_test

import (
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// BenchmarkFilter scans records that a filter of two comparisons excludes, and the same
// records without a filter, in ns a record.
func BenchmarkFilter(b *testing.B) {
	const records = 20_000
	s := memory.NewT(b)
	for i := range records {
		k := aerostore.NewKey("test", "users", i)
		if err := s.Put(b.Context(), k, bins{"name": "Ada", "age": i % 100, "country": "FR", "city": "Paris"}); err != nil {
			b.Fatal(err)
		}
	}
	for name, f := range map[string]exp.Bool{
		"none":            exp.And(),
		"two comparisons": exp.And(exp.IntBin("age").AtLeast(0), exp.StringBin("country").Equal("DE")),
		"nothing":         exp.Or(),
	} {
		b.Run(name, func(b *testing.B) {
			q := aerostore.Query{Namespace: "test", Set: "users", Bins: []string{}}
			if name != "none" {
				q.Options = []aerostore.ReadOption{aerostore.Filter(f)}
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range s.Query(b.Context(), q) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/records, "ns/record")
		})
	}
	b.Run("Get", func(b *testing.B) {
		k := aerostore.NewKey("test", "users", 1)
		f := aerostore.Filter(exp.And(exp.IntBin("age").AtLeast(0), exp.StringBin("country").Equal("FR")))
		for name, opts := range map[string][]aerostore.ReadOption{"plain": nil, "filtered": {f}} {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Get(b.Context(), k, opts...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}
