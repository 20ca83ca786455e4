package middleware

import (
	"bytes"

	"github.com/aerostore/aerostore"
)

// copyResult returns the result with a record of its own, which shares nothing
// with the other's that could be changed.
func copyResult(result aerostore.Result) aerostore.Result {
	record := result.Record()
	if record == nil {
		return result
	}
	own := *record
	if record.Bins != nil {
		own.Bins = make(aerostore.Bins, len(record.Bins))
		for name, value := range record.Bins {
			own.Bins[name] = copyValue(value)
		}
	}
	return result.WithRecord(&own)
}

// copyValue returns a deep copy of a value that was read.
func copyValue(value any) any {
	switch v := value.(type) {
	case []byte:
		return bytes.Clone(v)
	case aerostore.HLL:
		return aerostore.HLL(bytes.Clone(v))
	case []any:
		return copyList(v)
	case aerostore.OpResults:
		return aerostore.OpResults(copyList(v))
	case []aerostore.MapPair:
		pairs := make([]aerostore.MapPair, len(v))
		for i, pair := range v {
			pairs[i] = aerostore.MapPair{Key: copyValue(pair.Key), Value: copyValue(pair.Value)}
		}
		return pairs
	case map[any]any:
		m := make(map[any]any, len(v))
		for key, element := range v {
			m[key] = copyValue(element) // what can be a key cannot be changed
		}
		return m
	default: // nil, bool, int, float64, string and GeoJSON cannot be changed
		return value
	}
}

func copyList(list []any) []any {
	own := make([]any, len(list))
	for i, element := range list {
		own[i] = copyValue(element)
	}
	return own
}
