package exp

import (
	"slices"

	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// IntVal returns the expression of a literal.
func IntVal(n int) Int { return of[Int](literalInt(n)) }

// FloatVal returns the expression of a literal.
func FloatVal(f float64) Float { return of[Float](node(f)) }

// StringVal returns the expression of a literal.
func StringVal(s string) String { return of[String](node(s)) }

// BytesVal returns the expression of a literal. A nil slice is empty.
func BytesVal(b []byte) Bytes { return of[Bytes](constBytes(b)) }

func constBytes(b []byte) *expr.Node {
	if b == nil {
		b = []byte{}
	}
	return &expr.Node{Op: expr.Const, Value: slices.Clone(b)}
}

// BoolVal returns the expression of a literal.
func BoolVal(b bool) Bool { return of[Bool](node(b)) }

// GeoVal returns the expression of a literal: the GeoJSON of a Point, a Polygon, a
// MultiPolygon or an AeroCircle.
func GeoVal(json value.GeoJSON) Geo { return of[Geo](node(json)) }

// ListVal returns the expression of a literal: a list of the values.
func ListVal(values ...any) List { return of[List](constList(values)) }

func constList(values []any) *expr.Node {
	in, err := value.Import(slices.Clip(values))
	if err != nil {
		return expr.Error(err.Error())
	}
	return &expr.Node{Op: expr.Const, Value: in}
}

// MapVal returns the expression of a literal: a Go map, or a []aerostore.MapPair for a
// map in the order of its keys. Maps in no order cannot be compared.
func MapVal(entries any) Map {
	in, err := value.Import(entries)
	if err != nil {
		return of[Map](expr.Error(err.Error()))
	}
	if _, ok := in.(*value.Map); !ok {
		return of[Map](expr.Error("the entries of a map are a map or a []aerostore.MapPair"))
	}
	return of[Map](&expr.Node{Op: expr.Const, Value: in})
}

// Nil returns the expression of nil. Writing it deletes a bin, if a flag of the write
// allows it.
func Nil() Null { return of[Null](node(nil)) }

// Unknown returns an expression that is unknown for every record.
func Unknown() Bool { return of[Bool](&expr.Node{Op: expr.Unknown}) }
