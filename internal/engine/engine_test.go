package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	value "github.com/aerostore/aerostore/internal/value"
)

var families = []enginetest.Family{enginetest.Lists, enginetest.Maps, enginetest.Bits, enginetest.HLLs}

// bytesOf draws bytes that are evenly spread, which rapid's own are not.
func bytesOf(t *rapid.T) []byte {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	data := make([]byte, rapid.IntRange(50, 2000).Draw(t, "length"))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return data
}

func TestFailedOperationChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := enginetest.NewSource(bytesOf(t))
		of := rapid.SampledFrom(families).Draw(t, "family")
		bin := s.Bin(of)
		for !s.Done() {
			op := s.Op(of)
			before := value.Clone(bin)
			after, result, err := engine.Apply(bin, op, nil)
			var refused *engine.Error
			switch {
			case err == nil:
				checkValue(t, after)
				checkValue(t, result)
			case !errors.As(err, &refused) || refused.Code == 0:
				t.Fatalf("%s: error without a code: %v", op.Kind, err)
			case result != nil || !value.Identical(after, before):
				t.Fatalf("%s failed and changed the bin", op.Kind)
			}
			bin = after
		}
	})
}

func TestReadChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := enginetest.NewSource(bytesOf(t))
		of := rapid.SampledFrom(families).Draw(t, "family")
		bin := s.Bin(of)
		for !s.Done() {
			op := s.Op(of)
			before := value.Clone(bin)
			after, _, _ := engine.Apply(bin, op, nil)
			if !op.Kind.Writes() && !value.Identical(after, before) {
				t.Fatalf("%s changed the bin", op.Kind)
			}
			bin = after
		}
	})
}

func TestRollbackUndoesOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := enginetest.NewSource(bytesOf(t))
		of := rapid.SampledFrom(families).Draw(t, "family")
		bin := s.Bin(of)
		for range 3 { // prepare something deep
			bin, _, _ = engine.Apply(bin, s.Op(of), nil)
		}
		before := value.Clone(bin)
		var j value.Journal
		after := bin
		for !s.Done() {
			after, _, _ = engine.Apply(after, s.Op(of), &j)
		}
		j.Rollback()
		if !value.Identical(bin, before) {
			t.Fatal("the bin is not as it was before the operations")
		}
		checkValue(t, bin)
	})
}

func TestResultsAndArgumentsAreCopied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := enginetest.NewSource(bytesOf(t))
		of := rapid.SampledFrom(families).Draw(t, "family")
		bin := s.Bin(of)
		for !s.Done() {
			op := s.Op(of)
			var result any
			bin, result, _ = engine.Apply(bin, op, nil)
			kept := value.Clone(bin)
			scribble(result)
			scribble(op.Value)
			scribble(op.Values)
			scribble(op.Key)
			if !value.Identical(bin, kept) {
				t.Fatalf("%s shares memory with its result or arguments", op.Kind)
			}
		}
	})
}

// scribble changes whatever can be changed of a value.
func scribble(v any) {
	switch v := v.(type) {
	case []byte:
		for i := range v {
			v[i]++
		}
	case value.HLL:
		for i := range v {
			v[i]++
		}
	case []any:
		for i, e := range v {
			scribble(e)
			v[i] = "scribbled"
		}
	case map[any]any:
		for k, e := range v {
			scribble(e)
			v[k] = "scribbled"
		}
	case *value.List:
		scribble(v.Items)
	case value.Pairs:
		for i := range v {
			scribble(v[i].Key)
			scribble(v[i].Value)
			v[i] = value.MapPair{}
		}
	case *value.Map:
		scribble(value.Pairs(v.Pairs))
	}
}

// checkValue fails if a value is not as the engine keeps it.
func checkValue(t interface{ Fatalf(string, ...any) }, v any) {
	switch v := v.(type) {
	case nil, bool, int, float64, string, []byte, value.GeoJSON:
	case value.HLL:
		if err := engine.CheckHLL(v); err != nil {
			t.Fatalf("%v", err)
		}
	case *value.List:
		if v.Order == value.Ordered && !slices.IsSortedFunc(v.Items, value.Compare) {
			t.Fatalf("an ordered list is not in order")
		}
		for _, e := range v.Items {
			checkValue(t, e)
		}
	case *value.Map:
		for i, p := range v.Pairs {
			if !value.IsKey(p.Key) || i > 0 && value.Compare(v.Pairs[i-1].Key, p.Key) >= 0 {
				t.Fatalf("the keys of a map are not in order, or no keys")
			}
			checkValue(t, p.Value)
		}
		if len(v.ByRank()) != len(v.Pairs) || !slices.IsSortedFunc(v.ByRank(), func(a, b int32) int {
			return value.Compare(v.Pairs[a].Value, v.Pairs[b].Value)
		}) {
			t.Fatalf("the ranks of a map are not those of its values")
		}
	case value.Pairs:
		for _, p := range v {
			checkValue(t, p.Key)
			checkValue(t, p.Value)
		}
	default:
		t.Fatalf("%T is no value", v)
	}
}

func TestErrorsShowNoValue(t *testing.T) {
	secret := "s3cret"
	bin, err := value.Import(map[any]any{secret: []any{secret}})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []*cdt.Op{
		{Kind: cdt.MapPut, Key: 1.5, Value: secret},
		{Kind: cdt.MapAdd, Key: secret, Value: secret},
		{Kind: cdt.MapIncrement, Key: secret, Value: secret},
		{Kind: cdt.ListAppend, Path: []cdt.Step{cdt.Key(secret), cdt.Value(secret)}, Value: secret},
		{Kind: cdt.ListAppend, Path: []cdt.Step{cdt.Key(secret)}, Flags: cdt.AddUnique.Number(), Value: secret},
		{Kind: cdt.MapGet, Select: cdt.Key(secret).Selector(), Give: 99},
		{Kind: cdt.MapPut, Key: secret, Value: struct{ s string }{secret}},
	} {
		_, _, err := engine.Apply(value.Clone(bin), op, nil)
		if err == nil {
			t.Errorf("%s was not refused", op.Kind)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows a value: %v", op.Kind, err)
		}
	}
}

func ExampleApply() {
	var bin any
	apply := func(op *cdt.Op) any {
		after, result, err := engine.Apply(bin, op, nil)
		if err != nil {
			fmt.Println(err)
			return nil
		}
		bin = after
		return value.Export(result)
	}
	fmt.Println(apply(&cdt.Op{Kind: cdt.ListAppend, Values: []any{4, 7, 1, 3}}))
	fmt.Println(apply(&cdt.Op{Kind: cdt.ListGet, Select: cdt.Ranks(-2, 2).Selector(), Give: uint8(cdt.Elements)}))
	fmt.Println(apply(&cdt.Op{Kind: cdt.ListRemove, Select: cdt.Below(4).Selector(), Give: uint8(cdt.Count)}))
	fmt.Println(value.Export(bin))
	// Output:
	// 4
	// [4 7]
	// 2
	// [4 7]
}

func TestJournalCountsGrowth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := enginetest.NewSource(bytesOf(t))
		of := rapid.SampledFrom(families[:2]).Draw(t, "family")
		bin := s.Bin(of)
		switch bin := bin.(type) { // a header grows with the 16th element
		case *value.List:
			for range rapid.IntRange(0, 20).Draw(t, "more") {
				bin.Add(nil, 1)
			}
		case *value.Map:
			for i := range rapid.IntRange(0, 20).Draw(t, "more") {
				at, found := bin.Find(i)
				bin.Put(nil, at, found, i, 1)
			}
		}
		bound := value.PackedSize(bin)
		var j value.Journal
		for !s.Done() {
			op := s.Op(of)
			before := j.Growth()
			after, _, err := engine.Apply(bin, op, &j)
			if value.Same(bin, after) && err == nil {
				bound += j.Growth() - before
			} else if err == nil {
				bound = value.PackedSize(after)
			}
			bin = after
			size := value.PackedSize(bin)
			if bound < size || bound > size && len(op.Path) == 0 {
				t.Fatalf("after %s the size is %d, counted as %d", op.Kind, size, bound)
			}
			if want := len(value.AppendPacked(nil, bin)); size != want {
				t.Fatalf("the size is %d, want %d", size, want)
			}
			bound = size
		}
	})
}

// A server looks for duplicates among the values first, if the list is ordered.
func TestDuplicatesAmongTheValuesOfAnOrderedListComeFirst(t *testing.T) {
	for _, c := range []struct {
		order  value.Order
		values []any
		want   engine.Code
	}{
		{value.Ordered, []any{1, 1}, engine.NotApplicable},
		{value.Ordered, []any{1, 2, 2}, engine.NotApplicable},
		{value.Ordered, []any{2, 2, 1}, engine.NotApplicable},
		{value.Ordered, []any{1, 2}, engine.ElementExists},
		{value.Unordered, []any{1, 1}, engine.ElementExists},
	} {
		list := value.NewList(1)
		list.Order = c.order
		_, _, err := engine.Apply(list, &cdt.Op{Kind: cdt.ListAppend, Values: c.values, Flags: cdt.AddUnique.Number()}, nil)
		var refused *engine.Error
		if !errors.As(err, &refused) || refused.Code != c.want {
			t.Errorf("%v to a list of order %d: %v, want code %d", c.values, c.order, err, c.want)
		}
	}
}
