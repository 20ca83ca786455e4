// Package memory provides an [aerostore.Store] in memory that gives the answers
// of an Aerospike server. Use it in tests, in local development and in
// prototypes without a cluster.
//
//	store := memory.New()
//	defer store.Close()
//
// In a test use [NewT], which closes the store when the test ends. [Store.Load]
// fills a store from a fixture, [Store.Snapshot] writes one, and [Store.Dump] prints
// the contents as a table. [Store.Inject] makes operations fail, in doubt or not, or
// take longer.
//
// # Fidelity
//
// Results, generations, TTLs and error codes are those of Aerospike Community Edition
// 8.1. They were compared with recordings of a server, and include its surprises:
//   - An append to a missing bin stores a value of any type.
//   - A write of only nil bins to a missing record fails with ErrNotFound.
//   - An increment wraps.
//   - Generation 65535 is followed by 1.
//
// A new store has the namespaces of a stock server, "test" and "bar"; see
// [WithNamespaces].
//
// Values are copied when they are written and when they are read, nested values too.
// They are read as a server returns them: integers of every kind as int, maps in order as
// []MapPair.
//
// Operate and BatchOperate carry out every operation on lists, maps, bits and
// HyperLogLogs, with the results and the codes of a server. If one fails, the error says
// which and why, and the record stays as it was.
//
// Filters, expressions and queries have the results of a server too. [Store.CreateIndex]
// makes an index, which a query with a condition needs, as it does on a server.
//
// [Store.Info] answers the info commands that programs read most, as one node, and refuses
// others. Its example shows how a test answers these.
//
// The store differs from a server in some points:
//
//   - A batch may have any number of keys, as on a server of version 8.1 by default. One with
//     a batch-max-requests refuses larger batches with CodeBatchMaxRequests, each node its
//     part of one. A [Fault] of a batch with this code does the same.
//   - A record expires at the moment when its TTL ends. A server counts in whole
//     seconds and may keep the record for one more.
//   - There is one copy of each record, so [aerostore.Replica], [aerostore.ReadMode],
//     [aerostore.CommitLevel] and [aerostore.Compress] have no effect.
//   - Polygons are checked for their form only, not for their geometry.
//   - The server ends at some operations on a list with a stored index. Here they work.
//   - An index and a refused write make no set. On a server both count towards the
//     4,095 sets of a namespace.
//   - The contents end with the process. An operation fails in doubt only if a
//     [Fault] says so.
//
// # Time
//
// TTLs follow time.Now. A store made in a testing/synctest bubble follows the fake
// clock of the bubble. [WithClock] sets another clock, and [Store.Advance] moves the
// clock ahead.
//
// An expired record reads as missing at once. Later writes free its memory, a few
// records at a time. Like a server, Remove reports that a record existed for ten
// seconds after it expired.
//
// The clock may be set to any time. If it goes back, expired records that are still
// in memory return. No remaining TTL is longer than ten years, the longest that a
// server accepts.
//
// # Options
//
// These options make a store as strict as a server with another configuration or
// under load:
//   - [WithMaxRecordSize] limits the size of records.
//   - [WithDefaultTTL] gives records a TTL by default.
//   - [WithoutExpiry] refuses TTLs, as nsup-period 0 does.
//   - [WithMaxQueries] limits concurrent queries.
//   - [WithBatchOrder] runs batches in another order than that of their keys, as
//     a cluster does.
//
// # Concurrency
//
// A Store is safe for concurrent use and starts no goroutine. Each record changes as
// a whole: a read sees all of a write or nothing of it. Writes to one record happen
// one after another. A batch consists of independent operations. It is not a
// transaction.
//
// A query holds no lock while the loop body runs, so the body may write to the
// store. The query returns every record that exists from its beginning to its end,
// and none twice. It may or may not return records that are made or removed
// meanwhile. It checks its Timeout between records. If the context ends in the loop,
// the query ends with an error, even after the last record. Close does not end a
// query.
//
// # Cost
//
// The cost of a query by index depends on the number of records that it finds, and
// not on the size of the set. Each index over a bin that a write changes adds some
// hundred nanoseconds to the write, and some seventy bytes to each record. One over an
// expression adds the time to evaluate it before and after the write, unless the write
// changes none of its bins.
//
// An operation on a list or map changes it in place, in the time of the operation. The
// first one after a read of the whole bin copies the list or map once. An operation runs
// under the lock of a 32nd of the set, so that one that sorts or returns a large list
// delays others.
//
// The store finds records by key. The first operation with an [aerostore.DigestKey]
// computes the digests of all records of the set once, which takes half a second for
// a million. Other operations do not wait for that. From then on each record of the
// set takes some eighty bytes more, and making or removing one computes a digest.
package memory
