package evaltest

import (
	"fmt"
	"math"
	"strings"
)

// Region returns a circle, a star or a star with a hole around a point, in degrees.
func (g *Generator) Region(longitude, latitude, size float64) string {
	if g.IntN(3) == 0 {
		return fmt.Sprintf(`{"type":"AeroCircle","coordinates":[[%v,%v],%v]}`, longitude, latitude, size*111_000*Pick(g, 0.1, 0.5, 1))
	}
	loops := g.star(longitude, latitude, size)
	if g.IntN(3) == 0 {
		loops += "," + g.star(longitude, latitude, size*0.25)
	}
	return `{"type":"Polygon","coordinates":[` + loops + `]}`
}

func (g *Generator) star(longitude, latitude, size float64) string {
	var corners []string
	n := 3 + g.IntN(7)
	for i := range n {
		angle := (float64(i) + g.Float64()*0.8) / float64(n) * 2 * math.Pi
		r := size * (0.3 + 0.7*g.Float64())
		corners = append(corners, fmt.Sprintf("[%v,%v]", wrapped(longitude+r*math.Cos(angle)), max(-89, min(89, latitude+r*math.Sin(angle)))))
	}
	return "[" + strings.Join(append(corners, corners[0]), ",") + "]"
}

// PointNear returns a point in or around a region of that size.
func (g *Generator) PointNear(longitude, latitude, size float64) string {
	x, y := longitude+(g.Float64()*2-1)*size*1.3, latitude+(g.Float64()*2-1)*size*1.3
	return fmt.Sprintf(`{"type":"Point","coordinates":[%v,%v]}`, wrapped(x), max(-90, min(90, y)))
}

// wrapped returns a longitude from -180 on.
func wrapped(longitude float64) float64 { return math.Mod(longitude+540, 360) - 180 }
