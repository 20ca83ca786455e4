// Package storetest is the specification of [aerostore.Store] as tests that any
// Store answers to: a backend of one's own, a decorator, a fake.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) aerostore.Store {
//			return memory.NewT(tb)
//		})
//	}
//
// Each case is a sub-test with a name that says what is expected; where it
// fails it also says why that is so. Pick cases as any sub-tests:
//
//	go test -run 'TestStore/query'
//	go test -run 'TestStore/operate/results_for_one_bin'
//
// # What a store cannot do
//
// A store need not be able to do everything. What it cannot do it says, with
// the reason, which the log repeats beside the cases that were left out:
//
//	storetest.Run(t, newStore,
//		storetest.Without(storetest.DurableDelete, "Community Edition"),
//		storetest.WithAdvance(func(s aerostore.Store, d time.Duration) { … }))
//
// Nothing is left out silently: a store that has no Close and does not say so
// fails the cases about closing.
//
// # Shared servers
//
// The cases may run on a server that others use, other runs of them included.
// They write to two sets of their own, whose names begin with "storetest_" and
// differ from run to run, and to no set, of the namespace that [WithNamespace]
// says, under random ids. They tell their
// own records from others', and remove records and indexes when they end.
package storetest
