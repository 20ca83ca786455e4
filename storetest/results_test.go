package storetest

import (
	"context"
	"slices"
	"sync"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// subtleResults are ways to break what the operations of a call return and leave.
func subtleResults() []sabotage {
	return []sabotage{
		{"forgets the result of each operation", onRecords(func(r *aerostore.Record) { r.SetSteps(nil) }), []string{
			"result/each operation has a result", "result/ReadAll has all bins as its result", "list/Get by rank", "hll/Add counts values",
			"result/the results of a batch are those of each record",
		}},
		{"has results of operations on data types only", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			onSteps(r, func(steps []any) []any {
				for i, o := range call.Operations() {
					if o.CDT() == nil && i < len(steps) {
						steps[i] = nil
					}
				}
				return steps
			})
			return r, err
		}), []string{"result/each operation has a result", "result/ReadAll has all bins as its result"}},
		{"leaves out operations that return nothing", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			onSteps(r, func(steps []any) []any {
				return slices.DeleteFunc(steps, func(v any) bool { return v == nil })
			})
			return r, err
		}), []string{"result/each operation has a result", "list/Sort sorts once", "map/Remove removes by key"}},
		{"drops nothings from the results by bin", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				results, several := v.(aerostore.OpResults)
				if !several {
					continue
				}
				results = slices.DeleteFunc(slices.Clone(results), func(v any) bool { return v == nil })
				switch len(results) {
				case 0:
					delete(r.Bins, name)
				case 1:
					r.Bins[name] = results[0]
				default:
					r.Bins[name] = results
				}
			}
		}), []string{
			"result/a bin has the results of several operations, and nil for nothing", "result/a bin has several results if none returned something",
			"result/a read of a new bin has a result among others", "map/Get by key",
		}},
		{"has a result by bin for each write", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if r.Record() != nil && call.Op == aerostore.OpOperate {
				for i, o := range call.Operations() {
					if v, ok := r.Record().Bins[o.Bin()]; ok && o.CDT() != nil && !o.CDT().Returns() && i > 0 {
						r.Record().Bins[o.Bin()] = aerostore.OpResults{v, nil}
					}
				}
			}
			return r, err
		}), []string{"result/a bin has the result of the one operation that can return something"}},
		{"shares the results of reads", sharingResults(), []string{"result/a result that was read is a copy"}},
		{"leaves half of a failed call", around(half), []string{
			"result/an operation that fails undoes those before it", "result/an operation that fails leaves no record behind",
			"result/an operation that fails keeps orders as they were", "map/Add refuses a key of the map", "path/In fails without an element",
		}},
		{"ignores flags", onCDT(func(op *cdt.Op) { op.Flags = 0 }), []string{
			"list/Append with AddUnique refuses a value of the list", "list/Append with AddUnique, NoFail and Partial adds the new values",
			"list/Insert with InsertBounded refuses an index beyond the end", "list/Sort sorts descending",
			"map/Put with CreateOnly refuses a key of the map", "map/Put with UpdateOnly refuses a new key",
			"bit/Set with NoFail in a missing bin does nothing", "bit/Set with Partial is cut at the end",
			"hll/Init with CreateOnly refuses a bin that exists", "hll/SetUnion of fewer index bits needs AllowFold",
		}},
		{"never fails with NoFail", onCDT(func(op *cdt.Op) {
			if op.Flags != 0 && op.Kind != cdt.ListSort {
				op.Flags |= uint8(cdt.NoFail)
			}
		}), []string{"list/Append with AddUnique refuses a value of the list", "map/Put with UpdateOnly refuses a new key"}},
		{"adds all or nothing with Partial", onCDT(func(op *cdt.Op) { op.Flags &^= uint8(cdt.Partial) }), []string{
			"list/Append with AddUnique, NoFail and Partial adds the new values", "map/PutAll with CreateOnly, NoFail and Partial adds the new keys",
			"bit/Set with Partial is cut at the end",
		}},
		{"counts reverse ranks from the least", onCDT(swapping(uint8(cdt.ReverseRankOf), uint8(cdt.RankOf))), []string{
			"list/Get of indexes and ranks", "map/Get of indexes and ranks",
		}},
		{"counts reverse indexes from the first", onCDT(swapping(uint8(cdt.ReverseIndexOf), uint8(cdt.IndexOf))), []string{
			"list/Get of indexes and ranks", "map/Get of indexes and ranks",
		}},
		{"returns keys for pairs", onCDT(swapping(uint8(cdt.Pairs), uint8(cdt.KeyOf))), []string{"map/Get of keys, pairs and maps"}},
		{"returns maps in no order", onCDT(swapping(uint8(cdt.AsOrderedMap), uint8(cdt.AsMap))), []string{"map/Get of keys, pairs and maps"}},
		{"does not invert", onCDT(func(op *cdt.Op) {
			if op.Select != nil && op.Select.Inverted() {
				op.Select = op.Select.Invert()
			}
		}), []string{"list/Get of what a selector does not select", "list/Remove counts what it removed", "map/Remove keeps the named keys"}},
		{"takes ranks for indexes", onCDT(func(op *cdt.Op) {
			if s := op.Select; s != nil && s.Kind() == cdt.ByRank {
				op.Select = cdt.Index(s.At()).Selector()
			}
		}), []string{"list/Get by rank", "map/Get by rank", "list/Remove returns what it removed"}},
		{"takes an end for a part of an interval", onCDT(func(op *cdt.Op) {
			if s := op.Select; s != nil && s.Kind() == cdt.ByValueInterval {
				if to, ok := s.To(); ok {
					if n, isInt := to.(int); isInt {
						op.Select = cdt.Between(s.Value(), n+1).Selector()
					}
				}
			}
		}), []string{"list/Get between values", "map/Get between values"}},
		{"keeps no lists or maps in order", onCDT(func(op *cdt.Op) { op.Order = cdt.Unordered }), []string{
			"list/Append to an ordered list puts values in their places", "list/Append creates an ordered list", "list/SetOrder sorts a list and keeps it sorted",
			"map/Put creates a map in key order", "map/SetOrder sorts a map by key",
		}},
		{"ignores paths", onCDT(func(op *cdt.Op) { op.Path = nil }), []string{
			"path/In leads to a list in a map", "path/In fails without an element", "path/In creates maps and the record",
		}},
		{"creates nothing on a path", onCDT(func(op *cdt.Op) {
			path := slices.Clone(op.Path)
			for i, step := range path {
				switch s := step.Selector(); {
				case step.Creation() == 0:
				case step.OfMap():
					path[i] = cdt.Key(s.Value())
				default:
					path[i] = cdt.Index(s.At())
				}
			}
			op.Path = path
		}), []string{"path/In creates a list", "path/In creates maps and the record", "path/In creates an element of a list", "path/In fills a list up to an element"}},
		{"wraps at every overflow", onCDT(func(op *cdt.Op) {
			if op.Kind == cdt.BitAdd {
				op.Action = uint8(cdt.OverflowWraps)
			}
		}), []string{"bit/Add that overflows fails", "bit/Add saturates or wraps"}},
		{"knows no signs of integers in bits", onCDT(func(op *cdt.Op) { op.Signed = false }), []string{"bit/SetInt and GetInt keep integers"}},
		{"counts with other registers", onCDT(func(op *cdt.Op) {
			if op.Kind == cdt.HLLAdd && op.Index == 8 {
				op.Index = 9
			}
		}), []string{"hll/Add counts values", "hll/unions and intersections are counted"}},
	}
}

// onCDT changes operations on lists, maps, bits and HyperLogLogs.
func onCDT(change func(op *cdt.Op)) aerostore.Middleware {
	return onCalls(func(call aerostore.Call) aerostore.Call {
		ops := slices.Clone(call.Operations())
		changed := false
		for i, o := range ops {
			if o.CDT() != nil && o.CDT().Kind != 0 {
				op := *o.CDT()
				change(&op)
				ops[i], changed = aerostore.OperationOf(o.Bin(), op), true
			}
		}
		if changed {
			call = call.WithOperations(ops)
		}
		return call
	})
}

func swapping(from, to uint8) func(op *cdt.Op) {
	return func(op *cdt.Op) {
		if op.Select != nil && op.Give == from {
			op.Give = to
		}
	}
}

// onSteps changes the results of the operations of each record.
func onSteps(r aerostore.Result, change func(steps []any) []any) {
	records := []*aerostore.Record{r.Record()}
	for _, b := range r.Batch() {
		records = append(records, b.Record)
	}
	for _, record := range records {
		if record == nil {
			continue
		}
		var steps []any
		for i := range 16 {
			steps = append(steps, record.Step(i).Value())
		}
		record.SetSteps(change(steps))
	}
}

// sharingResults returns the same record for the same reads of a record again.
func sharingResults() aerostore.Middleware {
	var kept sync.Map
	return onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
		if call.Op != aerostore.OpOperate || err != nil || slices.ContainsFunc(call.Operations(), aerostore.Operation.Writes) {
			return r, err
		}
		if record, ok := kept.LoadOrStore(call.Key, r.Record()); ok {
			r = r.WithRecord(record.(*aerostore.Record))
		}
		return r, nil
	})
}

// half applies the operations of a call that fails up to the one that fails.
func half(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	r, err := next(ctx, call)
	if err != nil && call.Op == aerostore.OpOperate {
		for _, op := range call.Operations() {
			if _, err := next(ctx, call.WithOperations([]aerostore.Operation{op})); err != nil {
				break
			}
		}
	}
	return r, err
}
