package memory_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/memory"
)

func TestValuesAreReadBackAsAServerReturnsThem(t *testing.T) {
	s := memory.NewT(t)
	for name, tt := range map[string]struct{ in, out any }{
		"int8":       {int8(-1), -1},
		"int16":      {int16(-1), -1},
		"int32":      {int32(-1), -1},
		"int64":      {int64(-1), -1},
		"uint":       {uint(1), 1},
		"uint8":      {uint8(1), 1},
		"uint16":     {uint16(1), 1},
		"uint32":     {uint32(1), 1},
		"uint64":     {uint64(1), 1},
		"bool":       {true, true},
		"float":      {2.0, 2.0},
		"GeoJSON":    {point, point},
		"nil bytes":  {[]byte(nil), []byte{}},
		"nil list":   {[]any(nil), []any{}},
		"nil map":    {map[any]any(nil), map[any]any{}},
		"nested":     {[]any{nil, int8(1), []any{uint16(2)}}, []any{nil, 1, []any{2}}},
		"map keys":   {map[any]any{int8(1): int16(2), "k": nil}, map[any]any{1: 2, "k": nil}},
		"not UTF-8":  {"\xff", "\xff"},
		"empty text": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			mustPut(t, s, key(name), bins{"a": tt.in})
			if got := mustGet(t, s, key(name)).Bins["a"]; !reflect.DeepEqual(got, tt.out) {
				t.Errorf("%#v came back as %#v, want %#v", tt.in, got, tt.out)
			}
		})
	}
}

func TestStoreSharesNoValueWithTheCaller(t *testing.T) {
	ctx := t.Context()
	value := func() bins {
		return bins{
			"bytes": []byte{1, 2},
			"list":  []any{[]byte{1}, map[any]any{"k": []any{1}}},
			"map":   map[any]any{"k": map[any]any{"l": []byte{1}}},
		}
	}
	for name, read := range map[string]func(s *memory.Store) bins{
		"Get": func(s *memory.Store) bins { return mustGet(t, s, key("a")).Bins },
		"Select": func(s *memory.Store) bins {
			r, _ := s.Select(ctx, key("a"), []string{"bytes", "list", "map"})
			return r.Bins
		},
		"Operate": func(s *memory.Store) bins {
			r, _ := s.Operate(ctx, key("a"), []aerostore.Operation{aerostore.ReadAll()})
			return r.Bins
		},
		"Operate that writes": func(s *memory.Store) bins {
			r, _ := s.Operate(ctx, key("a"), []aerostore.Operation{
				aerostore.ReadBin("bytes"), aerostore.ReadBin("list"), aerostore.ReadBin("map"), aerostore.TouchRecord(),
			})
			return r.Bins
		},
		"BatchRead": func(s *memory.Store) bins {
			results, _ := s.BatchRead(ctx, []aerostore.Key{key("a")}, nil)
			return results[0].Record.Bins
		},
		"Query": func(s *memory.Store) bins {
			for r := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users"}) {
				return r.Bins
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.NewT(t)
			in := value()
			mustPut(t, s, key("a"), in)
			fake.Spoil(in)
			fake.Spoil(read(s))
			if got := read(s); !reflect.DeepEqual(got, value()) {
				t.Errorf("the record became %v", got)
			}
		})
	}
}

func TestAppendKeepsItsOperandsApart(t *testing.T) {
	s := memory.NewT(t)
	operand := []byte{2}
	mustPut(t, s, key("a"), bins{"a": []byte{1}})
	before := mustGet(t, s, key("a"))
	if err := s.Append(t.Context(), key("a"), bins{"a": operand, "b": operand}); err != nil {
		t.Fatal(err)
	}
	operand[0] = 9
	want := bins{"a": []byte{1, 2}, "b": []byte{2}}
	if got := mustGet(t, s, key("a")).Bins; !reflect.DeepEqual(got, want) {
		t.Errorf("bins %v, want %v", got, want)
	}
	if !reflect.DeepEqual(before.Bins, bins{"a": []byte{1}}) {
		t.Errorf("the record read before became %v", before.Bins)
	}
}

func TestGeoJSONIsChecked(t *testing.T) {
	s := memory.NewT(t)
	for text, valid := range map[string]bool{ // as a server answered
		``: false, `{}`: false, `[]`: false, `null`: false, `"x"`: false,
		`{"type":"Point"}`:                                                                                 false,
		`{"type":"Point","coordinates":[]}`:                                                                false,
		`{"type":"Point","coordinates":[1]}`:                                                               false,
		`{"type":"Point","coordinates":[1,2,3]}`:                                                           false,
		`{"type":"Point","coordinates":["a","b"]}`:                                                         false,
		`{"type":"Point","coordinates":[1000,2000]}`:                                                       false,
		`{"type":"Point","coordinates":[1,2]} x`:                                                           false,
		`{"type":"point","coordinates":[1,2]}`:                                                             false,
		`{"type":"LineString","coordinates":[[1,2],[3,4]]}`:                                                false,
		`{"type":"Polygon","coordinates":[[1,2]]}`:                                                         false,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}`:                                           false,
		`{"type":"AeroCircle","coordinates":[[1,2]]}`:                                                      false,
		`{"type":"Feature","geometry":null}`:                                                               false,
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`:                false,
		`{"type":"Point","coordinates":[1,2]}`:                                                             true,
		` {"coordinates":[1,2],"type":"Point","bbox":[1,2]}`:                                               true,
		`{"type":"Polygon","coordinates":[]}`:                                                              true,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`:                                     true,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`:                              true,
		`{"type":"AeroCircle","coordinates":[[1,2],300]}`:                                                  true,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}`:               true,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1]]]]}`:                              false,
		`{"type":"Point","coordinates":[1,null]}`:                                                          false,
		`{"type":"Point","coordinates":null}`:                                                              false,
		`{"type":"Point","coordinates":[true,1]}`:                                                          false,
		`{"type":"Point","coordinates":[180.0000001,0]}`:                                                   false,
		`{"type":"Point","coordinates":[1,90.1]}`:                                                          false,
		`{"type":"Point","coordinates":[1,2],"x":9223372036854775808}`:                                     false,
		`{"type":"Point","coordinates":[1,2],"x":-9223372036854775809}`:                                    false,
		`{"type":"Point","coordinates":[1,2],"x":1e309}`:                                                   false,
		`{"type":"Point","coordinates":[1,2],"x":-1e309}`:                                                  false,
		`{"type":"Point","coordinates":[1,2],"x":"\u0000"}`:                                                false,
		`{"type":"Point","coordinates":[1,2],"x":"\ud800"}`:                                                false,
		`{"type":"Point","coordinates":[1,2],"x":"\udc00"}`:                                                false,
		`{"type":"Point","coordinates":[1,2],"x":"\ud83dx"}`:                                               false,
		`{"type":"Point","coordinates":[1,2],"x":"\ud83d\u0041"}`:                                          false,
		`{"type":"Point","coordinates":[1,2],"x":{"\u0000":1}}`:                                            false,
		`{"type":"AeroCircle","coordinates":[[1,2],1e9]}`:                                                  false,
		`{"type":"AeroCircle","coordinates":[[1,2],null]}`:                                                 false,
		`{"type":"AeroCircle","coordinates":[[1,200],3]}`:                                                  false,
		`{"type":"Feature","geometry":{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}}`: false,
		`{"type":"FeatureCollection","features":[]}`:                                                       false,
		`{"type":"Point","coordinates":[1.0,2e0]}`:                                                         true,
		`{"type":"Point","coordinates":[1e-400,0]}`:                                                        true,
		`{"type":"Point","coordinates":[180,90]}`:                                                          true,
		`{"type":"Point","coordinates":[1,2],"x":9223372036854775807}`:                                     true,
		`{"type":"Point","coordinates":[1,2],"x":-9223372036854775808}`:                                    true,
		`{"type":"Point","coordinates":[1,2],"x":9223372036854775808.0}`:                                   true,
		`{"type":"Point","coordinates":[1,2],"x":1e308}`:                                                   true,
		`{"type":"Point","coordinates":[1,2],"x":"\ud83d\ude00"}`:                                          true,
		`{"type":"Point","coordinates":[1,2],"x":"\\u0000"}`:                                               true,
		`{"type":"Point","coordinates":[1,2],"x":{"a":1,"a":2}}`:                                           true,
		`{"type":"AeroCircle","coordinates":[[1,2],-1]}`:                                                   true,
		`{"type":"AeroCircle","coordinates":[[1,2],9758914]}`:                                              true,
		`{"type":"Feature","geometry":{"type":"AeroCircle","coordinates":[[1,2],3]}}`:                      true,
		"{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":\"\xff\"}":                                        false,
		nested(2047): true, nested(2048): false,
	} {
		want := aerostore.CodeInvalidGeoJSON
		if valid {
			want = aerostore.CodeOK
		}
		t.Run(text[:min(len(text), 100)], func(t *testing.T) {
			wantCode(t, s.Put(t.Context(), key("a"), bins{"a": aerostore.GeoJSON(text)}), want)
		})
	}
}

// nested returns a point beside a list that nests that deep.
func nested(depth int) string {
	return `{"type":"Point","coordinates":[1,2],"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
}
