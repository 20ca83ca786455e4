package aerostore

import (
	"context"
	"iter"
)

// A Store reads and writes the records of a database. Backends, chains and mocks
// implement it.
//
// Methods are safe for concurrent use. They neither keep nor modify their
// arguments, and their results belong to the caller.
//
// Errors wrap an [*Error]. Input that no server accepts, or a nil context, fails
// with [ErrInvalid] before anything is sent. If the context is done, the error
// matches the context's error. If a write may or may not have been applied,
// [InDoubt] reports true for its error.
//
// A Store has no Close method; the caller that opens a backend closes it. After
// that, operations fail with [ErrClosed].
//
// After v1 no methods will be added to Store. New features will be operations,
// options, or optional interfaces such as [Indexer] and [Executor].
type Store interface {
	// Put writes bins. It creates the record if it does not exist, and otherwise
	// keeps the record's other bins, unless an option says otherwise. A nil value
	// deletes the bin. A record whose last bin is deleted ceases to exist.
	Put(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Get reads all bins of a record. It fails with [ErrNotFound] if the record
	// does not exist.
	Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error)

	// Select reads the named bins, at most 65,535. Bins that the record does not
	// have are absent from the result. If bins is empty, Select reads only the
	// generation and the TTL. It fails with [ErrNotFound] if the record does not
	// exist.
	Select(ctx context.Context, key Key, bins []string, opts ...ReadOption) (*Record, error)

	// Exists reports whether the record exists.
	Exists(ctx context.Context, key Key, opts ...ReadOption) (bool, error)

	// Remove removes the record and reports whether it existed.
	Remove(ctx context.Context, key Key, opts ...WriteOption) (existed bool, err error)

	// Touch increments the generation and resets the TTL. It fails with
	// [ErrNotFound] if the record does not exist.
	Touch(ctx context.Context, key Key, opts ...WriteOption) error

	// Append appends to string or []byte bins. A missing record or bin is created.
	// A bin of another type fails with [ErrBinType].
	Append(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Prepend prepends to string or []byte bins, and otherwise works like Append.
	Prepend(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Increment adds to integer or float64 bins. A missing record or bin is
	// created with the value added to zero. A bin of another type than the value
	// fails with [ErrBinType]. Integers wrap at 64 bits.
	Increment(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Operate applies from 1 to 32,767 operations to one record, in order and
	// atomically: all of them, or none if one fails. [Record.Step] has what each
	// returned.
	//
	// The bins of the returned record have the same by name. If one operation on
	// a bin can return something, as [Operation.Returns] reports, the bin has its
	// result, and is absent if that is nothing. If several can, the bin has an
	// [OpResults]. With [ReadAll] among the operations, the bins are all bins.
	//
	// If all operations read, Operate fails with [ErrNotFound] if the record
	// does not exist.
	Operate(ctx context.Context, key Key, ops []Operation, opts ...WriteOption) (*Record, error)

	// BatchRead reads many records. If bins is nil, it reads all bins. If bins
	// is empty but not nil, it reads only the generation and the TTL. Otherwise
	// it reads the named bins.
	//
	// The batch methods return one result for each key, in the order of the keys.
	// Each result has its own error. The error of the method means that the batch
	// as a whole failed; the results may then be nil. Without keys the result is
	// empty, and the server is not contacted.
	//
	// Keys are processed in no particular order. A key that occurs several times
	// is processed each time.
	BatchRead(ctx context.Context, keys []Key, bins []string, opts ...ReadOption) ([]BatchResult, error)

	// BatchWrite does with each record what its item says: it writes bins, applies
	// operations, reads or removes. Each item has its own options. All of it is one
	// round trip to each server.
	BatchWrite(ctx context.Context, items []BatchItem, opts ...WriteOption) ([]BatchResult, error)

	// BatchOperate applies the same operations to many records, as Operate does.
	BatchOperate(ctx context.Context, keys []Key, ops []Operation, opts ...WriteOption) ([]BatchResult, error)

	// BatchRemove removes many records. The result of a record that did not exist
	// has the error [ErrNotFound].
	BatchRemove(ctx context.Context, keys []Key, opts ...WriteOption) ([]BatchResult, error)

	// Query returns an iterator over the records of a scan or of a secondary
	// index, in no particular order. Each range over it runs the query; a break
	// stops it.
	//
	// An error ends the iteration. It is the last element, with a nil record, and
	// may follow records that were found before.
	Query(ctx context.Context, q Query) iter.Seq2[*Record, error]
}
