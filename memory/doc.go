// Package memory is an [aerostore.Store] in memory that answers what an
// Aerospike server answers: for tests, for local development, and for
// prototypes that have no cluster yet.
//
//	store := memory.New()
//	defer store.Close()
//
// In a test, [NewT] closes the store when the test ends.
//
// # What it answers
//
// Results, generations, TTLs and error codes are those of Aerospike Community
// Edition 8.1, compared with recordings of a real server, its surprises
// included: an append to a missing bin stores any value, a write of nothing but
// nil bins to a missing record is not found, an increment wraps, a generation
// goes from 65535 to 1. A new store has the namespaces of a stock server,
// "test" and "bar"; see [WithNamespaces].
//
// Values are copied on the way in and on the way out, nested ones too, and are
// read back as a server returns them: integers of every kind as int.
//
// It differs where a test is better off:
//
//   - A record is gone the moment its TTL is over. A server counts in whole
//     seconds and may keep it for one more.
//   - Polygons are checked for their form alone, not for their geometry.
//   - Neither an index nor a write that is refused makes a set. On a server both
//     count towards the 4,095 sets of a namespace.
//   - Nothing survives the process, and nothing fails or is in doubt unless a
//     test asks for it.
//
// # Time
//
// TTLs follow time.Now, and the fake clock of a testing/synctest bubble if the
// store was made in one; [WithClock] gives it another clock and
// [Store.Advance] moves it ahead. Expired records read as missing at once and
// leave the memory with later writes, a few at a time. Like a server, the store
// counts a removal of a record that expired less than ten seconds ago as a
// removal.
//
// The clock may be set to any time. After one that goes back, records that
// expired before and are still in memory are there again, and no TTL that is left
// is longer than the ten years that a server accepts.
//
// # Options
//
// A store can be as strict as a server whose configuration or load is less
// friendly: [WithMaxRecordSize], [WithDefaultTTL], [WithoutExpiry] for
// nsup-period 0, [WithMaxQueries] for a limit of queries at once, and
// [WithBatchOrder] for batches that are not carried out in the order of their
// keys, as those of a cluster are not.
//
// # Control
//
// What a test of an application wants to do to its database: [Store.Inject] makes
// operations fail, in doubt or not, or take longer; [Store.Load] fills the store
// from a fixture and [Store.Snapshot] writes one; [Store.Dump] shows a person
// what is there.
//
// # Concurrency
//
// A Store is safe for concurrent use and starts no goroutine. Each record
// changes as a whole: a read sees all of a write or nothing of it, and writes
// to one record happen one after another. A batch is many such operations, not
// a transaction.
//
// A query holds no lock while the caller has a record, so the loop may write
// to the store. It returns every record that is there from its beginning to
// its end, and none twice; whether it returns those that come or go meanwhile
// is open. It observes its Timeout between records. A context that ends in the
// loop ends the query with an error, in that of the last record too. Close does
// not end it.
//
// # Indexes
//
// A query by index costs what it finds, in a set of any size. A write costs
// some hundred nanoseconds more for each index over a bin that it changes, and a
// record some seventy bytes.
//
// # Digests
//
// A server knows records by digest, this store by key, because digests are
// expensive. The first operation with an [aerostore.DigestKey] computes those
// of all records of the set, once: half a second for a million. Others are not
// held up meanwhile. From then on the set takes some eighty bytes more for each
// record, and computes a digest when one is made or removed.
package memory
