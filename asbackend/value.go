package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// clientBins returns bins as the client takes them: the same map, or a copy if
// it holds a value that the client would take for something else.
func clientBins(bins aerostore.Bins) as.BinMap {
	for _, v := range bins {
		if isForeign(v) {
			converted := make(as.BinMap, len(bins))
			for name, v := range bins {
				converted[name] = clientValue(v)
			}
			return converted
		}
	}
	return as.BinMap(bins)
}

// isForeign reports whether the client would mistake the value, or one in it:
// it has a GeoJSON type of its own and panics over a uint64.
func isForeign(value any) bool {
	switch v := value.(type) {
	case aerostore.GeoJSON, uint64:
		return true
	case []any:
		for _, e := range v {
			if isForeign(e) {
				return true
			}
		}
	case map[any]any:
		for k, e := range v {
			if isForeign(k) || isForeign(e) {
				return true
			}
		}
	}
	return false
}

// clientValue returns the value as the client takes it, sharing with it
// whatever can stay.
func clientValue(value any) any {
	if !isForeign(value) {
		return value
	}
	switch v := value.(type) {
	case aerostore.GeoJSON:
		return as.GeoJSONValue(v)
	case uint64:
		return int64(v) //nolint:gosec // G115: validation keeps it under math.MaxInt64
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = clientValue(e)
		}
		return list
	case map[any]any:
		m := make(map[any]any, len(v))
		for k, e := range v {
			m[clientValue(k)] = clientValue(e)
		}
		return m
	default:
		return value
	}
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
	case as.OpResults:
		storeList(v)
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
		value, _ := storeValue(p.Value)
		converted[i] = aerostore.MapPair{Key: key, Value: value}
	}
	return converted
}
