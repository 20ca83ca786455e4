package vectorop_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/internal/vectorop"
)

func TestExpressionSaysWhatTheClientPacks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, line, want string }{
		{"a comparison", `["gt",["int_bin","a"],["val",{"i":7}]]`, `a > 7`},
		{"a bin that exists", `["bin_exists","a"]`, `exists(a)`},
		{"a variable", `["let",["def","x",["int_bin","a"]],["eq",["var","x"],["val",{"i":1}]]]`, `let $x = a in $x == 1`},
		{"a pattern", `["regex","^a",["icase",8],["str_bin","s"]]`, `s.matches("^a", ignoring case)`},
		{"a get with a path", `["list_get_by_index","!value","int",["val",{"i":0}],["list_bin","l"],[["map_key",{"s":"k"}]]]`, `l["k"].get(not index 0)`},
		{"an open interval", `["map_get_by_key_range","key",null,["val",{"s":"b"}],["map_bin","m"]]`, `m.get(keys from nil, "b"; keys)`},
		{"a put that creates only", `["map_put",{"order":"key","flags":["create_only"]},["val",{"s":"k"}],["val",{"i":1}],["map_bin","m"]]`, `m.add("k", 1, order 1)`},
		{"bits", `["bit_add",null,["val",{"i":0}],["val",{"i":8}],["val",{"i":1}],true,"wrap",["blob_bin","b"]]`, `b.bits.add(0, 8, 1, action 5)`},
		{"a HyperLogLog", `["hll_add",{"flags":["no_fail"]},["val",{"list":[{"i":1}]}],["hll_bin","h"]]`, `h.add([1], -1, -1, flags 4)`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n, err := vectorop.Expression(json.RawMessage(tc.line))
			if err != nil {
				t.Fatal(err)
			}
			if got := n.Source(true); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestExpressionRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, line, want string }{
		{"another function", `["frob",["int_bin","a"]]`, `the expression "frob" is unknown`},
		{"another selector", `["list_get_by_luck","value",["list_bin","l"]]`, `"luck" is unknown`},
		{"another return type", `["list_get_by_value","best",["val",{"i":1}],["list_bin","l"]]`, `"best" is unknown`},
		{"a missing argument", `["int_bin"]`, `no argument 1`},
		{"no arguments", `["list_get_by_index"]`, `no argument`},
		{"a value of no type", `["val",{}]`, `one type: the object has no field`},
		{"a value of another type", `["val",{"date":1}]`, `"date" is unknown`},
		{"a map with a key twice", `["val",{"map":[[{"i":1},{"i":1}],[{"i":1},{"i":2}]]}]`, `twice`},
		{"no expression", `{"gt":1}`, `cannot decode`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if n, err := vectorop.Expression(json.RawMessage(tc.line)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v and the error %v, want %q", n, err, tc.want)
			}
		})
	}
}

func TestNullIsNoExpression(t *testing.T) {
	t.Parallel()
	if n, err := vectorop.Expression(json.RawMessage("null")); n != nil || err != nil {
		t.Errorf("%v and the error %v", n, err)
	}
}
