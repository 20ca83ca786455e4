package aerostore

import (
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
)

// A Filter lets a call read or change only what matches the expression:
//
//	vip := exp.And(exp.IntBin("age").AtLeast(30), exp.StringBin("country").Equal("FR"))
//	record, err := store.Get(ctx, key, aerostore.Filter(vip))
//
// It is an option of every read, write, batch, item of a batch and query.
//
//   - A record that does not match is neither read nor changed. The call, or the key of
//     a batch, fails with [ErrFilteredOut]. A query leaves the record out.
//   - An expression that is unknown for the record, because a bin is missing or has
//     another type, does not match.
//   - A record that does not exist is not compared: a write creates it, a read fails with
//     [ErrNotFound], [Store.Exists] and [Store.Remove] report false.
//   - A condition of a write, such as [CreateOnly] or [GenerationEqual], is checked before
//     the filter. Whether the bins have the types that a write needs is checked after it.
//
// Of several filters the last one applies; [exp.And] combines them. exp.And() without
// arguments matches every record, and so cancels an earlier filter. A filter that is the
// zero value, or that no server evaluates, fails with [ErrInvalid] before anything is sent.
// A server refuses an expression whose types do not fit with [ErrParameter]; only
// [exp.Decode] makes one.
//
// A Filter is immutable, and a backend prepares it once. So keep a filter that does not
// change in a variable. It is comparable under ==, but two that were built separately
// differ: see [Filter.Equal]. Its text has no literal, so that it can be logged.
type Filter exp.Bool

// emptyFilter stands for Filter{} in Options, where the zero value is no filter.
var emptyFilter = Filter(exp.Not(exp.Bool{}))

func (f Filter) applyRead(o Options) Options {
	if o.Filter = f; f == (Filter{}) {
		o.Filter = emptyFilter
	}
	return o
}

func (f Filter) applyWrite(o Options) Options { return f.applyRead(o) }

// Equal reports whether the filters are the same expression. Both may be zero.
func (f Filter) Equal(other Filter) bool { return expr.Same(f.Node(), other.Node()) }

// option returns the filter as it was given.
func (f Filter) option() Filter {
	if f == emptyFilter {
		return Filter{}
	}
	return f
}

// check returns why no server evaluates the filter, or nil.
func (f Filter) check() *invalidError {
	switch f {
	case Filter{}:
		return nil
	case emptyFilter:
		return invalidf("the filter is the zero value: give an expression, such as exp.IntBin(\"age\").AtLeast(30)")
	}
	if err := f.Node().Ready(); err != nil {
		return invalidf("the filter is no expression that a server evaluates: %w", err)
	}
	return nil
}
