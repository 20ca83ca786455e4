// Package geo reads the GeoJSON that a server takes and tells whether a region contains
// a point.
package geo

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A Shape is a point or a region.
type Shape struct {
	point    vector
	isPoint  bool
	polygons [][]loop // whose first loop is the border, and the others holes
	radius   float64  // of a circle around point, as an angle
	isCircle bool
}

// ErrInvalid is the error for text that is no GeoJSON of a point or region.
var ErrInvalid = errors.New("the text is no GeoJSON of a point, polygon or circle")

// Valid reports whether Parse reads the text, which a server would then store in a bin.
func Valid(text string) bool {
	_, err := Parse(text)
	return err == nil
}

// Parse reads the GeoJSON of a Point, Polygon, MultiPolygon or AeroCircle, or of a
// Feature of one. It checks the form. A server also refuses loops that cross themselves
// and regions that take too many cells to cover.
func Parse(text string) (*Shape, error) {
	if p, ok := plainPoint(text); ok {
		return &Shape{point: p.snapped(), isPoint: true}, nil
	}
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) || !validEscapes(text) {
		return nil, ErrInvalid
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || !validNumbers(v, 0) {
		return nil, ErrInvalid
	}
	shape, ok := v.(map[string]any)
	if ok && shape["type"] == "Feature" {
		shape, ok = shape["geometry"].(map[string]any)
	}
	if !ok {
		return nil, ErrInvalid
	}
	s := &Shape{}
	if !s.read(shape) {
		return nil, ErrInvalid
	}
	return s, nil
}

// IsPoint reports whether the shape is a point.
func (s *Shape) IsPoint() bool { return s.isPoint }

// plainPoint reads a point that is written as most are, without the cost of a parser.
func plainPoint(text string) (vector, bool) {
	rest := text
	var ok bool
	for _, token := range []string{"{", `"type"`, ":", `"Point"`, ",", `"coordinates"`, ":", "["} {
		if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), token); !ok {
			return vector{}, false
		}
	}
	var degrees [2]float64
	for i, end := range []string{",", "]"} {
		var number string
		if number, rest, ok = strings.Cut(rest, end); !ok {
			return vector{}, false
		}
		if degrees[i], ok = plainNumber(strings.Trim(number, " ")); !ok {
			return vector{}, false
		}
	}
	if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), "}"); !ok || strings.Trim(rest, " ") != "" {
		return vector{}, false
	}
	return onSphere(degrees[0], degrees[1])
}

// plainNumber reads a number of JSON without an exponent.
func plainNumber(text string) (float64, bool) {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if len(whole) == 0 || len(whole) > 3 || whole[0] == '0' && len(whole) > 1 || point && fraction == "" || len(fraction) > 20 {
		return 0, false
	}
	for _, part := range []string{whole, fraction} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return 0, false
			}
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// earthRadius is in metres, as the server has it.
const earthRadius = 6_371_000

// maxRadius is the largest radius of a circle that a server takes anywhere. Away from
// the equator it takes less, down to two thirds of that.
const maxRadius = math.Pi / 2 * earthRadius

func (s *Shape) read(shape map[string]any) (ok bool) {
	coordinates, ok := shape["coordinates"].([]any)
	if !ok {
		return false
	}
	switch shape["type"] {
	case "Point":
		p, ok := pointOf(coordinates)
		s.isPoint, s.point = true, p.snapped()
		return ok
	case "Polygon":
		return s.addPolygon(coordinates)
	case "MultiPolygon":
		for _, c := range coordinates {
			loops, ok := c.([]any)
			if !ok || !s.addPolygon(loops) {
				return false
			}
		}
		return true
	case "AeroCircle":
		if len(coordinates) != 2 {
			return false
		}
		radius, isNumber := floatOf(coordinates[1])
		s.isCircle, s.radius = true, radius/earthRadius
		s.point, ok = pointOf(coordinates[0])
		return ok && isNumber && radius <= maxRadius
	}
	return false
}

func (s *Shape) addPolygon(coordinates []any) bool {
	var loops []loop
	for _, c := range coordinates {
		l, ok := loopOf(c)
		if !ok {
			return false
		}
		loops = append(loops, l)
	}
	s.polygons = append(s.polygons, loops)
	return true
}

// A vector is a point on the unit sphere.
type vector struct{ x, y, z float64 }

func pointOf(v any) (vector, bool) {
	pair, ok := v.([]any)
	if !ok || len(pair) != 2 {
		return vector{}, false
	}
	longitude, ok1 := floatOf(pair[0])
	latitude, ok2 := floatOf(pair[1])
	p, ok := onSphere(longitude, latitude)
	return p, ok && ok1 && ok2
}

// onSphere returns the point of a longitude and a latitude in degrees, false if there is
// none.
func onSphere(longitude, latitude float64) (vector, bool) {
	ok := -180 <= longitude && longitude <= 180 && -90 <= latitude && latitude <= 90
	sinLng, cosLng := math.Sincos(longitude * math.Pi / 180)
	sinLat, cosLat := math.Sincos(latitude * math.Pi / 180)
	return vector{cosLat * cosLng, cosLat * sinLng, sinLat}, ok
}

func (a vector) dot(b vector) float64 { return a.x*b.x + a.y*b.y + a.z*b.z }

func (a vector) cross(b vector) vector {
	return vector{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

func (a vector) angle(b vector) float64 {
	c := a.cross(b)
	return math.Atan2(math.Sqrt(c.dot(c)), a.dot(b))
}

// A loop is a border. Which side of it is inside does not depend on its direction: the
// smaller one is.
type loop struct {
	corners []vector
	left    bool // the smaller side is on the left
}

func loopOf(v any) (loop, bool) {
	corners, ok := v.([]any)
	if !ok || len(corners) < 4 {
		return loop{}, false
	}
	var l loop
	for _, c := range corners {
		p, ok := pointOf(c)
		if !ok {
			return loop{}, false
		}
		l.corners = append(l.corners, p)
	}
	last := len(l.corners) - 1
	if l.corners[0] != l.corners[last] {
		return loop{}, false
	}
	l.corners = l.corners[:last]
	area := math.Mod(l.area()+4*math.Pi, 4*math.Pi)
	l.left = area <= 2*math.Pi
	return l, true
}

// area returns the area on the left of the loop, or what is more than -4π below it.
func (l loop) area() (sum float64) {
	a := l.corners[0]
	for i := 1; i+1 < len(l.corners); i++ {
		b, c := l.corners[i], l.corners[i+1]
		sum += 2 * math.Atan2(a.dot(b.cross(c)), 1+a.dot(b)+b.dot(c)+c.dot(a))
	}
	return sum
}

// contains reports whether the loop winds around the point on its inner side. It takes
// a loop for one that does not contain two opposite points.
func (l loop) contains(p vector) bool {
	sum := 0.0
	for i, a := range l.corners {
		b := l.corners[(i+1)%len(l.corners)]
		// The directions of a and b, seen from p.
		pa, pb := p.cross(a), p.cross(b)
		sum += math.Atan2(p.dot(pa.cross(pb)), pa.dot(pb))
	}
	if l.left {
		return sum > math.Pi
	}
	return sum < -math.Pi
}

// Within reports whether one of the shapes is a point and the other a region that
// contains it.
func Within(a, b *Shape) bool {
	if b.isPoint {
		a, b = b, a
	}
	if !a.isPoint || b.isPoint {
		return false
	}
	if b.isCircle {
		return b.radius > 0 && b.point.angle(a.point) <= b.radius
	}
	for _, loops := range b.polygons {
		inside := false
		for _, l := range loops {
			if l.contains(a.point) {
				inside = !inside
			}
		}
		if inside {
			return true
		}
	}
	return false
}

func floatOf(v any) (float64, bool) {
	number, ok := v.(json.Number)
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
func validNumbers(v any, depth int) bool {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			_, err := strconv.ParseInt(v.String(), 10, 64)
			return err == nil
		}
		_, err := v.Float64()
		return err == nil
	case []any:
		if depth >= maxNesting {
			return false
		}
		for _, e := range v {
			if !validNumbers(e, depth+1) {
				return false
			}
		}
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
