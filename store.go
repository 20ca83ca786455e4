package aerostore

import (
	"context"
	"iter"
)

// Store is what applications hold: the data operations of Aerospike, each
// under a context. Backends, chains and mocks implement it.
//
// All methods may be called from many goroutines at once. They neither keep
// nor change their arguments, and what they return belongs to the caller.
//
// Errors are of type [*Error] under whatever the layers of a chain add to
// them. Input that no server could accept fails with [ErrInvalid] before
// anything is sent, a context that is done with the context's own error. A
// write whose outcome is unknown fails with an error for which [InDoubt] is
// true.
//
// From v1 on Store gets no new methods. New abilities are operations, options, or
// functions over Store with an optional interface, as [Indexer] and [Pinger].
//
// Store has no Close: whoever opened a backend closes it. Operations after
// that fail with [ErrClosed].
type Store interface {
	// Put writes bins and leaves the record's other bins as they are, unless
	// an option says otherwise. It creates the record if there is none. A nil
	// value deletes the bin; a record without bins is gone.
	Put(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Get reads all bins. Without a record it fails with [ErrNotFound].
	Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error)

	// Select reads the bins named; those the record does not have are absent
	// from the result. No names read generation and TTL only. Without a record
	// it fails with [ErrNotFound].
	Select(ctx context.Context, key Key, bins []string, opts ...ReadOption) (*Record, error)

	// Exists reports whether there is a record.
	Exists(ctx context.Context, key Key, opts ...ReadOption) (bool, error)

	// Remove removes the record and reports whether there was one.
	Remove(ctx context.Context, key Key, opts ...WriteOption) (existed bool, err error)

	// Touch counts the generation up and sets the TTL anew. Without a record
	// it fails with [ErrNotFound].
	Touch(ctx context.Context, key Key, opts ...WriteOption) error

	// Append appends to string or []byte bins. A bin or record that is not
	// there counts as empty; a bin of another type fails with [ErrBinType].
	Append(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Prepend puts values before those of string or []byte bins, under the
	// rules of Append.
	Prepend(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Increment adds to integer or float64 bins. A bin or record that is not
	// there counts as zero; a bin of the other type fails with [ErrBinType].
	// Integers wrap at 64 bits.
	Increment(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error

	// Operate applies operations to one record, in order, all of them or
	// none. The record holds what the reading ones gave, as [OpResults] where
	// several gave something for one bin. Operations that only read fail with
	// [ErrNotFound] without a record.
	Operate(ctx context.Context, key Key, ops []Operation, opts ...WriteOption) (*Record, error)

	// BatchRead reads many records: all bins if bins is nil, generation and
	// TTL only if it is empty but not nil, else those named.
	//
	// The batches return one result for each key, in the order of the keys,
	// each with its own error. The call's own error says that the batch as a
	// whole did not go through; the results may then be nil. No keys are an
	// empty answer, without a word to the server.
	//
	// The order in which a batch is carried out is not defined. Where it has a
	// key several times, each occurrence is applied and answered, in any order.
	BatchRead(ctx context.Context, keys []Key, bins []string, opts ...ReadOption) ([]BatchResult, error)

	// BatchWrite is Put for many records, each with bins of its own.
	BatchWrite(ctx context.Context, items []BatchItem, opts ...WriteOption) ([]BatchResult, error)

	// BatchOperate is Operate for many records, with the same operations.
	BatchOperate(ctx context.Context, keys []Key, ops []Operation, opts ...WriteOption) ([]BatchResult, error)

	// BatchRemove removes many records. A key without a record has the error
	// [ErrNotFound] in its result.
	BatchRemove(ctx context.Context, keys []Key, opts ...WriteOption) ([]BatchResult, error)

	// Query returns the records of a scan or of a secondary index, in no
	// particular order. Nothing happens until the caller ranges over it; each
	// range runs the query anew. A break stops it at once.
	//
	// An error ends the iteration: it comes last, with a nil record, after
	// whatever records came before it.
	Query(ctx context.Context, q Query) iter.Seq2[*Record, error]
}
