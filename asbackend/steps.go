package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// An answer is what the client returns for the bins of a record. A bin has the result of
// the operation on it, or a list of several results in the order of the operations.
type answer struct {
	bins as.BinMap
	each bool // every operation has a result, nil for nothing

	// Several results are OpResults, in batches. In other calls they are a []any, which
	// one result can be, too.
	marked bool
}

// errResults is returned for an answer with too many or too few results.
var errResults error = safe.TextError("the answer does not have a result for each operation")

// record returns the record of an answer, with what each operation returned. The bins of
// the answer become its own. It returns nil if it cannot tell which operation a result
// belongs to.
func (p *plan) record(key aerostore.Key, record *as.Record, a answer) *aerostore.Record {
	r, steps := aerostore.NewStepsRecord(len(p.operations))
	if record.Bins == nil {
		record.Bins = as.BinMap{}
	}
	a.bins = record.Bins
	for i, l := range p.siblings {
		if !p.readsAll && !l.isLater && !p.takeBin(a, i, steps) {
			return nil
		}
	}
	r.Key, r.Bins = key, storeBins(record.Bins)
	if p.readsAll {
		p.takeAll(r.Bins, steps)
	}
	r.Generation, r.TTL = record.Generation, aerostore.TTLFromSeconds(record.Expiration)
	return r
}

// hasResult reports whether the operation has a result if every operation has one.
func (p *plan) hasResult(o aerostore.Operation) bool {
	switch o.Kind() {
	case aerostore.OperationTouch:
		return false
	case aerostore.OperationReadHeader:
		return !p.headless
	default:
		return true
	}
}

// takeAll sets the results of operations of which one reads all bins. The server looks at
// no other read then.
func (p *plan) takeAll(bins aerostore.Bins, steps []any) {
	for i, o := range p.operations {
		switch {
		case readsAll(o):
			steps[i] = bins
		case o.Kind() == aerostore.OperationRead:
			steps[i] = bins[o.Bin()]
		}
	}
}

// takeBin takes the results of one bin apart. It is given the index of the first operation
// on the bin.
func (p *plan) takeBin(a answer, first int, steps []any) bool {
	name := p.operations[first].Bin()
	all, returning, last := p.count(first)
	v, found := a.bins[name]
	list, isList := a.list(v, all)
	switch {
	case returning == 0:
		delete(a.bins, name)
		return true
	case !found:
		if returning > 1 {
			a.bins[name] = make(aerostore.OpResults, returning)
		}
		return true
	case isList && (len(list) == all || len(list) == returning && !a.each):
		list = p.takeList(a, first, list, len(list) == all, steps)
	case isList, returning > 1, a.each && all > 1:
		return false
	default:
		steps[last] = p.result(a, last, v)
	}
	switch {
	case returning > 1:
		a.bins[name] = aerostore.OpResults(list)
	case steps[last] == nil:
		delete(a.bins, name)
	default:
		a.bins[name] = steps[last]
	}
	return true
}

// takeList takes the results of a bin apart: those of every operation, or of the
// operations that return something. It returns the results of the latter, in the same list.
func (p *plan) takeList(a answer, first int, list []any, every bool, steps []any) []any {
	next, kept := 0, list[:0]
	for i := first; ; i = int(p.siblings[i].next) {
		switch o := p.operations[i]; {
		case o.Returns():
			steps[i] = p.result(a, i, list[next])
			kept = append(kept, steps[i])
			next++
		case every && p.hasResult(o):
			next++
		}
		if p.siblings[i].next == 0 {
			return kept
		}
	}
}

// result returns what an operation returned. Where a missing bin has no result, nil is a
// value that the client cannot read.
func (p *plan) result(a answer, i int, v any) any {
	if v == nil && !a.each && !p.each && p.operations[i].Kind() == aerostore.OperationRead {
		return aerostore.Unreadable{}
	}
	converted, _ := storeValue(v)
	return converted
}

// count returns the number of operations with a result on the bin of the first, how many of
// them return something, and the index of the last of those.
func (p *plan) count(first int) (all, returning, last int) {
	for i := first; ; i = int(p.siblings[i].next) {
		o := p.operations[i]
		if p.hasResult(o) {
			all++
		}
		if o.Returns() {
			returning, last = returning+1, i
		}
		if p.siblings[i].next == 0 {
			return all, returning, last
		}
	}
}

// list returns the results of a bin with that many operations, false if it has one result.
func (a answer) list(v any, operations int) (list []any, ok bool) {
	switch v := v.(type) {
	case as.OpResults:
		return v, true
	case []any:
		return v, !a.marked && a.each && operations > 1
	default:
		return nil, false
	}
}
