package vectorop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/jsonline"
)

// Expression decodes an expression, as the recorded client packs it. Null is nil.
func Expression(data json.RawMessage) (*expr.Node, error) {
	d := &decoder{value: Value}
	n := d.expression(data)
	return n, d.err
}

// ExpressionFlags decodes the flags of a read or write of an expression.
func ExpressionFlags(data json.RawMessage) (int, error) {
	d := &decoder{}
	flags := d.numbers(data)
	return flags, d.err
}

// An element is a name and arguments.
type element []json.RawMessage

func (d *decoder) element(data json.RawMessage) element { return decodeAs[element](d, data) }

// at returns an argument, and fails for one that is missing.
func (d *decoder) at(e element, i int) json.RawMessage {
	if i < 0 || i >= len(e) {
		d.fail(fmt.Errorf("an expression has no argument %d", i))
		return json.RawMessage("null")
	}
	return e[i]
}

func (d *decoder) text(e element, i int) string { return decodeAs[string](d, d.at(e, i)) }

func isNull(data json.RawMessage) bool {
	return len(data) == 0 || string(bytes.TrimSpace(data)) == "null"
}

func (d *decoder) expression(data json.RawMessage) *expr.Node {
	if isNull(data) || d.err != nil {
		return nil
	}
	e := d.element(data)
	name := d.text(e, 0)
	if op, ok := plain[name]; ok {
		return &expr.Node{Op: op, Args: d.expressions(e[1:])}
	}
	if t, ok := binTypes[name]; ok {
		return &expr.Node{Op: expr.Bin, Type: t, Name: d.text(e, 1)}
	}
	switch name {
	case "val":
		return &expr.Node{Op: expr.Const, Value: d.kept(d.at(e, 1))}
	case "bin_type":
		return &expr.Node{Op: expr.BinType, Name: d.text(e, 1)}
	case "bin_exists":
		return &expr.Node{Op: expr.NotEqual, Args: []*expr.Node{{Op: expr.BinType, Name: d.text(e, 1)}, constant(0)}}
	case "key":
		return &expr.Node{Op: expr.Key, Type: lookUp(d, typeNames, d.text(e, 1))}
	case "digest_modulo":
		return &expr.Node{Op: expr.DigestModulo, Flags: decodeAs[int](d, d.at(e, 1))}
	case "regex":
		args := []*expr.Node{d.expression(d.at(e, 3))}
		return &expr.Node{Op: expr.Regex, Name: d.text(e, 1), Flags: d.numbers(d.at(e, 2)), Args: args}
	case "var":
		return &expr.Node{Op: expr.Var, Name: d.text(e, 1)}
	case "let":
		return d.let(e)
	case "def": // outside a let, which the client packs as a name and a value
		return &expr.Node{Op: expr.Unknown, Args: []*expr.Node{nil}}
	}
	switch family, _, _ := strings.Cut(name, "_"); family {
	case "list", "map":
		return d.cdtCall(name, e[1:])
	case "bit":
		return d.bitCall(name, e[1:])
	case "hll":
		return d.hllCall(name, e[1:])
	}
	d.fail(fmt.Errorf("the expression %q is unknown", name))
	return nil
}

func (d *decoder) expressions(data []json.RawMessage) (nodes []*expr.Node) {
	for _, arg := range data {
		nodes = append(nodes, d.expression(arg))
	}
	return nodes
}

func (d *decoder) let(e element) *expr.Node {
	n := &expr.Node{Op: expr.Let}
	var names expr.Names
	for _, arg := range e[1:] {
		if def := d.element(arg); d.text(def, 0) == "def" {
			names = append(names, d.text(def, 1))
			arg = d.at(def, 2)
		}
		n.Args = append(n.Args, d.expression(arg))
	}
	n.Value = names
	return n
}

func constant(n int) *expr.Node { return &expr.Node{Op: expr.Const, Value: n} }

var plain = map[string]expr.Op{
	"unknown": expr.Unknown, "eq": expr.Equal, "ne": expr.NotEqual, "gt": expr.Greater, "ge": expr.AtLeast,
	"lt": expr.Less, "le": expr.AtMost, "geo_compare": expr.Geo, "and": expr.And, "or": expr.Or, "not": expr.Not,
	"exclusive": expr.Exclusive, "num_add": expr.Add, "num_sub": expr.Subtract, "num_mul": expr.Multiply,
	"num_div": expr.Divide, "num_pow": expr.Pow, "num_log": expr.Log, "num_mod": expr.Mod, "num_abs": expr.Abs,
	"num_floor": expr.Floor, "num_ceil": expr.Ceil, "to_int": expr.ToInt, "to_float": expr.ToFloat,
	"int_and": expr.IntAnd, "int_or": expr.IntOr, "int_xor": expr.IntXor, "int_not": expr.IntNot,
	"int_lshift": expr.ShiftLeft, "int_rshift": expr.ShiftRight, "int_arshift": expr.ShiftArith,
	"int_count": expr.BitCount, "int_lscan": expr.ScanLeft, "int_rscan": expr.ScanRight, "min": expr.Min, "max": expr.Max,
	"device_size": expr.DeviceSize, "last_update": expr.LastUpdate, "since_update": expr.SinceUpdate,
	"void_time": expr.VoidTime, "ttl": expr.TTL, "set_name": expr.SetName, "key_exists": expr.KeyExists,
	"is_tombstone": expr.IsTombstone, "memory_size": expr.MemorySize, "record_size": expr.RecordSize, "cond": expr.Cond,
}

var binTypes = map[string]expr.Type{
	"int_bin": expr.IntType, "str_bin": expr.StringType, "blob_bin": expr.BytesType, "bool_bin": expr.BoolType,
	"float_bin": expr.FloatType, "geo_bin": expr.GeoType, "list_bin": expr.ListType, "map_bin": expr.MapType,
	"hll_bin": expr.HLLType,
}

var typeNames = map[string]expr.Type{
	"nil": expr.NilType, "bool": expr.BoolType, "int": expr.IntType, "string": expr.StringType, "list": expr.ListType,
	"map": expr.MapType, "blob": expr.BytesType, "float": expr.FloatType, "geo": expr.GeoType, "hll": expr.HLLType,
}

// expressionFlags are flags that only expressions have.
var expressionFlags = map[string]int{
	"extended": 1, "icase": 2, "nosub": 4, "newline": 8,
	"create_only": 1, "update_only": 2, "allow_delete": 4, "policy_no_fail": 8, "eval_no_fail": 16,
}

// numbers decodes words, and numbers that stand for themselves.
func (d *decoder) numbers(data json.RawMessage) (flags int) {
	if isNull(data) {
		return 0
	}
	for _, f := range decodeAs[[]json.RawMessage](d, data) {
		if f[0] != '"' {
			flags |= decodeAs[int](d, f)
		} else {
			flags |= lookUp(d, expressionFlags, decodeAs[string](d, f))
		}
	}
	return flags
}

// policyOf decodes the policy of a call that writes. Null is none.
func (d *decoder) policyOf(data json.RawMessage) (order int, flags uint8) {
	if isNull(data) {
		return 0, 0
	}
	d.Policy = nil
	if err := jsonline.Decode(data, &d.Policy); err != nil {
		d.fail(err)
		return 0, 0
	}
	in, flags := d.policy()
	order = int(in)
	if d.Policy.Persist {
		order |= stored
	}
	return order, flags
}

// stored is added to the order of a map with a stored index.
const stored = 16

func (d *decoder) giveOf(data json.RawMessage) int {
	rt, inverted := strings.CutPrefix(decodeAs[string](d, data), "!")
	give := int(lookUp(d, gives, rt))
	if inverted {
		give |= expr.Inverted
	}
	return give
}

// The numbers of gets and removals, by how they select.
var listSelectors = map[string][2]uint8{
	"index": {19, 32}, "rank": {21, 34}, "value": {22, 35}, "value_list": {23, 36}, "index_range": {24, 37},
	"value_range": {25, 38}, "rank_range": {26, 39}, "value_rel_rank_range": {27, 40},
}

var mapSelectors = map[string][2]uint8{
	"key": {97, 76}, "index": {98, 77}, "rank": {100, 79}, "value": {102, 82}, "key_range": {103, 84}, "index_range": {104, 85},
	"value_range": {105, 86}, "rank_range": {106, 87}, "key_list": {107, 81}, "value_list": {108, 83},
	"key_rel_index_range": {109, 88}, "value_rel_rank_range": {110, 89},
}

// cdtCall decodes a call on a list or map, which is the last argument but for a path.
func (d *decoder) cdtCall(name string, args element) *expr.Node {
	n := &expr.Node{Op: expr.Call, Type: expr.ListType, Module: expr.CDTModule | expr.Modify}
	family, rest, _ := strings.Cut(name, "_")
	if family == "map" {
		n.Type = expr.MapType
	}
	if last := d.at(args, len(args)-1); bytes.HasPrefix(last, []byte("[[")) {
		n.Value = d.expressionPath(last)
		args = args[:len(args)-1]
	}
	if path := n.Path(); len(path) > 0 { // a write returns the whole bin
		n.Type = expr.ListType
		if path[0].OfMap() {
			n.Type = expr.MapType
		}
	}
	target := d.expression(d.at(args, len(args)-1))
	if d.err != nil {
		return n
	}
	args = args[:len(args)-1]
	if verb, by, ok := strings.Cut(rest, "_by_"); ok {
		d.selecting(n, family, verb, by, args)
	} else {
		d.whole(n, name, args)
	}
	n.Args = append(n.Args, target)
	return n
}

func (d *decoder) expressionPath(data json.RawMessage) (path expr.Path) {
	for _, c := range decodeAs[[][]json.RawMessage](d, data) {
		path = append(path, d.step(c))
	}
	return path
}

// selecting decodes a get or a removal.
func (d *decoder) selecting(n *expr.Node, family, verb, by string, args element) {
	selectors := listSelectors
	if family == "map" {
		selectors = mapSelectors
	}
	codes := lookUp(d, selectors, strings.TrimSuffix(by, "_count"))
	single := slices.Contains([]string{"index", "rank", "key"}, by)
	give := 0
	if verb == "get" || !single {
		give = d.giveOf(d.at(args, 0))
		args = args[1:]
	}
	n.Args = append(n.Args, constant(give))
	n.Code = codes[1]
	if verb == "get" {
		n.Code, n.Module = codes[0], expr.CDTModule
		n.Type = typeOfGive(give)
		if single {
			n.Type = lookUp(d, typeNames, d.text(args, 0))
			args = args[1:]
		}
	}
	if by == "value_range" || by == "key_range" {
		from, to := d.expression(d.at(args, 0)), d.expression(d.at(args, 1))
		if from == nil {
			from = &expr.Node{Op: expr.Const}
		}
		n.Args = append(n.Args, from)
		if to != nil {
			n.Args = append(n.Args, to)
		}
		return
	}
	n.Args = append(n.Args, d.expressions(args)...)
}

func typeOfGive(give int) expr.Type {
	switch give &^ expr.Inverted {
	case int(gives["count"]):
		return expr.IntType
	case int(gives["exists"]):
		return expr.BoolType
	case int(gives["key_value"]), int(gives["unordered_map"]), int(gives["ordered_map"]):
		return expr.MapType
	default:
		return expr.ListType
	}
}

var wholeCodes = map[string]uint8{
	"list_append": 1, "list_append_items": 2, "list_insert": 3, "list_insert_items": 4, "list_set": 9, "list_clear": 11,
	"list_increment": 12, "list_sort": 13, "list_size": 16,
	"map_put": 67, "map_put_items": 68, "map_increment": 73, "map_clear": 75, "map_size": 96,
}

// whole decodes a call that does not select.
func (d *decoder) whole(n *expr.Node, name string, args element) {
	n.Code = lookUp(d, wholeCodes, name)
	switch name {
	case "list_size", "map_size":
		n.Type, n.Module = expr.IntType, expr.CDTModule
		return
	case "list_clear", "map_clear":
		return
	case "list_sort":
		var flags []json.RawMessage
		if data := d.at(args, 0); !isNull(data) {
			flags = decodeAs[[]json.RawMessage](d, data)
		}
		n.Args = append(n.Args, constant(int(d.flags(flags))))
		return
	}
	order, flags := d.policyOf(d.at(args, 0))
	n.Args = d.expressions(args[1:])
	switch name {
	case "map_increment":
		n.Args = append(n.Args, constant(order&^stored))
	case "map_put", "map_put_items": // the client looks at the flags alone
		switch flags {
		case 1:
			n.Code -= 2
		case 2:
			n.Code += 2
			return
		}
		n.Args = append(n.Args, constant(order))
	case "list_append", "list_append_items", "list_increment":
		n.Args = append(n.Args, constant(order), constant(int(flags)))
	default:
		n.Args = append(n.Args, constant(int(flags)))
	}
}

var bitCodes = map[string]uint8{
	"bit_resize": 0, "bit_insert": 1, "bit_remove": 2, "bit_set": 3, "bit_or": 4, "bit_xor": 5, "bit_and": 6, "bit_not": 7,
	"bit_lshift": 8, "bit_rshift": 9, "bit_add": 10, "bit_subtract": 11, "bit_set_int": 12,
	"bit_get": 50, "bit_count": 51, "bit_lscan": 52, "bit_rscan": 53, "bit_get_int": 54,
}

func (d *decoder) bitCall(name string, args element) *expr.Node {
	code := lookUp(d, bitCodes, name)
	n := &expr.Node{Op: expr.Call, Type: expr.BytesType, Module: expr.BitModule, Code: code}
	target := d.expression(d.at(args, len(args)-1))
	if d.err != nil {
		return n
	}
	args = args[:len(args)-1]
	switch {
	case name == "bit_get_int":
		n.Type = expr.IntType
		n.Args = d.expressions(args[:2])
		if decodeAs[bool](d, d.at(args, 2)) {
			n.Args = append(n.Args, constant(1))
		}
	case name == "bit_get":
		n.Args = d.expressions(args)
	case code > bitCodes["bit_get"]:
		n.Type = expr.IntType
		n.Args = d.expressions(args)
	default:
		n.Module |= expr.Modify
		_, flags := d.policyOf(d.at(args, 0))
		n.Args = d.bitArgs(name, args[1:], constant(int(flags)))
	}
	n.Args = append(n.Args, target)
	return n
}

// bitArgs returns the arguments of a call that writes, the flags of its policy among them.
func (d *decoder) bitArgs(name string, args element, flags *expr.Node) []*expr.Node {
	switch name {
	case "bit_resize":
		var resize []json.RawMessage
		if data := d.at(args, 1); !isNull(data) {
			resize = decodeAs[[]json.RawMessage](d, data)
		}
		return []*expr.Node{d.expression(d.at(args, 0)), flags, constant(int(d.flags(resize)))}
	case "bit_add", "bit_subtract":
		var action uint8
		if data := d.at(args, 4); !isNull(data) {
			action = number(d, data, actions)
		}
		if decodeAs[bool](d, d.at(args, 3)) {
			action |= 1
		}
		return append(d.expressions(args[:3]), flags, constant(int(action)))
	default:
		return append(d.expressions(args), flags)
	}
}

var hllCodes = map[string]uint8{
	"hll_init": 0, "hll_init_minhash": 0, "hll_add": 1, "hll_add_index": 1, "hll_add_index_minhash": 1,
	"hll_get_count": 50, "hll_get_union": 51, "hll_get_union_count": 52, "hll_get_intersect_count": 53,
	"hll_get_similarity": 54, "hll_describe": 55, "hll_may_contain": 56,
}

var hllTypes = map[string]expr.Type{
	"hll_get_union": expr.HLLType, "hll_get_similarity": expr.FloatType, "hll_describe": expr.ListType,
}

func (d *decoder) hllCall(name string, args element) *expr.Node {
	n := &expr.Node{Op: expr.Call, Type: expr.IntType, Module: expr.HLLModule, Code: lookUp(d, hllCodes, name)}
	if t, ok := hllTypes[name]; ok {
		n.Type = t
	}
	target := d.expression(d.at(args, len(args)-1))
	if d.err != nil {
		return n
	}
	args = args[:len(args)-1]
	if n.Code <= hllCodes["hll_add"] {
		n.Type, n.Module = expr.HLLType, expr.HLLModule|expr.Modify
		_, flags := d.policyOf(d.at(args, 0))
		n.Args = d.expressions(args[1:])
		for len(n.Args) < 2+int(n.Code) { // bits that are left out
			n.Args = append(n.Args, constant(-1))
		}
		n.Args = append(n.Args, constant(int(flags)))
	} else {
		n.Args = d.expressions(args)
	}
	n.Args = append(n.Args, target)
	return n
}
