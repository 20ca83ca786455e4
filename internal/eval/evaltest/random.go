// Package evaltest makes random expressions and records, for tests of what evaluates
// expressions.
package evaltest

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Generator makes random expressions that do a server no harm.
type Generator struct {
	*rand.Rand
	scope []scoped
	names int
}

type scoped struct {
	name string
	t    expr.Type
}

// New returns a Generator whose expressions depend on the seed.
func New(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 17))} //nolint:gosec // G404: the same for the same seed
}

// Pick returns one of the values.
func Pick[T any](g *Generator, of ...T) T { return of[g.IntN(len(of))] }

func constNode(v any) *expr.Node { return &expr.Node{Op: expr.Const, Value: v} }

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

var allTypes = []expr.Type{
	expr.BoolType, expr.BoolType, expr.IntType, expr.IntType, expr.StringType, expr.ListType, expr.MapType, expr.BytesType, expr.FloatType,
	expr.GeoType, expr.HLLType,
}

// Any returns an expression of any type.
func (g *Generator) Any(depth int) *expr.Node { return g.Expression(Pick(g, allTypes...), depth) }

// Expression returns an expression of a type.
func (g *Generator) Expression(t expr.Type, depth int) *expr.Node {
	if g.IntN(200) == 0 {
		// An HLL in a list or map cannot be read by the client, and is the last.
		t = Pick(g, allTypes[:len(allTypes)-1]...)
	}
	if depth <= 0 || g.IntN(5) == 0 {
		return g.leaf(t)
	}
	switch g.IntN(14) {
	case 0:
		return g.cond(t, depth-1)
	case 1:
		return g.let(t, depth-1)
	}
	switch t {
	case expr.BoolType:
		return g.bool(depth - 1)
	case expr.IntType:
		return g.integer(depth - 1)
	case expr.FloatType:
		return g.floating(depth - 1)
	case expr.StringType:
		return g.elementOf(t, depth-1)
	case expr.BytesType:
		if g.IntN(5) == 0 {
			return g.elementOf(t, depth-1)
		}
		return g.bits(depth - 1)
	case expr.ListType:
		return g.lists(depth - 1)
	case expr.MapType:
		return g.maps(depth - 1)
	case expr.HLLType:
		return g.hlls(depth - 1)
	default:
		return g.leaf(t)
	}
}

func (g *Generator) leaf(t expr.Type) *expr.Node {
	for _, s := range g.scope {
		if s.t == t && g.IntN(2) == 0 {
			return &expr.Node{Op: expr.Var, Name: s.name}
		}
	}
	if g.IntN(3) > 0 || t == expr.HLLType {
		name := Pick(g, binsOf[t]...)
		if g.IntN(30) == 0 {
			name = Pick(g, "zz", "i", "l", "s")
		}
		return &expr.Node{Op: expr.Bin, Type: t, Name: name}
	}
	switch t {
	case expr.IntType:
		switch g.IntN(8) {
		case 0:
			return &expr.Node{Op: expr.BinType, Name: Pick(g, "i", "l", "zz", "p", "h", "om", "u", "b", "f", "s")}
		case 1:
			return &expr.Node{Op: expr.DigestModulo, Flags: Pick(g, 1, 7, 100, -5, 1<<31, 1<<20)}
		}
		return constNode(g.int())
	case expr.FloatType:
		return constNode(g.float())
	case expr.StringType:
		if g.IntN(8) == 0 {
			return Pick(g, &expr.Node{Op: expr.SetName}, &expr.Node{Op: expr.Key, Type: t})
		}
		return constNode(g.Text())
	case expr.BytesType:
		return constNode(g.bytes())
	case expr.BoolType:
		if g.IntN(6) == 0 {
			return Pick(g, &expr.Node{Op: expr.KeyExists}, &expr.Node{Op: expr.IsTombstone}, &expr.Node{Op: expr.Unknown})
		}
		return constNode(g.IntN(2) == 0)
	case expr.GeoType:
		return constNode(value.GeoJSON(Pick(g, append(points, regions...)...)))
	case expr.ListType:
		return constNode(g.list(2))
	default:
		return constNode(g.mapValue(1))
	}
}

func (g *Generator) cond(t expr.Type, depth int) *expr.Node {
	n := &expr.Node{Op: expr.Cond}
	for range 1 + g.IntN(3) {
		n.Args = append(n.Args, g.Expression(expr.BoolType, depth), g.Expression(t, depth))
	}
	last := g.Expression(t, depth)
	if g.IntN(5) == 0 {
		last = &expr.Node{Op: expr.Unknown}
	}
	n.Args = append(n.Args, last)
	return n
}

func (g *Generator) let(t expr.Type, depth int) *expr.Node {
	n := &expr.Node{Op: expr.Let}
	var names expr.Names
	outer := len(g.scope)
	for range 1 + g.IntN(2) {
		of := Pick(g, allTypes...)
		g.names++
		name := "v" + string(rune('a'+g.names%26)) + string(rune('a'+g.names/26%26))
		if g.IntN(40) == 0 {
			name = "va"
		}
		v := g.Expression(of, depth)
		names = append(names, name)
		n.Args = append(n.Args, v)
		g.scope = append(g.scope, scoped{name, of})
	}
	n.Args, n.Value = append(n.Args, g.Expression(t, depth)), names
	g.scope = g.scope[:outer]
	return n
}

func (g *Generator) args(t expr.Type, depth, least, most int) (nodes []*expr.Node) {
	for range least + g.IntN(most-least+1) {
		nodes = append(nodes, g.Expression(t, depth))
	}
	return nodes
}

func (g *Generator) bool(depth int) *expr.Node {
	switch g.IntN(9) {
	case 0, 1:
		return &expr.Node{Op: Pick(g, expr.And, expr.Or, expr.Exclusive), Args: g.args(expr.BoolType, depth, 2, 4)}
	case 2:
		return &expr.Node{Op: expr.Not, Args: g.args(expr.BoolType, depth, 1, 1)}
	case 3:
		return &expr.Node{Op: expr.Geo, Args: g.args(expr.GeoType, depth, 2, 2)}
	case 4:
		return &expr.Node{Op: expr.Regex, Name: g.Pattern(), Flags: g.IntN(16), Args: g.args(expr.StringType, depth, 1, 1)}
	case 5:
		return g.get(depth, expr.BoolType)
	default:
		t := Pick(g, expr.IntType, expr.IntType, expr.FloatType, expr.StringType, expr.BytesType, expr.BoolType, expr.ListType, expr.MapType)
		return &expr.Node{
			Op: Pick(g, expr.Equal, expr.NotEqual, expr.Greater, expr.AtLeast, expr.Less, expr.AtMost), Args: g.args(t, depth, 2, 2),
		}
	}
}

// divisor is one by which the least integer can be divided without harm.
func (g *Generator) divisor() *expr.Node { return constNode(Pick(g, 0, 1, 2, 3, -2, 7, -7, 1<<33)) }

func (g *Generator) integer(depth int) *expr.Node {
	switch g.IntN(12) {
	case 0, 1:
		return &expr.Node{Op: Pick(g, expr.Add, expr.Subtract, expr.Multiply, expr.Min, expr.Max), Args: g.args(expr.IntType, depth, 1, 4)}
	case 2:
		n := &expr.Node{Op: Pick(g, expr.Divide, expr.Mod), Args: g.args(expr.IntType, depth, 1, 1)}
		n.Args = append(n.Args, g.divisor())
		if n.Op == expr.Divide && g.IntN(3) == 0 {
			n.Args = append(n.Args, constNode(Pick(g, 2, 3, 1<<31)))
		}
		return n
	case 3:
		return &expr.Node{Op: Pick(g, expr.Abs, expr.IntNot, expr.BitCount), Args: g.args(expr.IntType, depth, 1, 1)}
	case 4:
		return &expr.Node{Op: expr.ToInt, Args: g.args(expr.FloatType, depth, 1, 1)}
	case 5:
		return &expr.Node{Op: Pick(g, expr.IntAnd, expr.IntOr, expr.IntXor), Args: g.args(expr.IntType, depth, 1, 3)}
	case 6:
		return &expr.Node{Op: Pick(g, expr.ShiftLeft, expr.ShiftRight, expr.ShiftArith), Args: g.args(expr.IntType, depth, 2, 2)}
	case 7:
		n := &expr.Node{Op: Pick(g, expr.ScanLeft, expr.ScanRight), Args: g.args(expr.IntType, depth, 1, 1)}
		n.Args = append(n.Args, g.Expression(expr.BoolType, depth))
		return n
	case 8:
		return g.call(expr.IntType, expr.BitModule, Pick[uint8](g, 51, 54), depth, "", g.offset(), g.size())
	case 9:
		n := Pick[uint8](g, 50, 52, 53, 56)
		if n == 50 {
			return g.call(expr.IntType, expr.HLLModule, n, depth, "")
		}
		return g.call(expr.IntType, expr.HLLModule, n, depth, "", g.hllList(n == 56))
	case 10:
		return g.elementOf(expr.IntType, depth)
	default:
		return g.get(depth, expr.IntType)
	}
}

func (g *Generator) floating(depth int) *expr.Node {
	switch g.IntN(5) {
	case 0, 1:
		return &expr.Node{
			Op: Pick(g, expr.Add, expr.Subtract, expr.Multiply, expr.Divide, expr.Min, expr.Max), Args: g.args(expr.FloatType, depth, 1, 4),
		}
	case 2:
		return &expr.Node{Op: Pick(g, expr.Abs, expr.Floor, expr.Ceil), Args: g.args(expr.FloatType, depth, 1, 1)}
	case 3:
		return &expr.Node{Op: expr.ToFloat, Args: g.args(expr.IntType, depth, 1, 1)}
	default:
		return g.elementOf(expr.FloatType, depth) // similarities are for package engine to compare
	}
}

func (g *Generator) offset() *expr.Node { return constNode(Pick(g, 0, 1, 3, 8, 11, -8, 40, 100)) }
func (g *Generator) size() *expr.Node   { return constNode(Pick(g, 1, 2, 5, 8, 13, 16, 64, 0)) }

func (g *Generator) hllList(values bool) *expr.Node {
	if values {
		return constNode(value.NewList(g.IntN(40), "x"))
	}
	if g.IntN(3) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.HLLType, Name: "h"}
	}
	l := value.NewList([]byte(g.hll(Pick(g, 0, 8))))
	return constNode(l)
}

// call returns an operation on what an expression gives.
func (g *Generator) call(t expr.Type, module, code uint8, depth int, path string, args ...*expr.Node) *expr.Node {
	n := &expr.Node{Op: expr.Call, Type: t, Module: module, Code: code}
	on := expr.ListType
	switch {
	case module&^expr.Modify == expr.BitModule:
		on = expr.BytesType
	case module&^expr.Modify == expr.HLLModule:
		on = expr.HLLType
	case code >= 64:
		on = expr.MapType
	}
	target := g.Expression(on, depth)
	if path != "" && g.IntN(4) == 0 {
		n.Value, target = g.path(on)
		if module&expr.Modify != 0 {
			n.Type = expr.ListType
			if n.Path()[0].OfMap() {
				n.Type = expr.MapType
			}
		}
	}
	n.Args = append(slices.Clip(args), target)
	return n
}

// path returns steps into one of two bins, mostly to what there is.
func (g *Generator) path(t expr.Type) (expr.Path, *expr.Node) {
	n := &expr.Node{Op: expr.Bin, Type: expr.MapType, Name: "n"}
	nl := &expr.Node{Op: expr.Bin, Type: expr.ListType, Name: "nl"}
	if g.IntN(8) == 0 { // leads elsewhere
		return expr.Path{Pick[cdt.Step](g, cdt.Index(0), cdt.Key("zz"), cdt.Rank(-1), cdt.Value(3), cdt.Rank(0).InMap(), cdt.Key("k"))}, Pick(g, n, nl)
	}
	if t == expr.ListType {
		switch g.IntN(5) {
		case 0:
			return expr.Path{cdt.Key("in")}, n
		case 1:
			return expr.Path{cdt.Key("mm"), cdt.Key("y")}, n
		case 2:
			return expr.Path{cdt.Index(0)}, nl
		case 3:
			return expr.Path{cdt.Index(1), cdt.Key("q")}, nl
		default:
			return expr.Path{cdt.Key("new").Create(cdt.Unordered)}, n
		}
	}
	if g.IntN(2) == 0 {
		return expr.Path{cdt.Key("mm")}, n
	}
	return expr.Path{cdt.Index(1)}, nl
}

func (g *Generator) index() *expr.Node {
	if g.IntN(8) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.IntType, Name: "j"}
	}
	return constNode(g.small())
}

func (g *Generator) count() *expr.Node { return constNode(g.IntN(5)) }

// arg returns a value, constant or not.
func (g *Generator) arg(depth int) *expr.Node {
	if g.IntN(4) == 0 {
		return g.Expression(Pick(g, expr.IntType, expr.StringType, expr.BoolType, expr.BytesType), depth)
	}
	return constNode(g.scalar())
}

func (g *Generator) keyArg() *expr.Node {
	if g.IntN(10) == 0 {
		return &expr.Node{Op: expr.Bin, Type: expr.StringType, Name: "s"}
	}
	return constNode(g.key())
}

func (g *Generator) scalars() *expr.Node {
	l := value.NewList()
	for range 1 + g.IntN(3) {
		l.Items = append(l.Items, g.scalar())
	}
	return constNode(l)
}

func (g *Generator) keyList() *expr.Node {
	l := value.NewList()
	for range 1 + g.IntN(3) {
		l.Items = append(l.Items, g.key())
	}
	return constNode(l)
}

var selectorKinds = map[string]cdt.SelectorKind{
	"index": cdt.ByIndex, "rank": cdt.ByRank, "key": cdt.ByKey, "value": cdt.ByValue, "value_list": cdt.ByValueList,
	"key_list": cdt.ByKeyList, "index_range": cdt.ByIndexRange, "rank_range": cdt.ByRankRange, "value_range": cdt.ByValueInterval,
	"key_range": cdt.ByKeyInterval, "value_rel_rank_range": cdt.ByValueRelativeRank, "key_rel_index_range": cdt.ByKeyRelativeIndex,
}

// codeOf returns the number of a get or removal.
func codeOf(kind cdt.Kind, by cdt.SelectorKind) uint8 {
	for code := range uint8(128) {
		if f := expr.FunctionOf(&expr.Node{Module: expr.CDTModule, Code: code}); f != nil && f.Kind == kind && f.Select == by {
			return code
		}
	}
	panic("evaltest: there is no such get or removal")
}

// selection returns the number of a get or removal, and what selects.
func (g *Generator) selection(isMap, remove, single bool, depth int) (code uint8, args []*expr.Node) {
	names := []string{"value", "value_list", "index_range", "value_range", "rank_range", "value_rel_rank_range"}
	if single {
		names = []string{"index", "rank"}
	}
	get, removal := cdt.ListGet, cdt.ListRemove
	if isMap {
		get, removal = cdt.MapGet, cdt.MapRemove
		names = append(names, "key_range", "key_list", "key_rel_index_range")
		if single {
			names = []string{"key", "key", "index", "rank"}
		}
	}
	name := Pick(g, names...)
	if remove {
		get = removal
	}
	code = codeOf(get, selectorKinds[name])
	switch name {
	case "index", "rank":
		args = []*expr.Node{g.index()}
	case "key":
		args = []*expr.Node{g.keyArg()}
	case "value":
		args = []*expr.Node{g.arg(depth)}
	case "value_list":
		args = []*expr.Node{g.scalars()}
	case "key_list":
		args = []*expr.Node{g.keyList()}
	case "index_range", "rank_range":
		args = []*expr.Node{g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	case "value_range":
		args = []*expr.Node{g.arg(depth)}
		if g.IntN(3) > 0 {
			args = append(args, g.arg(depth))
		}
	case "key_range":
		args = []*expr.Node{g.keyArg()}
		if g.IntN(3) > 0 {
			args = append(args, g.keyArg())
		}
	case "value_rel_rank_range":
		args = []*expr.Node{g.arg(depth), g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	case "key_rel_index_range":
		args = []*expr.Node{g.keyArg(), g.index()}
		if g.IntN(2) == 0 {
			args = append(args, g.count())
		}
	}
	return code, args
}

// get returns a get of several elements whose answer is of a type.
func (g *Generator) get(depth int, t expr.Type) *expr.Node {
	isMap := g.IntN(2) == 0
	if g.IntN(6) == 0 && t == expr.IntType {
		return g.call(t, expr.CDTModule, map[bool]uint8{false: 16, true: 96}[isMap], depth, "path")
	}
	code, args := g.selection(isMap, false, false, depth)
	var give int
	switch t {
	case expr.BoolType:
		give = 13
	case expr.IntType:
		give = 5
	case expr.MapType:
		give = 17 // a map in no order keeps the order in which it was given
	default:
		give = Pick(g, 1, 2, 3, 4, 7, 7, 7)
		if isMap && g.IntN(3) == 0 {
			give = 6
		}
	}
	if t == expr.MapType && !isMap {
		return g.get(depth, t)
	}
	if g.IntN(4) == 0 {
		give |= expr.Inverted
	}
	return g.call(t, expr.CDTModule, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
}

// elementOf returns a get of one element.
func (g *Generator) elementOf(t expr.Type, depth int) *expr.Node {
	isMap := g.IntN(2) == 0
	code, args := g.selection(isMap, false, true, depth)
	give := 7
	if g.IntN(6) == 0 {
		give = Pick(g, 1, 2, 3, 4, 5, 13)
		if isMap {
			give = Pick(g, give, 6)
		}
	}
	return g.call(t, expr.CDTModule, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
}

func (g *Generator) lists(depth int) *expr.Node {
	modify := expr.CDTModule | expr.Modify
	order, flags := constNode(Pick(g, 0, 0, 1)), constNode(Pick(g, 0, 0, 0, 1, 2, 4, 5, 13))
	switch g.IntN(13) {
	case 0, 1:
		return g.call(expr.ListType, modify, 1, depth, "path", g.arg(depth), order, flags)
	case 2:
		return g.call(expr.ListType, modify, 2, depth, "path", g.scalars(), order, flags)
	case 3:
		return g.call(expr.ListType, modify, 3, depth, "path", g.index(), g.arg(depth), flags)
	case 4:
		return g.call(expr.ListType, modify, 4, depth, "path", g.index(), g.scalars(), flags)
	case 5:
		return g.call(expr.ListType, modify, 9, depth, "path", g.index(), g.arg(depth), flags)
	case 6:
		// Whether a sum is unique in an ordered list is for package engine to compare.
		return g.call(expr.ListType, modify, 12, depth, "path", g.index(), constNode(Pick[any](g, 1, -2, 0.5)), order, constNode(Pick(g, 0, 2, 4)))
	case 7:
		return g.call(expr.ListType, modify, 11, depth, "path")
	case 8:
		return g.call(expr.ListType, modify, 13, depth, "path", constNode(g.IntN(3)))
	case 9:
		if g.IntN(3) == 0 {
			return g.call(expr.ListType, expr.HLLModule, 55, depth, "")
		}
		return g.elementOf(expr.ListType, depth)
	case 10, 11:
		single := g.IntN(3) == 0
		code, args := g.selection(false, true, single, depth)
		give := 0
		if !single && g.IntN(4) == 0 {
			give = expr.Inverted
		}
		return g.call(expr.ListType, modify, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
	default:
		return g.get(depth, expr.ListType)
	}
}

func (g *Generator) maps(depth int) *expr.Node {
	modify := expr.CDTModule | expr.Modify
	order, flags := constNode(Pick(g, 0, 0, 1, 3)), constNode(Pick(g, 0, 0, 1, 2, 4, 5, 6, 13, 14))
	switch g.IntN(9) {
	case 0, 1:
		code := Pick[uint8](g, 65, 67, 67, 69)
		switch {
		case code == 69:
			return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth))
		case code == 67 && g.IntN(2) == 0:
			return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth), order, flags)
		}
		return g.call(expr.MapType, modify, code, depth, "path", g.keyArg(), g.arg(depth), order)
	case 2:
		code := Pick[uint8](g, 66, 68, 68, 70)
		items := g.mapValue(1)
		if len(items.Pairs) == 0 {
			items = mustMap("a", 1)
		}
		switch {
		case code == 70:
			return g.call(expr.MapType, modify, code, depth, "path", constNode(items))
		case code == 68 && g.IntN(2) == 0:
			return g.call(expr.MapType, modify, code, depth, "path", constNode(items), order, flags)
		}
		return g.call(expr.MapType, modify, code, depth, "path", constNode(items), order)
	case 3:
		return g.call(expr.MapType, modify, 73, depth, "path", g.keyArg(), constNode(Pick[any](g, 1, -2, 0.5)), order)
	case 4:
		return g.call(expr.MapType, modify, 75, depth, "path")
	case 5, 6:
		single := g.IntN(3) == 0
		code, args := g.selection(true, true, single, depth)
		give := 0
		if !single && g.IntN(4) == 0 {
			give = expr.Inverted
		}
		return g.call(expr.MapType, modify, code, depth, "path", append([]*expr.Node{constNode(give)}, args...)...)
	case 7:
		return g.elementOf(expr.MapType, depth)
	default:
		return g.get(depth, expr.MapType)
	}
}

func (g *Generator) bits(depth int) *expr.Node {
	// With the flag for a part of the range, some must not be sent, see expr.Node.Check.
	flags := constNode(Pick(g, 0, 0, 0, 4, 2, 8, 12))
	v := func() *expr.Node { return constNode(append(g.bytes(), 0xa5)) }
	code := uint8(g.IntN(14)) //nolint:gosec // G115: less than 14
	modify := expr.BitModule | expr.Modify
	switch code {
	case 0:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(g.IntN(12)), flags, constNode(Pick(g, 0, 0, 1, 2, 4)))
	case 1:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(Pick(g, 0, 1, 5, -1, 9)), v(), flags)
	case 2:
		return g.call(expr.BytesType, modify, code, depth, "", constNode(Pick(g, 0, 1, 5, -1, 9)), constNode(g.IntN(4)), flags)
	case 3:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), v(), flags)
	case 4, 5, 6:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), v(), flags)
	case 7:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), flags)
	case 8, 9:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.IntN(12)), flags)
	case 10, 11:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.int()), constNode(Pick(g, 0, 4, 2)), constNode(Pick(g, 0, 1, 2, 3, 4, 5)))
	case 12:
		return g.call(expr.BytesType, modify, code, depth, "", g.offset(), g.size(), constNode(g.int()), constNode(Pick(g, 0, 4, 2)))
	default:
		return g.call(expr.BytesType, expr.BitModule, 50, depth, "", g.offset(), g.size())
	}
}

func (g *Generator) hlls(depth int) *expr.Node {
	flags := constNode(Pick(g, 0, 0, 4, 8))
	switch g.IntN(3) {
	case 0:
		return g.call(expr.HLLType, expr.HLLModule|expr.Modify, 0, depth, "", constNode(Pick(g, 4, 5, 8, -1)), constNode(Pick(g, -1, 0, 8)), flags)
	case 1:
		return g.call(expr.HLLType, expr.HLLModule|expr.Modify, 1, depth, "", g.hllList(true), constNode(Pick(g, 4, -1)), constNode(-1), flags)
	default:
		return g.call(expr.HLLType, expr.HLLModule, 51, depth, "", g.hllList(false))
	}
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
