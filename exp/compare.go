package exp

import (
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// Comparable is an expression that can be compared with another of its type. Booleans,
// strings and bytes are in their usual order, lists in that of their first elements that
// differ. A map is comparable if it is kept in the order of its keys.
type Comparable interface {
	Int | Float | String | Bytes | Bool | List | Map
	Any
}

// Equal returns whether a equals b.
func Equal[E Comparable](a, b E) Bool { return of[Bool](binary(expr.Equal, a.Node(), b.Node())) }

// NotEqual returns whether a does not equal b.
func NotEqual[E Comparable](a, b E) Bool {
	return of[Bool](binary(expr.NotEqual, a.Node(), b.Node()))
}

// Greater returns whether a is greater than b.
func Greater[E Comparable](a, b E) Bool { return of[Bool](binary(expr.Greater, a.Node(), b.Node())) }

// AtLeast returns whether a is greater than or equal to b.
func AtLeast[E Comparable](a, b E) Bool { return of[Bool](binary(expr.AtLeast, a.Node(), b.Node())) }

// Less returns whether a is less than b.
func Less[E Comparable](a, b E) Bool { return of[Bool](binary(expr.Less, a.Node(), b.Node())) }

// AtMost returns whether a is less than or equal to b.
func AtMost[E Comparable](a, b E) Bool { return of[Bool](binary(expr.AtMost, a.Node(), b.Node())) }

func (e expression) against(op expr.Op, literal any) Bool {
	return of[Bool](against(op, e.node, literal))
}

// Equal returns whether e equals n.
func (e Int) Equal(n int) Bool { return e.against(expr.Equal, n) }

// NotEqual returns whether e does not equal n.
func (e Int) NotEqual(n int) Bool { return e.against(expr.NotEqual, n) }

// Greater returns whether e is greater than n.
func (e Int) Greater(n int) Bool { return e.against(expr.Greater, n) }

// AtLeast returns whether e is greater than or equal to n.
func (e Int) AtLeast(n int) Bool { return e.against(expr.AtLeast, n) }

// Less returns whether e is less than n.
func (e Int) Less(n int) Bool { return e.against(expr.Less, n) }

// AtMost returns whether e is less than or equal to n.
func (e Int) AtMost(n int) Bool { return e.against(expr.AtMost, n) }

// Equal returns whether e equals f. NaN equals nothing.
func (e Float) Equal(f float64) Bool { return e.against(expr.Equal, f) }

// NotEqual returns whether e does not equal f.
func (e Float) NotEqual(f float64) Bool { return e.against(expr.NotEqual, f) }

// Greater returns whether e is greater than f.
func (e Float) Greater(f float64) Bool { return e.against(expr.Greater, f) }

// AtLeast returns whether e is greater than or equal to f.
func (e Float) AtLeast(f float64) Bool { return e.against(expr.AtLeast, f) }

// Less returns whether e is less than f.
func (e Float) Less(f float64) Bool { return e.against(expr.Less, f) }

// AtMost returns whether e is less than or equal to f.
func (e Float) AtMost(f float64) Bool { return e.against(expr.AtMost, f) }

// Equal returns whether e equals s.
func (e String) Equal(s string) Bool { return e.against(expr.Equal, s) }

// NotEqual returns whether e does not equal s.
func (e String) NotEqual(s string) Bool { return e.against(expr.NotEqual, s) }

// Greater returns whether e comes after s, byte by byte.
func (e String) Greater(s string) Bool { return e.against(expr.Greater, s) }

// AtLeast returns whether e is s or comes after it, byte by byte.
func (e String) AtLeast(s string) Bool { return e.against(expr.AtLeast, s) }

// Less returns whether e comes before s, byte by byte.
func (e String) Less(s string) Bool { return e.against(expr.Less, s) }

// AtMost returns whether e is s or comes before it, byte by byte.
func (e String) AtMost(s string) Bool { return e.against(expr.AtMost, s) }

// Equal returns whether e equals b.
func (e Bytes) Equal(b []byte) Bool { return Equal(e, BytesVal(b)) }

// NotEqual returns whether e does not equal b.
func (e Bytes) NotEqual(b []byte) Bool { return NotEqual(e, BytesVal(b)) }

// Greater returns whether e comes after b.
func (e Bytes) Greater(b []byte) Bool { return Greater(e, BytesVal(b)) }

// AtLeast returns whether e is b or comes after it.
func (e Bytes) AtLeast(b []byte) Bool { return AtLeast(e, BytesVal(b)) }

// Less returns whether e comes before b.
func (e Bytes) Less(b []byte) Bool { return Less(e, BytesVal(b)) }

// AtMost returns whether e is b or comes before it.
func (e Bytes) AtMost(b []byte) Bool { return AtMost(e, BytesVal(b)) }

// Equal returns whether e is b.
func (e Bool) Equal(b bool) Bool { return e.against(expr.Equal, b) }

// Within returns whether e is a point in the region, or a region that contains the point.
func (e Geo) Within(json value.GeoJSON) Bool { return Within(e, GeoVal(json)) }

// Within returns whether one is a point and the other a region that contains it.
func Within(a, b Geo) Bool { return of[Bool](binary(expr.Geo, a.node, b.node)) }

// A RegexFlag changes how a regular expression is read.
type RegexFlag int

const (
	// Extended is the extended syntax of POSIX, in which most programs write regular
	// expressions. The basic one is without + ? | and has \( \) \{ \}.
	Extended RegexFlag = 1
	// IgnoreCase makes no difference between A and a.
	IgnoreCase RegexFlag = 2
	// ByLine matches lines: ^ and $ are at the begin and the end of each, and . is no
	// newline. Clients of Aerospike call it NOSUB.
	ByLine RegexFlag = 4
)

// Matches returns whether a part of e matches a regular expression of POSIX. A character
// is a byte, and a NUL ends the text. It is not the syntax of package regexp: \d, (?i) and
// others do not exist.
func (e String) Matches(pattern string, flags ...RegexFlag) Bool {
	n := &expr.Node{Op: expr.Regex, Name: pattern, Args: []*expr.Node{e.node}}
	for _, f := range flags {
		n.Flags |= int(f)
	}
	return of[Bool](n)
}
