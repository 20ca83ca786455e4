package vectors

import (
	"bytes"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
)

// equal compares two bin values by type and content; floats by their bits, so
// that NaN equals itself and -0 is not 0.
func equal(want, got any) bool {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		return ok && (math.Float64bits(w) == math.Float64bits(g) || math.IsNaN(w) && math.IsNaN(g))
	case []byte:
		g, ok := got.([]byte)
		return ok && bytes.Equal(w, g)
	case aerostore.HLL:
		g, ok := got.(aerostore.HLL)
		return ok && bytes.Equal(w, g)
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(w, g, equal)
	case aerostore.OpResults:
		g, ok := got.(aerostore.OpResults)
		return ok && slices.EqualFunc(w, g, equal)
	case []aerostore.MapPair:
		g, ok := got.([]aerostore.MapPair)
		return ok && slices.EqualFunc(w, g, func(a, b aerostore.MapPair) bool {
			return equal(a.Key, b.Key) && equal(a.Value, b.Value)
		})
	case map[any]any:
		g, ok := got.(map[any]any)
		return ok && equalMaps(w, g)
	default:
		return want == got
	}
}

func equalMaps(want, got map[any]any) bool {
	if len(want) != len(got) {
		return false
	}
	for k, w := range want {
		g, ok := got[k]
		if !ok || !equal(w, g) {
			return false
		}
	}
	return true
}
