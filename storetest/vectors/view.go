package vectors

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/results"
)

// A view is how the recorded client returns the results of operations on a record: by
// bin, as a list if there are several.
type view struct {
	ops []aerostore.Operation

	// all says that the client returns a nil for each operation without a result. Else
	// it leaves them out, except, in a call that writes, those of reads of a list.
	all    bool
	writes bool
}

func viewOf(ops []aerostore.Operation, all bool) *view {
	return &view{ops: ops, all: all, writes: slices.ContainsFunc(ops, aerostore.Operation.Writes)}
}

// wantsAll reports whether the client wants a result of each operation, for their
// kinds.
func wantsAll(ops []aerostore.Operation) bool {
	return slices.ContainsFunc(ops, func(o aerostore.Operation) bool { return o.Kind() >= aerostore.OperationMap })
}

// compare compares the results of each operation with the recorded bins, and the
// results by bin with what a Store says of them.
func (v *view) compare(want aerostore.Bins, got *aerostore.Record) []difference {
	recorded := make(aerostore.Bins, len(want))
	for name, value := range want {
		several, ok := value.(aerostore.OpResults)
		switch {
		case name == "" && !holdsMore(value): // of operations on no bin
		case ok:
			recorded[name] = []any(several)
		default:
			recorded[name] = value
		}
	}
	differences := compareBins(recorded, v.see(got, false))
	if len(differences) > 0 && v.writes && compareBins(recorded, v.see(got, true)) == nil {
		differences = nil
	}
	return slices.Concat(of("by operation", differences), of("by bin", compareBins(byBin(v.ops, got), got.Bins)))
}

// see returns the bins that the client makes of the results of each operation.
// missing says whether reads of a list that return nothing have a nil.
func (v *view) see(r *aerostore.Record, missing bool) aerostore.Bins {
	results := make(map[string][]any)
	for i, o := range v.ops {
		result := r.Step(i).Value()
		readsList := o.CDT() != nil && o.CDT().Kind.Family() == cdt.OfLists && !o.Writes()
		if result != nil || v.all || missing && readsList {
			results[o.Bin()] = append(results[o.Bin()], result)
		}
	}
	bins := make(aerostore.Bins, len(results))
	for name, values := range results {
		switch {
		case name == "" && !holdsMore(values):
		case len(values) == 1:
			bins[name] = values[0]
		default:
			bins[name] = values
		}
	}
	return bins
}

// holdsMore reports whether the value is more than nil, or several of them.
func holdsMore(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case []any:
		return slices.ContainsFunc(v, holdsMore)
	case aerostore.OpResults:
		return slices.ContainsFunc(v, holdsMore)
	default:
		return true
	}
}

// byBin returns the bins that a Store returns with the results of each operation.
func byBin(ops []aerostore.Operation, r *aerostore.Record) aerostore.Bins {
	steps := make([]any, len(ops))
	for i := range ops {
		steps[i] = r.Step(i).Value()
	}
	return results.ByBin(ops, steps)
}
