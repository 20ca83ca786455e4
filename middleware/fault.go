package middleware

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
)

// Fault returns a middleware that delays operations or makes them fail on
// purpose. The Injector holds the faults, which may be set and removed while the
// program runs. Use it in a staging environment to see what an application does
// in an outage.
//
// Fault belongs next to the backend, inside the layers that are to handle the
// faults. Without faults it makes no allocation.
//
// The layer is the Injector: see [fault.Injector.LayerStats]. Stores that share
// an Injector share its faults.
//
// Fault panics if faults is nil.
func Fault(faults *fault.Injector) aerostore.Middleware {
	if faults == nil {
		panic("middleware: Fault with a nil Injector")
	}
	return aerostore.WithLayer(func() *fault.Injector { return faults })
}
