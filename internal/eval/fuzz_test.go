package eval

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// FuzzEvaluate evaluates what bytes pack. Whatever they are, nothing panics, and no value
// is larger than a record.
func FuzzEvaluate(f *testing.F) {
	for seed := range uint64(200) {
		g := evaltest.New(seed)
		packed, err := g.Any(4).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := expr.Parse(b)
		if err != nil {
			return
		}
		_, _ = n.Source(true), n.Source(false)
		refused := n.Check()
		packed, err := n.Pack()
		if err != nil {
			if refused == nil {
				t.Fatalf("%x was checked and cannot be packed: %v", b, err)
			}
			return
		}
		again, err := expr.Parse(packed)
		if err != nil {
			t.Fatalf("%x cannot be parsed again: %v", packed, err)
		}
		if repacked, err := again.Pack(); err != nil || !bytes.Equal(repacked, packed) {
			t.Fatalf("%x was packed as %x (%v)", packed, repacked, err)
		}
		p, err := Compile(n)
		if err != nil {
			return
		}
		r := &record{set: "exp", bins: evaltest.New(uint64(len(b))).Bins()}
		before := value.Clone(r.bins["k"])
		p.Matches(r)
		if v, err := p.Value(r); err == nil && room(v, 2*value.MaxRecord+len(b)) < 0 {
			t.Fatal("the value is larger than a record")
		}
		if !value.Identical(before, r.bins["k"]) {
			t.Fatal("an evaluation changed the record")
		}
	})
}

// A list that is appended to itself again and again becomes unknown.
func TestValuesStaySmall(t *testing.T) {
	n := &expr.Node{Op: expr.Bin, Type: expr.ListType, Name: "k"}
	for i := range 60 {
		v := &expr.Node{Op: expr.Var, Name: "x" + strconv.Itoa(i)}
		n = &expr.Node{
			Op: expr.Let, Value: expr.Names{v.Name}, Args: []*expr.Node{n, {
				Op: expr.Call, Type: expr.ListType, Module: expr.Modify, Code: 2,
				Args: []*expr.Node{v, constNode(0), constNode(0), v},
			}},
		}
	}
	p, err := Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	r := &record{bins: map[string]any{"k": value.NewList(1, 2, 3)}}
	if v, err := p.Value(r); err == nil {
		t.Fatalf("a list of %d elements", len(v.(*value.List).Items))
	}
}
