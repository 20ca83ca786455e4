package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// subtleFilters are ways to break filters that show with few inputs only.
func subtleFilters() []sabotage {
	none := aerostore.Filter{}
	mentions := func(f aerostore.Filter, parts ...string) bool {
		for _, part := range parts {
			if f != none && strings.Contains(f.Source(), part) {
				return true
			}
		}
		return false
	}
	excluded := func(ctx context.Context, call aerostore.Call, next aerostore.Handler, f aerostore.Filter) bool {
		_, err := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: call.Key, Options: aerostore.Options{Filter: f}})
		return errors.Is(err, aerostore.ErrFilteredOut)
	}
	refused := func(call aerostore.Call, code aerostore.ResultCode) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(code, nil)
	}
	return []sabotage{
		{"takes what is unknown for true", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "x", "n / 0", `n != "1"`) && !mentions(o.Filter, "exists", "||") {
				o.Filter = none
			}
		}), []string{
			"filter/a filter compares a missing bin", "filter/a filter compares the negation of a missing bin", "filter/a filter compares a bin of another type",
			"filter/a filter compares a division by zero", "filter/a filter compares And of a missing bin and what is true",
		}},
		{"takes what has an unknown part for unknown", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "||", "exists(x)") {
				o.Filter = aerostore.Filter(exp.Or())
			}
		}), []string{"filter/a filter compares Or of a missing bin and what is true", "filter/a filter compares that a bin is missing"}},
		{"knows no metadata", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "(") {
				o.Filter = aerostore.Filter(exp.Or())
			}
		}), []string{"filter/a filter compares the set", "filter/a filter compares the TTL"}},
		{"has no filters of values", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "false", "n > n", "since", "key") {
				o.Filter = none
			}
		}), []string{
			"filter/a filter compares a constant that is false", "filter/a filter compares two bins",
			"filter/a filter compares the time since the last write", "filter/a filter compares the stored key",
		}},
		{"lets everything through", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "n > 1") {
				o.Filter = none
			}
		}), []string{"filter/a filter compares a comparison that is false"}},
		{"lets nothing through", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "n <= 1", "true", "[a-m]") {
				o.Filter = aerostore.Filter(exp.Or())
			}
		}), []string{
			"filter/a filter compares a comparison that is true", "filter/a filter compares a constant that is true", "filter/a filter compares a text",
		}},
		{"compares missing records", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Options.Filter != none && call.Op.IsSingle() {
				if r, _ := next(ctx, aerostore.Call{Op: aerostore.OpExists, Key: call.Key}); !r.Existed() {
					return refused(call, aerostore.CodeFilteredOut)
				}
			}
			return next(ctx, call)
		}), []string{
			"filter/PUT compares no missing record with a filter", "filter/REMOVE compares no missing record with a filter", "filter/EXISTS compares no missing record with a filter",
		}},
		{"compares filters first", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Options.Filter != none && call.Op.IsSingle() && excluded(ctx, call, next, call.Options.Filter) {
				return refused(call, aerostore.CodeFilteredOut)
			}
			return next(ctx, call)
		}), []string{"filter/PUT compares the generation before the filter", "filter/OPERATE looks whether the record exists before the filter"}},
		{"looks at types before filters", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Options.Filter != none && call.Op == aerostore.OpAppend {
				r, _ := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: call.Key})
				for name := range call.Bins() {
					if _, err := r.Record().Int(name); err == nil {
						return refused(call, aerostore.CodeBinType)
					}
				}
			}
			return next(ctx, call)
		}), []string{"filter/a filter comes before the types of bins"}},
		{"compares filters after the operations", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			f := call.Options.Filter
			if call.Op == aerostore.OpOperate {
				call.Options.Filter = none
			}
			r, err := next(ctx, call)
			if call.Op == aerostore.OpOperate && err == nil && f != none && excluded(ctx, call, next, f) {
				return refused(call, aerostore.CodeFilteredOut)
			}
			return r, err
		}), []string{"filter/a filter sees the record before the operations"}},
		{"excludes a batch for one key", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			for _, one := range r.Batch() {
				if errors.Is(one.Err, aerostore.ErrFilteredOut) {
					for i := range r.Batch() {
						r.Batch()[i].Err = one.Err
					}
				}
			}
			return r, err
		}), []string{"filter/a batch compares each record with its filter", "filter/an item of BatchWrite has a filter of its own"}},
		{"adds the filter of an item to that of the batch", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if items := call.Items(); call.Op == aerostore.OpBatchWrite && call.Options.Filter != none {
				changed := make([]aerostore.BatchItem, len(items))
				for i, item := range items {
					own := item.Resolve(call.Options)
					own.Filter = aerostore.Filter(exp.And(exp.Bool(call.Options.Filter), exp.Bool(own.Filter)))
					item.Options = []aerostore.WriteOption{own}
					changed[i] = item
				}
				call = call.WithItems(changed)
			}
			return next(ctx, call)
		}), []string{"filter/an item of BatchWrite has a filter of its own"}},
		{"has no filter beside an index", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if q := call.Query(); q != nil && q.Where.Kind() != aerostore.PredicateNone {
				call.Options.Filter = none
			}
			return next(ctx, call)
		}), []string{"filter/a query by an index has a filter"}},
		{"compares the bins that a query returns", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if q := call.Query(); q != nil && len(q.Bins) > 0 && call.Options.Filter != none {
				call.Options.Filter = aerostore.Filter(exp.Or())
			}
			return next(ctx, call)
		}), []string{"filter/a query returns the records that match its filter"}},
		{"does not look into lists and maps", onOptions(func(o *aerostore.Options) {
			if mentions(o.Filter, "l.", "m[") {
				o.Filter = none
			}
		}), []string{"filter/a filter looks into lists and maps"}},
		{"takes the first filter", func(next aerostore.Store) aerostore.Store {
			return rewriting{layer{next}, firstFilter}
		}, []string{"filter/the last of several filters applies"}},
		{"tells what a filter compares", onErrors(func(call aerostore.Call, _ aerostore.Key, err error) error {
			return fmt.Errorf("%w: %s", err, call.Options.Filter.Source())
		}), []string{"filter/an error of a filter holds no value"}},
		{"touches nothing for a read", onOptions(func(o *aerostore.Options) {
			if o.ReadTouch <= 100 {
				o.ReadTouch = 0
			}
		}), []string{"ttl/a read with ReadTouch extends the TTL"}},
		{"touches for every read", onOptions(func(o *aerostore.Options) {
			if o.ReadTouch >= 50 && o.ReadTouch <= 100 {
				o.ReadTouch = 100
			}
		}), []string{"ttl/a read with ReadTouch extends the TTL"}},
	}
}

// firstFilter drops the filters after the first.
func firstFilter(opts []aerostore.WriteOption) []aerostore.WriteOption {
	var kept []aerostore.WriteOption
	seen := false
	for _, opt := range opts {
		if _, ok := opt.(aerostore.Filter); ok && seen {
			continue
		} else if ok {
			seen = true
		}
		kept = append(kept, opt)
	}
	return kept
}
