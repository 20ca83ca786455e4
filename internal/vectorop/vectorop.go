// Package vectorop decodes values, expressions, and operations on lists, maps, bits and
// HyperLogLogs, in the form of recorded vectors. See storetest/vectors/recorded/README.md.
package vectorop

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/jsonline"
	value "github.com/aerostore/aerostore/internal/value"
)

// Is reports whether an operation with the name is one that Decode decodes.
func Is(name string) bool {
	family, _, _ := strings.Cut(name, "_")
	return slices.Contains([]string{"list", "map", "bit", "hll"}, family)
}

// Decode decodes an operation: the bin, and what the recorded client sent. It decodes
// values with the function.
func Decode(data []byte, value func(json.RawMessage) (any, error)) (bin string, op cdt.Op, err error) {
	d := &decoder{value: value}
	if err := jsonline.Decode(data, &d.args); err != nil {
		return "", cdt.Op{}, err
	}
	op = d.op()
	return d.Bin, op, d.err
}

// args are the arguments of all operations. See the README for which has what.
type args struct {
	Op, Bin string
	Ctx     [][]json.RawMessage
	RT      string
	Policy  *struct {
		Order   string
		Flags   []json.RawMessage
		Mode    string
		Persist bool `json:"persist_index"`
	}

	Index, Rank  int
	Count        *int
	Key, Value   json.RawMessage
	Begin, End   json.RawMessage
	Keys, Values []json.RawMessage
	Items        json.RawMessage
	Order        string
	Pad          bool
	SortFlags    []json.RawMessage `json:"sort_flags"`
	BitOffset    int               `json:"bit_offset"`
	BitSize      int               `json:"bit_size"`
	ByteOffset   int               `json:"byte_offset"`
	ByteSize     int               `json:"byte_size"`
	ResizeFlags  []json.RawMessage `json:"resize_flags"`
	Shift        int
	Signed       bool
	Action       json.RawMessage
	IndexBits    int `json:"index_bits"`
	MinhashBits  int `json:"minhash_bits"`
	HLLs         []json.RawMessage
}

var errUnknown = errors.New("the operation is unknown")

// A decoder keeps the first error.
type decoder struct {
	args
	value func(json.RawMessage) (any, error)
	err   error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func decodeAs[T any](d *decoder, data json.RawMessage) (v T) {
	if err := jsonline.Decode(data, &v); err != nil {
		d.fail(err)
	}
	return v
}

// val decodes a value. One that is left out is nil.
func (d *decoder) val(data json.RawMessage) any {
	if data == nil {
		return nil
	}
	v, err := d.value(data)
	if err != nil {
		d.fail(err)
	}
	return v
}

func (d *decoder) vals(data []json.RawMessage) []any {
	values := make([]any, len(data))
	for i, v := range data {
		values[i] = d.val(v)
	}
	return values
}

var flagNumbers = map[string]uint8{
	"add_unique": uint8(cdt.AddUnique), "insert_bounded": uint8(cdt.InsertBounded), "allow_fold": uint8(cdt.AllowFold),
	"create_only": uint8(cdt.CreateOnly), "update_only": uint8(cdt.UpdateOnly),
	"no_fail": uint8(cdt.NoFail), "partial": uint8(cdt.Partial),
	"from_front": uint8(cdt.FromFront), "grow_only": uint8(cdt.GrowOnly), "shrink_only": uint8(cdt.ShrinkOnly),
	"descending": uint8(cdt.Descending), "drop_duplicates": uint8(cdt.DropDuplicates),
}

// flags decodes words, and numbers that stand for themselves.
func (d *decoder) flags(data []json.RawMessage) (flags uint8) {
	for _, f := range data {
		flags |= number(d, f, flagNumbers)
	}
	return flags
}

var actions = map[string]uint8{
	"fail": uint8(cdt.OverflowFails), "saturate": uint8(cdt.OverflowSaturates), "wrap": uint8(cdt.OverflowWraps),
}

func number(d *decoder, data json.RawMessage, words map[string]uint8) uint8 {
	if data == nil {
		return 0
	}
	if data[0] != '"' {
		return decodeAs[uint8](d, data)
	}
	return lookUp(d, words, decodeAs[string](d, data))
}

func lookUp[T any](d *decoder, words map[string]T, word string) T {
	v, ok := words[word]
	if !ok {
		d.fail(fmt.Errorf("%q is unknown", word))
	}
	return v
}

var orders = map[string]cdt.Order{
	"": cdt.Unordered, "unordered": cdt.Unordered, "ordered": value.Ordered, "key": value.Ordered, "key_value": value.KeyValueOrdered,
}

var gives = map[string]uint8{
	"none": uint8(cdt.Nothing), "index": uint8(cdt.IndexOf), "reverse_index": uint8(cdt.ReverseIndexOf),
	"rank": uint8(cdt.RankOf), "reverse_rank": uint8(cdt.ReverseRankOf), "count": uint8(cdt.Count),
	"value": uint8(cdt.Elements), "exists": uint8(cdt.Exists),
	"key": uint8(cdt.KeyOf), "key_value": uint8(cdt.Pairs),
	"unordered_map": uint8(cdt.AsMap), "ordered_map": uint8(cdt.AsOrderedMap),
}

// path decodes the contexts.
func (d *decoder) path() (steps []cdt.Step) {
	for _, c := range d.Ctx {
		steps = append(steps, d.step(c))
	}
	return steps
}

func (d *decoder) step(c []json.RawMessage) cdt.Step {
	argument := func(i int) json.RawMessage {
		if i >= len(c) {
			d.fail(errors.New("a step of a path is too short"))
			return json.RawMessage("null")
		}
		return c[i]
	}
	at := func() int { return decodeAs[int](d, argument(1)) }
	order := func() cdt.Order { return lookUp(d, orders, decodeAs[string](d, argument(2))) }
	switch kind := decodeAs[string](d, argument(0)); kind {
	case "list_index":
		return cdt.Index(at())
	case "list_rank":
		return cdt.Rank(at())
	case "list_value":
		return cdt.Value(d.val(argument(1)))
	case "map_index":
		return cdt.Index(at()).InMap()
	case "map_rank":
		return cdt.Rank(at()).InMap()
	case "map_value":
		return cdt.Value(d.val(argument(1))).InMap()
	case "map_key":
		return cdt.Key(d.val(argument(1)))
	case "list_index_create":
		return createList(at(), order(), decodeAs[bool](d, argument(3)))
	case "map_key_create":
		return cdt.Key(d.val(argument(1))).Create(cdt.MapOrder(order()))
	default:
		d.fail(fmt.Errorf("the step %q of a path is unknown", kind))
		return cdt.Index(0)
	}
}

func createList(at int, order cdt.Order, pad bool) cdt.Step {
	if pad && order == cdt.Unordered {
		return cdt.Index(at).CreatePadded()
	}
	return cdt.Index(at).Create(cdt.ListOrder(order))
}

// Bits that the client adds to a step for what it creates.
const (
	createUnordered = 1 // a list, or a map
	createPadded    = 2 // a list
	createKeyed     = 2 // a map in order
	createOrdered   = 3 // a list, or a map with ordered values
)

// creating makes the last step of the path create, as the client does for an operation
// that creates a list or map at a path. The client adds its bits to those of the step.
func (d *decoder) creating(path []cdt.Step, order cdt.Order) {
	if len(path) == 0 {
		return
	}
	last := path[len(path)-1]
	bits := createBits(strings.HasPrefix(d.Op, "map_"), order, d.Pad)
	if in := last.Creation(); in != 0 {
		bits |= createBits(in.IsMap(), in.Order(), in.Pads())
	}
	switch s := last.Selector(); {
	case s.Kind() == cdt.ByIndex && s.At() < 0:
		// It must not be sent, see cdt.Op.Check. The recorded answers are those of a step
		// that creates nothing.
	case s.Kind() == cdt.ByIndex && !last.OfMap():
		path[len(path)-1] = createList(s.At(), map[int]cdt.Order{createOrdered: value.Ordered}[bits], bits == createPadded)
	case s.Kind() == cdt.ByKey:
		in := map[int]cdt.Order{createKeyed: value.Ordered, createOrdered: value.KeyValueOrdered}[bits]
		path[len(path)-1] = cdt.Key(s.Value()).Create(cdt.MapOrder(in))
	}
}

func createBits(ofMap bool, order cdt.Order, pad bool) int {
	switch {
	case order == value.KeyValueOrdered:
		return createOrdered
	case order == value.Ordered && ofMap:
		return createKeyed
	case order == value.Ordered:
		return createOrdered
	case pad:
		return createPadded
	default:
		return createUnordered
	}
}

// selected makes an operation that selects, of which the name says how.
func (d *decoder) selected(kind cdt.Kind, by string) cdt.Op {
	rt, inverted := strings.CutPrefix(d.RT, "!")
	s := d.selector(by)
	if s == nil {
		d.fail(errUnknown)
		return cdt.Op{}
	}
	if inverted {
		s = s.Invert()
	}
	return cdt.Op{Kind: kind, Select: s, Give: lookUp(d, gives, rt)}
}

func (d *decoder) selector(by string) *cdt.Selector {
	by, count := strings.CutSuffix(by, "_count")
	n := cdt.ToEnd
	if count {
		n = d.count()
	}
	switch by {
	case "index":
		return cdt.Index(d.Index).Selector()
	case "rank":
		return cdt.Rank(d.Rank).Selector()
	case "key":
		return cdt.Key(d.val(d.Key)).Selector()
	case "value":
		return cdt.Value(d.val(d.Value)).Selector()
	case "index_range":
		return cdt.Indexes(d.Index, n).Selector()
	case "rank_range":
		return cdt.Ranks(d.Rank, n).Selector()
	case "value_list":
		return cdt.Values(d.vals(d.Values)...).Selector()
	case "key_list":
		return cdt.Keys(d.vals(d.Keys)...).Selector()
	case "value_range":
		if end := d.val(d.End); end != nil { // the client sends none for nil
			return cdt.Between(d.val(d.Begin), end).Selector()
		}
		return cdt.From(d.val(d.Begin)).Selector()
	case "key_range":
		if end := d.val(d.End); end != nil {
			return cdt.KeyBetween(d.val(d.Begin), end).Selector()
		}
		return cdt.KeyFrom(d.val(d.Begin)).Selector()
	case "value_rel_rank_range":
		return cdt.RanksNear(d.val(d.Value), d.Rank, n).Selector()
	case "key_rel_index_range":
		return cdt.IndexesNear(d.val(d.Key), d.Index, n).Selector()
	default:
		return nil
	}
}

func (d *decoder) count() int {
	if d.Count == nil {
		d.fail(errors.New("the count is missing"))
		return 0
	}
	return *d.Count
}

func (d *decoder) op() cdt.Op {
	before, by, selects := strings.Cut(d.Op, "_by_")
	kind, ok := map[string]cdt.Kind{
		"list_get": cdt.ListGet, "list_remove": cdt.ListRemove, "map_get": cdt.MapGet, "map_remove": cdt.MapRemove,
	}[before]
	var op cdt.Op
	switch {
	case selects && ok:
		op = d.selected(kind, by)
		op.Path = d.path()
	case strings.HasPrefix(d.Op, "list_"):
		op = d.list()
	case strings.HasPrefix(d.Op, "map_"):
		op = d.mapping()
	case strings.HasPrefix(d.Op, "bit_"):
		op = d.bits()
	default:
		op = d.hll()
	}
	if op.Kind == 0 {
		d.fail(errUnknown)
	}
	return op
}

// policy returns the order and the flags of the policy.
func (d *decoder) policy() (order cdt.Order, flags uint8) {
	if d.Policy == nil {
		return cdt.Unordered, 0
	}
	return lookUp(d, orders, d.Policy.Order), d.flags(d.Policy.Flags)
}

var listKinds = map[string]cdt.Kind{
	"list_append": cdt.ListAppend, "list_append_plain": cdt.ListAppend,
	"list_insert": cdt.ListInsert, "list_insert_plain": cdt.ListInsert,
	"list_create": cdt.ListSetOrder, "list_create_with_index": cdt.ListSetOrder,
	"list_set_order": cdt.ListSetOrder, "list_set_order_with_index": cdt.ListSetOrder,
	"list_pop": cdt.ListPop, "list_pop_range": cdt.ListPopRange, "list_pop_range_from": cdt.ListPopRange,
	"list_remove": cdt.ListRemoveAt, "list_remove_range": cdt.ListRemoveRange, "list_remove_range_from": cdt.ListRemoveRange,
	"list_set": cdt.ListSet, "list_set_with_policy": cdt.ListSet,
	"list_trim": cdt.ListTrim, "list_clear": cdt.ListClear, "list_sort": cdt.ListSort, "list_size": cdt.ListSize,
	"list_increment": cdt.ListIncrement, "list_increment_by_one": cdt.ListIncrement,
	"list_increment_with_policy": cdt.ListIncrement, "list_increment_by_one_with_policy": cdt.ListIncrement,
	"list_get": cdt.ListGetAt, "list_get_range": cdt.ListGetRange, "list_get_range_from": cdt.ListGetRange,
}

func (d *decoder) list() cdt.Op {
	op := cdt.Op{Kind: listKinds[d.Op], Path: d.path(), Index: d.Index}
	if d.Count != nil {
		op.Count, op.Counted = *d.Count, true
	}
	op.Order, op.Flags = d.policy()
	switch op.Kind {
	case cdt.ListAppend, cdt.ListInsert:
		if values := d.vals(d.Values); len(values) == 1 {
			op.Value = values[0]
		} else {
			op.Values = values
		}
	case cdt.ListSetOrder:
		op.Order, op.Stored = lookUp(d, orders, d.Order), strings.HasSuffix(d.Op, "_with_index")
		if strings.HasPrefix(d.Op, "list_create") && op.Path != nil {
			d.creating(op.Path, op.Order)
			op.Stored = false
		}
	case cdt.ListPopRange, cdt.ListRemoveRange:
		// For one element the client sends another operation, and drops the path.
		if op.Counted && op.Count == 1 {
			op.Kind = map[cdt.Kind]cdt.Kind{cdt.ListPopRange: cdt.ListPop, cdt.ListRemoveRange: cdt.ListRemoveAt}[op.Kind]
			op.Path, op.Count, op.Counted = nil, 0, false
		}
	case cdt.ListSet:
		op.Value = d.val(d.Value)
	case cdt.ListIncrement:
		op.Value = d.val(d.Value)
		switch d.Op {
		case "list_increment_with_policy": // the client sends the flags where the server reads the order
			op.Order, op.Flags = cdt.Order(op.Flags), 0
		case "list_increment_by_one_with_policy":
			op.Value = 1
		}
	case cdt.ListSort:
		op.Flags = d.flags(d.SortFlags)
	}
	return op
}

var mapKinds = map[string]cdt.Kind{
	"map_create": cdt.MapSetOrder, "map_create_with_index": cdt.MapSetOrder, "map_set_policy": cdt.MapSetOrder,
	"map_put": cdt.MapPut, "map_put_items": cdt.MapPutAll,
	"map_increment": cdt.MapIncrement, "map_decrement": cdt.MapDecrement,
	"map_clear": cdt.MapClear, "map_size": cdt.MapSize,
}

func (d *decoder) mapping() cdt.Op {
	op := cdt.Op{Kind: mapKinds[d.Op], Path: d.path()}
	op.Order, op.Flags = d.policy()
	op.Stored = d.Policy != nil && d.Policy.Persist
	mode := ""
	if d.Policy != nil {
		mode = d.Policy.Mode
	}
	switch op.Kind {
	case cdt.MapSetOrder:
		op.Stored = op.Stored && op.Path == nil
		if d.Op != "map_set_policy" {
			op.Order, op.Stored = lookUp(d, orders, d.Order), d.Op == "map_create_with_index"
			d.creating(op.Path, op.Order)
		}
	case cdt.MapPut:
		op.Key, op.Value = d.val(d.Key), d.val(d.Value)
		op.Kind = lookUp(d, map[string]cdt.Kind{
			"": cdt.MapPut, "update": cdt.MapPut, "update_only": cdt.MapReplace, "create_only": cdt.MapAdd,
		}, mode)
	case cdt.MapPutAll:
		op.Values = d.val(d.Items)
		op.Kind = lookUp(d, map[string]cdt.Kind{
			"": cdt.MapPutAll, "update": cdt.MapPutAll, "update_only": cdt.MapReplaceAll, "create_only": cdt.MapAddAll,
		}, mode)
	case cdt.MapIncrement, cdt.MapDecrement:
		op.Key, op.Value, op.Flags = d.val(d.Key), d.val(d.Value), 0
	}
	return op
}

var bitKinds = map[string]cdt.Kind{
	"bit_resize": cdt.BitResize, "bit_insert": cdt.BitInsert, "bit_remove": cdt.BitRemove, "bit_set": cdt.BitSet, "bit_or": cdt.BitOr,
	"bit_xor": cdt.BitXor, "bit_and": cdt.BitAnd, "bit_not": cdt.BitNot, "bit_lshift": cdt.BitLShift, "bit_rshift": cdt.BitRShift,
	"bit_add": cdt.BitAdd, "bit_subtract": cdt.BitSubtract, "bit_set_int": cdt.BitSetInt, "bit_get": cdt.BitGet,
	"bit_count": cdt.BitCount, "bit_lscan": cdt.BitLScan, "bit_rscan": cdt.BitRScan, "bit_get_int": cdt.BitGetInt,
}

func (d *decoder) bits() cdt.Op {
	op := cdt.Op{
		Kind: bitKinds[d.Op], Path: d.path(), Index: d.BitOffset, Count: d.BitSize,
		Value: d.val(d.Value), Signed: d.Signed, Shift: d.Shift, Action: number(d, d.Action, actions),
	}
	_, op.Flags = d.policy()
	switch op.Kind {
	case cdt.BitResize:
		op.Count, op.Action = d.ByteSize, d.flags(d.ResizeFlags)
	case cdt.BitInsert, cdt.BitRemove:
		op.Index, op.Count = d.ByteOffset, d.ByteSize
	}
	return op
}

var hllKinds = map[string]cdt.Kind{
	"hll_init": cdt.HLLInit, "hll_add": cdt.HLLAdd, "hll_set_union": cdt.HLLSetUnion, "hll_refresh_count": cdt.HLLRefreshCount,
	"hll_fold": cdt.HLLFold, "hll_get_count": cdt.HLLGetCount, "hll_get_union": cdt.HLLGetUnion,
	"hll_get_union_count": cdt.HLLGetUnionCount, "hll_get_intersect_count": cdt.HLLGetIntersectCount,
	"hll_get_similarity": cdt.HLLGetSimilarity, "hll_describe": cdt.HLLDescribe,
}

func (d *decoder) hll() cdt.Op {
	values := d.Values
	if d.HLLs != nil {
		values = d.HLLs
	}
	op := cdt.Op{Kind: hllKinds[d.Op], Index: d.IndexBits, Shift: d.MinhashBits, Values: d.vals(values)}
	_, op.Flags = d.policy()
	return op
}
