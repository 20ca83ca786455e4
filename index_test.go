package aerostore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

func TestIndexNamesThatDoNotFitACommandAreRefused(t *testing.T) {
	good := aerostore.Index{Namespace: "test", Set: "users", Name: "by age", Bin: "age/years", Type: aerostore.IndexInt}
	if err := good.CheckCreate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for fault, says := range map[string]string{
		"caf\xe9": "UTF-8", "users ": "space", " users": "space", "a;b": "separate", "a:b": "separate", "a,b": "separate",
		"a=b": "separate", "a|b": "separate", "a\nb": "control", "a\tb": "control", "a\x01b": "control", "a\x7fb": "control",
	} {
		set, name, bin, namespace := good, good, good, good
		set.Set, name.Name, bin.Bin, namespace.Namespace = fault, fault, fault, fault
		for what, x := range map[string]aerostore.Index{"set": set, "name": name, "bin": bin, "namespace": namespace} {
			if what == "name" && strings.ContainsAny(fault, ",=|") {
				if err := errors.Join(x.CheckCreate(t.Context()), x.CheckDrop(t.Context())); err != nil {
					t.Errorf("the name %q: %v", fault, err)
				}
				continue
			}
			t.Run(fmt.Sprintf("%s %q", what, fault), func(t *testing.T) {
				refused(t, x.CheckCreate(t.Context()), aerostore.CodeParameter, says, "the "+what)
				refused(t, x.CheckDrop(t.Context()), aerostore.CodeParameter, says)
			})
		}
	}
	for what, change := range map[string]func(*aerostore.Index){
		"no bin":     func(x *aerostore.Index) { x.Bin = "" },
		"no path":    func(x *aerostore.Index) { x.Expression = exp.IntBin("age") },
		"no name":    func(x *aerostore.Index) { x.Name = "" },
		"64 bytes":   func(x *aerostore.Index) { x.Name = strings.Repeat("n", 64) },
		"63 at most": func(x *aerostore.Index) { x.Set = strings.Repeat("s", 64) },
		"NUL":        func(x *aerostore.Index) { x.Set = "a\x00b" },
		"15 at most": func(x *aerostore.Index) { x.Bin = strings.Repeat("b", 16) },
		"unknown":    func(x *aerostore.Index) { x.Type = 0 },
	} {
		x := good
		change(&x)
		t.Run(what, func(t *testing.T) {
			if err := x.CheckCreate(t.Context()); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestExpressionsThatNoServerIndexesAreRefused(t *testing.T) {
	index := func(e exp.Any) aerostore.Index {
		return aerostore.Index{Namespace: "test", Name: "i", Type: aerostore.IndexInt, Expression: e}
	}
	age := exp.IntBin("age")
	for says, e := range map[string]exp.Any{
		"nil pointer":               (*exp.Int)(nil),
		"that a server evaluates":   exp.Int{},
		"and is a string":           exp.Let("a", exp.StringBin("a"), func(a exp.String) exp.String { return a }),
		"is a boolean":              age.Equal(1),
		"is a list":                 exp.ListBin("l"),
		"is a float":                exp.FloatBin("f"),
		"is a HyperLogLog":          exp.HLLBin("h"),
		"of no known type":          exp.Unknown(),
		"reads no bin":              exp.Add(exp.IntVal(1), exp.IntVal(2)),
		"the key of a record":       exp.Add(age, exp.IntKey()),
		"metadata of a record":      exp.Add(age, exp.SinceUpdate()),
		"12285 at most":             exp.If(exp.StringBin("s").Equal(strings.Repeat("x", 12264)), age).ElseUnknown(),
		"other than DigestModulo":   exp.If(exp.SetName().Equal("s"), age).ElseUnknown(),
		"metadata of a record othe": exp.If(exp.KeyExists(), age).ElseUnknown(),
	} {
		err := index(e).CheckCreate(t.Context())
		if says = strings.TrimPrefix(says, "and "); !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, want %q", err, says)
		}
	}
	fits := index(exp.If(exp.StringBin("s").Equal(strings.Repeat("x", 12263)), age).ElseUnknown())
	blob, geo, list, keys := index(exp.BytesBin("b")), index(exp.GeoBin("g")), index(exp.ListBin("l")), index(exp.MapBin("m"))
	blob.Type, geo.Type = aerostore.IndexBlob, aerostore.IndexGeo
	list.Collection, keys.Collection = aerostore.IndexList, aerostore.IndexMapKeys
	for _, x := range []aerostore.Index{index(age), index(exp.DigestModulo(3)), index(exp.BinType("b")), fits, blob, geo, list, keys} {
		if err := x.CheckCreate(t.Context()); err != nil {
			t.Errorf("%v: %v", x.Expression, err)
		}
	}
	withPath := index(age)
	withPath.Path = []cdt.Step{cdt.Index(0)}
	refused(t, withPath.CheckCreate(t.Context()), aerostore.CodeParameter, "no bin and no path")
	list.Collection = aerostore.IndexMapValues
	refused(t, list.CheckCreate(t.Context()), aerostore.CodeParameter, "need a map")
}
