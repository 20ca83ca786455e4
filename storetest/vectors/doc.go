// Package vectors replays the recorded answers of a real Aerospike server against an
// implementation of [aerostore.Store]. Package storetest tests what a Store should
// do. This package tests what a server did, in more than three thousand recorded scripts.
//
//	func TestVectors(t *testing.T) {
//		vectors.Run(t, func(tb testing.TB) aerostore.Store {
//			return memory.NewT(tb) // your store
//		})
//	}
//
// A recorded script is a vector. Each is a subtest with the name of its file and its
// own. A vector that needs an ability that Store does not have is skipped, and the
// log has the reason. The log ends with the counts; see it with -v:
//
//	go test -v -run 'TestVectors/policy/ttl_limits'
//
// The environment variable AEROSTORE_VECTORS names a folder of .jsonl or .jsonl.gz
// files to replay instead of the recordings of this package. recorded/README.md
// describes their format.
//
// # Rules
//
// A Store differs on purpose from the client that made the recordings. For example,
// it refuses invalid input before it is sent, and returns an error for each key of a
// batch. A rule translates the recorded answer in such a case. rules.go has the rules
// and the reason for each. They apply to every vector and every store, and depend on
// the recording only.
package vectors
