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
	// have none of the named bins. With a Cursor it is the size of a page: exactly so many
	// records are returned, fewer only if there are no more.
	MaxRecords int

	// RecordsPerSecond limits how fast each node returns records; zero means no limit. The
	// time that this takes counts towards the timeouts.
	RecordsPerSecond int

	// Partitions are the partitions whose records are returned. If it is zero, all are.
	Partitions PartitionRange

	// Cursor is where the query begins; it moves along. Nil means the start. See [Cursor].
	Cursor *Cursor

	// Options are the timeouts, the [Filter] and the [Replica] of the query. By default
	// it is limited only by its context.
	Options []ReadOption
}

// A Predicate is the condition of a [Query]. It needs a secondary index on its bin, of
// the matching type; without one, the query fails with [CodeIndexNotFound]. The zero
// Predicate selects all records and needs no index.
type Predicate struct {
	kind PredicateKind
	bin  string
	from opaque // the first integer, or the string
	to   opaque
}

// A PredicateKind is the kind of a [Predicate].
type PredicateKind uint8

// The kinds of predicate.
const (
	PredicateNone        PredicateKind = iota // selects all records
	PredicateStringEqual                      // the bin equals a string
	PredicateIntRange                         // the bin is in a range of integers
)

// maxComparedText is the longest string that a server looks up in an index, in bytes.
const maxComparedText = 2047

// Equal returns a Predicate that selects the records whose bin equals value. A string
// has at most 2047 bytes.
func Equal[T ~string | ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](bin string, value T) Predicate {
	var id plainID
	if !id.set(any(value)) {
		id.setNamed(any(value))
	}
	if id.kind == keyString {
		return Predicate{kind: PredicateStringEqual, bin: bin, from: hideText(id.text)}
	}
	return Range(bin, id.num, id.num)
}

// Range returns a Predicate that selects the records whose bin is an integer from begin
// to end, including both. The query fails with [ErrInvalid] if end is less than begin.
func Range(bin string, begin, end int64) Predicate {
	return Predicate{kind: PredicateIntRange, bin: bin, from: hideInt(begin), to: hideInt(end)}
}

// Kind returns the kind of the predicate.
func (p Predicate) Kind() PredicateKind { return p.kind }

// Bin returns the name of the bin that is compared.
func (p Predicate) Bin() string { return p.bin }

// Text returns the string of a [PredicateStringEqual], and "" for any other kind.
func (p Predicate) Text() string {
	if p.kind != PredicateStringEqual {
		return ""
	}
	return p.from.revealText()
}

// Bounds returns the first and the last integer of a [PredicateIntRange], and zeros for
// any other kind.
func (p Predicate) Bounds() (begin, end int64) {
	if p.kind != PredicateIntRange {
		return 0, 0
	}
	return p.from.revealInt(), p.to.revealInt()
}

// String returns the bin and the kind, but no value.
func (p Predicate) String() string {
	switch p.kind {
	case PredicateNone:
		return "all"
	case PredicateStringEqual:
		return p.bin + " equal"
	default:
		return p.bin + " range"
	}
}

// GoString returns what String returns, so that %#v prints no value.
func (p Predicate) GoString() string { return p.String() }

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
	if err := checkBinName(q.Where.bin); err != nil {
		return err
	}
	if q.Where.kind != PredicateNone && q.Where.bin == "" {
		return invalidf("the condition has no bin")
	}
	if n := len(q.Where.Text()); n > maxComparedText {
		return invalidf("the string that bin %q is compared with has %d bytes, %d at most", q.Where.bin, n, maxComparedText)
	}
	if begin, end := q.Where.Bounds(); begin > end {
		return invalidf("a range on bin %q ends before it begins", q.Where.bin)
	}
	if q.MaxRecords < 0 || q.MaxRecords > math.MaxInt32 {
		return invalidf("MaxRecords is %d: from 0 (no limit) to %d", q.MaxRecords, math.MaxInt32)
	}
	if q.RecordsPerSecond < 0 || q.RecordsPerSecond > math.MaxInt32 {
		return invalidf("RecordsPerSecond is %d: from 0 (no limit) to %d", q.RecordsPerSecond, math.MaxInt32)
	}
	return q.Partitions.check()
}
