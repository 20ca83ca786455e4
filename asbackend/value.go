package asbackend

import (
	"maps"
	"reflect"
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// clientValue returns the value in the client's types.
func clientValue(v any) any {
	v, _ = converted(v)
	return v
}

// converted replaces the values and map keys in a value, which it does not change. What it
// returns shares the lists and maps in which nothing was replaced.
func converted(v any) (sent any, changed bool) {
	switch t := v.(type) {
	case []any:
		if list := convertedList(t); list != nil {
			return list, true
		}
	case map[any]any:
		if m := convertedMap(t); m != nil {
			return m, true
		}
	default:
		return clientScalar(v)
	}
	return v, false
}

// convertedElement is converted for an element of a list or map. There, a HyperLogLog is sent
// as a blob, which every client can read.
func convertedElement(v any) (sent any, changed bool) {
	if hll, ok := v.(aerostore.HLL); ok {
		return []byte(hll), true
	}
	return converted(v)
}

// elementValue returns a value as an element of a list or map, in the client's types.
func elementValue(v any) any {
	v, _ = convertedElement(v)
	return v
}

// convertedList returns nil if nothing is replaced.
func convertedList(list []any) (sent []any) {
	for i, element := range list {
		e, other := convertedElement(element)
		if !other {
			continue
		}
		if sent == nil {
			sent = slices.Clone(list)
		}
		sent[i] = e
	}
	return sent
}

// convertedMap returns nil if nothing is replaced.
func convertedMap(m map[any]any) (sent map[any]any) {
	for key, element := range m {
		k, otherKey := clientMapKey(key)
		e, other := convertedElement(element)
		if !otherKey && !other {
			continue
		}
		if sent == nil {
			sent = maps.Clone(m)
		}
		if otherKey {
			delete(sent, key)
		}
		sent[k] = e
	}
	return sent
}

// clientMapKey is clientScalar for a key of a Go map. The client takes arrays of bytes as keys
// alone: elsewhere it sends them as lists.
func clientMapKey(key any) (replaced any, changed bool) {
	if t := reflect.TypeOf(key); t != nil && t.Kind() == reflect.Array {
		return key, false
	}
	return clientScalar(key)
}

// clientScalar replaces the values that the client would mistake or refuse. It has types
// of its own for GeoJSON, HyperLogLogs and what stands for other values, it panics over a
// uint64, and it has no map in order.
func clientScalar(scalar any) (replaced any, changed bool) {
	switch v := scalar.(type) {
	case nil, bool, int, float64, string, []byte, int8, int16, int32, int64, uint, uint8, uint16, uint32, float32:
		return scalar, false
	case aerostore.GeoJSON:
		return as.GeoJSONValue(v), true
	case aerostore.HLL:
		return as.HLLValue(v), true
	case uint64:
		return int64(v), true //nolint:gosec // G115: validation refuses what does not fit
	case value.Edge:
		if v == cdt.Infinity {
			return as.NewInfinityValue(), true
		}
		return as.NewWildCardValue(), true
	case *value.List, *value.Map:
		return pack(v), true
	}
	in, err := value.Import(scalar)
	if err != nil {
		return scalar, false
	}
	in, _ = clientScalar(in)
	return in, true
}

// storeBins returns the client's bins, which it owns, as the Store's. A bin that is
// there has a value on the server, so that nil is one that the client cannot read.
func storeBins(bins as.BinMap) aerostore.Bins {
	if bins == nil {
		return aerostore.Bins{}
	}
	for name, v := range bins {
		if v == nil {
			bins[name] = aerostore.Unreadable{}
		}
		if converted, changed := storeValue(v); changed {
			bins[name] = converted
		}
	}
	return aerostore.Bins(bins)
}

// storeValue replaces the client's types by the Store's: in place within lists
// and maps, and else in what it returns.
func storeValue(value any) (converted any, changed bool) {
	switch v := value.(type) {
	case as.GeoJSONValue:
		return aerostore.GeoJSON(v), true
	case as.HLLValue:
		return aerostore.HLL(v), true
	case as.OpResults: // which are values of bins, and no elements
		for i, result := range v {
			v[i], _ = storeValue(result)
		}
		return aerostore.OpResults(v), true
	case []as.MapPair:
		return storePairs(v), true
	case float32: // within lists and maps that other programs wrote
		return float64(v), true
	case []any:
		storeList(v)
	case map[any]any:
		storeMap(v)
	}
	return value, false
}

func storeMap(m map[any]any) {
	for k, e := range m {
		if converted, changed := storeValue(e); changed {
			m[k] = converted
		}
		if converted, changed := storeValue(k); changed {
			m[converted] = m[k]
			delete(m, k)
		}
	}
}

func storeList(list []any) {
	for i, e := range list {
		if converted, changed := storeValue(e); changed {
			list[i] = converted
		}
	}
}

func storePairs(pairs []as.MapPair) []aerostore.MapPair {
	converted := make([]aerostore.MapPair, len(pairs))
	for i, p := range pairs {
		key, _ := storeValue(p.Key)
		if blob := reflect.ValueOf(key); blob.Kind() == reflect.Array { // as which the client returns bytes
			b := make([]byte, blob.Len())
			reflect.Copy(reflect.ValueOf(b), blob)
			key = b
		}
		value, _ := storeValue(p.Value)
		converted[i] = aerostore.MapPair{Key: key, Value: value}
	}
	return converted
}
