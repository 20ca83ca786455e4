// Package asbackend is an [aerostore.Store] over a real Aerospike cluster,
// through github.com/aerospike/aerospike-client-go/v7.
//
//	backend, err := asbackend.Dial(ctx, "db1:3000,db2:3000")
//	if err != nil { … }
//	defer backend.Close()
//	store := aerostore.Chain(backend, …)
//
// An application that has a client already keeps it and its policies:
//
//	backend, err := asbackend.New(client)
//
// docs/from-aerospike-client-go.md has each of the client's methods beside its
// counterpart.
//
// # Policies
//
// The client's default policies (DefaultPolicy, DefaultWritePolicy,
// DefaultBatchPolicy and so on; see [Store.Client]) hold for every operation,
// or those that [WithPolicies] gives one Store in their place. The options of a
// call change what they name, for that call alone. A context's deadline only
// ever shortens: of the policy's timeout, or the call's in its place, and what
// is left until the deadline, the shorter one counts. The client gives reads and
// writes one second; [aerostore.Timeout] or the policy gives them more.
//
// The client has a batch policy for reads only. Batches that write take all
// from it but the retries, for which DefaultWritePolicy.MaxRetries holds: none,
// unless the application says otherwise, so that no counter is added to twice
// because an answer got lost. The client makes one attempt of a write and asbackend the
// others, with the pauses of the policy. Each goes to the node that is the master of
// the record by then, whatever the ReplicaPolicy.
//
// A command without a timeout, by policy, option or deadline, waits for a connection
// for as long as its SocketTimeout, though 5 seconds at least, or 30 seconds if it
// has none, and heeds its context meanwhile; the client would wait for ever. A query
// without a timeout, as queries are by default, fails if it has been silent for longer
// than that and all its attempts may take, which is three and a half minutes by the
// client's defaults, and twice that at most. One without a SocketTimeout has no such
// limit.
//
// # What it adds to the client
//
// Contexts. A context that is done sends nothing, a deadline becomes the
// timeout of the command, and a query stops as soon as its context does. A
// command on a single record or a batch that is under way is not interrupted
// by a cancellation; it ends with its answer or its timeout, which
// [WithPromptCancel] does not wait for.
//
// Errors. Each is an [*aerostore.Error] on a single line whose code is the
// client's outermost one, with the node and the client's own
// *aerospike.AerospikeError for errors.As. Where the retries ran out (-16), the
// server's last answer is in the chain, too, so that errors.Is matches either.
//
// Doubt. The client calls nearly every write in doubt that ran out of retries
// or time. Here InDoubt is false where it is certain that nothing was sent:
// there was no connection to be had, no node, or no time left. Reads are never
// in doubt. A custom call that writes is, if it returns an error of the client, which
// says nothing of what else the call did.
//
// Batches. Each key has its own answer: a namespace that does not exist, or a
// key that fails, fails alone. Batches of one key, which the client sends as
// single commands, answer like larger ones. Each node's part of a batch is sent,
// and fails, by itself, with what is then left of the deadline; how many at once is
// up to BatchPolicy.ConcurrentNodes. Another attempt sends the keys that have no
// answer, and only they are in doubt because of an attempt before.
//
// Operate. Several results for one bin are an [aerostore.OpResults], which a
// list bin is never taken for, and operations that give nothing leave nothing
// behind: BatchOperate answers for each key what Operate would. There is one
// exception: [aerostore.ReadAll] beside an operation that writes is refused in a
// BatchOperate of more than one key, with [aerostore.ErrParameter], as servers do
// where several keys are at one node.
//
// Queries. Attempts that the client repeated with success are no error, which by
// itself it tells of after the last record. MaxRecords is exact on a cluster of
// several nodes, too, of each of which that many are asked for; the client's own is a
// share for each node.
//
// An empty bin name is legal, but the client takes ReadBin("") for ReadAll.
//
// Node and attempts. The results of operations and their errors name the node
// that answered, of a batch that of the last key. The client does not say which one
// has no record for Exists, or for a Select without bins. Attempts is exact for
// writes; for a batch it is that of the part that took most. The attempts of a read are
// the client's, which does not say how many a success took: Attempts is 0 there if the
// policy allows more than one.
//
// Endings. [Store.Close] waits for commands under way, [Store.Shutdown] for
// queries, too, within a context. [Store.Ping] is for health endpoints.
//
// Counts. [Store.Stats] reads the client's counters of connections, tends and
// nodes, which package otelmw tells OpenTelemetry.
package asbackend
