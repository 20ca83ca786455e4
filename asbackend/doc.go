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
// because an answer got lost.
//
// Without any timeout a command waits for a connection for as long as all are in
// use, which a query whose loop body waits for that command may make for ever.
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
// in doubt.
//
// Batches. Each key has its own answer: a namespace that does not exist, or a
// key that fails, fails alone. Batches of one key, which the client sends as
// single commands, answer like larger ones.
//
// Operate. Several results for one bin are an [aerostore.OpResults], which a
// list bin is never taken for, and operations that give nothing leave nothing
// behind: BatchOperate answers for each key what Operate would. The server
// has one exception: it refuses [aerostore.ReadAll] beside an operation that
// writes in a BatchOperate of more than one key, with
// [aerostore.ErrParameter].
//
// An empty bin name is legal, but the client takes ReadBin("") for ReadAll.
//
// Node and attempts. The results of operations and their errors name the node
// that answered, but for Exists and batches that write, where the client does
// not say. Nor does it say how often it tried what went well in the end: Attempts
// is 0 there if the policy allowed more than one.
//
// Endings. [Store.Close] waits for commands under way, [Store.Shutdown] for
// queries, too, within a context. [Store.Ping] is for health endpoints.
//
// Counts. [Store.Stats] reads the client's counters of connections, tends and
// nodes, which package otelmw tells OpenTelemetry.
package asbackend
