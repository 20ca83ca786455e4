// Package vectors replays what a real Aerospike server answered, against any
// [aerostore.Store]. Where package storetest says what a Store should do, this
// one says what a server did: some two thousand recorded scripts, step by step.
//
//	func TestVectors(t *testing.T) {
//		vectors.Run(t, func(tb testing.TB) aerostore.Store {
//			return memory.NewT(tb)
//		})
//	}
//
// Each script, a vector, is a sub-test named for its file and itself; one that
// needs what Store cannot say is skipped with the reason. The counts are in the
// log at the end, which -v shows.
//
//	go test -v -run 'TestVectors/policy/ttl_limits'
//
// Environment variable AEROSTORE_VECTORS names a folder of .jsonl or .jsonl.gz
// files to replay instead of the recordings of this package. Their format is in
// recorded/README.md.
//
// # Where Store answers better
//
// A Store differs on purpose from the client that the answers were recorded
// through: it refuses bad input before it is sent, tells each key of a batch
// its own outcome, and so on. There the recorded answer is translated by a
// rule; the rules stand in rules.go, each with its reason, and hold for every
// vector and every store alike. None depends on what the store under test
// answers.
package vectors
