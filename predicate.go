package aerostore

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/geo"
	value "github.com/aerostore/aerostore/internal/value"
)

// A Predicate is the condition of a [Query] that a secondary index answers:
//
//	aerostore.Equal("email", "ada@example.com")
//	aerostore.Range("age", 30, 39)
//	aerostore.WithinRadius("place", 13.4, 52.5, 5_000)
//	aerostore.Equal("tags", "vip").InList()
//	aerostore.Equal("profile", "iOS").At(cdt.Key("devices"), cdt.Key("os"))
//
// It needs an [Index] of the same bin, type, collection and path, over the set of the
// query or over the whole namespace. Without one, the query fails with
// [CodeIndexNotFound]. The zero Predicate selects all records and needs no index.
//
// Where the bin is "", the index says what is compared. [Predicate.UsingIndex] names it,
// and it has the same type and collection. It may be over an [Index.Expression]:
//
//	aerostore.Equal("", "FR").UsingIndex("country_of_adults")
//
// A Predicate is immutable, and copies what it is made of. Its text shows no value.
type Predicate struct {
	kind PredicateKind
	in   IndexCollection
	bin  string
	from opaque // the first integer, or the string, bytes or GeoJSON
	last int64  // the last integer, hidden
	more *predicateDetail
}

// A predicateDetail is what few predicates have. It is immutable.
type predicateDetail struct {
	path  []cdt.Step
	index string
	named bool // by UsingIndex
	fault string
}

// faultyDetail is of what compiles because its type has the form of one that is compared.
var faultyDetail = predicateDetail{fault: "a server compares no GeoJSON or HLL with Equal: for GeoJSON use Within or Containing"}

// A PredicateKind is the kind of a [Predicate].
type PredicateKind uint8

// The kinds of predicate.
const (
	PredicateNone        PredicateKind = iota // selects all records
	PredicateStringEqual                      // equals a string
	PredicateIntRange                         // is in a range of integers
	PredicateBlobEqual                        // equals bytes
	PredicateWithin                           // is a point in a region
	PredicateContaining                       // is a region that contains a point
)

// maxCompared is the longest string or []byte that a server looks up in an index, in
// bytes.
const maxCompared = 2047

// maxComparedGeo is the longest GeoJSON that a server looks up in an index, in bytes.
const maxComparedGeo = 1<<20 - 1

// Equal returns a Predicate that selects the records whose bin equals value. A string
// or []byte has at most 2047 bytes. The query fails with [ErrInvalid] if value is a
// [GeoJSON] or [HLL], which a server does not compare.
func Equal[T ~string | ~[]byte | ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](bin string, value T) Predicate {
	var id plainID
	if !id.set(any(value)) {
		id.setNamed(any(value))
	}
	switch any(value).(type) {
	case GeoJSON, HLL:
		return Predicate{kind: PredicateBlobEqual, bin: bin, more: &faultyDetail}
	}
	switch id.kind {
	case keyString:
		return Predicate{kind: PredicateStringEqual, bin: bin, from: hideText(id.text)}
	case keyBytes:
		return Predicate{kind: PredicateBlobEqual, bin: bin, from: hideBytes(id.bytes)}
	default:
		return Range(bin, id.num, id.num)
	}
}

// Range returns a Predicate that selects the records whose bin is an integer from begin
// to end, including both. The query fails with [ErrInvalid] if end is less than begin.
func Range(bin string, begin, end int64) Predicate {
	return Predicate{kind: PredicateIntRange, bin: bin, from: hideInt(begin), last: hideInt(end).num}
}

// Within returns a Predicate that selects the records whose bin is a point in the
// region: GeoJSON of a Polygon, a MultiPolygon or an AeroCircle. The query fails with
// [ErrInvalid] if the text is no such GeoJSON.
func Within(bin string, region GeoJSON) Predicate {
	return Predicate{kind: PredicateWithin, bin: bin, from: hideText(string(region))}
}

// WithinRadius returns a Predicate that selects the records whose bin is a point that
// is at most so many metres from another, in degrees. A radius that is not positive
// selects nothing. One of more than a quarter of the way around the Earth is refused, and
// so are coordinates that are not on it. A server answers some circles that are a little
// smaller with [CodeParameter].
func WithinRadius(bin string, longitude, latitude, metres float64) Predicate {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return Within(bin, GeoJSON(`{"type":"AeroCircle","coordinates":[[`+
		number(longitude)+","+number(latitude)+"],"+number(metres)+"]}"))
}

// Containing returns a Predicate that selects the records whose bin is a region that
// contains the point. The query fails with [ErrInvalid] if the text is no GeoJSON of a
// Point.
func Containing(bin string, point GeoJSON) Predicate {
	return Predicate{kind: PredicateContaining, bin: bin, from: hideText(string(point))}
}

// InList returns the predicate about the elements of a list: it selects the records
// that have such an element in their list. It needs an [IndexList].
func (p Predicate) InList() Predicate { return p.within(IndexList) }

// InMapKeys returns the predicate about the keys of a map. It needs an [IndexMapKeys].
func (p Predicate) InMapKeys() Predicate { return p.within(IndexMapKeys) }

// InMapValues returns the predicate about the values of a map. It needs an
// [IndexMapValues].
func (p Predicate) InMapValues() Predicate { return p.within(IndexMapValues) }

func (p Predicate) within(c IndexCollection) Predicate {
	p.in = c
	return p
}

// At returns the predicate about what lies at a path in the bin, instead of the bin
// itself. It needs an index of the same path. The steps are those of [Index.Path].
func (p Predicate) At(path ...cdt.Step) Predicate {
	more := p.detail()
	more.path = slices.Clone(path)
	p.more = &more
	return p
}

// UsingIndex returns the predicate for the index of that name alone. A query with a bin
// does not need it: a server finds an index by the predicate, and prefers one of the set to
// one of the namespace. With it, the query fails with [CodeIndexNotFound] if the index does
// not exist, or does not answer the predicate for the set.
func (p Predicate) UsingIndex(name string) Predicate {
	more := p.detail()
	more.index, more.named = name, true
	p.more = &more
	return p
}

// detail returns a copy of the details.
func (p Predicate) detail() predicateDetail {
	if p.more == nil {
		return predicateDetail{}
	}
	return *p.more
}

// Kind returns the kind of the predicate.
func (p Predicate) Kind() PredicateKind { return p.kind }

// Bin returns the name of the bin, "" if the index says what is compared.
func (p Predicate) Bin() string { return p.bin }

// Collection returns what of the bin is compared.
func (p Predicate) Collection() IndexCollection { return p.in }

// Path returns the path in the bin, nil if there is none. It must not be modified.
func (p Predicate) Path() []cdt.Step { return p.detail().path }

// IndexName returns the name of the index to use, "" if the server chooses it.
func (p Predicate) IndexName() string { return p.detail().index }

// IndexType returns the type of the index that answers the predicate, 0 for
// [PredicateNone].
func (p Predicate) IndexType() IndexType {
	switch p.kind {
	case PredicateIntRange:
		return IndexInt
	case PredicateStringEqual:
		return IndexString
	case PredicateBlobEqual:
		return IndexBlob
	case PredicateWithin, PredicateContaining:
		return IndexGeo
	default:
		return 0
	}
}

// Text returns the string of a [PredicateStringEqual], and "" for any other kind.
func (p Predicate) Text() string {
	if p.kind != PredicateStringEqual {
		return ""
	}
	return p.from.revealText()
}

// Bytes returns a copy of the bytes of a [PredicateBlobEqual], and nil for any other
// kind.
func (p Predicate) Bytes() []byte {
	if p.kind != PredicateBlobEqual {
		return nil
	}
	return []byte(p.from.revealText())
}

// Bounds returns the first and the last integer of a [PredicateIntRange], and zeros for
// any other kind.
func (p Predicate) Bounds() (begin, end int64) {
	if p.kind != PredicateIntRange {
		return 0, 0
	}
	return p.from.revealInt(), opaque{num: p.last}.revealInt()
}

// GeoJSON returns the region of a [PredicateWithin] or the point of a
// [PredicateContaining], and "" for any other kind.
func (p Predicate) GeoJSON() GeoJSON {
	if p.IndexType() != IndexGeo {
		return ""
	}
	return GeoJSON(p.from.revealText())
}

// String returns the bin or the index, the kind, and what of it is compared, but no value.
func (p Predicate) String() string {
	if p.kind == PredicateNone && p.in == IndexDefault && p.more == nil {
		return "all"
	}
	var text strings.Builder
	if text.WriteString(p.bin); p.bin == "" {
		text.WriteString("index " + p.IndexName())
	}
	for _, step := range p.Path() {
		var s *cdt.Selector
		if !value.IsNil(step) {
			s = step.Selector()
		}
		text.WriteString(" [" + s.String() + "]")
	}
	if p.in != IndexDefault {
		text.WriteString(" " + p.in.String())
	}
	text.WriteString([...]string{" all", " equal", " range", " equal bytes", " within", " containing"}[p.kind])
	return text.String()
}

// GoString returns what String returns, so that %#v prints no value.
func (p Predicate) GoString() string { return p.String() }

// check returns why no server answers the predicate.
func (p *Predicate) check() *invalidError {
	if err := checkBinName(p.bin); err != nil {
		return err
	}
	if p.kind == PredicateNone {
		if p.in != IndexDefault || p.more != nil {
			return invalidf("the condition compares nothing: begin it with Equal, Range, Within or Containing")
		}
		return nil
	}
	if p.bin == "" && (p.more == nil || !p.more.named) {
		return invalidf("the condition has no bin: name one, or an index with UsingIndex")
	}
	if more := p.more; more != nil {
		if p.bin == "" && more.path != nil {
			return invalidf("the condition has a path and no bin: the index says where it is compared")
		}
		if more.fault != "" {
			return invalidf("bin %q: %s", p.bin, more.fault)
		}
		if err := checkPath(more.path); err != nil {
			return err
		}
		if more.named {
			if err := checkIndexName(more.index); err != nil {
				return err
			}
		}
	}
	return p.checkValue()
}

func (p *Predicate) checkValue() *invalidError {
	switch p.kind {
	case PredicateIntRange:
		if begin, end := p.Bounds(); begin > end {
			return invalidf("a range on bin %q ends before it begins", p.bin)
		}
	case PredicateStringEqual, PredicateBlobEqual:
		what := "string"
		if p.kind == PredicateBlobEqual {
			what = "[]byte"
		}
		if n := p.from.len(); n > maxCompared {
			return invalidf("the %s that bin %q is compared with has %d bytes, %d at most", what, p.bin, n, maxCompared)
		}
	default:
		return p.checkShape()
	}
	return nil
}

func (p *Predicate) checkShape() *invalidError {
	if n := p.from.len(); n > maxComparedGeo {
		return invalidf("the GeoJSON that bin %q is compared with has %d bytes, %d at most", p.bin, n, maxComparedGeo)
	}
	shape, err := geo.Parse(string(p.GeoJSON()))
	switch {
	case err != nil:
		return invalidf("what bin %q is compared with is not valid: %v", p.bin, err)
	case shape.IsPoint() && p.kind == PredicateWithin:
		return invalidf("a point is no region that contains bin %q: use Containing for regions that contain a point", p.bin)
	case !shape.IsPoint() && p.kind == PredicateContaining:
		return invalidf("what bin %q is to contain is no point: use Within for points in a region", p.bin)
	}
	return nil
}
