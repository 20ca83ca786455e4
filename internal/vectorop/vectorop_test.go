package vectorop_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/vectorop"
)

func decode(line string) (string, cdt.Op, error) {
	return vectorop.Decode([]byte(line), func(data json.RawMessage) (v any, err error) {
		return v, json.Unmarshal(data, &v)
	})
}

func TestDecodeSaysWhatTheClientSent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, line, want string }{
		{
			"a selector with an inverted return type",
			`{"op":"list_get_by_rank_range_count","bin":"b","rank":-2,"count":3,"rt":"!count"}`,
			"list get b: not ranks from -2, 3 of them",
		},
		{"one element of a range", `{"op":"list_pop_range","bin":"b","index":2,"count":1,"ctx":[["list_index",0]]}`, "list pop b"},
		{"a mode", `{"op":"map_put","bin":"b","key":"k","value":1,"policy":{"mode":"create_only"}}`, "map add b"},
		{"a path that an operation creates", `{"op":"map_create","bin":"b","order":"key","ctx":[["map_key","k"]]}`, "map set order b: key, created"},
		{"a shift", `{"op":"bit_lshift","bin":"b","bit_offset":1,"bit_size":2,"shift":3}`, "bit shift left b"},
		{"a union", `{"op":"hll_get_union","bin":"b","hlls":["x"]}`, "hll get union b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			bin, op, err := decode(tc.line)
			if err != nil {
				t.Fatal(err)
			}
			got := op.Kind.String() + " " + bin
			if op.Select != nil {
				got += ": " + op.Select.String()
			}
			for _, step := range op.Path {
				got = fmt.Sprintf("%s: %v", got, step)
			}
			if got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, line, want string }{
		{"another operation", `{"op":"list_frob","bin":"b"}`, "the operation is unknown"},
		{"another selector", `{"op":"list_get_by_luck","bin":"b","rt":"none"}`, "the operation is unknown"},
		{"another argument", `{"op":"list_size","bin":"b","size":1}`, `unknown field "size"`},
		{"another flag", `{"op":"list_append","bin":"b","values":[1],"policy":{"flags":["fast"]}}`, `"fast" is unknown`},
		{"another order", `{"op":"list_set_order","bin":"b","order":"random"}`, `"random" is unknown`},
		{"another return type", `{"op":"list_get_by_rank","bin":"b","rt":"all"}`, `"all" is unknown`},
		{"another step", `{"op":"list_size","bin":"b","ctx":[["list_luck",1]]}`, `the step "list_luck" of a path is unknown`},
		{"a step without its index", `{"op":"list_size","bin":"b","ctx":[["list_index"]]}`, "a step of a path is too short"},
		{"no count", `{"op":"list_get_by_rank_range_count","bin":"b","rank":1,"rt":"none"}`, "the count is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := decode(tc.line); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("the error is %v, want %q", err, tc.want)
			}
		})
	}
}
