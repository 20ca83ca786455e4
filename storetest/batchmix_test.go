package storetest

import (
	"context"
	"slices"

	"github.com/aerostore/aerostore"
)

// mixed returns ways to break a store that only batches of several kinds show.
func mixed() []sabotage {
	return []sabotage{
		{"removes nothing in a batch of several kinds", onItems(func(items []aerostore.BatchItem, i int) {
			if items[i].Remove && len(items) > 1 {
				items[i].Remove, items[i].Operations = false, []aerostore.Operation{aerostore.ReadHeader()}
			}
		}), []string{"batch mix/BatchWrite does what each item says", "batch mix/an item that fails leaves the others", "batch mix/many items of each kind"}},
		{"removes nothing in a batch of one", onItems(func(items []aerostore.BatchItem, i int) {
			if items[i].Remove && len(items) == 1 {
				items[i].Remove, items[i].Operations = false, []aerostore.Operation{aerostore.ReadHeader()}
			}
		}), []string{"batch mix/BatchWrite of one item does what it says"}},
		{"returns nothing from items", onItemAnswers(func(_ *aerostore.BatchItem, r *aerostore.BatchResult) { r.Record = nil }), []string{
			"batch mix/BatchWrite does what each item says", "batch mix/BatchWrite of one item does what it says", "batch mix/BatchWrite of items that only read reads",
		}},
		{"returns records from items that have none", onItemAnswers(func(_ *aerostore.BatchItem, r *aerostore.BatchResult) {
			if r.Record == nil && r.Err == nil {
				r.Record = &aerostore.Record{Key: r.Key, Bins: aerostore.Bins{}}
			}
		}), []string{"batch mix/BatchWrite does what each item says", "batch mix/many items of each kind"}},
		{"creates the records that items read", onItems(func(items []aerostore.BatchItem, i int) {
			item := &items[i]
			if !item.Writes() {
				item.Operations = append(slices.Clone(item.Operations), aerostore.WriteBin("read", true))
			}
		}), []string{"batch mix/BatchWrite of items that only read reads", "batch mix/an item that fails leaves the others"}},
		{"removes what is not there in a batch", onItemAnswers(func(item *aerostore.BatchItem, r *aerostore.BatchResult) {
			if item.Remove && aerostore.CodeOf(r.Err) == aerostore.CodeNotFound {
				r.Err = nil
			}
		}), []string{"batch mix/an item that fails leaves the others", "batch mix/BatchWrite of one item does what it says"}},
		{"ends a batch at the first item that fails", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Op != aerostore.OpBatchWrite {
				return next(ctx, call)
			}
			var results []aerostore.BatchResult
			for i := range call.Items() {
				r, err := next(ctx, call.WithItems(call.Items()[i:i+1]))
				if err != nil {
					return r, err
				}
				if results = append(results, r.Batch()...); results[i].Err != nil {
					break
				}
			}
			for i := len(results); i < call.Len(); i++ {
				results = append(results, aerostore.BatchResult{Key: call.KeyAt(i)})
			}
			return aerostore.Result{}.WithBatch(results), nil
		}), []string{"batch mix/an item that fails leaves the others", "batch mix/an item of an unknown namespace leaves the others"}},
		{"lets the options of a batch win", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			items := slices.Clone(call.Items())
			for i := range items {
				items[i].Options = append(slices.Clone(items[i].Options), call.Options)
			}
			if call.Op == aerostore.OpBatchWrite {
				call = call.WithItems(items)
			}
			return next(ctx, call)
		}), []string{"batch mix/the options of BatchWrite apply to every item that writes", "batch mix/each item has its own TTL"}},
		{"applies one item for a key", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			seen := map[aerostore.Key]bool{}
			items := slices.Clone(call.Items())
			for i := range items {
				if seen[items[i].Key] {
					items[i] = aerostore.BatchItem{Key: items[i].Key, Operations: []aerostore.Operation{aerostore.ReadAll()}}
				}
				seen[items[i].Key] = true
			}
			if call.Op == aerostore.OpBatchWrite {
				call = call.WithItems(items)
			}
			return next(ctx, call)
		}), []string{"batch mix/BatchWrite applies every item of one key"}},
		{"reads all bins with items that write", onItems(func(items []aerostore.BatchItem, i int) {
			item := &items[i]
			if item.Writes() {
				item.Operations = slices.DeleteFunc(slices.Clone(item.Operations), func(o aerostore.Operation) bool { return o.Kind() == aerostore.OperationReadAll })
			}
		}), []string{"batch mix/ReadAll with operations that write fails for its item"}},
		{"returns the results of items backwards", onItemAnswers(func(_ *aerostore.BatchItem, r *aerostore.BatchResult) {
			if r.Record != nil {
				var steps []any
				for i := range 4 {
					steps = append(steps, r.Record.Step(i).Value())
				}
				slices.Reverse(steps)
				r.Record.SetSteps(steps)
			}
		}), []string{"batch mix/an item has a result for each operation", "batch mix/many items of each kind"}},
		{"takes the first of what an item says", onItems(func(items []aerostore.BatchItem, i int) {
			item := &items[i]
			switch {
			case item.Bins != nil:
				item.Operations, item.Remove = nil, false
			case item.Operations != nil:
				item.Remove = false
			}
		}), []string{
			"batch mix/an item with bins and operations is refused", "batch mix/an item with bins and a removal is refused",
			"batch mix/an item with operations and a removal is refused",
		}},
		{"removes where an item says nothing", onItems(func(items []aerostore.BatchItem, i int) {
			item := &items[i]
			if item.Bins == nil && len(item.Operations) == 0 || item.Operations != nil && item.Operations[0].Kind() == 0 {
				item.Operations, item.Remove = nil, true
			}
		}), []string{
			"batch mix/an item with nothing is refused", "batch mix/an item with no operations is refused", "batch mix/an item with an empty operation is refused",
		}},
		{"cuts the generations of items", onItems(func(items []aerostore.BatchItem, i int) {
			item := &items[i]
			if o := item.Resolve(aerostore.Options{}); o.Generation > 1<<16-1 {
				item.Options = nil
			}
		}), []string{"batch mix/an item with a removal with a generation that is too high is refused"}},
	}
}

// onItemAnswers changes the results of BatchWrite.
func onItemAnswers(change func(item *aerostore.BatchItem, r *aerostore.BatchResult)) aerostore.Middleware {
	return onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
		if call.Op == aerostore.OpBatchWrite && err == nil {
			for i := range r.Batch() {
				change(&call.Items()[i], &r.Batch()[i])
			}
		}
		return r, err
	})
}
