// Package eval evaluates expressions as the server does.
//
// [Compile] checks an expression once. The [Program] that it returns is evaluated for
// any number of records, also side by side.
package eval

import (
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Record is what an expression can know of a record.
type Record interface {
	// Bin returns the value of a bin as package value keeps it, nil if it is missing.
	// The evaluation neither changes nor keeps it.
	Bin(name string) any
	// Key returns the user key as an int, a string or a []byte, nil if it is not
	// stored.
	Key() any
	// Digest returns the digest of the key.
	Digest() *[20]byte
	// Set returns the name of the set.
	Set() string
	// Number returns the value of expr.DeviceSize, LastUpdate, SinceUpdate, VoidTime,
	// TTL, MemorySize or RecordSize.
	Number(op expr.Op) int
}

// ErrUnknown is the answer of an expression that has none for a record: a bin is missing
// or of another type, or an operation was not possible. The server's code is 26, or 27
// of a filter.
var ErrUnknown = errors.New("the expression has no value for the record: a bin is missing or of another type, or an operation is not possible")

// A Program is an expression that was checked. It is safe for concurrent use.
type Program struct {
	run  fn
	typ  typ
	vars int
	envs sync.Pool
}

// Value returns the value of the expression for a record, as package value keeps it. It
// shares nothing with the record that an operation could change. The error is
// ErrUnknown.
func (p *Program) Value(r Record) (any, error) {
	e := p.enter(r)
	v := p.run(e)
	p.leave(e)
	if v.kind == isUnknown {
		return nil, ErrUnknown
	}
	return value.Clone(v.any()), nil
}

// Matches reports whether the expression is true for a record. One that is unknown does
// not match. It is false for an expression that is not boolean: see Boolean.
func (p *Program) Matches(r Record) bool {
	e := p.enter(r)
	v := p.run(e)
	p.leave(e)
	return v.kind == isBool && v.n != 0
}

// Excludes reports whether the expression is false for a record whatever its bins and its
// key are. A server decides so before it reads a record.
func (p *Program) Excludes(r Record) bool {
	e := p.enter(closed{r})
	v := p.run(e)
	p.leave(e)
	return v.kind == isBool && v.n == 0
}

// A closed record is one of which nothing is known but what a server's index has.
type closed struct{ Record }

// Bin returns a value that is unknown.
func (closed) Bin(string) any { return unread{} }

// Key returns a value that is unknown, nil if no key is stored.
func (r closed) Key() any {
	if r.Record.Key() == nil {
		return nil
	}
	return unread{}
}

// unread is a value that is unknown to every part of an expression.
type unread struct{}

// The flags of a write.
const (
	CreateOnly   = 1
	UpdateOnly   = 2
	AllowDelete  = 4
	PolicyNoFail = 8
	EvalNoFail   = 16
)

// Write returns what a bin holds after the value of the expression was written to it, nil
// if nothing, and the server's code. The flags are its numbers. Unless the code is 0,
// nothing is to be changed.
func (p *Program) Write(r Record, bin any, flags uint8) (after any, code uint8) {
	switch {
	case flags&(CreateOnly|PolicyNoFail) == CreateOnly && bin != nil:
		return bin, uint8(engine.BinExists)
	case flags&(UpdateOnly|PolicyNoFail) == UpdateOnly && bin == nil:
		return bin, uint8(engine.BinNotFound)
	case flags&CreateOnly != 0 && bin != nil, flags&UpdateOnly != 0 && bin == nil:
		return bin, 0
	}
	v, err := p.Value(r)
	if pairs, ok := v.(value.Pairs); ok {
		v, _ = value.NewMap(value.Ordered, slices.Clone(pairs)...) // which have keys, each once
	}
	switch {
	case err != nil && flags&EvalNoFail != 0:
		return bin, 0
	case err != nil:
		return bin, uint8(engine.NotApplicable)
	case v == nil && bin != nil && flags&AllowDelete == 0:
		if flags&(UpdateOnly|PolicyNoFail|EvalNoFail) == 0 {
			return bin, uint8(engine.NotApplicable)
		}
		return bin, 0
	}
	return v, 0
}

// Boolean reports whether the expression can be a filter.
func (p *Program) Boolean() bool { return p.typ == isBool || p.typ == isUnknown }

func (p *Program) enter(r Record) *env {
	e := p.envs.Get().(*env)
	e.record = r
	return e
}

func (p *Program) leave(e *env) {
	e.record = nil
	clear(e.vars)
	p.envs.Put(e)
}

// env is what an evaluation knows.
type env struct {
	record Record
	vars   []result
}

// A fn evaluates a part of an expression.
type fn func(*env) result

// A typ is the type of a result. The order is that of no server.
type typ uint8

const (
	isUnknown typ = iota
	isNil
	isBool
	isInt
	isFloat
	isString
	isBytes
	isList
	isMap
	isGeo
	isHLL
	isEdge
)

// types are the types by their numbers on the wire.
var types = [...]typ{
	expr.NilType: isNil, expr.BoolType: isBool, expr.IntType: isInt, expr.StringType: isString,
	expr.ListType: isList, expr.MapType: isMap, expr.BytesType: isBytes, expr.FloatType: isFloat,
	expr.GeoType: isGeo, expr.HLLType: isHLL,
}

// A result is a value. Its zero value is unknown.
type result struct {
	kind typ
	n    uint64 // a bool, an int or the bits of a float
	ref  any    // others
}

func ofInt(n int) result { return result{kind: isInt, n: uint64(n)} } //nolint:gosec // G115: the bits

func ofFloat(f float64) result { return result{kind: isFloat, n: math.Float64bits(f)} }

func ofBool(b bool) result {
	if b {
		return result{kind: isBool, n: 1}
	}
	return result{kind: isBool}
}

// of returns the result of a value that package value keeps.
func of(v any) result {
	switch w := v.(type) {
	case nil:
		return result{kind: isNil}
	case bool:
		return ofBool(w)
	case int:
		return ofInt(w)
	case float64:
		return ofFloat(w)
	case string:
		return result{kind: isString, ref: v}
	case []byte:
		return result{kind: isBytes, ref: v}
	case *value.List:
		return result{kind: isList, ref: v}
	case *value.Map:
		return result{kind: isMap, ref: v}
	case value.GeoJSON:
		return result{kind: isGeo, ref: v}
	case value.HLL:
		return result{kind: isHLL, ref: v}
	case value.NestedHLL:
		return result{kind: isHLL, ref: value.HLL(w)}
	case value.Uint:
		return ofInt(int(w)) //nolint:gosec // G115: the bits
	case value.Pairs:
		return result{kind: isMap, ref: v}
	case value.Edge:
		return result{kind: isEdge, ref: v}
	}
	return result{}
}

func (r result) int() int       { return int(r.n) } //nolint:gosec // G115: the bits
func (r result) float() float64 { return math.Float64frombits(r.n) }
func (r result) bool() bool     { return r.n != 0 }

func (r result) any() any {
	switch r.kind {
	case isBool:
		return r.bool()
	case isInt:
		return r.int()
	case isFloat:
		return r.float()
	default:
		return r.ref
	}
}
