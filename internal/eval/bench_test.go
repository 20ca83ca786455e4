package eval

import (
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	value "github.com/aerostore/aerostore/internal/value"
)

// BenchmarkMatches evaluates filters for one record after the other.
func BenchmarkMatches(b *testing.B) {
	profile, err := value.Import(map[string]any{"devices": map[string]any{"os": "iOS"}, "name": "x"})
	if err != nil {
		b.Fatal(err)
	}
	r := &record{bins: map[string]any{
		"age": 42, "country": "FR", "tags": value.NewList("new", "vip", "beta"), "p": value.GeoJSON(`{"type":"Point","coordinates":[-122.0,37.5]}`),
		"profile": profile, "spent": 100, "limit": 50, "mail": "someone@example.com",
	}}
	for _, bench := range []struct {
		name string
		e    exp.Bool
	}{
		{"one comparison", exp.IntBin("age").AtLeast(30)},
		{"two comparisons", exp.And(exp.IntBin("age").AtLeast(30), exp.StringBin("country").Equal("FR"))},
		{"two bins", exp.Greater(exp.IntBin("spent"), exp.IntBin("limit"))},
		{"arithmetic", exp.Let("x", exp.Add(exp.IntBin("spent"), exp.IntBin("limit")), func(x exp.Int) exp.Bool { return x.Greater(3) })},
		{"list contains", exp.ListBin("tags").Contains("vip")},
		{"map path", exp.MapBin("profile").StringAt(cdt.Key("devices"), cdt.Key("os")).Equal("iOS")},
		{"regex", exp.StringBin("mail").Matches("@example\\.(com|org)$", exp.Extended)},
		{"geo circle", exp.GeoBin("p").Within(`{"type":"AeroCircle","coordinates":[[-122.0,37.5],1000]}`)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			p, err := Compile(bench.e.Node())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if !p.Matches(r) {
					b.Fatal("does not match")
				}
			}
		})
	}
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			age, _ := r.Bin("age").(int)
			country, _ := r.Bin("country").(string)
			if age < 30 || country != "FR" {
				b.Fatal("does not match")
			}
		}
	})
}
