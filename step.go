package aerostore

import "fmt"

// A StepResult is what one operation of [Store.Operate] returned; see [Record.Step] and
// [BatchResult.Step].
//
// Methods such as [StepResult.Int] and [StepResult.List] return the result as a type.
// They fail with [ErrBinNotFound] if the operation returned nothing, and with
// [ErrBinType] if the result has another type. The error is a [*StepError].
type StepResult struct {
	step  int
	value any
}

// Value returns the result, nil for nothing.
func (s StepResult) Value() any {
	if _, failed := s.value.(failedStep); failed {
		return nil
	}
	return s.value
}

// A failedStep is the result of an operation that failed, in a batch.
type failedStep struct{ err error }

// String returns the result as package fmt prints it.
func (s StepResult) String() string { return fmt.Sprint(s.Value()) }

// Int returns an integer.
func (s StepResult) Int() (int, error) { return stepAs[int](s) }

// Float returns a float64.
func (s StepResult) Float() (float64, error) { return stepAs[float64](s) }

// Bool returns a bool.
func (s StepResult) Bool() (bool, error) { return stepAs[bool](s) }

// Str returns a string.
func (s StepResult) Str() (string, error) { return stepAs[string](s) }

// Bytes returns a []byte.
func (s StepResult) Bytes() ([]byte, error) { return stepAs[[]byte](s) }

// List returns a list.
func (s StepResult) List() ([]any, error) { return stepAs[[]any](s) }

// Map returns a map. Use [StepResult.Pairs] for entries in order.
func (s StepResult) Map() (map[any]any, error) { return stepAs[map[any]any](s) }

// Pairs returns the entries of a map in order.
func (s StepResult) Pairs() ([]MapPair, error) { return stepAs[[]MapPair](s) }

// GeoJSON returns a GeoJSON.
func (s StepResult) GeoJSON() (GeoJSON, error) { return stepAs[GeoJSON](s) }

// HLL returns a HyperLogLog.
func (s StepResult) HLL() (HLL, error) { return stepAs[HLL](s) }

// Bins returns the bins that [ReadAll] read.
func (s StepResult) Bins() (Bins, error) { return stepAs[Bins](s) }

func stepAs[T any](s StepResult) (T, error) {
	v, ok := s.value.(T)
	if ok {
		return v, nil
	}
	if failed, ok := s.value.(failedStep); ok {
		return v, failed.err
	}
	err := &StepError{Step: s.step, Want: typeName(v)}
	if s.value != nil {
		err.Got = typeName(s.value)
	}
	return v, err
}
