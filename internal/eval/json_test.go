package eval

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// An element is an expression as the vectors have it: a name and arguments.
type element []json.RawMessage

func decodeAs[T any](data json.RawMessage) (v T) {
	must(json.Unmarshal(data, &v))
	return v
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// expression returns the node of a recorded expression, as the client packs it.
func expression(data json.RawMessage) *expr.Node {
	if data == nil || string(data) == "null" {
		return nil
	}
	e := decodeAs[element](data)
	name := e.text(0)
	if op, ok := plain[name]; ok {
		return &expr.Node{Op: op, Args: e.rest(1)}
	}
	if t, ok := binTypes[name]; ok {
		return &expr.Node{Op: expr.Bin, Type: t, Name: e.text(1)}
	}
	switch name {
	case "def": // alone; the client packs it as a name and a value
		return &expr.Node{Op: expr.Unknown, Args: []*expr.Node{nil}}
	case "val":
		return &expr.Node{Op: expr.Const, Value: decodeValue(e[1])}
	case "bin_type":
		return &expr.Node{Op: expr.BinType, Name: e.text(1)}
	case "bin_exists":
		return &expr.Node{Op: expr.NotEqual, Args: []*expr.Node{{Op: expr.BinType, Name: e.text(1)}, constInt(0)}}
	case "key":
		return &expr.Node{Op: expr.Key, Type: typeNames[e.text(1)]}
	case "digest_modulo":
		return &expr.Node{Op: expr.DigestModulo, Flags: int(decodeAs[int64](e[1]))}
	case "regex":
		return &expr.Node{Op: expr.Regex, Name: e.text(1), Flags: flags(e[2]), Args: []*expr.Node{expression(e[3])}}
	case "var":
		return &expr.Node{Op: expr.Var, Name: e.text(1)}
	case "let":
		n := &expr.Node{Op: expr.Let}
		var names expr.Names
		for _, arg := range e[1:] {
			def := decodeAs[element](arg)
			if def.text(0) == "def" {
				names = append(names, def.text(1))
				n.Args = append(n.Args, expression(def[2]))
			} else {
				n.Args = append(n.Args, expression(arg))
			}
		}
		n.Value = names
		return n
	}
	return call(name, e)
}

func (e element) text(i int) string { return decodeAs[string](e[i]) }

func (e element) rest(from int) (nodes []*expr.Node) {
	for _, arg := range e[from:] {
		nodes = append(nodes, expression(arg))
	}
	return nodes
}

func constInt(n int) *expr.Node { return &expr.Node{Op: expr.Const, Value: n} }

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

var flagNumbers = map[string]int{
	"extended": 1, "icase": 2, "nosub": 4, "newline": 8,
	"create_only": 1, "update_only": 2, "no_fail": 4, "partial": 8, "allow_fold": 8, "add_unique": 1, "insert_bounded": 2,
	"from_front": 1, "grow_only": 2, "shrink_only": 4, "descending": 1, "drop_duplicates": 2,
	"allow_delete": 4, "policy_no_fail": 8, "eval_no_fail": 16,
}

func flags(data json.RawMessage) (all int) {
	if data == nil || string(data) == "null" {
		return 0
	}
	for _, f := range decodeAs[[]any](data) {
		switch f := f.(type) {
		case string:
			n, ok := flagNumbers[f]
			if !ok {
				panic("flag " + f)
			}
			all |= n
		case float64:
			all |= int(f)
		}
	}
	return all
}

var returnNumbers = map[string]int{
	"none": 0, "index": 1, "reverse_index": 2, "rank": 3, "reverse_rank": 4, "count": 5,
	"key": 6, "value": 7, "key_value": 8, "exists": 13, "unordered_map": 16, "ordered_map": 17,
}

func returnNumber(data json.RawMessage) int {
	name := decodeAs[string](data)
	n, ok := returnNumbers[strings.TrimPrefix(name, "!")]
	if !ok {
		panic("return type " + name)
	}
	if name[0] == '!' {
		n |= expr.Inverted
	}
	return n
}

var orders = map[string]int{"": 0, "unordered": 0, "ordered": 1, "key": 1, "key_value": 3}

type writePolicy struct {
	Order   string
	Flags   json.RawMessage
	Mode    string
	Persist bool `json:"persist_index"`
}

func policyOf(data json.RawMessage) (p writePolicy) {
	if data != nil && string(data) != "null" {
		must(json.Unmarshal(data, &p))
	}
	return p
}

// selectors are the numbers of the gets by how they select. A removal has another.
var listSelectors = map[string][2]uint8{
	"index": {19, 32}, "rank": {21, 34}, "value": {22, 35}, "value_list": {23, 36}, "index_range": {24, 37},
	"value_range": {25, 38}, "rank_range": {26, 39}, "value_rel_rank_range": {27, 40},
}

var mapSelectors = map[string][2]uint8{
	"key": {97, 76}, "index": {98, 77}, "rank": {100, 79}, "value": {102, 82}, "key_range": {103, 84}, "index_range": {104, 85},
	"value_range": {105, 86}, "rank_range": {106, 87}, "key_list": {107, 81}, "value_list": {108, 83},
	"key_rel_index_range": {109, 88}, "value_rel_rank_range": {110, 89},
}

// call returns the node of an operation on a list, a map, bits or a HyperLogLog.
func call(name string, e element) *expr.Node {
	switch {
	case strings.HasPrefix(name, "list_"), strings.HasPrefix(name, "map_"):
		return cdtCall(name, e)
	case strings.HasPrefix(name, "bit_"):
		return bitCall(name, e)
	case strings.HasPrefix(name, "hll_"):
		return hllCall(name, e)
	}
	panic("expression " + name)
}

func cdtCall(name string, e element) *expr.Node {
	n := &expr.Node{Op: expr.Call}
	family, rest, _ := strings.Cut(name, "_")
	args := e[1:]
	if last := args[len(args)-1]; isPath(last) {
		n.Value = path(last)
		args = args[:len(args)-1]
	}
	target := expression(args[len(args)-1])
	args = args[:len(args)-1]
	take := func() (data json.RawMessage) { data, args = args[0], args[1:]; return data }
	add := func(nodes ...*expr.Node) { n.Args = append(n.Args, nodes...) }
	own := expr.ListType
	if family == "map" {
		own = expr.MapType
	}
	n.Type, n.Module = own, expr.Modify
	if len(n.Path()) > 0 {
		n.Type = expr.ListType
		if n.Path()[0].OfMap() {
			n.Type = expr.MapType
		}
	}
	switch rest {
	case "append", "append_items", "increment", "insert", "insert_items", "set":
		if family == "map" {
			p := policyOf(take())
			add(expression(take()), expression(take()), constInt(orders[p.Order]))
			n.Code = 73
			break
		}
		p := policyOf(take())
		n.Code = map[string]uint8{"append": 1, "append_items": 2, "insert": 3, "insert_items": 4, "set": 9, "increment": 12}[rest]
		for len(args) > 0 {
			add(expression(take()))
		}
		if n.Code == 1 || n.Code == 2 || n.Code == 12 {
			add(constInt(orders[p.Order]))
		}
		add(constInt(flags(p.Flags)))
	case "put", "put_items":
		p := policyOf(take())
		codes := [3]uint8{67, 65, 69}
		if rest == "put_items" {
			codes = [3]uint8{68, 66, 70}
		}
		i := 0
		// The client looks at the flags alone.
		switch flags(p.Flags) {
		case 1:
			i = 1
		case 2:
			i = 2
		}
		n.Code = codes[i]
		for len(args) > 0 {
			add(expression(take()))
		}
		if i != 2 {
			order := orders[p.Order]
			if p.Persist {
				order |= stored
			}
			add(constInt(order))
		}
	case "clear":
		n.Code = 11
		if family == "map" {
			n.Code = 75
		}
	case "sort":
		n.Code = 13
		add(constInt(flags(take())))
	case "size":
		n.Code, n.Type, n.Module = 16, expr.IntType, 0
		if family == "map" {
			n.Code = 96
		}
	default:
		verb, by, _ := strings.Cut(rest, "_by_")
		codes := listSelectors
		if family == "map" {
			codes = mapSelectors
		}
		code, ok := codes[strings.TrimSuffix(by, "_count")]
		if !ok {
			panic("expression " + name)
		}
		single := by == "index" || by == "rank" || by == "key"
		if verb == "get" {
			n.Code, n.Module = code[0], 0
			give := returnNumber(take())
			if single {
				n.Type = typeNames[decodeAs[string](take())]
			} else {
				n.Type = typeOfReturn(give)
			}
			add(constInt(give))
		} else {
			n.Code = code[1]
			if single {
				add(constInt(0))
			} else {
				add(constInt(returnNumber(take())))
			}
		}
		if strings.HasSuffix(by, "value_range") || by == "key_range" {
			from, to := expression(take()), expression(take())
			if from == nil {
				from = &expr.Node{Op: expr.Const}
			}
			add(from)
			if to != nil {
				add(to)
			}
			break
		}
		for len(args) > 0 {
			add(expression(take()))
		}
	}
	add(target)
	return n
}

func typeOfReturn(give int) expr.Type {
	switch give &^ expr.Inverted {
	case 5:
		return expr.IntType
	case 13:
		return expr.BoolType
	case 8, 16, 17:
		return expr.MapType
	default:
		return expr.ListType
	}
}

func bitCall(name string, e element) *expr.Node {
	code := uint8(slices.Index([]string{
		"bit_resize", "bit_insert", "bit_remove", "bit_set", "bit_or", "bit_xor", "bit_and", "bit_not", "bit_lshift",
		"bit_rshift", "bit_add", "bit_subtract", "bit_set_int",
	}, name))
	n := &expr.Node{Op: expr.Call, Type: expr.BytesType, Module: expr.BitModule | expr.Modify, Code: code}
	args := e[1 : len(e)-1]
	target := expression(e[len(e)-1])
	if code == 0xff { // a read
		n.Code = 50 + uint8(slices.Index([]string{"bit_get", "bit_count", "bit_lscan", "bit_rscan", "bit_get_int"}, name))
		n.Module = expr.BitModule
		if n.Code != 50 {
			n.Type = expr.IntType
		}
		for i, arg := range args {
			if n.Code == 54 && i == 2 {
				if decodeAs[bool](arg) {
					n.Args = append(n.Args, constInt(1))
				}
				continue
			}
			n.Args = append(n.Args, expression(arg))
		}
		n.Args = append(n.Args, target)
		return n
	}
	policy := constInt(flags(policyOf(args[0]).Flags))
	switch code {
	case 0:
		n.Args = []*expr.Node{expression(args[1]), policy, constInt(flags(args[2])), target}
	case 10, 11:
		action := 0
		if string(args[5]) != "null" {
			switch a := decodeAs[any](args[5]).(type) {
			case string:
				action = map[string]int{"fail": 0, "saturate": 2, "wrap": 4}[a]
			case float64:
				action = int(a)
			}
		}
		if decodeAs[bool](args[4]) {
			action |= 1
		}
		n.Args = []*expr.Node{expression(args[1]), expression(args[2]), expression(args[3]), policy, constInt(action), target}
	default:
		for _, arg := range args[1:] {
			n.Args = append(n.Args, expression(arg))
		}
		n.Args = append(n.Args, policy, target)
	}
	return n
}

func hllCall(name string, e element) *expr.Node {
	n := &expr.Node{Op: expr.Call, Module: expr.HLLModule}
	args := e[1 : len(e)-1]
	target := expression(e[len(e)-1])
	minus := constInt(-1)
	switch name {
	case "hll_init", "hll_init_minhash", "hll_add", "hll_add_index", "hll_add_index_minhash":
		n.Module |= expr.Modify
		n.Type = expr.HLLType
		policy := constInt(flags(policyOf(args[0]).Flags))
		n.Args = args[1:].rest(0)
		want := 2
		if strings.HasPrefix(name, "hll_add") {
			n.Code, want = 1, 3
		}
		for len(n.Args) < want {
			n.Args = append(n.Args, minus)
		}
		n.Args = append(n.Args, policy, target)
		return n
	}
	i := slices.Index([]string{
		"hll_get_count", "hll_get_union", "hll_get_union_count", "hll_get_intersect_count", "hll_get_similarity",
		"hll_describe", "hll_may_contain",
	}, name)
	n.Code = 50 + uint8(i)
	n.Type = []expr.Type{
		expr.IntType, expr.HLLType, expr.IntType, expr.IntType, expr.FloatType, expr.ListType, expr.IntType,
	}[i]
	n.Args = append(args.rest(0), target)
	return n
}

func isPath(data json.RawMessage) bool {
	return strings.HasPrefix(string(data), "[[") || strings.HasPrefix(string(data), "[ [")
}

func path(data json.RawMessage) (steps expr.Path) {
	for _, c := range decodeAs[[]element](data) {
		switch kind := c.text(0); kind {
		case "list_index":
			steps = append(steps, cdt.Index(decodeAs[int](c[1])))
		case "list_rank":
			steps = append(steps, cdt.Rank(decodeAs[int](c[1])))
		case "list_value":
			steps = append(steps, cdt.Value(decodeValue(c[1])))
		case "map_index":
			steps = append(steps, cdt.Index(decodeAs[int](c[1])).InMap())
		case "map_rank":
			steps = append(steps, cdt.Rank(decodeAs[int](c[1])).InMap())
		case "map_value":
			steps = append(steps, cdt.Value(decodeValue(c[1])).InMap())
		case "map_key":
			steps = append(steps, cdt.Key(decodeValue(c[1])))
		case "list_index_create":
			index := cdt.Index(decodeAs[int](c[1]))
			switch order, pad := c.text(2), decodeAs[bool](c[3]); {
			case order == "ordered":
				steps = append(steps, index.Create(cdt.Ordered))
			case pad:
				steps = append(steps, index.CreatePadded())
			default:
				steps = append(steps, index.Create(cdt.Unordered))
			}
		case "map_key_create":
			steps = append(steps, cdt.Key(decodeValue(c[1])).Create(cdt.MapOrder(orders[c.text(2)])))
		default:
			panic("ctx " + kind)
		}
	}
	return steps
}

// decodeValue returns a recorded value, as package value keeps it.
func decodeValue(data json.RawMessage) any {
	for kind, raw := range decodeAs[map[string]json.RawMessage](data) {
		switch kind {
		case "i":
			return decodeAs[int](raw)
		case "f":
			switch string(raw) {
			case `"NaN"`:
				return math.NaN()
			case `"+Inf"`:
				return math.Inf(1)
			case `"-Inf"`:
				return math.Inf(-1)
			case `"-0"`:
				return math.Copysign(0, -1)
			}
			return decodeAs[float64](raw)
		case "s":
			return decodeAs[string](raw)
		case "s_b64":
			return string(decodeAs[[]byte](raw))
		case "b":
			return decodeAs[[]byte](raw)
		case "bool":
			return decodeAs[bool](raw)
		case "nil":
			return nil
		case "geo":
			return value.GeoJSON(decodeAs[string](raw))
		case "hll":
			return value.HLL(decodeAs[[]byte](raw))
		case "inf":
			return cdt.Infinity
		case "wildcard":
			return cdt.Wildcard
		case "list", "op_results":
			l := &value.List{Items: []any{}}
			for _, e := range decodeAs[[]json.RawMessage](raw) {
				l.Items = append(l.Items, inside(decodeValue(e)))
			}
			return l
		case "map", "pairs":
			var pairs value.Pairs
			for _, e := range decodeAs[[]element](raw) {
				pairs = append(pairs, value.MapPair{Key: decodeValue(e[0]), Value: inside(decodeValue(e[1]))})
			}
			if kind == "pairs" {
				return pairs
			}
			m, err := value.NewMap(value.Unordered, pairs...)
			must(err)
			return m
		}
	}
	panic("no value: " + string(data))
}

// inside returns a value as a list or map holds it, where an HLL is bytes.
func inside(v any) any {
	if h, ok := v.(value.HLL); ok {
		return []byte(h)
	}
	return v
}
