package memory

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aerostore/aerostore"
)

// The tags of what JSON cannot say; see [Store.Snapshot].
const (
	tagBytes  = "$bytes"
	tagString = "$string"
	tagFloat  = "$float"
	tagGeo    = "$geo"
	tagMap    = "$map"
	tagDigest = "$digest"

	tagMark = "$" // what they begin with
)

// appendValue appends the value as JSON.
func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendText(b, v)
	case []byte:
		return appendTagged(b, tagBytes, appendBase64(nil, v))
	case aerostore.GeoJSON:
		return appendTagged(b, tagGeo, appendGeo(nil, string(v)))
	case []any:
		return appendAll(b, '[', ']', v, appendValue)
	default:
		m, _ := value.(map[any]any)
		pairs := make([]pair, 0, len(m))
		for k, v := range m {
			key, _ := idOfValue(k)
			pairs = append(pairs, pair{key, v})
		}
		slices.SortFunc(pairs, pair.compare)
		return appendMap(b, pairs)
	}
}

// A pair is an entry of a map, or a bin.
type pair struct {
	key   id
	value any
}

func (p pair) compare(q pair) int { return p.key.compare(q.key) }

// isPlain reports whether the key can be that of a JSON object.
func (p pair) isPlain() bool {
	return p.key.kind == idString && utf8.ValidString(p.key.text) && !strings.HasPrefix(p.key.text, tagMark)
}

// appendMap appends a map: as an object if all of its keys can be that of one,
// else as a list of pairs.
func appendMap(b []byte, pairs []pair) []byte {
	for _, p := range pairs {
		if !p.isPlain() {
			return appendTagged(b, tagMap, appendAll(nil, '[', ']', pairs, func(b []byte, p pair) []byte {
				b = append(appendID(append(b, '['), p.key), ", "...)
				return append(appendValue(b, p.value), ']')
			}))
		}
	}
	return appendAll(b, '{', '}', pairs, func(b []byte, p pair) []byte {
		return appendValue(append(appendID(b, p.key), ": "...), p.value)
	})
}

// appendPairs appends the bins in the order of their names.
func appendPairs(pairs []pair, bins []bin) []pair {
	for _, bin := range bins {
		pairs = append(pairs, pair{id{kind: idString, text: bin.name}, bin.value})
	}
	slices.SortFunc(pairs, pair.compare)
	return pairs
}

func appendID(b []byte, x id) []byte {
	switch x.kind {
	case idInt:
		return appendValue(b, int(x.num))
	case idString:
		return appendValue(b, x.text)
	case idBytes:
		return appendValue(b, []byte(x.text))
	default:
		return appendTagged(b, tagDigest, appendString(nil, hex.EncodeToString([]byte(x.text))))
	}
}

func appendAll[T any](b []byte, begin, end byte, all []T, one func([]byte, T) []byte) []byte {
	b = append(b, begin)
	for i, v := range all {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = one(b, v)
	}
	return append(b, end)
}

func appendTagged(b []byte, tag string, value []byte) []byte {
	b = append(b, '{')
	b = append(appendString(b, tag), ": "...)
	return append(append(b, value...), '}')
}

// appendFloat marks whole numbers, which without a fraction would be integers,
// and those that JSON does not know.
func appendFloat(b []byte, v float64) []byte {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return appendTagged(b, tagFloat, appendString(nil, text))
	case strings.ContainsAny(text, floatMarks):
		return append(b, text...)
	default:
		return appendTagged(b, tagFloat, []byte(text))
	}
}

// floatMarks are what tells a float from an integer.
const floatMarks = ".eE"

// appendText appends a string, which need not be UTF-8.
func appendText(b []byte, s string) []byte {
	if utf8.ValidString(s) {
		return appendString(b, s)
	}
	return appendTagged(b, tagString, appendBase64(nil, []byte(s)))
}

// appendGeo appends GeoJSON as the JSON that it is, where that keeps every
// byte of it, else as text.
func appendGeo(b []byte, text string) []byte {
	var compact bytes.Buffer
	if validGeoJSON(text) && utf8.ValidString(text) &&
		json.Compact(&compact, []byte(text)) == nil && compact.String() == text {
		return append(b, text...)
	}
	return appendText(b, text)
}

func appendBase64(b, data []byte) []byte {
	return appendString(b, base64.StdEncoding.EncodeToString(data))
}

// appendString appends UTF-8 as a JSON string, without the escapes that only
// HTML needs.
func appendString(b []byte, s string) []byte {
	if isPlainText(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	buffer := bytes.NewBuffer(b)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // neither a string nor a buffer can fail
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// isPlainText reports whether the string in quotes is JSON as it is.
func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
