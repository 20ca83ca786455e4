//go:build !race

// The race detector makes its own allocations.

package exp

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
)

func TestExpressionsAllocateLessThanTheClients(t *testing.T) {
	for name, build := range map[string]struct{ ours, clients func() }{
		"two comparisons": {
			func() { sink = And(IntBin("age").AtLeast(1000), StringBin("country").Equal("FR")) },
			func() {
				clientSink = as.ExpAnd(
					as.ExpGreaterEq(as.ExpIntBin("age"), as.ExpIntVal(1000)), as.ExpEq(as.ExpStringBin("country"), as.ExpStringVal("FR")),
				)
			},
		},
		"a list": {
			func() { sink = ListBin("tags").Contains("vip") },
			func() {
				clientSink = as.ExpListGetByValue(as.ListReturnTypeExists, as.ExpStringVal("vip"), as.ExpListBin("tags"))
			},
		},
		"a path": {
			func() { sink = MapBin("profile").StringAt(cdt.Key("devices"), cdt.Key("os")).Equal("iOS") },
			func() {
				clientSink = as.ExpEq(as.ExpMapGetByKey(as.MapReturnType.VALUE, as.ExpTypeSTRING, as.ExpStringVal("os"), as.ExpMapBin("profile"),
					as.CtxMapKey(as.StringValue("devices"))), as.ExpStringVal("iOS"))
			},
		},
	} {
		ours, clients := testing.AllocsPerRun(100, build.ours), testing.AllocsPerRun(100, build.clients)
		if ours > clients {
			t.Errorf("%s: %v allocations, the client makes %v", name, ours, clients)
		}
	}
}
