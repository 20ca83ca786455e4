// Package source writes operations, selectors and values as Go source, the way a person
// would write them in a program that imports the root package with a dot. It is for the
// messages of tests: the text has all values.
package source

import (
	"fmt"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Operation returns an operation on a list, map, bits or HyperLogLog, such as
// ListBin("scores").Append(42).
func Operation(bin string, op *cdt.Op) string {
	verb, ok := verbs[op.Kind]
	if !ok {
		return fmt.Sprintf("OperationOf(%s, cdt.Op{Kind: %d})", Value(bin), op.Kind)
	}
	var b strings.Builder
	call := func(method, args string) {
		b.WriteString("." + method + "(" + args + ")")
	}
	family := families[op.Kind.Family()]
	b.WriteString(family.bin + "(" + Value(bin) + ")")
	if len(op.Path) > 0 {
		call("In", steps(op.Path))
	}
	switch setsOrder := op.Kind == cdt.ListSetOrder || op.Kind == cdt.MapSetOrder; {
	case op.Order != cdt.Unordered && family.order != nil && !setsOrder:
		call("Create", family.order(op.Order))
	case (op.Kind == cdt.HLLInit || op.Kind == cdt.HLLAdd) && (op.Index != -1 || op.Shift != -1):
		call("Create", index(op)+", "+shift(op))
	}
	if op.Stored {
		call("WithIndex", "")
	}
	if op.Flags != 0 && op.Kind != cdt.ListSort {
		call("With", family.flags.of(op.Flags))
	}
	name := verb.name
	if op.Signed && verb.signed != "" {
		name = verb.signed
	}
	call(name, verb.args(op))
	return b.String()
}

var families = map[cdt.Family]struct {
	bin   string
	order func(cdt.Order) string
	flags *flagNames
}{
	cdt.OfLists: {"ListBin", listOrder, &listFlags},
	cdt.OfMaps:  {"MapBin", mapOrder, &mapFlags},
	cdt.OfBits:  {"BitBin", nil, &bitFlags},
	cdt.OfHLLs:  {"HLLBin", nil, &hllFlags},
}

// A verb is the method that makes an operation.
type verb struct {
	name   string
	args   func(op *cdt.Op) string
	signed string // its name for signed integers
}

// verbs are those of all kinds that Operate takes.
var verbs = map[cdt.Kind]verb{
	cdt.ListSetOrder:    {name: "SetOrder", args: order},
	cdt.ListAppend:      {name: "Append", args: elements},
	cdt.ListInsert:      {name: "Insert", args: join(index, elements)},
	cdt.ListPop:         {name: "Pop", args: index},
	cdt.ListPopRange:    {name: "PopRange", args: join(index, ranged)},
	cdt.ListRemoveAt:    {name: "RemoveAt", args: index},
	cdt.ListRemoveRange: {name: "RemoveRange", args: join(index, ranged)},
	cdt.ListSet:         {name: "Set", args: join(index, oneValue)},
	cdt.ListTrim:        {name: "Trim", args: join(index, ranged)},
	cdt.ListClear:       {name: "Clear", args: none},
	cdt.ListIncrement:   {name: "Increment", args: join(index, oneValue)},
	cdt.ListSort:        {name: "Sort", args: func(op *cdt.Op) string { return sortFlags.of(op.Flags) }},
	cdt.ListSize:        {name: "Size", args: none},
	cdt.ListGetAt:       {name: "GetAt", args: index},
	cdt.ListGetRange:    {name: "GetRange", args: join(index, ranged)},
	cdt.ListGet:         {name: "Get", args: selection(cdt.Elements, listGive)},
	cdt.ListRemove:      {name: "Remove", args: selection(cdt.Nothing, listGive)},

	cdt.MapSetOrder:   {name: "SetOrder", args: order},
	cdt.MapAdd:        {name: "Add", args: join(key, oneValue)},
	cdt.MapPut:        {name: "Put", args: join(key, oneValue)},
	cdt.MapReplace:    {name: "Replace", args: join(key, oneValue)},
	cdt.MapAddAll:     {name: "AddAll", args: allValues},
	cdt.MapPutAll:     {name: "PutAll", args: allValues},
	cdt.MapReplaceAll: {name: "ReplaceAll", args: allValues},
	cdt.MapIncrement:  {name: "Increment", args: join(key, oneValue)},
	cdt.MapDecrement:  {name: "Decrement", args: join(key, oneValue)},
	cdt.MapClear:      {name: "Clear", args: none},
	cdt.MapSize:       {name: "Size", args: none},
	cdt.MapGet:        {name: "Get", args: selection(cdt.Elements, mapGive)},
	cdt.MapRemove:     {name: "Remove", args: selection(cdt.Nothing, mapGive)},

	cdt.BitResize:   {name: "Resize", args: join(size, func(op *cdt.Op) string { return resizeFlags.of(op.Action) })},
	cdt.BitInsert:   {name: "Insert", args: join(index, oneValue)},
	cdt.BitRemove:   {name: "Remove", args: join(index, size)},
	cdt.BitSet:      {name: "Set", args: join(index, size, oneValue)},
	cdt.BitOr:       {name: "Or", args: join(index, size, oneValue)},
	cdt.BitXor:      {name: "Xor", args: join(index, size, oneValue)},
	cdt.BitAnd:      {name: "And", args: join(index, size, oneValue)},
	cdt.BitNot:      {name: "Not", args: join(index, size)},
	cdt.BitLShift:   {name: "ShiftLeft", args: join(index, size, shift)},
	cdt.BitRShift:   {name: "ShiftRight", args: join(index, size, shift)},
	cdt.BitAdd:      {name: "Add", args: join(index, size, oneValue, action), signed: "AddSigned"},
	cdt.BitSubtract: {name: "Subtract", args: join(index, size, oneValue, action), signed: "SubtractSigned"},
	cdt.BitSetInt:   {name: "SetInt", args: join(index, size, oneValue)},
	cdt.BitGet:      {name: "Get", args: join(index, size)},
	cdt.BitCount:    {name: "Count", args: join(index, size)},
	cdt.BitLScan:    {name: "ScanLeft", args: join(index, size, oneValue)},
	cdt.BitRScan:    {name: "ScanRight", args: join(index, size, oneValue)},
	cdt.BitGetInt:   {name: "GetInt", args: join(index, size), signed: "GetSigned"},

	cdt.HLLInit:              {name: "Init", args: none},
	cdt.HLLAdd:               {name: "Add", args: elements},
	cdt.HLLSetUnion:          {name: "SetUnion", args: elements},
	cdt.HLLRefreshCount:      {name: "RefreshCount", args: none},
	cdt.HLLFold:              {name: "Fold", args: index},
	cdt.HLLGetCount:          {name: "Count", args: none},
	cdt.HLLGetUnion:          {name: "Union", args: elements},
	cdt.HLLGetUnionCount:     {name: "UnionCount", args: elements},
	cdt.HLLGetIntersectCount: {name: "IntersectCount", args: elements},
	cdt.HLLGetSimilarity:     {name: "Similarity", args: elements},
	cdt.HLLDescribe:          {name: "Describe", args: none},
}

func order(op *cdt.Op) string { return families[op.Kind.Family()].order(op.Order) }

// join returns the arguments of several functions.
func join(all ...func(*cdt.Op) string) func(*cdt.Op) string {
	return func(op *cdt.Op) string {
		var texts []string
		for _, args := range all {
			if text := args(op); text != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, ", ")
	}
}

func none(*cdt.Op) string         { return "" }
func index(op *cdt.Op) string     { return Value(op.Index) }
func size(op *cdt.Op) string      { return Value(op.Count) }
func ranged(op *cdt.Op) string    { return count(op.Count, op.Counted) }
func shift(op *cdt.Op) string     { return Value(op.Shift) }
func key(op *cdt.Op) string       { return Value(op.Key) }
func oneValue(op *cdt.Op) string  { return Value(op.Value) }
func allValues(op *cdt.Op) string { return Value(op.Values) }
func action(op *cdt.Op) string    { return overflow(op.Action) }

// elements returns the values of an operation that takes any number.
func elements(op *cdt.Op) string {
	switch all := op.Values.(type) {
	case nil:
		return oneValue(op)
	case []any:
		return arguments(all)
	case *value.List:
		return arguments(all.Items)
	default:
		return Value(all) + "..."
	}
}

// selection returns a selector and what is returned, unless that is the default.
func selection(byDefault cdt.Give, give func(uint8) string) func(*cdt.Op) string {
	return func(op *cdt.Op) string {
		text := Selector(op.Select)
		if op.Give != uint8(byDefault) {
			text += ", " + give(op.Give)
		}
		return text
	}
}
