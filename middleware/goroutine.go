package middleware

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/aerostore/aerostore"
)

// A PanicError carries a panic from the goroutine of an attempt to the goroutine
// of the caller. [Hedge] and [Coalesce] panic with it.
type PanicError struct {
	Value any    // the value of the panic
	Stack []byte // the stack of the goroutine that panicked
}

// Error returns the value and the stack.
func (e *PanicError) Error() string {
	if e == nil {
		return "<nil *middleware.PanicError>"
	}
	return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	if e == nil {
		return nil
	}
	err, _ := e.Value.(error)
	return err
}

// An outcome is how an operation ended on a goroutine other than its caller's.
type outcome struct {
	result   aerostore.Result
	err      error
	panicked *PanicError
	exited   bool // by runtime.Goexit
}

// carryOut runs the operation and passes its outcome to done, also if it panics
// or exits.
func carryOut(ctx context.Context, call aerostore.Call, next aerostore.Handler, done func(outcome)) {
	var o outcome
	returned := false
	defer func() {
		if !returned {
			if value := recover(); value != nil {
				o.panicked = &PanicError{Value: value, Stack: debug.Stack()}
			} else {
				o.exited = true
			}
		}
		done(o)
	}()
	o.result, o.err = next(ctx, call)
	returned = true
}

// deliver ends the operation on the caller's goroutine in the way in which it
// ended on the other goroutine.
func (o *outcome) deliver() (aerostore.Result, error) {
	switch {
	case o.panicked != nil:
		panic(o.panicked)
	case o.exited:
		runtime.Goexit()
	}
	return o.result, o.err
}
