package exp

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// A real server, which AEROSPIKE_HOSTS names, takes each expression that the table of
// constructors has, and others that the client cannot make.
func TestServerTakesEachExpression(t *testing.T) {
	hosts := os.Getenv("AEROSPIKE_HOSTS")
	if hosts == "" {
		t.Skip("AEROSPIKE_HOSTS names no server")
	}
	host, port, err := net.SplitHostPort(strings.Split(hosts, ",")[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client, aerr := as.NewClient(host, p)
	if aerr != nil {
		t.Fatal(aerr)
	}
	defer client.Close()
	key, aerr := as.NewKey("test", "exp", "constructors")
	if aerr != nil {
		t.Fatal(aerr)
	}
	if err := client.PutBins(as.NewWritePolicy(0, 600), key, as.NewBin("a", 7), as.NewBin("m", map[any]any{"k": 1})); err != nil {
		t.Fatal(err)
	}
	ask := func(e Any, flags as.ExpReadFlags) (any, as.Error) {
		text, err := EncodeBase64(e)
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		sent, aerr := as.ExpFromBase64(text)
		if aerr != nil {
			t.Fatal(aerr)
		}
		record, aerr := client.Operate(as.NewWritePolicy(0, 600), key, as.ExpReadOp("r", sent, flags))
		if aerr != nil {
			return nil, aerr
		}
		return record.Bins["r"], nil
	}
	for _, tc := range constructors(t) {
		if _, err := ask(tc.ours, as.ExpReadFlagEvalNoFail); err != nil {
			t.Errorf("%s: %v", tc.ours.Source(), err)
		}
	}
	pairs := []value.MapPair{{Key: "k", Value: 1}}
	set := MapBin("m").Create(cdt.KeyOrdered)
	for _, tc := range []struct {
		e    Any
		want any
	}{
		{Equal(MapVal(pairs), MapVal(pairs)), true},
		{MapBin("m").Exists(cdt.Key("k")), true},
		{MapBin("m").Exists(cdt.Key("other")), false},
		{MapBin("m").Exists(cdt.Index(5)), false},
		{MapBin("m").Count(cdt.Key("other")), 0},
		{MapBin("m").Get(cdt.Key("k")).Size(), 1},
		{MapBin("m").Get(cdt.Key(StringVal("k"))).Size(), 1},
		{MapBin("m").Get(cdt.Key("other")).Size(), 0},
		{MapBin("m").With(cdt.CreateOnly, cdt.NoFail).Put("k", 2).IntAt(cdt.Key("k")), 1},
		{set.With(cdt.UpdateOnly, cdt.NoFail).Put("z", 2).Size(), 1},
		{MapBin("m").In(cdt.Key("new").Create(cdt.KeyOrdered)).Put("x", 1).Size(), 2},
		{Mod(IntBin("a"), IntBin("a")), 0},
		{Mod(IntBin("a"), Subtract(IntVal(6), IntBin("a"))), 0},
		{Divide(IntBin("a"), Subtract(IntVal(6), IntBin("a"))), -7},
		{Divide(IntVal(-1<<63), Subtract(IntVal(6), IntBin("a"))), -1 << 63},
		{Divide(Abs(IntBin("a")), Mod(IntBin("a"), Subtract(IntBin("a"), IntVal(3)))), 2},
		{Let("x", IntBin("a"), func(x Int) Int { return Divide(Add(x, IntVal(1)), Subtract(x, IntVal(9))) }), -4},
		{StringVal("a\nb").Matches("^b$", Extended, ByLine), true},
		{And(), true},
		{Or(), false},
	} {
		if got, err := ask(tc.e, as.ExpReadFlagDefault); err != nil || got != tc.want {
			t.Errorf("%s is %v (%v), want %v", tc.e.Source(), got, err, tc.want)
		}
	}
}
