package aerostore

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	value "github.com/aerostore/aerostore/internal/value"
)

// MarshalJSON returns the bins as a JSON object in the order of their names. The values
// become
//
//	null         nil, Unreadable
//	a boolean    bool
//	a number     int, uint64, and float64 with a fraction or an exponent, such as 1.0
//	a string     string; []byte and HLL in base64; "NaN", "Infinity" and "-Infinity"
//	an array     []any, OpResults
//	an object    map[any]any; []MapPair in its order
//	the JSON     GeoJSON, or a string if its text is no JSON
//
// Other types that can be written become what they are read as; see [Bins]. A key of a
// map becomes a string: an integer in decimal, a blob in base64. MarshalJSON fails if two
// keys of a map become the same, such as 1 and "1", and for a value that cannot be
// written. As in package encoding/json, a string that is not UTF-8 loses what is not.
//
// What encoding/json decodes from it can be written, as other types where JSON has fewer.
// To tell integers from floats, decode with [json.Decoder.UseNumber].
func (b Bins) MarshalJSON() ([]byte, error) {
	w := newJSONWriter()
	if err := w.bins(b); err != nil {
		return nil, err
	}
	return w.json, nil
}

// MarshalJSON returns the record as a JSON object with the fields key, generation, ttl
// and bins. The ttl is in seconds, null for [NeverExpire]. The field steps is an array of
// what the operations returned, if the record has that of Operate. Values become what
// [Bins.MarshalJSON] says.
//
// The key is an object with the fields namespace and set. It has no id, so that a record
// in a log does not reveal it.
func (r Record) MarshalJSON() ([]byte, error) {
	w := newJSONWriter()
	w.raw(`{"key":{"namespace":`)
	w.text(r.Key.Namespace())
	w.raw(`,"set":`)
	w.text(r.Key.Set())
	w.raw(`},"generation":`)
	w.raw(strconv.FormatUint(uint64(r.Generation), 10))
	w.raw(`,"ttl":`)
	if r.TTL == NeverExpire {
		w.raw("null")
	} else {
		w.raw(strconv.FormatInt(int64(time.Duration(r.TTL)/time.Second), 10))
	}
	w.raw(`,"bins":`)
	if err := w.bins(r.Bins); err != nil {
		return nil, err
	}
	if r.steps != nil {
		w.raw(`,"steps":`)
		if err := w.steps(*r.steps); err != nil {
			return nil, err
		}
	}
	w.raw("}")
	return w.json, nil
}

// A jsonWriter writes values as JSON.
type jsonWriter struct {
	json    []byte
	encoder *json.Encoder // of texts and floats, to the writer itself
}

func newJSONWriter() *jsonWriter {
	w := new(jsonWriter)
	w.encoder = json.NewEncoder(w)
	w.encoder.SetEscapeHTML(false) // the encoder of the caller decides
	return w
}

// Write appends JSON.
func (w *jsonWriter) Write(b []byte) (int, error) {
	w.json = append(w.json, b...)
	return len(b), nil
}

func (w *jsonWriter) raw(text string) { w.json = append(w.json, text...) }

// encode writes a string or a finite float, which have no error.
func (w *jsonWriter) encode(v any) {
	_ = w.encoder.Encode(v)
	w.json = bytes.TrimSuffix(w.json, []byte("\n"))
}

func (w *jsonWriter) text(s string) { w.encode(s) }

func (w *jsonWriter) base64(b []byte) {
	w.raw(`"`)
	w.json = base64.StdEncoding.AppendEncode(w.json, b)
	w.raw(`"`)
}

func (w *jsonWriter) bins(bins Bins) error {
	if bins == nil {
		w.raw("null")
		return nil
	}
	w.raw("{")
	for i, name := range slices.Sorted(maps.Keys(bins)) {
		if i > 0 {
			w.raw(",")
		}
		w.text(name)
		w.raw(":")
		if err := w.value(bins[name], 0); err != nil {
			return fmt.Errorf("aerostore: bin %q: %w", name, err)
		}
	}
	w.raw("}")
	return nil
}

func (w *jsonWriter) steps(steps []any) error {
	w.raw("[")
	for i, result := range steps {
		if i > 0 {
			w.raw(",")
		}
		var err error
		if bins, ok := result.(Bins); ok {
			err = w.bins(bins)
		} else {
			err = w.value(result, 0)
		}
		if err != nil {
			return fmt.Errorf("aerostore: step %d: %w", i, err)
		}
	}
	w.raw("]")
	return nil
}

// value writes a value at a depth of nesting.
func (w *jsonWriter) value(v any, depth int) error {
	if depth > value.MaxDepth {
		return fmt.Errorf("values nest deeper than %d levels, or contain themselves", value.MaxDepth)
	}
	switch v := v.(type) {
	case nil, Unreadable:
		w.raw("null")
	case bool:
		w.raw(strconv.FormatBool(v))
	case int:
		w.raw(strconv.Itoa(v))
	case uint64: // of an element that another program wrote
		w.raw(strconv.FormatUint(v, 10))
	case float64:
		w.float(v)
	case string:
		w.text(v)
	case []byte:
		w.base64(v)
	case HLL:
		w.base64(v)
	case GeoJSON:
		if json.Valid([]byte(v)) {
			w.raw(string(v))
		} else {
			w.text(string(v))
		}
	case []any:
		return w.list(v, depth)
	case OpResults:
		return w.list(v, depth)
	case []MapPair:
		return w.entries(v, depth)
	case map[any]any:
		return w.entries(pairsOf(v), depth)
	default:
		if reason := value.Check(v); reason != "" {
			return errors.New(reason)
		}
		return w.value(value.Canonical(v), depth)
	}
	return nil
}

// float writes a number that is not taken for an integer.
func (w *jsonWriter) float(f float64) {
	switch {
	case math.IsNaN(f):
		w.raw(`"NaN"`)
	case math.IsInf(f, 1):
		w.raw(`"Infinity"`)
	case math.IsInf(f, -1):
		w.raw(`"-Infinity"`)
	default:
		w.encode(f)
		if f == math.Trunc(f) && math.Abs(f) < 1e21 { // where encoding/json writes an exponent
			w.raw(".0")
		}
	}
}

func (w *jsonWriter) list(list []any, depth int) error {
	w.raw("[")
	for i, element := range list {
		if i > 0 {
			w.raw(",")
		}
		if err := w.value(element, depth+1); err != nil {
			return err
		}
	}
	w.raw("]")
	return nil
}

func (w *jsonWriter) entries(pairs []MapPair, depth int) error {
	w.raw("{")
	seen := make(map[string]bool, len(pairs))
	for i, p := range pairs {
		if i > 0 {
			w.raw(",")
		}
		start := len(w.json)
		if err := w.key(p.Key); err != nil {
			return err
		}
		key := string(w.json[start:])
		if seen[key] {
			return errors.New("two keys of a map are the same in JSON")
		}
		seen[key] = true
		w.raw(":")
		if err := w.value(p.Value, depth+1); err != nil {
			return err
		}
	}
	w.raw("}")
	return nil
}

// key writes the key of a map as a string.
func (w *jsonWriter) key(key any) error {
	switch k := value.CanonicalKey(key).(type) {
	case string:
		w.text(k)
	case []byte:
		w.base64(k)
	case int, uint64, value.Uint, bool, float64: // other programs may have put bools and floats
		w.text(fmt.Sprint(k))
	default:
		return fmt.Errorf("a map key of type %T has no text", key)
	}
	return nil
}

// pairsOf returns the entries of a map in the order of their keys. The order does not
// matter if there is a key that cannot be written.
func pairsOf(m map[any]any) []MapPair {
	pairs := make([]MapPair, 0, len(m))
	written := true
	for key, element := range m {
		key = value.CanonicalKey(key)
		if u, ok := key.(uint64); ok {
			key = value.Uint(u)
		}
		pairs = append(pairs, MapPair{Key: key, Value: element})
		switch key.(type) {
		case string, int, value.Uint, []byte, bool, float64:
		default:
			written = false
		}
	}
	if written {
		slices.SortFunc(pairs, func(a, b MapPair) int { return value.Compare(a.Key, b.Key) })
	}
	return pairs
}
