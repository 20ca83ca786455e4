package object

import (
	"reflect"
	"strconv"
	"strings"
)

// A FieldError says which field of a struct does not fit its tag, its record or a bin. It
// contains no value and no key of a map.
//
// It matches [aerostore.ErrInvalid] if the type or a value to write is at fault, and
// [aerostore.ErrBinType] if a value that was read is.
type FieldError struct {
	Type  reflect.Type // the struct
	Field string       // such as "Address.Lines[2]"; "" for the struct itself
	Bin   string       // the name of the bin, if it is known

	reason string
	kind   error
}

// Error returns the type, the field, the bin and the reason.
func (e *FieldError) Error() string {
	if e == nil {
		return "<nil *object.FieldError>"
	}
	var b strings.Builder
	b.WriteString("object: ")
	if e.Type != nil {
		b.WriteString(e.Type.String())
	}
	if e.Field != "" {
		b.WriteString("." + e.Field)
	}
	if e.Bin != "" {
		b.WriteString(" (bin " + strconv.Quote(e.Bin) + ")")
	}
	return b.String() + ": " + e.reason
}

// Unwrap returns the error that e matches.
func (e *FieldError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.kind
}

// A fault is why a value does not fit, and where in the value it is.
type fault struct {
	path   string // such as ".Lines[2]"
	reason string
}

func (f *fault) Error() string { return f.reason }

// within returns a fault with a step of its path before the others.
func within(step string, err error) error {
	f, ok := err.(*fault) //nolint:errorlint // never wrapped
	if !ok {
		return &fault{path: step, reason: err.Error()}
	}
	f.path = step + f.path
	return f
}

// in returns the error of a field of a record.
func (f *field) in(t reflect.Type, err error, kind error) *FieldError {
	e := &FieldError{Type: t, Field: f.label, Bin: f.name, reason: err.Error(), kind: kind}
	if at, ok := err.(*fault); ok { //nolint:errorlint // never wrapped
		e.Field += at.path
	}
	return e
}
