package aerostore

import "math/bits"

// A Resumption is a query that is running, with what its [Cursor] says of each
// partition. Backends use it; see [Call.Resume]. It is for one goroutine.
type Resumption struct {
	cursor *Cursor
	kept   bool // for the caller
}

// A PartitionState is how far a query is in a partition.
type PartitionState uint8

// The states of a partition.
const (
	PartitionNew   PartitionState = iota // no record was returned
	PartitionBegun                       // the records up to a Position were returned
	PartitionDone                        // all records were returned
)

// Resume begins an OpQuery call that has a Cursor or Partitions; it may be called for any
// query. A backend that supports cursors
//
//   - calls Resume once for a call, and End when the query has ended, however it ends;
//   - returns the records of each partition of Range in an order of its own, which does not
//     depend on what was returned, beginning after the Position of the partition;
//   - calls Move when [Call.Yield] has returned, whether true or false, and also for a
//     record that it leaves out;
//   - calls Finish for a partition that has no more records.
//
// A layer that passes a function to [Call.WithQuery] must not return false for a record
// that it has not passed on, unless it means to skip the record.
//
// The order names the order of the backend's records. A cursor resumes a query only with
// the order that it began with. The error is an [*Error] that matches [ErrInvalid], and
// [ErrStaleCursor] if the cursor is of another query or order.
func (c Call) Resume(order string) (*Resumption, error) {
	q := c.Query()
	if q == nil {
		return nil, c.NewError(CodeParameter, errNoQuery)
	}
	r := &Resumption{cursor: q.Cursor, kept: q.Cursor != nil}
	first, end := q.Partitions.bounds()
	if !r.kept {
		r.cursor = new(Cursor)
		r.cursor.begin([printSize]byte{}, first, end)
		return r, nil
	}
	if err := q.Cursor.resume(q.fingerprint(order), first, end); err != nil {
		return nil, c.NewError(CodeParameter, err)
	}
	return r, nil
}

// Range returns the first partition of the query and the number of partitions.
func (r *Resumption) Range() (first, count int) {
	return r.cursor.first, r.cursor.end - r.cursor.first
}

// Partition returns the state of a partition of the range, and the position if it is
// begun.
func (r *Resumption) Partition(partition int) (PartitionState, Position) {
	r.cursor.mu.Lock()
	defer r.cursor.mu.Unlock()
	if r.cursor.isDone(partition) {
		return PartitionDone, Position{}
	}
	if at, begun := r.cursor.at[partition]; begun {
		return PartitionBegun, at
	}
	return PartitionNew, Position{}
}

// Next returns the first partition from that one on that is not done, and the end of the
// range if there is none.
func (r *Resumption) Next(partition int) int {
	r.cursor.mu.Lock()
	defer r.cursor.mu.Unlock()
	for partition < r.cursor.end {
		left := ^r.cursor.done[partition/64] >> (partition % 64)
		if left != 0 {
			return min(partition+bits.TrailingZeros64(left), r.cursor.end)
		}
		partition += 64 - partition%64
	}
	return r.cursor.end
}

// Done reports whether all partitions of the range are done.
func (r *Resumption) Done() bool { return r.cursor.Done() }

// Move moves the cursor past a record. A record outside the range or of a partition that
// is done changes nothing.
func (r *Resumption) Move(p Position) {
	if !r.kept {
		return
	}
	c, partition := r.cursor, partitionOf(&p.Digest)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first <= partition && partition < c.end && !c.isDone(partition) {
		c.move(partition, p)
	}
}

// Finish says that a partition of the range has no more records.
func (r *Resumption) Finish(partition int) {
	r.cursor.mu.Lock()
	defer r.cursor.mu.Unlock()
	r.cursor.finish(partition)
}

// End ends the query, so that another may use the cursor.
func (r *Resumption) End() {
	r.cursor.mu.Lock()
	defer r.cursor.mu.Unlock()
	r.cursor.running = false
}
