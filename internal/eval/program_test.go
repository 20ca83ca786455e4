package eval

import (
	"errors"
	"sync"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// An evaluation changes nothing of the record, and its value shares nothing with it.
func TestProgramsLeaveRecordsAlone(t *testing.T) {
	for seed := range uint64(3000) {
		g := evaltest.New(seed)
		r := &record{set: "exp", bins: g.Bins()}
		before := map[string]any{}
		for name, v := range r.bins {
			before[name] = value.Clone(v)
		}
		n := g.Any(4)
		p, err := Compile(n)
		if err != nil {
			continue
		}
		v, err := p.Value(r)
		again, errAgain := p.Value(r)
		if (err == nil) != (errAgain == nil) || err == nil && !value.Identical(v, again) {
			t.Fatalf("%s is %s, then %s", n.Source(true), show(v), show(again))
		}
		spoil(v)
		if third, _ := p.Value(r); err == nil && !value.Identical(third, again) {
			t.Fatalf("%s became %s after its value was changed", n.Source(true), show(third))
		}
		for name, was := range before {
			if !value.Identical(was, r.bins[name]) {
				t.Fatalf("%s changed %s from %s to %s", n.Source(true), name, show(was), show(r.bins[name]))
			}
		}
	}
}

// spoil changes a value in place.
func spoil(v any) {
	switch v := v.(type) {
	case []byte:
		for i := range v {
			v[i]++
		}
	case value.HLL:
		spoil([]byte(v))
	case *value.List:
		for i := range v.Items {
			spoil(v.Items[i])
			v.Items[i] = "spoilt"
		}
	case *value.Map:
		for i := range v.Pairs {
			spoil(v.Pairs[i].Value)
			v.Pairs[i].Value = "spoilt"
		}
	}
}

func TestProgramsAreSafeForConcurrentUse(t *testing.T) {
	e := exp.Let("x", exp.Add(exp.IntBin("i"), exp.IntVal(1)), func(x exp.Int) exp.Bool {
		return exp.And(x.Greater(3), exp.StringBin("s").Matches("^a.*c$"), exp.ListBin("l").Append(x).Exists(cdt.Value(x)))
	})
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			r := &record{bins: map[string]any{"i": 3 + w, "s": "abc", "l": value.NewList(1)}}
			for range 200 {
				p, err := Memoized(e.Node())
				if err != nil || !p.Matches(r) {
					t.Error("it does not match", err)
					return
				}
				if _, err := e.Node().Pack(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
}

func TestMemoizedKeepsRefusals(t *testing.T) {
	n := &expr.Node{Op: expr.Add}
	_, err := Memoized(n)
	_, again := Memoized(n)
	if err == nil || !errors.Is(again, err) {
		t.Errorf("%v, then %v", err, again)
	}
	if _, err := Memoized(nil); err == nil {
		t.Error("nothing is a program")
	}
}

// A variable that is unknown is a boolean. Elsewhere, unknown stands for any type.
func TestUnknownVariablesAreBooleans(t *testing.T) {
	unknown := &expr.Node{Op: expr.Unknown}
	variable := &expr.Node{Op: expr.Let, Value: expr.Names{"x", "y"}, Args: []*expr.Node{unknown, constNode(1), {Op: expr.Var, Name: "x"}}}
	for _, tc := range []struct {
		action, other *expr.Node
		fine          bool
	}{
		{unknown, constNode(1), true}, {variable, constNode(1), false}, {variable, constNode(true), true},
	} {
		n := &expr.Node{Op: expr.Cond, Args: []*expr.Node{constNode(true), tc.action, tc.other}}
		if _, err := Compile(n); (err == nil) != tc.fine {
			t.Errorf("%s: %v", n.Source(true), err)
		}
	}
}

func TestWriteOfAnUnknownValue(t *testing.T) {
	p, err := Compile(exp.IntBin("missing").Node())
	if err != nil {
		t.Fatal(err)
	}
	r := &record{bins: map[string]any{}}
	if _, err := p.Value(r); !errors.Is(err, ErrUnknown) {
		t.Errorf("a missing bin is %v, want ErrUnknown", err)
	}
	if after, code := p.Write(r, 7, 0); after != 7 || code != 26 {
		t.Errorf("the bin holds %v, code %d", after, code)
	}
	if after, code := p.Write(r, 7, EvalNoFail); after != 7 || code != 0 {
		t.Errorf("the bin holds %v, code %d", after, code)
	}
}

func constNode(v any) *expr.Node { return &expr.Node{Op: expr.Const, Value: v} }
