package geo

import "math"

// snapped returns the point that a server takes for p: the middle of the cell of its grid
// that p is in, some millimetres away. It decides whether a corner of a region, or a point
// on its border, is in the region. The grid is that of S2: on each side of a cube around
// the Earth, with a transformation that makes the cells about the same size.
func (a vector) snapped() vector {
	face, u, v := a.onCube()
	u, v = middle(u), middle(v)
	var p vector
	switch face {
	case 0:
		p = vector{1, u, v}
	case 1:
		p = vector{-u, 1, v}
	case 2:
		p = vector{-u, -v, 1}
	case 3:
		p = vector{-1, -v, -u}
	case 4:
		p = vector{v, -1, -u}
	default:
		p = vector{v, u, -1}
	}
	length := math.Sqrt(p.dot(p))
	return vector{p.x / length, p.y / length, p.z / length}
}

// onCube returns the side of the cube that the point lies on, and where, from -1 to 1.
func (a vector) onCube() (face int, u, v float64) {
	x, y, z := math.Abs(a.x), math.Abs(a.y), math.Abs(a.z)
	switch {
	case x > y && x > z && a.x >= 0:
		return 0, a.y / a.x, a.z / a.x
	case x > y && x > z:
		return 3, a.z / a.x, a.y / a.x
	case y >= x && y > z && a.y >= 0:
		return 1, -a.x / a.y, a.z / a.y
	case y >= x && y > z:
		return 4, a.z / a.y, -a.x / a.y
	case a.z >= 0:
		return 2, -a.x / a.z, -a.y / a.z
	default:
		return 5, -a.y / a.z, -a.x / a.z
	}
}

// middle returns the middle of the cell that a place on a side of the cube is in, in one
// direction.
func middle(u float64) float64 {
	const cells = 1 << 30
	var s float64
	if u >= 0 {
		s = 0.5 * math.Sqrt(1+3*u)
	} else {
		s = 1 - 0.5*math.Sqrt(1-3*u)
	}
	i := max(0, min(math.Floor(s*cells), cells-1))
	s = (i + 0.5) / cells
	if s >= 0.5 {
		return (4*s*s - 1) / 3
	}
	return (1 - 4*(1-s)*(1-s)) / 3
}
