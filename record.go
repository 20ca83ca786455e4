package aerostore

import (
	"fmt"
	"slices"
)

// A Record holds what was read of a record. It belongs to the caller and shares nothing
// with the Store.
//
// Methods such as [Record.Int] and [Record.Str] return the value of a bin. They fail with
// [ErrBinNotFound] if the record does not have the bin, and with [ErrBinType] if the bin
// has another type. The error is a [*BinError]. A nil Record has no bins.
type Record struct {
	// Key is the key of the record. In a query, the id is known only if the record was
	// written with [SendKey]; see [DigestKey].
	Key Key

	// Bins are the bins that were read and exist. Bins is never nil.
	Bins Bins

	// Generation counts the writes since the record was created.
	Generation uint32

	// TTL is the time until the record expires, in whole seconds, or [NeverExpire].
	TTL TTL

	steps *[]any // a pointer, which keeps the record in its size class
}

// Step returns what an operation of [Store.Operate] or [Store.BatchOperate] returned, by
// its place among the operations, from 0 on.
//
// The result of [ReadBin] is the value of the bin, that of [ReadAll] all bins as Bins.
// [ReadHeader] and the operations that write whole bins return nothing. The methods of
// [ListOps], [MapOps], [BitOps] and [HLLOps] say what theirs return. Step returns nothing for
// an i that is no operation, and in a record that another method returned.
func (r *Record) Step(i int) StepResult {
	if r == nil || r.steps == nil || i < 0 || i >= len(*r.steps) {
		return StepResult{step: i}
	}
	return StepResult{step: i, value: (*r.steps)[i]}
}

// SetSteps sets what each operation returned, in their order and nil for nothing. It keeps
// the slice, and allocates nothing for up to 8 operations that returned nothing. Backends and
// mocks call it, and set Bins as [Store.Operate] says.
func (r *Record) SetSteps(results []any) {
	if len(results) < len(nothing) && !slices.ContainsFunc(results, func(v any) bool { return v != nil }) {
		r.steps = &nothing[len(results)]
		return
	}
	kept := results // results would move to the heap in all cases
	r.steps = &kept
}

// nothing has, for small n, what n operations return that return nothing. It is never changed.
var nothing = func() (all [9][]any) {
	for n := range all {
		all[n] = make([]any, n)
	}
	return all
}()

// NewStepsRecord returns an empty record and the results of n operations, for a backend to
// set. It does the same as SetSteps with fewer allocations.
func NewStepsRecord(n int) (record *Record, results []any) {
	switch {
	case n == 1:
		r := new(struct {
			Record
			results []any
			array   [1]any
		})
		r.results = r.array[:]
		r.steps = &r.results
		return &r.Record, r.results
	case n == 2:
		r := new(struct {
			Record
			results []any
			array   [2]any
		})
		r.results = r.array[:]
		r.steps = &r.results
		return &r.Record, r.results
	case n <= 5:
		r := new(struct {
			Record
			results []any
			array   [5]any
		})
		r.results = r.array[:n]
		r.steps = &r.results
		return &r.Record, r.results
	case n <= 8:
		r := new(struct {
			Record
			results []any
			array   [8]any
		})
		r.results = r.array[:n]
		r.steps = &r.results
		return &r.Record, r.results
	default:
		kept := make([]any, n) // results would move to the heap for all n
		return &Record{steps: &kept}, kept
	}
}

// Int returns the value of an integer bin.
func (r *Record) Int(bin string) (int, error) { return binAs[int](r, bin) }

// Float returns the value of a float64 bin.
func (r *Record) Float(bin string) (float64, error) { return binAs[float64](r, bin) }

// Bool returns the value of a bool bin.
func (r *Record) Bool(bin string) (bool, error) { return binAs[bool](r, bin) }

// Str returns the value of a string bin.
func (r *Record) Str(bin string) (string, error) { return binAs[string](r, bin) }

// Bytes returns the value of a []byte bin.
func (r *Record) Bytes(bin string) ([]byte, error) { return binAs[[]byte](r, bin) }

// List returns the value of a list bin.
func (r *Record) List(bin string) ([]any, error) { return binAs[[]any](r, bin) }

// Map returns the value of a map bin. Use [Record.Pairs] for a map that the server keeps
// in key order.
func (r *Record) Map(bin string) (map[any]any, error) { return binAs[map[any]any](r, bin) }

// Pairs returns the entries of a map bin that the server keeps in key order.
func (r *Record) Pairs(bin string) ([]MapPair, error) { return binAs[[]MapPair](r, bin) }

// GeoJSON returns the value of a GeoJSON bin.
func (r *Record) GeoJSON(bin string) (GeoJSON, error) { return binAs[GeoJSON](r, bin) }

// HLL returns the value of a HyperLogLog bin.
func (r *Record) HLL(bin string) (HLL, error) { return binAs[HLL](r, bin) }

// Results returns the results of several operations on one bin; see [OpResults].
func (r *Record) Results(bin string) (OpResults, error) { return binAs[OpResults](r, bin) }

func binAs[T any](r *Record, bin string) (T, error) {
	var value any
	if r != nil {
		value = r.Bins[bin]
	}
	v, ok := value.(T)
	if ok {
		return v, nil
	}
	err := &BinError{Bin: bin, Want: typeName(v)}
	if value != nil {
		err.Got = typeName(value)
	}
	return v, err
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }
