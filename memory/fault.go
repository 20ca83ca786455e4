package memory

import "github.com/aerostore/aerostore/fault"

// A Fault describes which operations fail, and how; see [fault.Fault].
// [Store.Inject] sets it.
type Fault = fault.Fault

// An Injection is a [Fault] in effect; see [fault.Injection]. Its Stop method ends
// it.
type Injection = fault.Injection

// Inject makes operations fail from now on; see [fault.Injector.Inject], which also
// says when it panics. A fault does not affect operations that fail anyway: those
// with invalid input, with a context that is done, or on a closed store.
func (s *Store) Inject(f Fault) *Injection { return s.faults.Inject(f) }
