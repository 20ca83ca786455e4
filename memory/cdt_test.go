package memory_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

func TestOperateChangesListsAndMaps(t *testing.T) {
	s := memory.NewT(t)
	scores, profile := aerostore.ListBin("scores"), aerostore.MapBin("profile")
	mustPut(t, s, key("a"), bins{"scores": []any{3, 1, 2}, "n": 1})
	r, err := s.Operate(t.Context(), key("a"), []aerostore.Operation{
		scores.Append(9),
		scores.Get(cdt.Ranks(-2, 2)),
		profile.Create(cdt.KeyOrdered).Put("name", "Ada"),
		profile.Create(cdt.KeyOrdered).In(cdt.Key("devices").Create(cdt.KeyOrdered)).Put("web", []any{1}),
		aerostore.ReadBin("profile"),
		aerostore.ReadBin("none"),
		aerostore.AddBin("n", 1),
	})
	if err != nil {
		t.Fatal(err)
	}
	type pairs = []aerostore.MapPair
	wantProfile := pairs{{Key: "devices", Value: pairs{{Key: "web", Value: []any{1}}}}, {Key: "name", Value: "Ada"}}
	for i, want := range []any{4, []any{3, 9}, 1, 1, wantProfile, nil, nil} {
		if got := r.Step(i).Value(); !reflect.DeepEqual(got, want) {
			t.Errorf("step %d returned %v, want %v", i, got, want)
		}
	}
	type results = aerostore.OpResults
	if want := (bins{"scores": results{4, []any{3, 9}}, "profile": results{1, 1, wantProfile}}); !reflect.DeepEqual(r.Bins, want) {
		t.Errorf("results by bin: %v, want %v", r.Bins, want)
	}
	if want, got := (bins{"scores": []any{3, 1, 2, 9}, "profile": wantProfile, "n": 2}), mustGet(t, s, key("a")).Bins; !reflect.DeepEqual(got, want) {
		t.Errorf("the record has %v, want %v", got, want)
	}
}

func TestAFailedOperateLeavesNothing(t *testing.T) {
	s := memory.NewT(t)
	before := bins{"l": []any{3, 1, 2}, "m": map[any]any{"a": 1}, "b": []byte{1, 2}, "n": 1}
	mustPut(t, s, key("a"), before, 100*second)
	l, m := aerostore.ListBin("l"), aerostore.MapBin("m")
	_, err := s.Operate(t.Context(), key("a"), []aerostore.Operation{
		l.Append(9), l.Sort(), l.Remove(cdt.Index(0)), l.SetOrder(cdt.Unordered), m.Put("b", 2), m.Remove(cdt.Key("a")),
		aerostore.BitBin("b").Not(0, 8),
		aerostore.HLLBin("h").Create(8, 0).Init(), aerostore.WriteBin("new", []any{1}), aerostore.ListBin("new").Append(2), aerostore.AddBin("n", 1),
		l.GetAt(7),
	})
	var e *aerostore.Error
	if !errors.As(err, &e) || e.Code != aerostore.CodeOpNotApplicable {
		t.Fatalf("Operate failed with %v, want %v", err, aerostore.CodeOpNotApplicable)
	}
	if want := `operation 11, list get at on bin "l": the list has no index 7`; e.Err == nil || e.Err.Error() != want {
		t.Errorf("the cause is %v, want %s", e.Err, want)
	}
	r := mustGet(t, s, key("a"))
	if !reflect.DeepEqual(r.Bins, before) || r.Generation != 1 {
		t.Errorf("afterwards the record has %v, generation %d", r.Bins, r.Generation)
	}
}

func operate(t testing.TB, s aerostore.Store, key aerostore.Key, ops ...aerostore.Operation) *aerostore.Record {
	t.Helper()
	r, err := s.Operate(t.Context(), key, ops)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
