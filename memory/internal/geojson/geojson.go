// Package geojson checks GeoJSON as an Aerospike server does.
package geojson

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Valid reports whether a server would store the text in a bin. The text must be
// a shape of a type that the server indexes, or a Feature of such a shape. Valid
// checks only the form. A server also refuses loops that cross themselves and
// regions that take too many cells to cover.
func Valid(text string) bool {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) || !validEscapes(text) {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || !validNumbers(value, 0) {
		return false
	}
	shape, ok := value.(map[string]any)
	if !ok {
		return false
	}
	if shape["type"] == "Feature" {
		shape, ok = shape["geometry"].(map[string]any)
		return ok && validShape(shape)
	}
	return validShape(shape)
}

// maxRadius is the largest radius of an AeroCircle that a server takes anywhere,
// in metres: a quarter of the earth's circumference. Away from the equator it
// takes less, down to two thirds of that.
const maxRadius = math.Pi / 2 * 6_371_000

func validShape(shape map[string]any) bool {
	coordinates, ok := shape["coordinates"].([]any)
	if !ok {
		return false
	}
	switch shape["type"] {
	case "Point":
		_, ok := pointOf(coordinates)
		return ok
	case "Polygon":
		return all(coordinates, validLoop)
	case "MultiPolygon":
		return all(coordinates, func(v any) bool {
			loops, ok := v.([]any)
			return ok && all(loops, validLoop)
		})
	case "AeroCircle":
		if len(coordinates) != 2 {
			return false
		}
		_, ok := pointOf(coordinates[0])
		radius, isNumber := floatOf(coordinates[1])
		return ok && isNumber && radius <= maxRadius
	default:
		return false
	}
}

// A point is a longitude and a latitude in degrees.
type point [2]float64

func pointOf(value any) (point, bool) {
	pair, ok := value.([]any)
	if !ok || len(pair) != 2 {
		return point{}, false
	}
	longitude, ok1 := floatOf(pair[0])
	latitude, ok2 := floatOf(pair[1])
	return point{longitude, latitude}, ok1 && ok2 &&
		-180 <= longitude && longitude <= 180 && -90 <= latitude && latitude <= 90
}

// validLoop reports whether the corners are points that end where they begin.
func validLoop(value any) bool {
	corners, ok := value.([]any)
	if !ok || len(corners) < 4 {
		return false
	}
	first, _ := pointOf(corners[0])
	last, _ := pointOf(corners[len(corners)-1])
	return first == last && all(corners, func(v any) bool {
		_, ok := pointOf(v)
		return ok
	})
}

func all(list []any, valid func(any) bool) bool {
	return !slices.ContainsFunc(list, func(v any) bool { return !valid(v) })
}

func floatOf(value any) (float64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := number.Float64()
	return f, err == nil
}

// maxNesting is the deepest nesting that a server's parser accepts.
const maxNesting = 2048

// validNumbers reports whether a server's parser accepts the nesting of the value and
// the numbers in it, which have 64 bits.
func validNumbers(value any, depth int) bool {
	switch v := value.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			_, err := strconv.ParseInt(v.String(), 10, 64)
			return err == nil
		}
		_, err := v.Float64()
		return err == nil
	case []any:
		return depth < maxNesting && all(v, func(e any) bool { return validNumbers(e, depth+1) })
	case map[string]any:
		if depth >= maxNesting {
			return false
		}
		for _, e := range v {
			if !validNumbers(e, depth+1) {
				return false
			}
		}
	}
	return true
}

// validEscapes reports whether a server's parser accepts the \u escapes in valid
// JSON: neither NUL nor half of a surrogate pair.
func validEscapes(text string) bool {
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 {
			return true
		}
		if text = text[at+1:]; text[0] != 'u' {
			text = text[1:]
			continue
		}
		r := escaped(text)
		text = text[5:]
		if utf16.IsSurrogate(r) {
			if !strings.HasPrefix(text, `\u`) || utf16.DecodeRune(r, escaped(text[1:])) == utf8.RuneError {
				return false
			}
			text = text[6:]
		}
		if r == 0 {
			return false
		}
	}
}

// escaped returns the rune of the four digits after the u.
func escaped(text string) rune {
	n, _ := strconv.ParseUint(text[1:5], 16, 16) // valid JSON has four
	return rune(n)
}
