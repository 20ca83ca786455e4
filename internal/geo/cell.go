package geo

import (
	"math"
	"math/bits"
	"slices"
)

// A Cell is a part of the Earth: a rectangle of longitudes and latitudes. A cell of one
// level has four of the next. The number of a cell lies amid those of the cells in it,
// so that the cells in one are a range.
//
// A cell of level n has 2n bits that say where it is, a bit that is 1, and zeros.
type Cell int64

// MaxLevel is the level of the smallest cells, which are 4 cm wide at most.
const MaxLevel = 30

func cellAt(x, y uint32, level int) Cell {
	at := spread(x)<<1 | spread(y)
	return Cell((at<<1 | 1) << (2 * (MaxLevel - level))) //nolint:gosec // G115: 61 bits
}

// spread puts a zero before each of the lower 32 bits.
func spread(n uint32) uint64 {
	x := uint64(n)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

func (c Cell) lowest() Cell { return c & -c }

// Level returns the level of the cell, from 0 for the whole Earth.
func (c Cell) Level() int { return MaxLevel - bits.TrailingZeros64(uint64(c))/2 } //nolint:gosec // G115: positive

// Span returns the first and the last of the smallest cells in the cell.
func (c Cell) Span() (first, last Cell) { return c - c.lowest() + 1, c + c.lowest() - 1 }

// Around returns the cell of the level that the cell lies in.
func (c Cell) Around(level int) Cell {
	bit := Cell(1) << (2 * (MaxLevel - level))
	return c&^(2*bit-1) | bit
}

// Cell returns the smallest cell of a point.
func (s *Shape) Cell() Cell {
	longitude, latitude := s.point.degrees()
	return cellAt(column(longitude), row(latitude), MaxLevel)
}

// degrees returns the longitude and the latitude of the point.
func (a vector) degrees() (longitude, latitude float64) {
	const degree = math.Pi / 180
	return math.Atan2(a.y, a.x) / degree, math.Atan2(a.z, math.Hypot(a.x, a.y)) / degree
}

func column(longitude float64) uint32 { return part((longitude + 180) / 360) }
func row(latitude float64) uint32     { return part((latitude + 90) / 180) }

func part(f float64) uint32 {
	const parts = 1 << MaxLevel
	return uint32(max(0, min(f*parts, parts-1)))
}

// Cover returns at most so many cells, four or more, that have all points of the region
// and some around it. No two of them overlap.
func (s *Shape) Cover(most int) []Cell {
	boxes := s.boxes()
	if len(boxes) == 0 {
		return nil
	}
	type square struct {
		x, y  uint32
		level int
		full  bool // wholly in a box
	}
	squares, next := []square{{}}, []square(nil)
	for {
		next = next[:0]
		split := false
		for _, q := range squares {
			if q.full || q.level == MaxLevel {
				next = append(next, q)
				continue
			}
			split = true
			for i := range uint32(4) {
				part := square{x: q.x<<1 | i>>1, y: q.y<<1 | i&1, level: q.level + 1}
				shift := MaxLevel - part.level
				b := box{part.x << shift, part.y << shift, (part.x+1)<<shift - 1, (part.y+1)<<shift - 1}
				if slices.ContainsFunc(boxes, b.meets) {
					part.full = slices.ContainsFunc(boxes, b.isIn)
					next = append(next, part)
				}
			}
		}
		if !split || len(next) > most {
			break
		}
		squares, next = next, squares
	}
	cells := make([]Cell, len(squares))
	for i, q := range squares {
		cells[i] = cellAt(q.x, q.y, q.level)
	}
	return cells
}

// A box is a rectangle of the smallest cells, with its sides.
type box struct{ left, bottom, right, top uint32 }

func (b box) meets(c box) bool {
	return b.left <= c.right && c.left <= b.right && b.bottom <= c.top && c.bottom <= b.top
}

func (b box) isIn(c box) bool {
	return c.left <= b.left && b.right <= c.right && c.bottom <= b.bottom && b.top <= c.top
}

var everywhere = box{0, 0, 1<<MaxLevel - 1, 1<<MaxLevel - 1}

// boxes returns boxes that have all points of the region.
func (s *Shape) boxes() (boxes []box) {
	const many = 64 // polygons, from which on one box is around all
	if s.isCircle {
		return appendBoxes(nil, s.point, s.radius)
	}
	for _, loops := range s.polygons {
		for _, l := range loops {
			center, radius := l.cap()
			boxes = appendBoxes(boxes, center, radius)
		}
	}
	if len(boxes) > many {
		return []box{around(boxes)}
	}
	return boxes
}

func around(boxes []box) box {
	all := boxes[0]
	for _, b := range boxes[1:] {
		all = box{min(all.left, b.left), min(all.bottom, b.bottom), max(all.right, b.right), max(all.top, b.top)}
	}
	return all
}

// cap returns a circle around the loop. If it is smaller than half the Earth, so is one
// of the sides of the loop that lies in it. A loop contains its smaller side.
func (l loop) cap() (center vector, radius float64) {
	for _, c := range l.corners {
		center = vector{center.x + c.x, center.y + c.y, center.z + c.z}
	}
	if center.dot(center) < 1e-12 {
		return center, math.Pi
	}
	for _, c := range l.corners {
		radius = max(radius, center.angle(c))
	}
	return center, radius
}

// appendBoxes appends boxes around a circle.
func appendBoxes(boxes []box, center vector, radius float64) []box {
	const (
		degree = math.Pi / 180
		margin = 1e-9 // for rounding, 6 mm
	)
	radius += margin
	if radius >= math.Pi/2 {
		return append(boxes, everywhere)
	}
	longitude, latitude := center.degrees()
	south, north := latitude-radius/degree, latitude+radius/degree
	b := box{0, row(south), everywhere.right, row(north)}
	if south <= -90 || north >= 90 {
		return append(boxes, b)
	}
	wide := math.Asin(min(1, math.Sin(radius)/math.Cos(latitude*degree))) / degree
	west, east := longitude-wide, longitude+wide
	b.left, b.right = column(west), column(east)
	boxes = append(boxes, b)
	switch {
	case west < -180:
		boxes = append(boxes, box{column(west + 360), b.bottom, everywhere.right, b.top})
	case east > 180:
		boxes = append(boxes, box{0, b.bottom, column(east - 360), b.top})
	}
	return boxes
}
