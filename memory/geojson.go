package memory

import "encoding/json"

// validGeoJSON reports whether a server would store the value in a bin: a
// shape of one of the types that it indexes, or a Feature of one. It looks at
// the form alone, where a server also refuses loops that cross themselves.
func validGeoJSON(text string) bool {
	var shape map[string]json.RawMessage
	var kind string
	if json.Unmarshal([]byte(text), &shape) != nil || !decodes(shape["type"], &kind) {
		return false
	}
	coordinates := shape["coordinates"]
	switch kind {
	case "Point":
		var p point
		return decodes(coordinates, &p) && p.valid()
	case "Polygon":
		var p polygon
		return decodes(coordinates, &p) && p.valid()
	case "MultiPolygon":
		var m []polygon
		if !decodes(coordinates, &m) {
			return false
		}
		for _, p := range m {
			if !p.valid() {
				return false
			}
		}
		return true
	case "AeroCircle":
		var circle []json.RawMessage // centre and radius
		var p point
		var radius float64
		return decodes(coordinates, &circle) && len(circle) == 2 &&
			decodes(circle[0], &p) && p.valid() && decodes(circle[1], &radius)
	case "Feature":
		return validGeoJSON(string(shape["geometry"]))
	default:
		return false
	}
}

func decodes(raw json.RawMessage, into any) bool {
	return string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

type point []float64 // longitude and latitude in degrees

func (p point) valid() bool {
	return len(p) == 2 && -180 <= p[0] && p[0] <= 180 && -90 <= p[1] && p[1] <= 90
}

type polygon [][]point // loops that end where they begin

func (p polygon) valid() bool {
	for _, loop := range p {
		if len(loop) < 4 {
			return false
		}
		for _, corner := range loop {
			if !corner.valid() {
				return false
			}
		}
		first, last := loop[0], loop[len(loop)-1]
		if first[0] != last[0] || first[1] != last[1] {
			return false
		}
	}
	return true
}
