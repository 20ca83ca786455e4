package asbackend

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestBinListHasTheBinsOfEachWrite(t *testing.T) {
	var pool binPool
	for _, n := range []int{10, 3, 400, 40, 1} {
		bins := aerostore.Bins{}
		for i := range n {
			bins[fmt.Sprint("bin", i)] = [...]any{i, strconv.Itoa(i), []byte{byte(i)}, float64(i), int8(1), ""}[i%6]
		}
		l := pool.get(bins)
		if len(l.list()) != n {
			t.Fatalf("%d bins of %d", len(l.list()), n)
		}
		for _, bin := range l.list() {
			want := as.NewValue(bins[bin.Name])
			size, err := bin.Value.EstimateSize()
			wantSize, _ := want.EstimateSize()
			if bin.Value.GetType() != want.GetType() || !reflect.DeepEqual(bin.Value.GetObject(), want.GetObject()) || size != wantSize || err != nil {
				t.Errorf("%s is %v and not %v", bin.Name, bin.Value, want)
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
	for _, v := range l.values {
		if v.text != "" || v.blob != nil {
			t.Error("a list in the pool has a value")
		}
	}
	for _, bin := range refs {
		if bin.Name != "" || bin.Value != nil {
			t.Errorf("a list in the pool has %v", bin)
		}
	}
}

func TestBinListAllocatesNothingForCommonValues(t *testing.T) {
	bins := aerostore.Bins{}
	for i := range 9 {
		bins[fmt.Sprint("bin", i)] = [...]any{make([]byte, 100), "text", 1000}[i%3]
	}
	var pool binPool
	// Four are those of a new list: the race detector makes pools forget.
	if n := testing.AllocsPerRun(200, func() { pool.put(pool.get(bins)) }); n > 4 {
		t.Errorf("%.0f allocations for nine bins", n)
	}
}
