package evaltest

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// Bins returns the bins of a random record, as package value keeps them.
func (g *Generator) Bins() map[string]any {
	bins := map[string]any{
		"i": g.int(), "j": g.IntN(7) - 3, "f": g.float(), "g": Pick(g, 0.5, -1.5, 2.0, 1e300),
		"s": g.Text(), "t": Pick(g, "abc", "abd", "", "line1\nline2", "é\x00x", "aa_b"),
		"b": g.bytes(), "c": []byte{0xf0, 1, 0x42, 3, 0x99}, "u": g.IntN(2) == 0, "v": true,
		"p": value.GeoJSON(Pick(g, points...)), "q": value.GeoJSON(Pick(g, regions...)),
		"l": g.list(1), "k": g.list(2), "ol": g.list(1), "m": g.mapValue(1), "om": g.mapValue(1),
		"n":  mustMap("in", value.NewList(9, 8, 7), "mm", mustMap("x", 7, "y", value.NewList(1, 2)), "k", 4, 3, "three"),
		"nl": value.NewList(value.NewList(1, 2), mustMap("q", value.NewList(5, 6)), 3, value.NewList(4)),
		"h":  g.hll(0), "hm": g.hll(8),
	}
	bins["ol"].(*value.List).SetOrder(nil, value.Ordered, false) //nolint:forcetypeassert // made above
	bins["om"].(*value.Map).SetOrder(nil, value.Ordered, false)  //nolint:forcetypeassert // made above
	for _, name := range slices.Sorted(maps.Keys(bins)) {
		if g.IntN(20) == 0 {
			delete(bins, name)
		}
	}
	return bins
}

var points = []string{
	`{"type":"Point","coordinates":[-122.0,37.5]}`, `{"type":"Point","coordinates":[0.0,0.0]}`,
	`{"type":"Point","coordinates":[10.5,37.3]}`, `{"type":"Point","coordinates":[179.5,-12.5]}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[-121.95,37.45]},"properties":{}}`,
}

var regions = []string{
	`{"type":"Polygon","coordinates":[[[-123.0,37.0],[-121.0,37.0],[-121.0,38.0],[-123.0,38.0],[-123.0,37.0]]]}`,
	`{"type":"Polygon","coordinates":[[[-123.0,37.0],[-121.0,37.0],[-121.0,38.0],[-123.0,38.0],[-123.0,37.0]],[[-122.1,37.4],[-122.1,37.6],[-121.9,37.6],[-121.9,37.4],[-122.1,37.4]]]}`,
	`{"type":"AeroCircle","coordinates":[[-122.0,37.5],10000]}`, `{"type":"AeroCircle","coordinates":[[0.0,0.0],0.5]}`,
	`{"type":"MultiPolygon","coordinates":[[[[10.0,37.0],[11.0,37.0],[11.0,38.0],[10.0,38.0],[10.0,37.0]]],[[[178.0,-13.0],[-179.0,-13.0],[-179.0,-12.0],[178.0,-12.0],[178.0,-13.0]]]]}`,
}

func mustMap(entries ...any) *value.Map {
	var pairs []value.MapPair
	for pair := range slices.Chunk(entries, 2) {
		pairs = append(pairs, value.MapPair{Key: pair[0], Value: pair[1]})
	}
	m, err := value.NewMap(value.Unordered, pairs...)
	if err != nil {
		panic(err)
	}
	return m
}

func (g *Generator) int() int {
	return Pick(g, 0, 1, -1, 2, 5, 7, 100, -8, 1<<20, 1<<40, math.MaxInt64, math.MinInt64+1, g.IntN(20)-10, int(g.Uint64()>>1))
}

// small returns an index, a rank, a count of bits or the like.
func (g *Generator) small() int { return g.IntN(9) - 4 }

func (g *Generator) float() float64 {
	return Pick(g, 0, 0.5, -0.5, 1, -3, 2.75, 1e10, 1e300, -1e300, float64(g.IntN(9)), g.Float64())
}

// Text returns a short text.
func (g *Generator) Text() string {
	return Pick(g, "", "a", "abc", "ABC", "b", "aab", "a b_c", "x\ny", "0", "äö", "ab\x00c", "a.c", "a+b*", strings.Repeat("ab", g.IntN(40)))
}

func (g *Generator) bytes() []byte {
	b := make([]byte, g.IntN(9))
	for i := range b {
		b[i] = Pick(g, byte(0), 0xff, byte(g.IntN(256))) //nolint:gosec // G115: less than 256
	}
	return b
}

func (g *Generator) key() any { return Pick[any](g, "a", "b", "c", "k", 0, 1, 3, "") }

// scalar returns a value that a list or map may hold.
func (g *Generator) scalar() any {
	switch g.IntN(8) {
	case 0:
		return g.IntN(2) == 0
	case 1:
		return g.Text()
	case 2:
		return g.bytes()
	case 3:
		return Pick(g, 0.5, 1.5, -2.0, 3)
	case 4:
		return nil
	default:
		return g.IntN(8)
	}
}

func (g *Generator) list(depth int) *value.List {
	l := value.NewList()
	for range g.IntN(7) {
		switch {
		case depth > 1 && g.IntN(5) == 0:
			l.Items = append(l.Items, g.list(depth-1))
		case depth > 1 && g.IntN(6) == 0:
			l.Items = append(l.Items, g.mapValue(depth-1))
		case depth > 1:
			l.Items = append(l.Items, g.scalar())
		default:
			l.Items = append(l.Items, g.IntN(6))
		}
	}
	return l
}

func (g *Generator) mapValue(depth int) *value.Map {
	m := &value.Map{}
	for range g.IntN(6) {
		k := g.key()
		at, found := m.Find(k)
		v := g.scalar()
		if depth > 1 && g.IntN(4) == 0 {
			v = g.list(depth - 1)
		}
		m.Put(nil, at, found, k, v)
	}
	return m
}

func (g *Generator) hll(minhash int) value.HLL {
	var items []any
	for range 1 + g.IntN(30) {
		items = append(items, g.IntN(40))
	}
	h, _, err := engine.Apply(nil, &cdt.Op{Kind: cdt.HLLAdd, Index: 4 + g.IntN(3), Shift: minhash, Values: items}, nil)
	if err != nil {
		panic(err)
	}
	return h.(value.HLL) //nolint:forcetypeassert // what HLLAdd gives
}

var binsOf = map[expr.Type][]string{
	expr.IntType: {"i", "j"}, expr.FloatType: {"f", "g"}, expr.StringType: {"s", "t"}, expr.BytesType: {"b", "c"},
	expr.BoolType: {"u", "v"}, expr.GeoType: {"p", "q"}, expr.ListType: {"l", "k", "ol", "nl"}, expr.MapType: {"m", "om", "n"},
	expr.HLLType: {"h", "hm"},
}

// Subject returns a text for patterns.
func (g *Generator) Subject() string {
	var b strings.Builder
	b.WriteString(g.Text())
	for range g.IntN(8) {
		b.WriteString(Pick(g, "a", "b", "c", "A", "B", "x", "0", "_", " ", "\n", "é", "(", ")", "|", "*", "+", "{1,2}", "^", "$", "ab", "aa", "]", "-"))
	}
	return b.String()
}

// Pattern returns a regular expression, or what may be none.
func (g *Generator) Pattern() string {
	if g.IntN(6) == 0 {
		return Pick(g, "^abc$", "a.c", "line1$", "^line2", "[[:alpha:]]+", `\(a\)\1`, "(a)\\1", "^$", ".", "b*", "[^a]", "a|b")
	}
	var b strings.Builder
	for range 1 + g.IntN(7) {
		b.WriteString(Pick(g, "a", "b", "c", "A", "B", ".", "x", "0", "_", " ", "\n", "é", "^", "$", "*", "+", "?", "{1,2}", "{2}", "{,3}", "{0}", "{1",
			"(", ")", "|", "(a|b)", "(ab)*", "[ab]", "[^ab]", "[a-c]", "[]a]", "[^]a]", "[a-]", "[[:digit:]]", "[[:upper:]x]", "[[:space:]]", "[^[:alnum:]]",
			"[c-a]", "[[:foo:]]", "[[.a.]b]", "[[=a=]]", "[", "]", "}", `\(`, `\)`, `\{1,2\}`, `\|`, `\+`, `\?`, `\*`, `\.`, `\\`, `\a`, `\w`, `\W`, `\s`, `\S`,
			`\b`, `\B`, `\<`, `\>`, "\\`", `\'`, `\1`, `\(a*\)`, `\(a\|b\)`, "a", "b", "c", "ab", "-", "[--a]", "[a-b-c]", "()", "a||b"))
	}
	return b.String()
}
