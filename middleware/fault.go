package middleware

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
)

// Fault returns a middleware that makes operations fail or take longer on
// purpose, as far as there are faults in the Injector, which set and take them
// out at run time: for a staging environment that is to show what an
// application does in an outage.
//
// It belongs directly around the backend, inside the layers that are to deal
// with what it does. Without faults it costs no allocation.
//
// As an [aerostore.Layer] it is the Injector; see
// [fault.Injector.LayerStats]. Stores that share an Injector share its faults.
//
// Fault panics if faults is nil.
func Fault(faults *fault.Injector) aerostore.Middleware {
	if faults == nil {
		panic("middleware: Fault with a nil Injector")
	}
	return aerostore.WithLayer(func() *fault.Injector { return faults })
}
