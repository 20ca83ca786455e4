package middleware

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/aerostore/aerostore"
)

// A PanicError is what [Hedge] and [Coalesce] panic with, on the goroutine of
// the caller, where an operation panicked on one that they had started for it.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where
}

// Error returns the value and the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// An outcome is how an operation ended on a goroutine that is not its caller's.
type outcome struct {
	result   aerostore.Result
	err      error
	panicked *PanicError
	exited   bool // by runtime.Goexit
}

// carryOut runs the operation and hands over how it ended, whichever way.
func carryOut(ctx context.Context, call aerostore.Call, next aerostore.Handler, handOver func(outcome)) {
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
		handOver(o)
	}()
	o.result, o.err = next(ctx, call)
	returned = true
}

// give ends the caller's goroutine's part in the way that the operation ended.
func (o *outcome) give() (aerostore.Result, error) {
	switch {
	case o.panicked != nil:
		panic(o.panicked)
	case o.exited:
		runtime.Goexit()
	}
	return o.result, o.err
}
