package geo

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestCellsOfALevelAreARange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Uint32Range(0, 1<<MaxLevel-1).Draw(t, "x"), rapid.Uint32Range(0, 1<<MaxLevel-1).Draw(t, "y")
		leaf := cellAt(x, y, MaxLevel)
		for level := range MaxLevel + 1 {
			shift := MaxLevel - level
			c := cellAt(x>>shift, y>>shift, level)
			if leaf.Around(level) != c || c.Level() != level {
				t.Fatalf("level %d: %x, want %x", level, leaf.Around(level), c)
			}
			first, last := c.Span()
			if low := cellAt(x>>shift<<shift, y>>shift<<shift, MaxLevel); first != low {
				t.Fatalf("level %d begins at %x, want %x", level, first, low)
			}
			high := uint32(1)<<shift - 1
			if end := cellAt(x>>shift<<shift|high, y>>shift<<shift|high, MaxLevel); last != end {
				t.Fatalf("level %d ends at %x, want %x", level, last, end)
			}
		}
	})
}

// degreesOf draws a longitude or latitude, often one at an edge.
func degreesOf(limit float64) *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(-limit, limit), rapid.SampledFrom([]float64{-limit, 0, limit, limit - 0.001, 0.001 - limit, 45}))
}

func shapeOf(t *rapid.T, text string) *Shape {
	s, err := Parse(text)
	if err != nil {
		t.Skip(text)
	}
	return s
}

// A region is covered if each point in it is in a cell.
func TestACoverHasAllPointsOfTheRegion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		longitude, latitude := degreesOf(180).Draw(t, "longitude"), degreesOf(90).Draw(t, "latitude")
		size := math.Pow(10, rapid.Float64Range(-6, 2).Draw(t, "size")) // in degrees
		corner := func(dx, dy float64) string {
			x := math.Mod(longitude+dx*size+540, 360) - 180
			return fmt.Sprintf("[%.9f,%.9f]", x, max(-90, min(90, latitude+dy*size)))
		}
		text := fmt.Sprintf(`{"type":"AeroCircle","coordinates":[[%v,%v],%.9f]}`, longitude, latitude, size*111_000)
		if rapid.Bool().Draw(t, "polygon") {
			a := rapid.Float64Range(-1, 1)
			first := corner(a.Draw(t, "ax"), -1)
			text = fmt.Sprintf(`{"type":"Polygon","coordinates":[[%s,%s,%s,%s]]}`,
				first, corner(1, a.Draw(t, "by")), corner(-1, a.Draw(t, "cy")), first)
		}
		region := shapeOf(t, text)
		most := rapid.IntRange(4, 20).Draw(t, "most")
		cover := region.Cover(most)
		if len(cover) > most {
			t.Fatalf("%d cells, %d at most", len(cover), most)
		}
		for range 50 {
			d := rapid.Float64Range(-1.5, 1.5)
			point := shapeOf(t, fmt.Sprintf(`{"type":"Point","coordinates":%s}`, corner(d.Draw(t, "dx"), d.Draw(t, "dy"))))
			n, leaf := 0, point.Cell()
			for _, c := range cover {
				first, last := c.Span()
				isIn := first <= leaf && leaf <= last
				if isIn != (leaf.Around(c.Level()) == c) {
					t.Fatalf("cell %x and %x", c, leaf)
				}
				if isIn {
					n++
				}
			}
			if n > 1 || n == 0 && Within(point, region) {
				t.Fatalf("%d cells have the point", n)
			}
		}
	})
}

// What a cover has beyond its region is what a query reads in vain.
func TestACoverIsNotMuchLargerThanItsRegion(t *testing.T) {
	for _, latitude := range []float64{0, 30, 52.5, 70} {
		for _, radius := range []float64{10, 1_000, 100_000} {
			circle, err := Parse(fmt.Sprintf(`{"type":"AeroCircle","coordinates":[[13.4,%v],%v]}`, latitude, radius))
			if err != nil {
				t.Fatal(err)
			}
			covered := 0.0
			for _, c := range circle.Cover(16) {
				covered += math.Pow(0.25, float64(c.Level()))
			}
			// The Earth in degrees is not as wide at this latitude.
			degrees := radius / earthRadius * 180 / math.Pi
			area := math.Pi * degrees * degrees / math.Cos(latitude*math.Pi/180) / (360 * 180)
			if covered > 8*area {
				t.Errorf("%v m at %v°: the cover has %.1f times the area", radius, latitude, covered/area)
			}
		}
	}
}
