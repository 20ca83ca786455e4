package expr_test

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
)

func TestUsesAreWhatAnExpressionTakesOfARecord(t *testing.T) {
	for _, tt := range []struct {
		e    exp.Any
		want expr.Uses
	}{
		{exp.IntVal(1), expr.Uses{}},
		{exp.Add(exp.IntBin("a"), exp.IntBin("b"), exp.IntBin("a")), expr.Uses{Bins: []string{"a", "b"}}},
		{exp.BinExists("a"), expr.Uses{Bins: []string{"a"}}},
		{exp.ListBin("l").Get(cdt.Index(0)).Size(), expr.Uses{Bins: []string{"l"}}},
		{exp.Let("x", exp.IntBin("a"), func(x exp.Int) exp.Bool { return x.Equal(1) }), expr.Uses{Bins: []string{"a"}}},
		{exp.MapBin("m").IntAt(cdt.Key("k")), expr.Uses{Bins: []string{"m"}}},
		{exp.ListBin("l").Append(exp.IntBin("n")), expr.Uses{Bins: []string{"n", "l"}}},
		{exp.DigestModulo(3), expr.Uses{Digest: true}},
		{exp.IntKey(), expr.Uses{Key: true}},
		{exp.StringKey(), expr.Uses{Key: true}},
		{exp.KeyExists(), expr.Uses{Metadata: true}},
		{exp.SetName(), expr.Uses{Metadata: true}},
		{exp.TTL(), expr.Uses{Metadata: true}},
		{exp.RecordSize(), expr.Uses{Metadata: true}},
		{exp.SinceUpdate(), expr.Uses{Metadata: true}},
		{exp.Add(exp.LastUpdate(), exp.DigestModulo(2), exp.IntBin("a")), expr.Uses{Bins: []string{"a"}, Digest: true, Metadata: true}},
	} {
		if got := expr.UsesOf(tt.e.Node()); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%v: %+v, want %+v", tt.e, got, tt.want)
		}
	}
}
