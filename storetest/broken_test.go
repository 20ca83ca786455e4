package storetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/aerostore/aerostore"
)

// onCalls changes the calls to a store.
func onCalls(change func(aerostore.Call) aerostore.Call) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		return next(ctx, change(call))
	})
}

// onOptions changes the options of a call.
func onOptions(change func(*aerostore.Options)) aerostore.Middleware {
	return onCalls(func(call aerostore.Call) aerostore.Call {
		change(&call.Options)
		return call
	})
}

// onAnswers changes the answers of a store.
func onAnswers(change func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error)) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		r, err := next(ctx, call)
		return change(call, r, err)
	})
}

// onErrors changes the errors of calls and of batch keys.
func onErrors(change func(call aerostore.Call, key aerostore.Key, err error) error) aerostore.Middleware {
	return onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
		if err != nil {
			err = change(call, call.Key, err)
		}
		for i, b := range r.Batch() {
			if b.Err != nil {
				r.Batch()[i].Err = change(call, b.Key, b.Err)
			}
		}
		return r, err
	})
}

// onRecords changes the records that any operation reads.
func onRecords(change func(*aerostore.Record)) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		if q := call.Query(); q != nil {
			outer := call
			call = call.WithQuery(*q, func(r *aerostore.Record) bool {
				change(r)
				return outer.Yield(r)
			})
		}
		r, err := next(ctx, call)
		if r.Record() != nil {
			change(r.Record())
		}
		for _, b := range r.Batch() {
			if b.Record != nil {
				change(b.Record)
			}
		}
		return r, err
	})
}

// onQueries changes the queries.
func onQueries(change func(*aerostore.Query)) aerostore.Middleware {
	return onCalls(func(call aerostore.Call) aerostore.Call {
		if q := call.Query(); q != nil {
			changed := *q
			change(&changed)
			call = call.WithQuery(changed, call.Yield)
		}
		return call
	})
}

func around(do func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error)) aerostore.Middleware {
	return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) { return do(ctx, call, next) }
	})
}

// layer is a decorator of Store, for defects that an interceptor cannot have.
type layer struct {
	aerostore.Store
}

func (l layer) Unwrap() aerostore.Store { return l.Store }

// shut is a decorator without Unwrap.
type shut struct {
	aerostore.Store
}

// sharing keeps the bins of Put and returns them without a copy.
func sharing() aerostore.Middleware {
	var kept sync.Map
	return onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
		switch {
		case err != nil:
		case call.Op == aerostore.OpPut:
			kept.Store(call.Key, call.Bins())
		case call.Op == aerostore.OpGet:
			if bins, ok := kept.Load(call.Key); ok {
				r.Record().Bins = bins.(aerostore.Bins)
			}
		}
		return r, err
	})
}

// halting returns the first two records of a query.
func halting(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if q := call.Query(); q != nil {
		outer, n := call, 0
		call = call.WithQuery(*q, func(r *aerostore.Record) bool {
			n++
			return outer.Yield(r) && n < 2
		})
	}
	return next(ctx, call)
}

// inventing starts a query with a record that does not exist.
func inventing(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if q := call.Query(); q != nil && !call.Yield(&aerostore.Record{Key: aerostore.NewKey(q.Namespace, q.Set, 1)}) {
		return aerostore.Result{}, nil
	}
	return next(ctx, call)
}

// repeating returns each record of a query twice.
func repeating(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if q := call.Query(); q != nil {
		outer := call
		call = call.WithQuery(*q, func(r *aerostore.Record) bool {
			more := outer.Yield(r)
			return more && outer.Yield(r)
		})
	}
	return next(ctx, call)
}

// stepwise applies the operations of an Operate one by one.
func stepwise(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if call.Op != aerostore.OpOperate {
		return next(ctx, call)
	}
	var last aerostore.Result
	for _, op := range call.Operations() {
		r, err := next(ctx, call.WithOperations([]aerostore.Operation{op}))
		if err != nil {
			return r, err
		}
		last = r
	}
	return last, nil
}

// binwise writes the bins of a Put one by one.
func binwise(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if call.Op != aerostore.OpPut || len(call.Bins()) == 0 {
		return next(ctx, call)
	}
	for name, value := range call.Bins() {
		if r, err := next(ctx, call.WithBins(aerostore.Bins{name: value})); err != nil {
			return r, err
		}
	}
	return aerostore.Result{}, nil
}

// backwards runs a batch from its last key to its first, which a store may do. The
// results are in the order of the keys.
func backwards(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if !call.IsBatch() {
		return next(ctx, call)
	}
	keys, items := slices.Clone(call.Keys()), slices.Clone(call.Items())
	slices.Reverse(keys)
	slices.Reverse(items)
	if call.Op == aerostore.OpBatchWrite {
		call = call.WithItems(items)
	} else {
		call = call.WithKeys(keys)
	}
	r, err := next(ctx, call)
	slices.Reverse(r.Batch())
	return r, err
}

// racing is a store whose Increment and Append are a read and a write.
type racing struct{ layer }

func (s racing) Increment(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error {
	return s.change(ctx, key, bins, opts, func(was, by any) any {
		n, _ := was.(int)
		d, _ := by.(int)
		return n + d
	})
}

func (s racing) Append(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error {
	return s.change(ctx, key, bins, opts, func(was, by any) any {
		text, _ := was.(string)
		tail, _ := by.(string)
		return text + tail
	})
}

func (s racing) change(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts []aerostore.WriteOption, sum func(was, by any) any) error {
	changed := aerostore.Bins{}
	r, _ := s.Get(ctx, key)
	for name, by := range bins {
		var was any
		if r != nil {
			was = r.Bins[name]
		}
		changed[name] = sum(was, by)
	}
	return s.Put(ctx, key, changed, opts...)
}

func (s racing) Put(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error {
	if existed, _ := s.Exists(ctx, key); slices.Contains(opts, aerostore.WriteOption(aerostore.CreateOnly)) && !existed {
		opts = nil
	}
	return s.Store.Put(ctx, key, bins, opts...)
}

func (s racing) Remove(ctx context.Context, key aerostore.Key, opts ...aerostore.WriteOption) (bool, error) {
	existed, _ := s.Exists(ctx, key)
	_, err := s.Store.Remove(ctx, key, opts...)
	return existed, err
}

// rewriting changes the options of Put, BatchWrite and its items.
type rewriting struct {
	layer
	rewrite func(opts []aerostore.WriteOption) []aerostore.WriteOption
}

func (s rewriting) Put(ctx context.Context, key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) error {
	return s.Store.Put(ctx, key, bins, s.rewrite(opts)...)
}

func (s rewriting) BatchWrite(ctx context.Context, items []aerostore.BatchItem, opts ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
	items = slices.Clone(items)
	for i := range items {
		items[i].Options = s.rewrite(slices.Concat(opts, items[i].Options))
	}
	return s.Store.BatchWrite(ctx, items)
}

// sinceOptions drops the options before an Options.
func sinceOptions(opts []aerostore.WriteOption) []aerostore.WriteOption {
	for i, o := range slices.Backward(opts) {
		if _, ok := o.(aerostore.Options); ok {
			return opts[i:]
		}
	}
	return opts
}

func withoutUpdate(opts []aerostore.WriteOption) []aerostore.WriteOption {
	return slices.DeleteFunc(slices.Clone(opts), func(o aerostore.WriteOption) bool {
		return o == aerostore.WriteOption(aerostore.CreateOrUpdate)
	})
}

// eager runs a query before the caller ranges over it.
type eager struct{ layer }

func (e *eager) Query(ctx context.Context, q aerostore.Query) iter.Seq2[*aerostore.Record, error] {
	type row struct {
		r   *aerostore.Record
		err error
	}
	var rows []row
	for r, err := range e.Store.Query(ctx, q) {
		rows = append(rows, row{r, err})
	}
	return func(yield func(*aerostore.Record, error) bool) {
		for _, row := range rows {
			if !yield(row.r, row.err) {
				return
			}
		}
	}
}

// once returns records for the first range over a query only.
type once struct{ layer }

func (o *once) Query(ctx context.Context, q aerostore.Query) iter.Seq2[*aerostore.Record, error] {
	used := false
	return func(yield func(*aerostore.Record, error) bool) {
		if !used {
			used = true
			o.Store.Query(ctx, q)(yield)
		}
	}
}

// indexing is an Indexer that creates no indexes.
type indexing struct {
	layer
	err error
}

func (i indexing) CreateIndex(context.Context, aerostore.Index) error { return i.err }
func (i indexing) DropIndex(context.Context, aerostore.Index) error   { return i.err }

// pinging is a Pinger that does not ping.
type pinging struct {
	layer
	err error
}

func (p pinging) Ping(context.Context) error { return p.err }

// closing is a store with another Close.
type closing struct {
	layer
	close func() error
}

func (c closing) Close() error { return c.close() }

// vague is an error that matches another but is no *Error.
type vague struct{ error }

func (v vague) Error() string        { return "something went wrong" }
func (v vague) Is(target error) bool { return errors.Is(v.error, target) }

var errBroken = errors.New("broken")
