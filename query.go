package aerostore

import "math"

// A Query selects records of a set: all of them, or those that a secondary
// index finds.
type Query struct {
	// Namespace is required. An empty Set means every record of the
	// namespace; a set that does not exist has no records.
	Namespace string
	Set       string

	// Bins are the bins to return: nil returns all, an empty non-nil slice
	// none (keys, generation and TTL only). Records that have none of the bins
	// named are left out.
	Bins []string

	// Where is the condition. The zero Predicate scans the whole set.
	Where Predicate

	// MaxRecords ends the query after that many records; which ones is up to
	// the server. A record that is left out because it has none of the bins
	// named counts, too, at the node that it is on. Zero means no limit.
	MaxRecords int

	// Options are the timeouts of the query; without them it may take as long
	// as its context lets it.
	Options []ReadOption
}

// A Predicate is the condition of a [Query], answered from a secondary index
// on the bin. A query whose bin has no index of the matching type fails with
// an error that matches [CodeIndexNotFound].
type Predicate struct {
	kind PredicateKind
	bin  string
	from opaque // the first integer, or the string
	to   opaque
}

// PredicateKind says what a [Predicate] compares.
type PredicateKind uint8

// The kinds of predicate.
const (
	PredicateNone        PredicateKind = iota // every record
	PredicateStringEqual                      // the bin is this string
	PredicateIntRange                         // begin ≤ the bin ≤ end
)

// maxComparedText is the longest string that a server looks up in an index, in bytes.
const maxComparedText = 2047

// Equal selects the records whose bin is this string, of 2047 bytes at most, or
// integer.
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

// Range selects the records whose bin is an integer from begin to end, both
// included. A range that ends before it begins is refused.
func Range(bin string, begin, end int64) Predicate {
	return Predicate{kind: PredicateIntRange, bin: bin, from: hideInt(begin), to: hideInt(end)}
}

// Kind returns what the predicate compares.
func (p Predicate) Kind() PredicateKind { return p.kind }

// Bin returns the bin that is compared.
func (p Predicate) Bin() string { return p.bin }

// Text returns the string of a [PredicateStringEqual].
func (p Predicate) Text() string {
	if p.kind != PredicateStringEqual {
		return ""
	}
	return p.from.revealText()
}

// Bounds returns the first and the last integer of a [PredicateIntRange].
func (p Predicate) Bounds() (begin, end int64) {
	if p.kind != PredicateIntRange {
		return 0, 0
	}
	return p.from.revealInt(), p.to.revealInt()
}

// String returns the kind and the bin, never the value.
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

// GoString is String: %#v holds no value either.
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
	return nil
}
