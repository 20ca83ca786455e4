package aerostore

import (
	"fmt"
	"math"
)

// maxNesting is how deep lists and maps may nest.
const maxNesting = 256

// Check returns "" for a value that can be stored, else the reason why not. The
// reason holds no value.
func Check(value any) string { return check(value, 0) }

func check(value any, depth int) string {
	switch v := value.(type) {
	case nil, bool, string, float64, []byte, GeoJSON,
		int, int8, int16, int32, int64, uint8, uint16, uint32:
		return ""
	case uint:
		return checkUint(uint64(v))
	case uint64:
		return checkUint(v)
	case []any:
		if depth >= maxNesting {
			return tooDeep
		}
		for _, element := range v {
			if reason := check(element, depth+1); reason != "" {
				return reason
			}
		}
		return ""
	case map[any]any:
		return checkMap(v, depth)
	default:
		return unsupported(value)
	}
}

var tooDeep = fmt.Sprintf("values nest deeper than %d levels, or contain themselves", maxNesting)

func checkUint(v uint64) string {
	if v > math.MaxInt64 {
		return fmt.Sprintf("an unsigned integer above %d cannot be stored: Aerospike's integers are signed", int64(math.MaxInt64))
	}
	return ""
}

// checkMap allows the keys that a server accepts and a Go map can hold.
func checkMap(m map[any]any, depth int) string {
	if depth >= maxNesting {
		return tooDeep
	}
	var seen map[int]bool // integer keys of other types than int
	for key, element := range m {
		switch key.(type) {
		case string, int:
		case int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
			if reason := check(key, depth); reason != "" {
				return reason
			}
			// int(1) and int64(1) are two keys to Go and one to the server.
			n := Clean(key).(int)
			if _, twice := m[n]; twice || seen[n] {
				return "a map has the same integer key in two Go types"
			}
			if seen == nil {
				seen = make(map[int]bool)
			}
			seen[n] = true
		default:
			return fmt.Sprintf("a map key of type %T cannot be stored: use a string or an integer", key)
		}
		if reason := check(element, depth+1); reason != "" {
			return reason
		}
	}
	return ""
}

// unsupported names the type and what to use instead, where that is plain.
func unsupported(value any) string {
	advice := "convert it to one of the types that Bins lists"
	switch value.(type) {
	case float32:
		advice = "use float64"
	case []string, []int, []int64, []float64, []bool:
		advice = "use []any"
	case map[string]any, map[string]string, map[string]int:
		advice = "use map[any]any"
	case HLL, []MapPair, OpResults, Unreadable:
		advice = "it can only be read"
	}
	return fmt.Sprintf("a value of type %T cannot be stored: %s", value, advice)
}
