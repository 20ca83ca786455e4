package vectorop

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/jsonline"
	value "github.com/aerostore/aerostore/internal/value"
)

// Value decodes a value in the form in which package value keeps it.
func Value(data json.RawMessage) (any, error) {
	d := &decoder{value: Value}
	v := d.kept(data)
	return v, d.err
}

func (d *decoder) kept(data json.RawMessage) any {
	kind, raw, err := jsonline.Only(data)
	if err != nil {
		d.fail(fmt.Errorf("a value has one type: %w", err))
		return nil
	}
	return d.keptOf(kind, raw)
}

func (d *decoder) keptOf(kind string, raw json.RawMessage) any {
	switch kind {
	case "i":
		return decodeAs[int](d, raw)
	case "f":
		return d.float(raw)
	case "s":
		return decodeAs[string](d, raw)
	case "s_b64":
		return string(decodeAs[[]byte](d, raw))
	case "b":
		return decodeAs[[]byte](d, raw)
	case "bool":
		return decodeAs[bool](d, raw)
	case "nil":
		return nil
	case "geo":
		return value.GeoJSON(decodeAs[string](d, raw))
	case "hll":
		return value.HLL(decodeAs[[]byte](d, raw))
	case "inf":
		return cdt.Infinity
	case "wildcard":
		return cdt.Wildcard
	case "list", "op_results":
		l := &value.List{Items: []any{}}
		for _, e := range decodeAs[[]json.RawMessage](d, raw) {
			l.Items = append(l.Items, inside(d.kept(e)))
		}
		return l
	case "map", "pairs":
		pairs := d.pairs(raw)
		if kind == "pairs" {
			return pairs
		}
		m, err := value.NewMap(value.Unordered, pairs...)
		if err != nil {
			d.fail(err)
		}
		return m
	default:
		d.fail(fmt.Errorf("the type %q is unknown", kind))
		return nil
	}
}

func (d *decoder) float(raw json.RawMessage) float64 {
	switch string(raw) {
	case `"NaN"`:
		return math.NaN()
	case `"+Inf"`:
		return math.Inf(1)
	case `"-Inf"`:
		return math.Inf(-1)
	case `"-0"`:
		return math.Copysign(0, -1)
	default:
		return decodeAs[float64](d, raw)
	}
}

func (d *decoder) pairs(raw json.RawMessage) (pairs value.Pairs) {
	for _, e := range decodeAs[[][]json.RawMessage](d, raw) {
		if len(e) != 2 {
			d.fail(errors.New("an entry of a map has a key and a value"))
			return nil
		}
		pairs = append(pairs, value.MapPair{Key: d.kept(e[0]), Value: inside(d.kept(e[1]))})
	}
	return pairs
}

// inside returns a value as a list or map holds it, where a HyperLogLog is bytes.
func inside(v any) any {
	if h, ok := v.(value.HLL); ok {
		return []byte(h)
	}
	return v
}
