package expr

import (
	"strings"

	"github.com/aerostore/aerostore/cdt"
)

// An Arg is what an argument of a call means.
type Arg uint8

// The arguments.
const (
	ArgReturn Arg = 'r'
	ArgValue  Arg = 'v'
	ArgValues Arg = 'V' // a list, or a map of entries
	ArgKey    Arg = 'k'
	ArgKeys   Arg = 'K'
	ArgFrom   Arg = 'b' // of an interval
	ArgTo     Arg = 'e'
	ArgIndex  Arg = 'i' // or a rank, or an offset
	ArgCount  Arg = 'n' // or a size
	ArgOrder  Arg = 'o'
	ArgFlags  Arg = 'f'
	ArgAction Arg = 'a' // of a resize, or at an overflow
	ArgSigned Arg = 'g'
	ArgShift  Arg = 's' // or the minhash bits of an HLL
)

// Inverted is added to what a get or removal gives, to invert what is selected.
const Inverted = 0x10000

// A Function is what a call does.
type Function struct {
	Name   string
	Kind   cdt.Kind
	Select cdt.SelectorKind // of those that select

	// Args are the arguments. Those from Optional on may be left out.
	Args     []Arg
	Optional int
}

// functions are the functions of the modules by their numbers.
var functions [3][128]*Function

// FunctionOf returns what a call does, nil if that is unknown.
func FunctionOf(n *Node) *Function {
	module := n.Module &^ Modify
	if int(module) >= len(functions) || int(n.Code) >= len(functions[module]) {
		return nil
	}
	return functions[module][n.Code]
}

func init() {
	type row struct {
		code int
		name string
		kind cdt.Kind
		by   cdt.SelectorKind
		args string // "|" before those that may be left out
	}
	tables := [3][]row{
		CDTModule: {
			{1, "append", cdt.ListAppend, 0, "v|of"},
			{2, "appendAll", cdt.ListAppend, 0, "V|of"},
			{3, "insert", cdt.ListInsert, 0, "iv|f"},
			{4, "insertAll", cdt.ListInsert, 0, "iV|f"},
			{9, "set", cdt.ListSet, 0, "iv|f"},
			{11, "clear", cdt.ListClear, 0, ""},
			{12, "increment", cdt.ListIncrement, 0, "i|vof"},
			{13, "sort", cdt.ListSort, 0, "|f"},
			{16, "size", cdt.ListSize, 0, ""},

			{19, "get", cdt.ListGet, cdt.ByIndex, "ri"},
			{21, "get", cdt.ListGet, cdt.ByRank, "ri"},
			{22, "get", cdt.ListGet, cdt.ByValue, "rv"},
			{23, "get", cdt.ListGet, cdt.ByValueList, "rV"},
			{24, "get", cdt.ListGet, cdt.ByIndexRange, "ri|n"},
			{25, "get", cdt.ListGet, cdt.ByValueInterval, "rb|e"},
			{26, "get", cdt.ListGet, cdt.ByRankRange, "ri|n"},
			{27, "get", cdt.ListGet, cdt.ByValueRelativeRank, "rvi|n"},
			{32, "remove", cdt.ListRemove, cdt.ByIndex, "ri"},
			{34, "remove", cdt.ListRemove, cdt.ByRank, "ri"},
			{35, "remove", cdt.ListRemove, cdt.ByValue, "rv"},
			{36, "remove", cdt.ListRemove, cdt.ByValueList, "rV"},
			{37, "remove", cdt.ListRemove, cdt.ByIndexRange, "ri|n"},
			{38, "remove", cdt.ListRemove, cdt.ByValueInterval, "rb|e"},
			{39, "remove", cdt.ListRemove, cdt.ByRankRange, "ri|n"},
			{40, "remove", cdt.ListRemove, cdt.ByValueRelativeRank, "rvi|n"},

			{65, "add", cdt.MapAdd, 0, "kv|o"},
			{66, "addAll", cdt.MapAddAll, 0, "V|o"},
			{67, "put", cdt.MapPut, 0, "kv|of"},
			{68, "putAll", cdt.MapPutAll, 0, "V|of"},
			{69, "replace", cdt.MapReplace, 0, "kv"},
			{70, "replaceAll", cdt.MapReplaceAll, 0, "V"},
			{73, "increment", cdt.MapIncrement, 0, "k|vo"},
			{75, "clear", cdt.MapClear, 0, ""},
			{96, "size", cdt.MapSize, 0, ""},

			{76, "remove", cdt.MapRemove, cdt.ByKey, "rk"},
			{77, "remove", cdt.MapRemove, cdt.ByIndex, "ri"},
			{79, "remove", cdt.MapRemove, cdt.ByRank, "ri"},
			{81, "remove", cdt.MapRemove, cdt.ByKeyList, "rK"},
			{82, "remove", cdt.MapRemove, cdt.ByValue, "rv"},
			{83, "remove", cdt.MapRemove, cdt.ByValueList, "rV"},
			{84, "remove", cdt.MapRemove, cdt.ByKeyInterval, "rb|e"},
			{85, "remove", cdt.MapRemove, cdt.ByIndexRange, "ri|n"},
			{86, "remove", cdt.MapRemove, cdt.ByValueInterval, "rb|e"},
			{87, "remove", cdt.MapRemove, cdt.ByRankRange, "ri|n"},
			{88, "remove", cdt.MapRemove, cdt.ByKeyRelativeIndex, "rki|n"},
			{89, "remove", cdt.MapRemove, cdt.ByValueRelativeRank, "rvi|n"},
			{97, "get", cdt.MapGet, cdt.ByKey, "rk"},
			{98, "get", cdt.MapGet, cdt.ByIndex, "ri"},
			{100, "get", cdt.MapGet, cdt.ByRank, "ri"},
			{102, "get", cdt.MapGet, cdt.ByValue, "rv"},
			{103, "get", cdt.MapGet, cdt.ByKeyInterval, "rb|e"},
			{104, "get", cdt.MapGet, cdt.ByIndexRange, "ri|n"},
			{105, "get", cdt.MapGet, cdt.ByValueInterval, "rb|e"},
			{106, "get", cdt.MapGet, cdt.ByRankRange, "ri|n"},
			{107, "get", cdt.MapGet, cdt.ByKeyList, "rK"},
			{108, "get", cdt.MapGet, cdt.ByValueList, "rV"},
			{109, "get", cdt.MapGet, cdt.ByKeyRelativeIndex, "rki|n"},
			{110, "get", cdt.MapGet, cdt.ByValueRelativeRank, "rvi|n"},
		},
		BitModule: {
			{0, "resize", cdt.BitResize, 0, "n|fa"},
			{1, "insert", cdt.BitInsert, 0, "iv|f"},
			{2, "remove", cdt.BitRemove, 0, "in|f"},
			{3, "set", cdt.BitSet, 0, "inv|f"},
			{4, "or", cdt.BitOr, 0, "inv|f"},
			{5, "xor", cdt.BitXor, 0, "inv|f"},
			{6, "and", cdt.BitAnd, 0, "inv|f"},
			{7, "not", cdt.BitNot, 0, "in|f"},
			{8, "shiftLeft", cdt.BitLShift, 0, "ins|f"},
			{9, "shiftRight", cdt.BitRShift, 0, "ins|f"},
			{10, "add", cdt.BitAdd, 0, "inv|fa"},
			{11, "subtract", cdt.BitSubtract, 0, "inv|fa"},
			{12, "setInt", cdt.BitSetInt, 0, "inv|f"},
			{50, "get", cdt.BitGet, 0, "in"},
			{51, "count", cdt.BitCount, 0, "in"},
			{52, "scanLeft", cdt.BitLScan, 0, "inv"},
			{53, "scanRight", cdt.BitRScan, 0, "inv"},
			{54, "getInt", cdt.BitGetInt, 0, "in|g"},
		},
		HLLModule: {
			{0, "init", cdt.HLLInit, 0, "i|sf"},
			{1, "add", cdt.HLLAdd, 0, "V|isf"},
			{50, "count", cdt.HLLGetCount, 0, ""},
			{51, "union", cdt.HLLGetUnion, 0, "V"},
			{52, "unionCount", cdt.HLLGetUnionCount, 0, "V"},
			{53, "intersectCount", cdt.HLLGetIntersectCount, 0, "V"},
			{54, "similarity", cdt.HLLGetSimilarity, 0, "V"},
			{55, "describe", cdt.HLLDescribe, 0, ""},
			{56, "mayContain", cdt.HLLMayContain, 0, "V"},
		},
	}
	for module, rows := range tables {
		for _, r := range rows {
			must, may, _ := strings.Cut(r.args, "|")
			functions[module][r.code] = &Function{
				Name: r.name, Kind: r.kind, Select: r.by, Args: []Arg(must + may), Optional: len(must),
			}
		}
	}
}
