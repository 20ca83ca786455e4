package aerostore

import (
	"encoding/json"
	"fmt"
	"math"
)

// MaxDepth is how many levels of lists and maps the values of a supported server have.
const MaxDepth = 256

// Check returns "" for a value that can be stored, else the reason why not. The
// reason holds no value. Check accepts what Import returns.
func Check(value any) string { return CheckWithin(value, 0) }

// CheckWithin is Check for a value that is put into so many lists and maps, each within
// the one before. With them it must not nest too deep.
func CheckWithin(value any, levels int) string {
	left := size(MaxRecord)
	return check(value, levels, &left)
}

// A size is how many bytes a value may still take while it is looked at. A value of a few
// bytes that contains the same list many times, on many levels, would otherwise be looked
// at without end.
type size int

// holds takes the size of a list or map of n elements, each of a byte at least. It returns
// false if no record holds them.
func (left *size) holds(n int) bool {
	*left -= size(n) + 1
	return *left >= 0
}

var tooLarge = fmt.Sprintf("a value is larger than %d MiB, the largest record of any server", MaxRecord>>20)

// CheckArgument is Check for a value that selects others. It accepts edges and what
// Import returned.
func CheckArgument(value any) string {
	switch v := value.(type) {
	case Edge, *List, *Map:
		return ""
	case nil, bool, int, float64, string, []byte, GeoJSON, HLL, NestedHLL, Uint:
		return ""
	default:
		if _, err := Import(v); err != nil {
			return err.Error()
		}
		return ""
	}
}

// CheckKey returns "" for a value that can be the key of a map, else the reason why
// not.
func CheckKey(key any) string {
	if _, ok := key.([]byte); ok {
		return ""
	}
	return checkKey(key)
}

func check(value any, depth int, left *size) string {
	switch v := value.(type) {
	case nil, bool, string, float64, []byte, GeoJSON, HLL, float32,
		int, int8, int16, int32, int64, uint8, uint16, uint32:
		return ""
	case uint:
		return checkUint(uint64(v))
	case uint64:
		return checkUint(v)
	case json.Number:
		if _, ok := number(v); !ok {
			return "a json.Number is no number, or does not fit into an int64 or a float64"
		}
		return ""
	case Edge:
		return "cdt.Infinity and cdt.Wildcard stand for values in comparisons and cannot be stored"
	case *List, *Map, NestedHLL, Uint: // of the wire, which says more than other types can
		return ""
	}
	return checkContainer(value, depth, left)
}

func checkContainer(value any, depth int, left *size) string {
	if depth >= MaxDepth {
		return tooDeep
	}
	switch v := value.(type) {
	case []any:
		return checkList(v, depth, left)
	case map[any]any:
		return checkMap(v, depth, left)
	case []MapPair:
		return checkPairs(v, depth, left)
	case map[string]any:
		if !left.holds(2 * len(v)) {
			return tooLarge
		}
		for _, element := range v {
			if reason := check(element, depth+1, left); reason != "" {
				return reason
			}
		}
		return ""
	case []map[string]any:
		if !left.holds(len(v)) {
			return tooLarge
		}
		for _, element := range v {
			if reason := check(element, depth+1, left); reason != "" {
				return reason
			}
		}
		return ""
	case []string, []int, []int64, []float64, []bool, [][]byte,
		map[string]string, map[string]int, map[string]int64, map[string]float64, map[string]bool:
		return ""
	}
	wide, ok := widenOther(value)
	if !ok {
		return unsupported(value)
	}
	return check(wide, depth, left)
}

func checkList(list []any, depth int, left *size) string {
	if !left.holds(len(list)) {
		return tooLarge
	}
	for _, element := range list {
		switch element.(type) {
		case nil, bool, int, float64, string: // the common ones, without a call
			continue
		}
		if reason := check(element, depth+1, left); reason != "" {
			return reason
		}
	}
	return ""
}

var tooDeep = fmt.Sprintf("values nest deeper than %d levels, or contain themselves", MaxDepth)

func checkUint(v uint64) string {
	if v > math.MaxInt64 {
		return fmt.Sprintf("an unsigned integer above %d cannot be stored: Aerospike's integers are signed", int64(math.MaxInt64))
	}
	return ""
}

const (
	keyTwice = "a map has the same key twice"
	// int(1) and int64(1) are two keys to Go and one to the server.
	keyInTwoTypes = "a map has the same integer key in two Go types"
)

// checkMap allows the keys that a server accepts and a Go map can hold.
func checkMap(m map[any]any, depth int, left *size) string {
	if !left.holds(2 * len(m)) {
		return tooLarge
	}
	var seen map[int]bool // integer keys of other types than int
	for key, element := range m {
		switch key.(type) {
		case string, int:
		default:
			if reason := checkKey(key); reason != "" {
				return reason
			}
			wide, _ := widenKey(key)
			n, ok := wide.(int)
			if !ok {
				break
			}
			if _, twice := m[n]; twice || seen[n] {
				return keyInTwoTypes
			}
			if seen == nil {
				seen = make(map[int]bool)
			}
			seen[n] = true
		}
		if reason := check(element, depth+1, left); reason != "" {
			return reason
		}
	}
	return ""
}

func checkKey(key any) string {
	switch k := key.(type) {
	case string, int:
		return ""
	case uint:
		return checkUint(uint64(k))
	case uint64:
		return checkUint(k)
	}
	if _, ok := widenKey(key); !ok {
		return fmt.Sprintf("a map key of type %T cannot be stored: use a string, an integer or an array of bytes", key)
	}
	return ""
}

// checkPairs needs no memory if the pairs are in the order in which they are read.
func checkPairs(pairs []MapPair, depth int, left *size) string {
	if !left.holds(2 * len(pairs)) {
		return tooLarge
	}
	ascending := true
	for i, p := range pairs {
		if reason := CheckKey(p.Key); reason != "" {
			return reason
		}
		if reason := check(p.Value, depth+1, left); reason != "" {
			return reason
		}
		ascending = ascending && (i == 0 || compareKeys(pairs[i-1].Key, p.Key) < 0)
	}
	if !ascending {
		if _, ok := sortedPairs(pairs); !ok {
			return keyTwice
		}
	}
	return ""
}

func compareKeys(a, b any) int {
	a, _ = widenKey(a)
	b, _ = widenKey(b)
	return Compare(a, b)
}
