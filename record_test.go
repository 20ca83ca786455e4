package aerostore_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

func TestAccessorsSayWhenABinIsMissingOrOfAnotherType(t *testing.T) {
	r := &aerostore.Record{Bins: aerostore.Bins{
		"int": 36, "float": 1.5, "bool": true, "str": "Ada", "bytes": []byte("x"), "nil": nil,
		"list": []any{1}, "map": map[any]any{"k": 1}, "pairs": []aerostore.MapPair{{Key: "k", Value: 1}},
		"geo": aerostore.GeoJSON("{}"), "hll": aerostore.HLL{1}, "results": aerostore.OpResults{1, 2},
	}}
	access := map[string]func(*aerostore.Record, string) error{
		"int":     func(r *aerostore.Record, b string) error { _, err := r.Int(b); return err },
		"float":   func(r *aerostore.Record, b string) error { _, err := r.Float(b); return err },
		"bool":    func(r *aerostore.Record, b string) error { _, err := r.Bool(b); return err },
		"str":     func(r *aerostore.Record, b string) error { _, err := r.Str(b); return err },
		"bytes":   func(r *aerostore.Record, b string) error { _, err := r.Bytes(b); return err },
		"list":    func(r *aerostore.Record, b string) error { _, err := r.List(b); return err },
		"map":     func(r *aerostore.Record, b string) error { _, err := r.Map(b); return err },
		"pairs":   func(r *aerostore.Record, b string) error { _, err := r.Pairs(b); return err },
		"geo":     func(r *aerostore.Record, b string) error { _, err := r.GeoJSON(b); return err },
		"hll":     func(r *aerostore.Record, b string) error { _, err := r.HLL(b); return err },
		"results": func(r *aerostore.Record, b string) error { _, err := r.Results(b); return err },
	}
	for name, get := range access {
		t.Run(name, func(t *testing.T) {
			for bin := range r.Bins {
				err := get(r, bin)
				switch bin {
				case name:
					if err != nil {
						t.Errorf("its own bin: %v", err)
					}
				case "nil":
					if !errors.Is(err, aerostore.ErrBinNotFound) {
						t.Errorf("a nil bin: %v", err)
					}
				default:
					if !errors.Is(err, aerostore.ErrBinType) || errors.Is(err, aerostore.ErrBinNotFound) {
						t.Errorf("bin %s: %v", bin, err)
					}
					if strings.Contains(err.Error(), "Ada") {
						t.Errorf("the error holds the value: %v", err)
					}
				}
			}
			for what, r := range map[string]*aerostore.Record{"a bin that is not there": r, "a nil record": nil} {
				err := get(r, "none")
				if !errors.Is(err, aerostore.ErrBinNotFound) || !strings.Contains(err.Error(), `"none"`) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	if v, err := r.Int("int"); v != 36 || err != nil {
		t.Errorf("Int = %v, %v", v, err)
	}
}

// What can be read from a bin can be read from a step. A step has Bins in addition, and a
// record OpResults.
func TestARecordAndAStepHaveTheSameAccessors(t *testing.T) {
	accessors := func(of reflect.Type, args int) (names []string) {
		for m := range of.Methods() {
			if m.Type.NumIn() == 1+args && m.Type.NumOut() == 2 && m.Type.Out(1) == reflect.TypeFor[error]() {
				names = append(names, m.Name+" "+m.Type.Out(0).String())
			}
		}
		return names
	}
	record := accessors(reflect.TypeFor[*aerostore.Record](), 1)
	step := accessors(reflect.TypeFor[aerostore.StepResult](), 0)
	record = append(slices.DeleteFunc(record, func(name string) bool { return name == "Results aerostore.OpResults" }), "Bins aerostore.Bins")
	slices.Sort(record)
	if !slices.Equal(record, step) {
		t.Errorf("a record has the accessors\n%q, a step\n%q", record, step)
	}
}

func TestNewStepsRecordAllocatesOnceForFewSteps(t *testing.T) {
	for n := 1; n <= 8; n++ {
		var r *aerostore.Record
		if got := testing.AllocsPerRun(100, func() { r, _ = aerostore.NewStepsRecord(n) }); got != 1 {
			t.Errorf("%d steps took %.0f allocations", n, got)
		}
		_ = r
	}
}

func TestResultsThatAreAllNothingTakeNoMemory(t *testing.T) {
	r := new(aerostore.Record)
	results := make([]any, 3)
	if n := testing.AllocsPerRun(100, func() { r.SetSteps(results) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	results[1] = "changed by the caller"
	if got := r.Step(1).Value(); got != nil {
		t.Errorf("the second result is %v", got)
	}
	text, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(text), `"steps":[null,null,null]`) {
		t.Errorf("%s, %v", text, err)
	}
}
