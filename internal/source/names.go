package source

import (
	"fmt"
	"strings"

	"github.com/aerostore/aerostore/cdt"
)

func listOrder(order cdt.Order) string {
	return named(uint8(order), "cdt.ListOrder", map[uint8]string{
		cdt.Unordered: "cdt.Unordered", uint8(cdt.Ordered): "cdt.Ordered",
	})
}

func mapOrder(order cdt.Order) string {
	return named(uint8(order), "cdt.MapOrder", map[uint8]string{
		cdt.Unordered: "cdt.Unordered", uint8(cdt.KeyOrdered): "cdt.KeyOrdered",
		uint8(cdt.KeyValueOrdered): "cdt.KeyValueOrdered",
	})
}

func listGive(give uint8) string { return named(give, "cdt.Give", gives) }

func mapGive(give uint8) string {
	if text, ok := mapGives[give]; ok {
		return text
	}
	return named(give, "cdt.MapGive", gives)
}

var gives = map[uint8]string{
	uint8(cdt.Nothing): "cdt.Nothing", uint8(cdt.IndexOf): "cdt.IndexOf", uint8(cdt.ReverseIndexOf): "cdt.ReverseIndexOf",
	uint8(cdt.RankOf): "cdt.RankOf", uint8(cdt.ReverseRankOf): "cdt.ReverseRankOf", uint8(cdt.Count): "cdt.Count",
	uint8(cdt.Elements): "cdt.Elements", uint8(cdt.Exists): "cdt.Exists",
}

var mapGives = map[uint8]string{
	uint8(cdt.KeyOf): "cdt.KeyOf", uint8(cdt.Pairs): "cdt.Pairs",
	uint8(cdt.AsMap): "cdt.AsMap", uint8(cdt.AsOrderedMap): "cdt.AsOrderedMap",
}

func overflow(action uint8) string {
	return named(action, "cdt.Overflow", map[uint8]string{
		uint8(cdt.OverflowFails): "cdt.OverflowFails", uint8(cdt.OverflowSaturates): "cdt.OverflowSaturates",
		uint8(cdt.OverflowWraps): "cdt.OverflowWraps",
	})
}

// named returns the name of a number, or the number as a value of its type.
func named(n uint8, typeName string, names map[uint8]string) string {
	if name, ok := names[n]; ok {
		return name
	}
	return fmt.Sprintf("%s(%d)", typeName, n)
}

// flagNames are the names of bits, from the lowest, and the type of bits without one. No
// program can name the type of some flags, which is "".
type flagNames struct {
	typeName string
	names    [8]string
}

var (
	listFlags = flagNames{"", [8]string{"cdt.AddUnique", "cdt.InsertBounded", "cdt.NoFail", "cdt.Partial"}}
	mapFlags  = flagNames{"", [8]string{"cdt.CreateOnly", "cdt.UpdateOnly", "cdt.NoFail", "cdt.Partial"}}
	bitFlags  = mapFlags
	hllFlags  = flagNames{"", [8]string{"cdt.CreateOnly", "cdt.UpdateOnly", "cdt.NoFail", "cdt.AllowFold"}}

	sortFlags   = flagNames{"cdt.SortFlag", [8]string{"cdt.Descending", "cdt.DropDuplicates"}}
	resizeFlags = flagNames{"cdt.ResizeFlag", [8]string{"cdt.FromFront", "cdt.GrowOnly", "cdt.ShrinkOnly"}}
)

func (f *flagNames) of(bits uint8) string {
	var texts []string
	for i, name := range f.names {
		switch bit := bits & (1 << i); {
		case bit == 0:
		case name == "" && f.typeName == "":
			texts = append(texts, fmt.Sprintf("nil /* flag %d */", bit))
		case name == "":
			texts = append(texts, fmt.Sprintf("%s(%d)", f.typeName, bit))
		default:
			texts = append(texts, name)
		}
	}
	return strings.Join(texts, ", ")
}
