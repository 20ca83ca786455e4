package exp

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/eval"
)

func BenchmarkBuild(b *testing.B) {
	limit := 1000 + b.N%2
	b.Run("two comparisons/exp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = And(IntBin("age").AtLeast(limit), StringBin("country").Equal("FR"))
		}
	})
	b.Run("two comparisons/client", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			clientSink = as.ExpAnd(
				as.ExpGreaterEq(as.ExpIntBin("age"), as.ExpIntVal(int64(limit))),
				as.ExpEq(as.ExpStringBin("country"), as.ExpStringVal("FR")),
			)
		}
	})
	b.Run("list and map/exp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = And(ListBin("tags").Contains("vip"), MapBin("profile").StringAt(cdt.Key("devices"), cdt.Key("os")).Equal("iOS"))
		}
	})
	b.Run("list and map/client", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			clientSink = as.ExpAnd(
				as.ExpListGetByValue(as.ListReturnTypeExists, as.ExpStringVal("vip"), as.ExpListBin("tags")),
				as.ExpEq(as.ExpMapGetByKey(as.MapReturnType.VALUE, as.ExpTypeSTRING, as.ExpStringVal("os"), as.ExpMapBin("profile"),
					as.CtxMapKey(as.StringValue("devices"))), as.ExpStringVal("iOS")),
			)
		}
	})
}

var (
	sink       Any
	clientSink *as.Expression
	bytesSink  int
)

func BenchmarkEncode(b *testing.B) {
	b.Run("exp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e := And(IntBin("age").AtLeast(1000), StringBin("country").Equal("FR"))
			if err := e.Node().Check(); err != nil {
				b.Fatal(err)
			}
			p, err := e.Node().Pack()
			if err != nil {
				b.Fatal(err)
			}
			bytesSink = len(p)
		}
	})
	b.Run("client", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e := as.ExpAnd(
				as.ExpGreaterEq(as.ExpIntBin("age"), as.ExpIntVal(1000)), as.ExpEq(as.ExpStringBin("country"), as.ExpStringVal("FR")),
			)
			p, err := e.Base64() // which packs
			if err != nil {
				b.Fatal(err)
			}
			bytesSink = len(p)
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	e := And(IntBin("age").AtLeast(30), StringBin("country").Equal("FR"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Compile(e.Node()); err != nil {
			b.Fatal(err)
		}
	}
}
