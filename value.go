package aerostore

import (
	"fmt"
	"math"
	"strings"
)

// Bins are the named values of a record. A name has at most 15 bytes. A value
// is one of
//
//	nil                          deletes the bin when written
//	bool
//	int, int8 … int64, uint … uint64   read back as int
//	float64
//	string
//	[]byte
//	[]any                        of these values, nested
//	map[any]any                  of these values; keys are strings or integers
//	                             (a blob key is read as a [N]byte array)
//	GeoJSON
//
// Anything else, an unsigned integer above math.MaxInt64 and a value nested
// deeper than 256 levels are refused before anything is sent, with an error
// that names the bin and the Go type. So are named types: a time.Duration
// says what it means only if the application says int64(d).
//
// Values read may also be [HLL], []MapPair (a map that the server keeps in
// order), [OpResults] and [Unreadable].
//
// An operation does not keep or change the Bins it is given; the Bins it
// returns belong to the caller.
type Bins map[string]any

// GeoJSON is a bin value that the server indexes as a place or region.
type GeoJSON string

// HLL is a HyperLogLog as the server stores it. It is only ever read.
type HLL []byte

// Unreadable is the value of a bin that the backend cannot read: a blob in a
// format that clients of other languages once had for their own objects, such as
// pickled ones. It is only ever read. A write refuses it, so that a record that is
// written back loses nothing.
type Unreadable struct{}

// MapPair is an entry of a map that the server keeps in key order, which is
// read as a []MapPair because a Go map has no order.
type MapPair struct {
	Key   any
	Value any
}

// OpResults is what a bin holds in the record that Operate returns when more
// than one operation gave a result for it: the results in the order of the
// operations. (A list bin that was read once is a []any.)
type OpResults []any

const (
	maxBinName = 15
	maxNesting = 256
	maxQuoted  = 32 // how much of an overlong name an error quotes
)

// checkBinName says why a server would refuse the name. The empty name is
// legal.
func checkBinName(name string) *invalidError {
	if len(name) > maxBinName {
		return &invalidError{
			code: CodeBinNameTooLong,
			err:  fmt.Errorf("bin name %q has %d bytes, %d at most", shorten(name), len(name), maxBinName),
			safe: fmt.Sprintf("a bin name has %d bytes, %d at most", len(name), maxBinName),
		}
	}
	if strings.IndexByte(name, 0) >= 0 {
		return &invalidError{
			code: CodeBinNameTooLong,
			err:  fmt.Errorf("bin name %q has a NUL byte", name),
			safe: "a bin name has a NUL byte",
		}
	}
	return nil
}

// checkBin says why the bin cannot be written.
func checkBin(name string, value any) *invalidError {
	if err := checkBinName(name); err != nil {
		return err
	}
	if reason := checkValue(value, 0); reason != "" {
		return invalidf("bin %q: %s", name, reason)
	}
	return nil
}

// checkValue returns "" for a value that can be stored, else the reason.
func checkValue(value any, depth int) string {
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
		for _, e := range v {
			if reason := checkValue(e, depth+1); reason != "" {
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

var tooDeep = fmt.Sprintf("values nest deeper than %d levels, or hold themselves", maxNesting)

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
	var sized map[int64]bool // integer keys of other types than int
	for k, v := range m {
		var id plainID
		if !id.set(k) {
			return fmt.Sprintf("a map key of type %T cannot be stored: use a string or an integer", k)
		}
		if id.kind == keyTooLarge {
			return checkUint(math.MaxUint64)
		}
		if _, plain := k.(int); id.kind == keyInt && !plain {
			// int(1) and int64(1) are two keys to Go and one to the server.
			if _, twice := m[int(id.num)]; twice || sized[id.num] {
				return "a map holds one integer key in two Go types"
			}
			if sized == nil {
				sized = make(map[int64]bool)
			}
			sized[id.num] = true
		}
		if reason := checkValue(v, depth+1); reason != "" {
			return reason
		}
	}
	return ""
}

// unsupported names the type and what to write instead, where that is plain.
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
		advice = "it is only read"
	}
	return fmt.Sprintf("a value of type %T cannot be stored: %s", value, advice)
}

// shorten keeps an overlong name from filling a log.
func shorten(name string) string {
	if len(name) > maxQuoted {
		return name[:maxQuoted] + "…"
	}
	return name
}
