package exp_test

import (
	"net"
	"strconv"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/servertest"
	value "github.com/aerostore/aerostore/internal/value"
)

// A server, that of AEROSPIKE_HOSTS or an emulator, takes each expression that the table of
// constructors has, and others that the client cannot make.
func TestServerTakesEachExpression(t *testing.T) {
	host, port, err := net.SplitHostPort(servertest.Host(t))
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
	ask := func(e exp.Any, flags as.ExpReadFlags) (any, as.Error) {
		text, err := exp.EncodeBase64(e)
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
	for _, e := range exp.Constructed(t) {
		if _, err := ask(e, as.ExpReadFlagEvalNoFail); err != nil {
			t.Errorf("%s: %v", e.Source(), err)
		}
	}
	pairs := []value.MapPair{{Key: "k", Value: 1}}
	set := exp.MapBin("m").Create(cdt.KeyOrdered)
	for _, tc := range []struct {
		e    exp.Any
		want any
	}{
		{exp.Equal(exp.MapVal(pairs), exp.MapVal(pairs)), true},
		{exp.MapBin("m").Exists(cdt.Key("k")), true},
		{exp.MapBin("m").Exists(cdt.Key("other")), false},
		{exp.MapBin("m").Exists(cdt.Index(5)), false},
		{exp.MapBin("m").Count(cdt.Key("other")), 0},
		{exp.MapBin("m").Get(cdt.Key("k")).Size(), 1},
		{exp.MapBin("m").Get(cdt.Key(exp.StringVal("k"))).Size(), 1},
		{exp.MapBin("m").Get(cdt.Key("other")).Size(), 0},
		{exp.MapBin("m").With(cdt.CreateOnly, cdt.NoFail).Put("k", 2).IntAt(cdt.Key("k")), 1},
		{set.With(cdt.UpdateOnly, cdt.NoFail).Put("z", 2).Size(), 1},
		{exp.MapBin("m").In(cdt.Key("new").Create(cdt.KeyOrdered)).Put("x", 1).Size(), 2},
		{exp.Mod(exp.IntBin("a"), exp.IntBin("a")), 0},
		{exp.Mod(exp.IntBin("a"), exp.Subtract(exp.IntVal(6), exp.IntBin("a"))), 0},
		{exp.Divide(exp.IntBin("a"), exp.Subtract(exp.IntVal(6), exp.IntBin("a"))), -7},
		{exp.Divide(exp.IntVal(-1<<63), exp.Subtract(exp.IntVal(6), exp.IntBin("a"))), -1 << 63},
		{exp.Divide(exp.Abs(exp.IntBin("a")), exp.Mod(exp.IntBin("a"), exp.Subtract(exp.IntBin("a"), exp.IntVal(3)))), 2},
		{exp.Let("x", exp.IntBin("a"), func(x exp.Int) exp.Int { return exp.Divide(exp.Add(x, exp.IntVal(1)), exp.Subtract(x, exp.IntVal(9))) }), -4},
		{exp.StringVal("a\nb").Matches("^b$", exp.Extended, exp.ByLine), true},
		{exp.And(), true},
		{exp.Or(), false},
	} {
		if got, err := ask(tc.e, as.ExpReadFlagDefault); err != nil || got != tc.want {
			t.Errorf("%s is %v (%v), want %v", tc.e.Source(), got, err, tc.want)
		}
	}
}
