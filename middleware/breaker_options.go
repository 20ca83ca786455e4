package middleware

import (
	"context"
	"fmt"
	"time"

	"github.com/aerostore/aerostore"
)

// BreakerOptions are the options of [CircuitBreaker].
type BreakerOptions struct {
	// FailureRate is the fraction of operations, over 0 and up to 1, that must
	// fail for the circuit to open. The default is 0.5.
	FailureRate float64

	// MinCalls is how many operations must have ended within the window before
	// the circuit can open. The default is 20.
	MinCalls int

	// Window is how long an operation counts, to the nearest tenth of it. The
	// default is 10 s.
	Window time.Duration

	// OpenFor is how long an open circuit rejects all operations. The default is
	// 5 s.
	OpenFor time.Duration

	// Probes is how many operations a half-open circuit lets pass at once, and
	// how many must succeed for it to close. The default is 3.
	Probes int

	// MinTimeout is how much time an operation must have had for its timeout to
	// count. The default is 10 ms. The time is that of its context and its
	// [aerostore.Timeout], less the time in the body of a query's loop. With [None]
	// every timeout counts.
	MinTimeout time.Duration

	// IsFailure reports whether an error is a failure of the cluster. The error is
	// not nil. For a batch it is called with the error of each key and the call of
	// the batch. It is not called for errors that never count. The default is
	// [IsClusterFailure].
	IsFailure func(ctx context.Context, call aerostore.Call, err error) bool

	// Scope returns the name of the circuit for an operation, out of a small
	// fixed set. It is called before each operation. After 100 names, further
	// names share the circuit "other". The default is one circuit for the whole
	// store. [ByNamespace] is a scope, and so is the method ByNode of asbackend's
	// Store.
	Scope func(call aerostore.Call) string

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// ByNamespace returns the namespace of a call. Use it as BreakerOptions.Scope for
// one circuit for each namespace. A batch over several namespaces depends on all
// of them, and has its own circuit with the name "".
func ByNamespace(call aerostore.Call) string {
	if namespace := call.Key.Namespace(); namespace != "" {
		return namespace
	}
	namespace, _ := call.Target()
	return namespace
}

// withDefaults returns the options with all fields set but Scope and OnEvent. It
// panics if one is invalid.
func (o BreakerOptions) withDefaults() BreakerOptions {
	o.FailureRate = orDefault(o.FailureRate, 0.5)
	o.MinCalls = orDefault(o.MinCalls, 20)
	o.Window = orDefault(o.Window, 10*time.Second)
	o.OpenFor = orDefault(o.OpenFor, 5*time.Second)
	o.Probes = orDefault(o.Probes, 3)
	o.MinTimeout = orDefault(o.MinTimeout, 10*time.Millisecond)
	if o.IsFailure == nil {
		o.IsFailure = func(_ context.Context, _ aerostore.Call, err error) bool { return IsClusterFailure(err) }
	}
	switch {
	case !(o.FailureRate > 0 && o.FailureRate <= 1): // NaN included
		panic(fmt.Sprintf("middleware: CircuitBreaker with a failure rate of %v: must be over 0 and at most 1", o.FailureRate))
	case o.MinCalls < 1:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a minimum of %d calls: must be positive", o.MinCalls))
	case o.Window < windowParts:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a window of %v: must be at least 10ns", o.Window))
	case o.OpenFor <= 0:
		panic(fmt.Sprintf("middleware: CircuitBreaker that is open for %v: must be positive", o.OpenFor))
	case o.Probes < 1:
		panic(fmt.Sprintf("middleware: CircuitBreaker with %d probes: must be positive", o.Probes))
	case o.MinTimeout < 0:
		panic(fmt.Sprintf("middleware: CircuitBreaker with a minimum timeout of %v: must be positive, or None", o.MinTimeout))
	}
	return o
}
