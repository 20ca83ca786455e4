// Package results arranges what the operations of Operate returned.
package results

import (
	"maps"

	"github.com/aerostore/aerostore"
)

// ByBin returns what each operation returned, in their order and nil for nothing, by bin.
// A bin has the result of the only operation that can return something, and is absent if
// that is nothing. It has OpResults of all that can, if there are several.
//
// The operations must not include one that reads all bins.
func ByBin(ops []aerostore.Operation, steps []any) aerostore.Bins {
	if len(ops) == 1 && steps[0] != nil { // the common case, without looking up the bin
		return aerostore.Bins{ops[0].Bin(): steps[0]}
	}
	bins := aerostore.Bins{}
	nothing := false
	for i, op := range ops {
		if !op.Returns() {
			continue
		}
		name, result := op.Bin(), steps[i]
		before, several := bins[name]
		results, collected := before.(aerostore.OpResults)
		switch {
		case collected:
			bins[name] = append(results, result)
		case several:
			bins[name] = aerostore.OpResults{before, result}
		default:
			bins[name] = result
			nothing = nothing || result == nil
		}
	}
	if nothing {
		maps.DeleteFunc(bins, func(_ string, v any) bool { return v == nil })
	}
	return bins
}
