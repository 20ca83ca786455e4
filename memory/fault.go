package memory

import "github.com/aerostore/aerostore/fault"

// A Fault says which operations fail, and how; set it with [Store.Inject]. See
// [fault.Fault].
type Fault = fault.Fault

// An Injection is a [Fault] that was set in a store; its Stop ends it. See
// [fault.Injection].
type Injection = fault.Injection

// Inject makes operations fail from now on, as [fault.Injector.Inject] does, under
// whose rules it panics. Input that is refused before anything is sent, a
// context that is done and a closed store fail by themselves and are not struck.
func (s *Store) Inject(f Fault) *Injection { return s.faults.Inject(f) }
