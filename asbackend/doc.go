// Package asbackend is an [aerostore.Store] over an Aerospike cluster. It uses
// github.com/aerospike/aerospike-client-go/v7.
//
//	backend, err := asbackend.Dial(ctx, "db1:3000,db2:3000")
//	if err != nil { … }
//	defer backend.Close()
//	store := aerostore.Chain(backend, …)
//
// To use an existing client with its policies, pass it to New. The application still
// closes it:
//
//	backend, err := asbackend.New(client)
//
// docs/from-aerospike-client-go.md lists each method of the client with its
// counterpart. The sections below say what differs from the client.
//
// # Both clients
//
// Package asbackendv8 is the same over github.com/aerospike/aerospike-client-go/v8. A client
// of the other version does not compile. docs/known-limits.md says which package to take, and
// what differs. Transactions, which only the newer client has, have no counterpart yet.
//
// # Policies
//
// The client's default policies apply to every operation: DefaultPolicy,
// DefaultWritePolicy, DefaultBatchPolicy and so on; see [Store.Client]. [WithPolicies]
// replaces them for one Store. The options of a call override the policy for that call.
//
// A policy with which the client corrupts commands is refused; docs/known-limits.md names
// them. An option that would need such a policy is ignored.
//
// A call's own timeout replaces the policy's, and an earlier deadline of the context
// shortens either. The client's default for reads and writes is one second. Set
// [aerostore.Timeout] or the policy's TotalTimeout for more.
//
// The client's batch policy is made for reads. Batches that write use it, too, except
// for its retries. For these DefaultWritePolicy.MaxRetries applies, which is 0 by
// default, so that no counter is incremented twice after a lost answer. The client
// makes one attempt of a write. asbackend makes the further attempts, with the policy's
// pauses. Each attempt goes to the current master of the record, whatever the
// ReplicaPolicy.
//
// If neither policy, option nor deadline sets a timeout, a command waits for a
// connection as long as its SocketTimeout, and at least 5 seconds. Without a
// SocketTimeout it waits 30 seconds. The wait ends with the context. The client alone
// would wait forever.
//
// By default a query has no timeout. It then fails if it receives nothing for longer
// than that wait and all its attempts may take together. With the client's defaults
// this limit is three and a half minutes. The query fails within twice the limit. A
// query without a SocketTimeout has no such limit.
//
// # Contexts
//
// Nothing is sent if the context is done. A deadline becomes the timeout of the
// command. A query stops when its context ends. A cancellation does not interrupt a
// command on a single record or a batch, which ends with its answer or its timeout.
// With [WithAbandonOnCancel] the operation returns without waiting for the command.
//
// # Errors
//
// Each error is an [*aerostore.Error] with a text of one line. Its code is the client's
// outermost code, and it names the node. errors.As finds the client's own
// *aerospike.AerospikeError. If the retries ran out (-16), errors.Is also matches the
// code of the server's last answer.
//
// # Doubt
//
// The client marks nearly every write that ran out of retries or time as in doubt. Here
// InDoubt is false if it is certain that nothing was sent: there was no connection, no
// node or no time left. Reads are never in doubt. A custom call that writes is in doubt
// if it returns an error of the client, which does not show what else the call did.
//
// # Batches
//
// Each key has its own answer. A key that fails, such as one in an unknown namespace,
// does not affect other keys. The client sends a batch of one key as a single command;
// the answers are the same as for larger batches. The keys are divided into a part for
// each node. Each part is sent and fails separately, and has the time that is left
// until the deadline. BatchPolicy.ConcurrentNodes limits the parts that are sent at a
// time. A further attempt sends only the keys without an answer, and only these can be
// in doubt because of an earlier attempt.
//
// # Operate
//
// The client returns several results for one bin as a list, like a list that was read.
// The backend finds the result of each operation; see [aerostore.Record.Step]. For each
// key, BatchOperate returns what Operate would, with one exception: [aerostore.ReadAll]
// beside an operation that writes fails with [aerostore.ErrParameter] for more than one
// key. A server gives this answer to several keys at one node.
//
// If some of several reads of a bin return nothing, the answer to a batch does not say
// which. The record is then read again, alone, and the result is that of this moment. If a
// later item of the batch has removed the record, the result is [aerostore.ErrNotFound].
//
// # Queries
//
// If failed attempts of a query were repeated with success, the query succeeds. The
// client returns an error after the last record. MaxRecords is exact on a cluster of
// several nodes, because each node is queried for that many records. The client queries
// each node for a share.
//
// # Empty bin names
//
// The empty name is a legal name of a bin, but ReadBin("") reads all bins, as it does
// in the client.
//
// # Node and attempts
//
// Results and errors name the node that answered. For a batch it is the node of the
// last key. The node is not known if Exists, or Select without bins, finds no record.
// Attempts is exact for writes. For a batch it is the number of the part with the most
// attempts. The client does not report the attempts of a successful read: Attempts is 0
// if the policy allows more than one.
//
// # Closing
//
// [Store.Close] waits for commands under way. [Store.Shutdown] also waits for queries,
// until its context ends. Use [Store.Ping] for health endpoints.
//
// # Counters
//
// [Store.Stats] returns the client's counters of connections, tends and nodes. Package
// otelmw exports them.
//
// # The other client
//
// Package asbackendv8 is the same over aerospike-client-go/v8. docs/known-limits.md says
// which limits each client has.
//
// # Logs
//
// The client logs nothing by default. [LogTo] sends its lines to a [log/slog.Logger].
package asbackend
