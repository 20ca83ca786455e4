//nolint:gosec // G115: numbers are cut to the bits that they are stored in.
package engine

import (
	"math"
	"math/bits"
	"slices"
)

// count returns the cached count, or an estimate if there is none.
func (s sketch) count() uint64 {
	if n := s.cached(); n != 0 {
		return n
	}
	return s.estimate()
}

// estimate returns the number of elements by Ertl's improved raw estimator. The
// greatest rank counts like the others.
func (s sketch) estimate() uint64 {
	const ranks = 1 << hllRankBits
	var counts [ranks]float64
	for i := range s.len() {
		counts[s.register(i)>>s.minhash()]++
	}
	z := 0.0
	for k := ranks - 1; k >= 1; k-- {
		z = (z + counts[k]) / 2
	}
	m := float64(s.len())
	z += m * sigma(counts[0]/m)
	return rounded(alpha(s.len()) * m * m / z)
}

// rounded returns the nearest integer. One that int has no room for is the
// least int, as on a server.
func rounded(x float64) uint64 {
	if x >= math.MaxInt64 {
		return 1 << 63
	}
	return uint64(math.Round(x))
}

// alpha corrects the bias of an estimate from m registers.
func alpha(m int) float64 {
	switch m {
	case 16:
		return 0.673
	case 32:
		return 0.697
	case 64:
		return 0.709
	default:
		return 0.7213 / (1 + 1.079/float64(m))
	}
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	z, y := x, 1.0
	for {
		x *= x
		last := z
		z += x * y
		y += y
		if z == last {
			return z
		}
	}
}

// minhashed reports whether all have the same minhash bits, so that registers
// can be compared.
func minhashed(all []sketch) bool {
	for _, s := range all {
		if s.minhash() == 0 || s.minhash() != all[0].minhash() {
			return false
		}
	}
	return true
}

// intersect returns an estimate of the elements that all have.
func intersect(all []sketch) (uint64, *Error) {
	if len(all) > 3 && all[0].minhash() != all[1].minhash() {
		return 0, fail(NotApplicable, "more than two HyperLogLogs need the same minhash bits")
	}
	if minhashed(all) {
		shared := jaccard(all)
		if math.IsNaN(shared) {
			return 0, nil
		}
		return rounded(shared * float64(union(all).count())), nil
	}
	n, sum := union(all).count(), uint64(0)
	for _, s := range all {
		with, over := bits.Add64(sum, s.count(), 0)
		if sum = with; over != 0 { // a cached count may be anything
			sum = math.MaxUint64
			break
		}
	}
	if len(all) == 2 {
		return sum - min(sum, n), nil
	}
	n -= sum
	for i := range all {
		pair, _ := intersect([]sketch{all[i], all[(i+1)%3]})
		n += pair
	}
	return positive(n), nil
}

// positive returns 0 for a negative number.
func positive(n uint64) uint64 {
	if int64(n) < 0 {
		return 0
	}
	return n
}

// similarity returns an estimate of the Jaccard index.
func similarity(all []sketch) (any, *Error) {
	n, refused := intersect(all)
	if refused != nil {
		return nil, refused
	}
	if minhashed(all) {
		return jaccard(all), nil
	}
	return float64(n) / float64(union(all).count()), nil
}

// jaccard estimates the Jaccard index from registers with minhash bits, as
// HyperMinHash does. The server folds those with more index bits than the
// first, and finds nothing in common with those that have fewer. It is NaN if
// all are empty or look so.
func jaccard(all []sketch) float64 {
	index, minhash := all[0].index(), all[0].minhash()
	compared := slices.Clone(all)
	for i, s := range all {
		switch {
		case s.looksEmpty():
			compared[i] = newSketch(index, minhash)
		case s.index() < index:
			return 0
		case s.index() > index:
			compared[i] = newSketch(index, minhash)
			compared[i].merge(s)
		}
	}
	equal, used := 0, 0
	for i := range 1 << index {
		first := compared[0].register(i)
		same, set := true, false
		for _, s := range compared {
			r := s.register(i)
			same = same && r == first
			set = set || r != 0
		}
		if set {
			used++
			if same {
				equal++
			}
		}
	}
	switch {
	case used == 0:
		return math.NaN()
	case equal == 0:
		return 0
	}
	expected := 0.0
	if len(all) == 2 {
		expected = collisions(all[0].count(), all[1].count(), index, minhash)
	}
	if float64(equal) < expected {
		return 0
	}
	return (float64(equal) - expected) / float64(used)
}

// looksEmpty reports whether the server takes a sketch with minhash bits for
// empty. It looks at one byte for each register, which are not all the bytes:
// with few elements, all of them may be behind.
func (s sketch) looksEmpty() bool {
	return !slices.ContainsFunc(s[hllHeader:hllHeader+s.len()], func(b byte) bool { return b != 0 })
}

// collisions returns how many registers of two disjoint sets of n and m
// elements are expected to be equal by chance.
func collisions(n, m uint64, index, minhash int) float64 {
	sum := 0.0
	for rank := 1; rank <= 64; rank++ {
		low := math.Ldexp(1, -index-rank)
		high := 2 * low
		sum += (power(1-high, n) - power(1-low, n)) * (power(1-high, m) - power(1-low, m))
	}
	return sum * math.Ldexp(1, index) / math.Ldexp(1, minhash)
}

// power returns x to the power of n, rounded once. The error of math.Pow grows
// with n, so that the last digits would not be the server's. The server's own
// rounding still shows in the last digit of a few similarities.
func power(x float64, n uint64) float64 {
	result, square := double{high: 1}, double{high: x}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			result = result.times(square)
		}
		square = square.times(square)
	}
	return result.high
}

// A double is the sum of two numbers, of which the lower says what the higher
// has no bits for.
type double struct{ high, low float64 }

func (a double) times(b double) double {
	product := a.high * b.high
	rest := math.FMA(a.high, b.high, -product) + (a.high*b.low + a.low*b.high)
	sum := product + rest
	return double{sum, rest - (sum - product)}
}
