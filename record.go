package aerostore

import "fmt"

// A Record is what was read of a record. It belongs to the caller who got it
// and shares nothing with the store.
//
// The accessors, from [Record.Int] to [Record.Results], return a bin's value if
// it has the type that they are named for. Otherwise they return the zero value
// and a [*BinError] that matches [ErrBinNotFound] or [ErrBinType]. A nil Record
// has no bins.
type Record struct {
	// Key is the key that was asked for. In a query's records its id is known
	// only where the record was written with [SendKey]; see [DigestKey].
	Key Key

	// Bins are the bins that were asked for and are there; never nil.
	Bins Bins

	// Generation counts the writes since the record was created.
	Generation uint32

	// TTL is the time that the record had left to live, in whole seconds, or
	// [NeverExpire].
	TTL TTL
}

// Int returns an integer bin.
func (r *Record) Int(bin string) (int, error) { return binAs[int](r, bin) }

// Float returns a float64 bin.
func (r *Record) Float(bin string) (float64, error) { return binAs[float64](r, bin) }

// Bool returns a bool bin.
func (r *Record) Bool(bin string) (bool, error) { return binAs[bool](r, bin) }

// Str returns a string bin.
func (r *Record) Str(bin string) (string, error) { return binAs[string](r, bin) }

// Bytes returns a []byte bin.
func (r *Record) Bytes(bin string) ([]byte, error) { return binAs[[]byte](r, bin) }

// List returns a list bin.
func (r *Record) List(bin string) ([]any, error) { return binAs[[]any](r, bin) }

// Map returns a map bin. A map that the server keeps in key order is a
// []MapPair in Bins; see [Record.Pairs].
func (r *Record) Map(bin string) (map[any]any, error) { return binAs[map[any]any](r, bin) }

// Pairs returns a map bin that the server keeps in key order.
func (r *Record) Pairs(bin string) ([]MapPair, error) { return binAs[[]MapPair](r, bin) }

// GeoJSON returns a GeoJSON bin.
func (r *Record) GeoJSON(bin string) (GeoJSON, error) { return binAs[GeoJSON](r, bin) }

// Results returns what several operations on one bin gave; see [OpResults].
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
	err := &BinError{Bin: bin, Want: fmt.Sprintf("%T", v)}
	if value != nil {
		err.Got = fmt.Sprintf("%T", value)
	}
	return v, err
}
