package memory_test

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/memory"
)

// A flag of any number, which the compiler takes for one of a read or a write.
type (
	readFlag struct {
		exp.ReadFlag

		number uint8
	}
	writeFlag struct {
		exp.WriteFlag

		number uint8
	}
)

func (f readFlag) Number() uint8  { return f.number }
func (f writeFlag) Number() uint8 { return f.number }

// mistyped is an expression that compares an integer with a string, which only bytes can
// say.
func mistyped(t *testing.T) exp.Bool {
	t.Helper()
	b, err := hex.DecodeString("9301" + "935102a16e" + "a203" + hex.EncodeToString([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	e, err := exp.Decode[exp.Bool](b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnExpressionThatFailsSaysWhy(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"n": 1, "s": "secret"})
	n, read, write := exp.IntBin("n"), aerostore.ReadExp, aerostore.WriteExp
	bad := mistyped(t)
	for name, c := range map[string]struct {
		ops  []aerostore.Operation
		code aerostore.ResultCode
		why  string
	}{
		"unknown":                    {[]aerostore.Operation{aerostore.ReadBin("n"), read("r", exp.IntBin("s"))}, aerostore.CodeOpNotApplicable, `operation 1, exp read on bin "r": the expression has no value`},
		"mistyped":                   {[]aerostore.Operation{read("r", bad)}, aerostore.CodeParameter, `operation 0, exp read on bin "r": values of different types`},
		"mistyped with EvalNoFail":   {[]aerostore.Operation{write("r", bad, exp.EvalNoFail)}, aerostore.CodeParameter, "values of different types"},
		"unknown before mistyped":    {[]aerostore.Operation{read("r", exp.IntBin("s")), read("r", bad)}, aerostore.CodeOpNotApplicable, "operation 0"},
		"mistyped before unknown":    {[]aerostore.Operation{read("r", bad), read("r", exp.IntBin("s"))}, aerostore.CodeParameter, "operation 0"},
		"create only":                {[]aerostore.Operation{write("n", n, exp.CreateOnly)}, aerostore.CodeBinExists, `exp write on bin "n": the bin exists`},
		"update only":                {[]aerostore.Operation{write("z", n, exp.UpdateOnly)}, aerostore.CodeBinNotFound, `exp write on bin "z": the bin does not exist`},
		"nil":                        {[]aerostore.Operation{write("n", exp.Nil())}, aerostore.CodeOpNotApplicable, "may not delete"},
		"a read with a write's flag": {[]aerostore.Operation{read("r", n, readFlag{number: 1})}, aerostore.CodeParameter, "flags"},
		"a write with no such flag":  {[]aerostore.Operation{write("r", n, writeFlag{number: 32})}, aerostore.CodeParameter, "flags"},
	} {
		_, err := s.Operate(t.Context(), key("a"), c.ops)
		wantCode(t, err, c.code)
		if err == nil || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", name, err, c.why)
		}
	}
	if r := mustGet(t, s, key("a")); !reflect.DeepEqual(r.Bins, bins{"n": 1, "s": "secret"}) || r.Generation != 1 {
		t.Errorf("afterwards the record is %+v", *r)
	}
}

func TestAWrittenValueSharesNothingWithWhatItWasMadeOf(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"l": []any{1, []any{2}}, "b": []byte{1}})
	literal := exp.ListVal([]any{1})
	a, l := aerostore.ListBin("a"), aerostore.ListBin("l")
	for range 2 {
		operate(
			t, s, key("a"), aerostore.WriteExp("a", exp.ListBin("l")), a.Append(3), l.Append(4), aerostore.WriteExp("c", literal), aerostore.ListBin("c").Append(2),
			aerostore.WriteExp("d", exp.BytesBin("b")), aerostore.BitBin("d").Not(0, 8),
		)
	}
	want := bins{
		"l": []any{1, []any{2}, 4, 4}, "a": []any{1, []any{2}, 4, 3}, "b": []byte{1}, "c": []any{[]any{1}, 2}, "d": []byte{0xfe},
	}
	if got := mustGet(t, s, key("a")).Bins; !reflect.DeepEqual(got, want) {
		t.Errorf("the record has %v, want %v", got, want)
	}
	if text := literal.Source(); text != "[[1]]" {
		t.Errorf("the literal became %s", text)
	}
}

func TestExpressionsOfOneRecordFollowEachOther(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"n": 0, "m": map[any]any{"a": 3, "b": 1}})
	const workers, each = 8, 50
	add := aerostore.WriteExp("n", exp.Add(exp.IntBin("n"), exp.IntVal(1)))
	least := aerostore.ReadExp("least", exp.MapBin("m").IntAt(cdt.Rank(0)))
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range each {
				if _, err := s.Operate(t.Context(), key("a"), []aerostore.Operation{add, least}); err != nil {
					t.Error(err)
				}
				r, err := s.Operate(t.Context(), key("a"), []aerostore.Operation{least})
				if err != nil || r.Bins["least"] != 1 {
					t.Errorf("the least is %v (%v)", r, err)
				}
			}
		})
	}
	group.Wait()
	if n := mustGet(t, s, key("a")).Bins["n"]; n != workers*each {
		t.Errorf("%v writes, want %d", n, workers*each)
	}
}

func TestAnExpressionThatMakesARecordTooBigIsNotWritten(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"l": []any{strings.Repeat("x", 1000)}})
	double := aerostore.WriteExp("l", exp.ListBin("l").AppendAll(exp.ListBin("l")))
	var err error
	doubled := 0
	for ; err == nil && doubled < 100; doubled++ {
		_, err = s.Operate(t.Context(), key("a"), []aerostore.Operation{aerostore.AddBin("n", 1), double})
	}
	if !errors.Is(err, aerostore.ErrRecordTooBig) && !errors.Is(err, aerostore.CodeOpNotApplicable) {
		t.Errorf("after %d times: %v", doubled, err)
	}
	if n := mustGet(t, s, key("a")).Bins["n"]; n != doubled-1 {
		t.Errorf("%v times it was written, want %d", n, doubled-1)
	}
}
