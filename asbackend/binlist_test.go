package asbackend

import (
	"fmt"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestBinListHasTheBinsOfEachWrite(t *testing.T) {
	var pool binPool
	for _, n := range []int{10, 3, 400, 40, 1} {
		bins := aerostore.Bins{}
		for i := range n {
			bins[fmt.Sprint("bin", i)] = i
		}
		l := pool.get(bins)
		if len(l.list()) != n {
			t.Fatalf("%d bins of %d", len(l.list()), n)
		}
		for _, bin := range l.list() {
			if bin.Value != as.Value(as.IntegerValue(bins[bin.Name].(int))) {
				t.Errorf("%s is %v and not %v", bin.Name, bin.Value, bins[bin.Name])
			}
		}
		pool.put(l)
	}
}

func TestBinListKeepsNoValues(t *testing.T) {
	var pool binPool
	l := pool.get(aerostore.Bins{"a": "secret", "b": []byte("secret")})
	refs := l.list()
	pool.put(l)
	for _, bin := range refs {
		if bin.Name != "" || bin.Value != nil {
			t.Errorf("a list in the pool has %v", bin)
		}
	}
}

// A value is boxed once. The client's own conversion of a map boxes it twice.
func TestBinListAllocatesOncePerValue(t *testing.T) {
	bins := aerostore.Bins{}
	for i := range 10 {
		bins[fmt.Sprint("bin", i)] = make([]byte, 100)
	}
	var pool binPool
	// Three more are those of a new list: the race detector makes pools forget.
	if n := testing.AllocsPerRun(200, func() { pool.put(pool.get(bins)) }); n > 13 {
		t.Errorf("%.0f allocations for ten bins", n)
	}
}
