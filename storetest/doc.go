// Package storetest tests an implementation of [aerostore.Store]: a backend, a
// decorator or a fake. Its cases are the specification of Store.
//
// To test your store, pass Run a function that returns a new one:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) aerostore.Store {
//			return memory.NewT(tb) // your store
//		})
//	}
//
// Each case is a subtest. Its name says what the store should do; a failure
// prints the expected and the actual answer, and the reason for the case. Select
// cases like any subtests:
//
//	go test -run 'TestStore/query'
//	go test -run 'TestStore/operate/Operate_applies_steps_in_order'
//
// # Features that your store lacks
//
// [Without] leaves out the cases of a feature. The reason is logged beside the
// names of the cases:
//
//	storetest.Run(t, newStore,
//		storetest.Without(storetest.DurableDelete, "Community Edition"),
//		storetest.WithAdvance(func(s aerostore.Store, d time.Duration) { … }),
//		storetest.WithStalled(newStalledStore))
//
// [Run] logs everything that it leaves out. A store without Close fails the
// cases about closing unless Without(Closing, …) is given.
//
// # Options
//
// Every field of [aerostore.Options] has a case for each operation. The operation
// honours the field, or the field has no meaning for it and changes nothing. The
// cases see each field as follows:
//
//   - Timeout and SocketTimeout: a negative value fails with ErrInvalid, and an
//     ample one changes nothing. Only on the stores of [WithStalled] do the cases
//     check that an operation ends with its timeout.
//   - TTL, Generation, GenerationCheck and Exists: by what the operation returns,
//     and by a Get afterwards.
//   - SendKey: by the key of the record in a scan.
//   - DurableDelete: the record is gone, or the operation fails with
//     CodeEnterpriseOnly and the record is unchanged if the store is
//     Without(DurableDelete, …). A tombstone itself is not visible.
//
// # Shared servers
//
// The cases may run on a server that other programs use, including other runs of
// the cases. They use the namespaces "test" and "bar", or those of [WithNamespace]
// and [WithOtherNamespace]. They write to
//   - sets whose names begin with "storetest_" and differ from run to run,
//   - a dozen sets whose names begin with "storetest", in upper or lower case,
//     and are the same in every run,
//   - records outside any set.
//
// Ids are random, except in sets of the run. When a case ends it removes its
// records and indexes.
//
// # The code
//
//   - storetest.go has [Run] and the list of the groups.
//   - trial.go has the helpers of a case.
//   - writes.go is a typical group.
//   - operate.go has the rows about operations of Operate. lists.go, maps.go, bits.go,
//     hlls.go, paths.go and results.go have more of them.
//   - operations.go lists the operations, for cases about each of them.
//   - optionfields.go lists the fields of Options.
//   - config.go has the options of Run.
//
// The tests of this package run the cases on broken stores, which the cases must
// detect. sabotage_test.go breaks much, subtle_test.go breaks little, results_test.go
// breaks operations and their results, and optionfields_test.go breaks a single option
// of an operation. TestEveryCaseCanFail
// fails for a case that passes on all broken stores, so a new case needs one that
// it detects.
package storetest
