package aerostore

import "math"

// A Query selects records of a set: all of them, or those that match a condition.
type Query struct {
	// Namespace is required.
	Namespace string

	// Set is the set to query. If it is empty, all records of the namespace are
	// selected. A set that does not exist has no records.
	Set string

	// Bins are the names of the bins to return. If it is nil, all bins are returned.
	// If it is empty but not nil, records have only their key, generation and TTL.
	// Records that have none of the named bins are not returned.
	Bins []string

	// Where is the condition. The zero Predicate selects all records.
	Where Predicate

	// MaxRecords limits the number of records; zero means no limit. The server chooses
	// the records. Each node also counts records that are not returned because they
	// have none of the named bins, and some records once for each entry of a list or map that
	// matches. With a Cursor it is the size of a page: exactly so many records are returned,
	// fewer only if there are no more.
	MaxRecords int

	// RecordsPerSecond limits how fast each node returns records; zero means no limit. The
	// time that this takes counts towards the timeouts.
	RecordsPerSecond int

	// Partitions are the partitions whose records are returned. If it is zero, all are.
	Partitions PartitionRange

	// Cursor is where the query begins; it moves along. Nil means the start. See [Cursor].
	// JSON leaves it out, so that a log of a query has no digest.
	Cursor *Cursor `json:"-"`

	// Options are the timeouts, the [Filter] and the [Replica] of the query. By default
	// it is limited only by its context.
	Options []ReadOption
}

func (q *Query) check() *invalidError {
	if q.Namespace == "" {
		return errNoNamespace
	}
	if err := checkSet(q.Set); err != nil {
		return err
	}
	if err := checkBinNames(q.Bins); err != nil {
		return err
	}
	if err := q.Where.check(); err != nil {
		return err
	}
	if q.MaxRecords < 0 || q.MaxRecords > math.MaxInt32 {
		return invalidf("MaxRecords is %d: from 0 (no limit) to %d", q.MaxRecords, math.MaxInt32)
	}
	if q.RecordsPerSecond < 0 || q.RecordsPerSecond > math.MaxInt32 {
		return invalidf("RecordsPerSecond is %d: from 0 (no limit) to %d", q.RecordsPerSecond, math.MaxInt32)
	}
	return q.Partitions.check()
}
