// Package fault makes operations fail on purpose: with delays, with errors that
// do or do not leave a write in doubt, and by queries that break off.
//
// A [Fault] says which operations it strikes and how. Faults are set in an
// [Injector] and taken out again while the program runs. middleware.Fault puts
// one in front of any backend, for a staging environment; the store of package
// memory has one built in, for tests.
//
//	var faults fault.Injector
//	store := aerostore.Chain(backend, middleware.Fault(&faults))
//
//	outage := faults.Inject(fault.Fault{
//		Ops: []aerostore.Op{aerostore.OpPut}, Probability: 0.01, Code: aerostore.CodeTimeout, InDoubt: true,
//	})
//	defer outage.Stop()
package fault
