// Package emulator serves a [memory.Store] on the wire protocol of Aerospike, so that a
// test can run a whole service with the official client, in Go or another language, and
// with no server installed.
//
//	server := emulator.RunT(t)
//	client, err := as.NewClient(server.Host(), server.Port())
//
// The answers are those of the memory store, which are those of Aerospike Community
// Edition 8.1. docs/emulator.md lists the commands, flags and info requests that the
// emulator knows. It answers all others with a code of the protocol, and logs them.
//
// [StartCluster] starts several nodes, of which each can be stopped, cut off and moved; see
// [Node]. [Server.Inject] makes commands fail on the wire: see [Fault]. [Server.Count] says
// what the nodes received and applied, so that a test can balance what clients report.
//
// [Server.Store] is the store that is served. A test can fill and read it without a
// client, make it fail by [memory.Store.Inject], and move its clock by
// [memory.Store.Advance].
//
// # Concurrency
//
// A Server and its nodes are safe for concurrent use. A node runs one goroutine for each
// connection, one that accepts them, and one for each job. [Server.Close] ends them all.
package emulator
