// Package fault makes operations fail on purpose, to test how an application handles
// failures: errors, errors in doubt, delays, and queries that break off.
//
// A [Fault] selects operations and describes the failure. An [Injector] applies faults,
// which can be added and removed while the program runs. In a staging environment,
// middleware.Fault puts an Injector in front of any backend. In tests, the store of
// package memory has one.
//
//	var faults fault.Injector
//	store := aerostore.Chain(backend, middleware.Fault(&faults))
//
//	outage := faults.Inject(fault.Fault{
//		Ops: []aerostore.Op{aerostore.OpPut}, Probability: 0.01, Code: aerostore.CodeTimeout, InDoubt: true,
//	})
//	defer outage.Stop()
package fault
