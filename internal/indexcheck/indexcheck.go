// Package indexcheck checks the definition of an index as a backend does before it creates
// the index.
package indexcheck

import (
	"context"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/expr"
)

// Create is index.CheckCreate, and checks what takes an evaluation: the types within an
// expression, and its value for a record without bins.
func Create(ctx context.Context, index aerostore.Index) error {
	if err := index.CheckCreate(ctx); err != nil {
		return err
	}
	if index.Expression == nil {
		return nil
	}
	n := index.Expression.Node()
	program, err := eval.Memoized(n)
	if err != nil {
		return index.NewError(aerostore.CodeParameter, invalid("the types in the expression of the index do not fit: "+err.Error()))
	}
	if expr.UsesOf(n).Digest {
		return nil // a server then indexes every record
	}
	if _, err := program.Value(bare{}); err == nil {
		return index.NewError(aerostore.CodeParameter, errBare)
	}
	return nil
}

const errBare invalid = "the expression of the index has a value for a record without its bins, which a server indexes or not, " +
	"by when the record was written: make it unknown there, as with ElseUnknown"

// An invalid definition is refused for this reason, which has no value.
type invalid string

func (e invalid) Error() string        { return string(e) }
func (e invalid) Is(target error) bool { return target == aerostore.ErrInvalid }

// SafeMessage returns the reason.
func (e invalid) SafeMessage() string { return string(e) }

// A bare record has no bins.
type bare struct{}

func (bare) Bin(string) any     { return nil }
func (bare) Key() any           { return nil }
func (bare) Digest() *[20]byte  { return new([20]byte) }
func (bare) Set() string        { return "" }
func (bare) Number(expr.Op) int { return 0 }
