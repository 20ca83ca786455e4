package memory_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

func TestANamespaceHas256Indexes(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	index := func(namespace string, name, bin int) aerostore.Index {
		return aerostore.Index{Namespace: namespace, Set: "users", Name: fmt.Sprint("i", name), Bin: fmt.Sprint("b", bin), Type: aerostore.IndexInt}
	}
	for i := range 256 {
		if err := s.CreateIndex(ctx, index("test", i, i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		what string
		err  error
		want aerostore.ResultCode
	}{
		{"one more", s.CreateIndex(ctx, index("test", 256, 256)), aerostore.CodeIndexMaxCount},
		{"the same again", s.CreateIndex(ctx, index("test", 3, 3)), aerostore.CodeOK},
		{"a new name", s.CreateIndex(ctx, index("test", 256, 3)), aerostore.CodeOK},
		{"a name that is taken", s.CreateIndex(ctx, index("test", 4, 256)), aerostore.CodeIndexFound},
		{"another namespace", s.CreateIndex(ctx, index("bar", 256, 256)), aerostore.CodeOK},
		{"a drop", s.DropIndex(ctx, index("test", 4, 4)), aerostore.CodeOK},
		{"one more after it", s.CreateIndex(ctx, index("test", 300, 300)), aerostore.CodeOK},
		{"two more after it", s.CreateIndex(ctx, index("test", 301, 301)), aerostore.CodeIndexMaxCount},
	} {
		if aerostore.CodeOf(step.err) != step.want {
			t.Errorf("%s: %v, want %v", step.what, step.err, step.want)
		}
	}

	err := s.Load(strings.NewReader(`{"records": {"test": {"users": [{"key": 1, "bins": {"n": 1}}]}},
		"indexes": [{"namespace": "test", "set": "users", "name": "n", "bin": "n", "type": "int"}]}`))
	if !errors.Is(err, aerostore.CodeIndexMaxCount) {
		t.Errorf("Load of one more: %v", err)
	}
	if existed, _ := s.Exists(ctx, aerostore.NewKey("test", "users", 1)); existed {
		t.Error("what was not loaded in full left a record")
	}
	var text bytes.Buffer
	if err := s.Snapshot(&text); err != nil {
		t.Fatal(err)
	}
	if err := s.Load(&text); err != nil {
		t.Errorf("Load of those that are there: %v", err)
	}
}

func TestANamespaceHas4095Sets(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	in := func(set string) aerostore.Key { return aerostore.NewKey("test", set, 1) }
	const most = 4095
	mustPut(t, s, in(""), bins{"a": 1}) // which does not count
	for i := range most - 1 {
		mustPut(t, s, in(fmt.Sprint("set", i)), bins{"a": 1})
	}
	two := `{"records": {"test": {"new": [{"key": 1, "bins": {"n": 1}}], "newer": [{"key": 1, "bins": {"n": 1}}]}}}`
	if err := s.Load(strings.NewReader(two)); !errors.Is(err, aerostore.CodeParameter) {
		t.Errorf("Load of two more sets: %v", err)
	}
	mustPut(t, s, in("last"), bins{"a": 1}) // Load made neither of both
	for name, tt := range map[string]struct {
		write write
		want  aerostore.ResultCode
	}{
		"put":             {put(bins{"a": 1}), aerostore.CodeParameter},
		"put of nil":      {put(bins{"a": nil}), aerostore.CodeParameter},
		"increment":       {increment(bins{"a": 1}), aerostore.CodeParameter},
		"touch":           {touch(), aerostore.CodeNotFound},
		"update only":     {put(bins{"a": 1}, aerostore.UpdateOnly), aerostore.CodeNotFound},
		"with generation": {put(bins{"a": 1}, aerostore.GenerationEqual(3)), aerostore.CodeGeneration},
		"remove":          {remove(), aerostore.CodeOK},
	} {
		if err := tt.write.do(t, s, in("new")); aerostore.CodeOf(err) != tt.want {
			t.Errorf("%s to one more set: %v, want %v", name, err, tt.want)
		}
	}
	mustPut(t, s, in("set7"), bins{"a": 2})
	mustPut(t, s, aerostore.NewKey("bar", "new", 1), bins{"a": 1})
	if _, err := s.Remove(ctx, in("set7")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, put(bins{"a": 1}).do(t, s, in("new")), aerostore.CodeParameter) // a set stays without records
}

func TestConcurrentQueriesCanBeLimited(t *testing.T) {
	s := memory.NewT(t, memory.WithMaxQueries(2))
	numbers(t, s, 3)
	ctx := t.Context()
	rows := 0
	for _, err := range s.Query(ctx, everything) {
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range s.Query(ctx, everything) {
			if err != nil {
				t.Fatal(err)
			}
			wantCode(t, queryError(ctx, s, everything), aerostore.CodeForbidden)
			rows++
		}
		if err := queryError(ctx, s, everything); err != nil {
			t.Errorf("a second one after others were refused: %v", err)
		}
		break
	}
	if rows != 3 {
		t.Errorf("%d records of the second query", rows)
	}
	func() {
		defer func() { _ = recover() }()
		for range s.Query(ctx, everything) {
			panic("of the caller")
		}
	}()
	for range 3 {
		if err := queryError(ctx, s, everything); err != nil {
			t.Errorf("after all have ended: %v", err)
		}
	}
}

// TestSizesOfListsAndMapsCountToTheByte has the largest string that a server takes into a
// record whose set has a name of five bytes, with what operations make of it.
func TestSizesOfListsAndMapsCountToTheByte(t *testing.T) {
	const limit = 1 << 20
	l, m := aerostore.ListBin("l"), aerostore.MapBin("l")
	for name, tt := range map[string]struct {
		overhead int
		ops      func(text string) []aerostore.Operation
	}{
		"a string": {53, func(text string) []aerostore.Operation { return []aerostore.Operation{aerostore.WriteBin("l", text)} }},
		"a list":   {60, func(text string) []aerostore.Operation { return []aerostore.Operation{l.Append(text)} }},
		"an ordered list": {63, func(text string) []aerostore.Operation {
			return []aerostore.Operation{l.Create(cdt.Ordered).Append(text)}
		}},
		"a map": {61, func(text string) []aerostore.Operation { return []aerostore.Operation{m.Put(1, text)} }},
		"an ordered map": {65, func(text string) []aerostore.Operation {
			return []aerostore.Operation{m.Create(cdt.KeyOrdered).Put(1, text)}
		}},
		"a map with an index": {191, func(text string) []aerostore.Operation {
			m := m.Create(cdt.KeyValueOrdered)
			ops := []aerostore.Operation{m.WithIndex().SetOrder(cdt.KeyValueOrdered), m.Put(1, text)}
			for i := range 20 {
				ops = append(ops, m.Put(2+i, i))
			}
			return ops
		}},
		"more that is removed": {60, func(text string) []aerostore.Operation {
			return []aerostore.Operation{l.Append(text), l.Append(text), l.Pop(0)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.NewT(t)
			_, err := s.Operate(t.Context(), key("a"), tt.ops(strings.Repeat("x", limit-tt.overhead+1)))
			wantCode(t, err, aerostore.CodeRecordTooBig)
			if existed, _ := s.Exists(t.Context(), key("a")); existed {
				t.Error("what was too big left a record")
			}
			text := strings.Repeat("x", limit-tt.overhead)
			operate(t, s, key("a"), tt.ops(text)...)
			_, err = s.Operate(t.Context(), key("a"), append(tt.ops(text), aerostore.WriteBin("n", 1)))
			wantCode(t, err, aerostore.CodeRecordTooBig)
		})
	}
}

func TestARecordOverTheLimitIsTooBig(t *testing.T) {
	// The largest blob, text or list that a server of 1 MiB accepted, beside
	// the other bins named, under the id "size" of the set "mm1".
	blob := func(n int) any { return make([]byte, n) }
	for name, tt := range map[string]struct {
		largest int
		value   func(n int) any
		others  bins
		opts    []aerostore.WriteOption
	}{
		"blob":                {1048525, blob, nil, nil},
		"text":                {1048525, func(n int) any { return strings.Repeat("x", n) }, nil, nil},
		"with a TTL":          {1048521, blob, nil, []aerostore.WriteOption{100 * second}},
		"with its key":        {1048519, blob, nil, []aerostore.WriteOption{aerostore.SendKey}},
		"beside an integer":   {1048520, blob, bins{"b": 1}, nil},
		"beside 60000":        {1048519, blob, bins{"b": 60000}, nil},
		"beside 70000":        {1048517, blob, bins{"b": 70000}, nil},
		"beside -1":           {1048513, blob, bins{"b": -1}, nil},
		"beside a float":      {1048514, blob, bins{"b": 1.5}, nil},
		"beside a bool":       {1048521, blob, bins{"b": true}, nil},
		"beside GeoJSON":      {1048471, blob, bins{"b": aerostore.GeoJSON(`{"type":"Point","coordinates":[1,2]}`)}, nil},
		"beside an empty map": {1048517, blob, bins{"b": map[any]any{}}, nil},
		"a list of integers": {1048520, func(n int) any {
			list := make([]any, n)
			for i := range list {
				list[i] = 1
			}
			return list
		}, nil, nil},
		"a list of everything": {1048482, func(n int) any {
			return []any{make([]byte, n), true, 1.5, nil, 1000, 100000, 1 << 40, -5, -100, "abc"}
		}, nil, nil},
		"a map": {1048515, func(n int) any { return map[any]any{"k": make([]byte, n)} }, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.NewT(t)
			k := aerostore.NewKey("test", "mm1", "size")
			for n, want := range map[int]aerostore.ResultCode{
				tt.largest: aerostore.CodeOK, tt.largest + 1: aerostore.CodeRecordTooBig,
			} {
				b := bins{"a": tt.value(n)}
				for name, value := range tt.others {
					b[name] = value
				}
				wantCode(t, s.Put(t.Context(), k, b, tt.opts...), want)
			}
		})
	}
	small := memory.NewT(t, memory.WithMaxRecordSize(100))
	wantCode(t, small.Put(t.Context(), key("a"), bins{"a": strings.Repeat("x", 100)}), aerostore.CodeRecordTooBig)
	wantCode(t, small.Put(t.Context(), key("a"), bins{"a": "x"}), aerostore.CodeOK)
}
