package memory_test

import (
	"reflect"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestReadsReturnTheRecord(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"a": 1, "b": "x", "": 2.5})
	for name, tt := range map[string]struct {
		names []string
		want  bins
	}{
		"nil":               {nil, bins{}},
		"none":              {[]string{}, bins{}},
		"one":               {[]string{"a"}, bins{"a": 1}},
		"one twice":         {[]string{"a", "a"}, bins{"a": 1}},
		"one of two":        {[]string{"a", "zz"}, bins{"a": 1}},
		"a missing one":     {[]string{"zz"}, bins{}},
		"of the empty name": {[]string{""}, bins{"": 2.5}},
	} {
		t.Run("select "+name, func(t *testing.T) {
			r, err := s.Select(ctx, key("a"), tt.names)
			if err != nil || !reflect.DeepEqual(r.Bins, tt.want) || r.Key != key("a") || r.Generation != 1 {
				t.Errorf("%+v, %v; want bins %v", r, err, tt.want)
			}
			_, err = s.Select(ctx, key("b"), tt.names)
			wantCode(t, err, aerostore.CodeNotFound)
		})
	}
	for id, want := range map[string]bool{"a": true, "b": false} {
		if got, err := s.Exists(ctx, key(id)); got != want || err != nil {
			t.Errorf("Exists(%s): %v, %v", id, got, err)
		}
		if got, err := s.Remove(ctx, key(id)); got != want || err != nil {
			t.Errorf("Remove(%s): %v, %v", id, got, err)
		}
	}
}
