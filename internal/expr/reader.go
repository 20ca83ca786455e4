package expr

import "github.com/aerostore/aerostore/cdt"

// A Reader reads what clients pack, part by part. It keeps nothing of the bytes. The
// memory that it takes is proportional to their number.
type Reader struct{ p parser }

// NewReader returns a Reader of the bytes.
func NewReader(b []byte) Reader { return Reader{parser{b: b}} }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.p.b) }

// Array reads the head of an array and returns how many elements follow.
func (r *Reader) Array() (int, error) { return r.p.array() }

// Int reads an integer.
func (r *Reader) Int() (int, error) { return r.p.int() }

// Value reads a value, as package value keeps it.
func (r *Reader) Value() (any, error) { return r.p.value(0) }

// Path reads the steps of a path.
func (r *Reader) Path() ([]cdt.Step, error) { return r.p.path() }

// Node reads an expression.
func (r *Reader) Node() (*Node, error) { return r.p.node(0) }
