// Package storetest is the specification of [aerostore.Store] as tests that any
// Store answers to: a backend, a decorator, a fake.
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
// They write to sets of their own, whose names begin with "storetest_" and
// differ from run to run, to a dozen sets whose names begin with "storetest" in
// any case and that all runs share, and to no set, of the namespace that
// [WithNamespace] says and of that of [WithOtherNamespace]. All of it is under
// random ids, except in sets of the run. They tell their own records from
// others', and remove records and indexes when they end.
//
// # Where to begin reading
//
// storetest.go has [Run] and the list of the groups of cases, trial.go what a
// case has at hand. writes.go is a group that shows how cases look; then read
// the file of whatever a failure is about. operations.go has the fifteen
// operations for the cases that are about each of them, features.go the options.
//
// The package's own tests break a sound store in many ways, each of which has to
// be seen: plain ones in sabotage_test.go, those that few inputs show in
// subtle_test.go. A case that no such store fails does not pass
// TestEveryCaseCanFail, so a new case comes with a new way to break a store.
package storetest
