package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
)

// A sabotage is a way to break a store, with cases that must see it.
type sabotage struct {
	name   string
	breaks aerostore.Middleware
	seenBy []string
}

func sabotages() []sabotage {
	return slices.Concat(plain(), subtle(), ignorant())
}

// plain are ways to break a store that show at once.
func plain() []sabotage {
	return []sabotage{
		{"ignores generations", onOptions(func(o *aerostore.Options) { o.GenerationCheck = aerostore.GenerationIgnored }), []string{
			"generation/PUT with another generation", "generation/BATCH REMOVE with another generation",
			"generation/TOUCH with a generation that is not greater", "concurrency/compare and set loses no update",
		}},
		{"ignores whether records exist", onOptions(func(o *aerostore.Options) { o.Exists = aerostore.Update }), []string{
			"exists/PUT that creates only", "exists/OPERATE that updates only", "exists/BATCH WRITE that replaces",
			"exists/APPEND that replaces", "concurrency/PUT that creates only has one winner",
		}},
		{"ignores TTLs", onOptions(func(o *aerostore.Options) { o.TTL = 0 }), []string{
			"options/PUT honours TTL", "options/TOUCH honours TTL", "ttl/a record expires", "ttl/every way of reading",
		}},
		{"keeps TTLs", onOptions(func(o *aerostore.Options) {
			if o.TTL == 0 || o.TTL == aerostore.NamespaceTTL {
				o.TTL = aerostore.KeepTTL
			}
		}), []string{"ttl/the namespace's default by PUT"}},
		{"cuts TTLs to whole seconds", onOptions(func(o *aerostore.Options) {
			if o.TTL > 0 {
				o.TTL -= o.TTL % second
			}
		}), []string{"ttl/a part of a second"}},
		{"takes a TTL that is over for none", onOptions(func(o *aerostore.Options) {
			if o.TTL < 0 && o.TTL.Seconds() == 0 {
				o.TTL = aerostore.NamespaceTTL
			}
		}), []string{"input/a TTL of zero", "input/a TTL that is over by a nanosecond", "input/a TTL until the zero time"}},
		{"lets Options wipe other options", func(next aerostore.Store) aerostore.Store {
			return rewriting{layer{next}, sinceOptions}
		}, []string{"options/Options as an option", "options/Options of an item"}},
		{"cannot go back to Update", func(next aerostore.Store) aerostore.Store {
			return rewriting{layer{next}, withoutUpdate}
		}, []string{"options/Update takes back"}},
		{"sends no keys", onOptions(func(o *aerostore.Options) { o.SendKey = false }), []string{"options/PUT honours SendKey"}},
		{"sends every key", onOptions(func(o *aerostore.Options) { o.SendKey = true }), []string{"options/a key that was not sent"}},
		{"deletes without a tombstone", onOptions(func(o *aerostore.Options) { o.DurableDelete = false }), []string{
			"options/REMOVE honours DurableDelete", "options/OPERATE honours DurableDelete",
		}},
		{"returns batches in another order", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			slices.Reverse(r.Batch())
			return r, err
		}), []string{"batch read/one result for each key in order", "batch write/BatchRemove"}},
		{"fails a batch for one key", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if call.IsBatch() && err == nil {
				err = batchError(r.Batch(), nil)
			}
			return r, err
		}), []string{
			"batch read/keys without a record", "batch read/one key of a namespace that does not exist",
			"batch write/BatchOperate that fails for one key",
		}},
		{"removes what is not there", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if call.Op == aerostore.OpRemove {
				r = r.WithExisted(true)
			}
			return r, err
		}), []string{"write/Remove without a record", "concurrency/Remove has one winner"}},
		{"runs custom calls twice", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Op == aerostore.OpCustom {
				_ = call.Run(ctx)
			}
			return next(ctx, call)
		}), []string{"custom/is run"}},
		{"hides what is beneath", func(next aerostore.Store) aerostore.Store { return shut{next} }, []string{
			"custom/is run", "custom/has its error passed on",
		}},
		{"has no answer to no keys", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if len(r.Batch()) == 0 {
				r = r.WithBatch(nil)
			}
			return r, err
		}), []string{"batch read/no keys"}},
		{"ignores the options of items", onCalls(func(call aerostore.Call) aerostore.Call {
			items := slices.Clone(call.Items())
			for i := range items {
				items[i].Options = nil
			}
			if call.Op == aerostore.OpBatchWrite {
				call = call.WithItems(items)
			}
			return call
		}), []string{"batch write/BatchWrite with options of an item", "batch write/BatchWrite with options of an item over those of the call"}},
		{"shares its values", sharing(), []string{"copy/values given to Put", "copy/values that were read"}},
		{"swallows errors", onErrors(func(aerostore.Call, aerostore.Key, error) error { return nil }), []string{
			"read/Select without a record", "input/no bins", "input/a query without a namespace", "context/GET under a context that was cancelled",
			"close/QUERY after Close", "batch read/keys without a record", "custom/has its error passed on",
		}},
		{"says nothing in errors", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error { return vague{err} }), []string{
			"read/Get without a record", "error/PUT in a namespace that does not exist",
		}},
		{"blames another operation", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error {
			e, _ := errors.AsType[*aerostore.Error](err)
			other := *e
			other.Op = aerostore.OpCustom
			return &other
		}), []string{"error/QUERY in a namespace that does not exist", "error/an answer about one key of a batch"}},
		{"doubts every write", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error {
			return &aerostore.Error{InDoubt: true, Err: err}
		}), []string{"generation/PUT with another generation", "context/PUT under a context whose deadline has passed"}},
		{"tells ids", onErrors(func(_ aerostore.Call, key aerostore.Key, err error) error {
			return fmt.Errorf("%w: %v", err, key.ID())
		}), []string{"read/Get without a record", "batch read/keys without a record", "close/PUT after Close"}},
		{"tells values", onErrors(func(call aerostore.Call, _ aerostore.Key, err error) error {
			return fmt.Errorf("%w: %v", err, call.Bins())
		}), []string{"error/values that the server refuses", "error/values that are refused before anything is sent"}},
		{"ignores contexts", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			return next(context.WithoutCancel(ctx), call)
		}), []string{
			"context/PUT under a context that was cancelled", "context/BATCH READ under a context whose deadline has passed",
			"query/a context that is cancelled meanwhile", "query/a context that is cancelled before the range", "input/GET without a context",
		}},
		{"ends queries early", around(halting), []string{"query/a scan returns every record once", "query/the loop body uses the store"}},
		{"finds what is not there", around(inventing), []string{"query/a set without records"}},
		{"finds records twice", around(repeating), []string{"query/a scan returns every record once"}},
		{"scans the whole namespace", onQueries(func(q *aerostore.Query) { q.Set = "" }), []string{"query/a scan keeps to its set"}},
		{"ignores limits", onQueries(func(q *aerostore.Query) { q.MaxRecords = 0 }), []string{"query/a limit"}},
		{"returns all bins of a query", onQueries(func(q *aerostore.Query) { q.Bins = nil }), []string{"query/the bins named", "query/no bins"}},
		{"has no conditions", onQueries(func(q *aerostore.Query) { q.Where = aerostore.Predicate{} }), []string{
			"index/Equal on a string", "index/Range", "index/a condition without an index", "index/an index follows its records",
		}},
		{"runs queries too early", func(next aerostore.Store) aerostore.Store { return &eager{layer: layer{next}} }, []string{
			"query/nothing happens until the caller ranges",
		}},
		{"runs queries once", func(next aerostore.Store) aerostore.Store { return &once{layer: layer{next}} }, []string{
			"query/a query can be ranged over again",
		}},
		{"selects all bins", onCalls(func(call aerostore.Call) aerostore.Call {
			switch call.Op {
			case aerostore.OpSelect:
				call.Op = aerostore.OpGet
			case aerostore.OpBatchRead:
				call = call.WithBinNames(nil)
			}
			return call
		}), []string{"read/Select returns the bins named", "read/Select of no bins", "batch read/the bins named", "batch read/no bins"}},
		{"applies steps backwards", onCalls(func(call aerostore.Call) aerostore.Call {
			ops := slices.Clone(call.Operations())
			slices.Reverse(ops)
			if call.Op == aerostore.OpOperate || call.Op == aerostore.OpBatchOperate {
				call = call.WithOperations(ops)
			}
			return call
		}), []string{"operate/applies steps in order", "operate/reads all bins before writing"}},
		{"applies steps one by one", around(stepwise), []string{
			"operate/is all or nothing", "operate/is all or nothing without a record", "operate/reads in between",
		}},
		{"applies bins one by one", around(binwise), []string{
			"read/Get returns all that is known of a record", "concurrency/a write by Put is seen as a whole",
		}},
		{"returns results as lists", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if results, ok := v.(aerostore.OpResults); ok {
					r.Bins[name] = []any(results)
				}
			}
		}), []string{"operate/several results for one bin", "batch write/BatchOperate does the same to each"}},
		{"returns lists as results", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if list, ok := v.([]any); ok {
					r.Bins[name] = aerostore.OpResults(list)
				}
			}
		}), []string{"operate/reads a list", "value/list"}},
		{"returns integers as int64", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if n, ok := v.(int); ok {
					r.Bins[name] = int64(n)
				}
			}
		}), []string{"value/int", "value/uint64", "modify/Increment the largest integer"}},
		{"returns what nobody stored", onRecords(func(r *aerostore.Record) {
			clear(r.Bins)
			r.Bins["v"], r.Generation, r.TTL = 1.0, math.MaxUint32, 1
		}), []string{"value/negative zero", "generation/every way of reading", "ttl/the namespace's default"}},
		{"races", func(next aerostore.Store) aerostore.Store { return racing{layer{next}} }, []string{
			"concurrency/increments add up", "concurrency/appends keep every piece", "concurrency/PUT that creates only has one winner",
			"concurrency/Remove has one winner",
		}},
		{"makes no indexes", func(next aerostore.Store) aerostore.Store { return indexing{layer{next}, nil} }, []string{
			"index/a name is taken", "index/a definition that makes no sense", "index/a context that is done",
		}},
		{"fails to make indexes", func(next aerostore.Store) aerostore.Store { return indexing{layer{next}, errBroken} }, []string{
			"index/an index is made twice", "index/an index is dropped", "index/a condition with an index of another type",
		}},
		{"is always well", func(next aerostore.Store) aerostore.Store { return pinging{layer{next}, nil} }, []string{
			"ping/a context that is done", "ping/a nil context", "ping/after Close",
		}},
		{"is never well", func(next aerostore.Store) aerostore.Store { return pinging{layer{next}, errBroken} }, []string{
			"ping/a store that works",
		}},
		{"does not close", func(next aerostore.Store) aerostore.Store {
			return closing{layer{next}, func() error { return nil }}
		}, []string{"close/PUT after Close", "close/QUERY after Close", "close/a custom call after Close"}},
		{"does not close twice", func(next aerostore.Store) aerostore.Store {
			closed := false
			return closing{layer{next}, func() error {
				if closed {
					return errBroken
				}
				closed = true
				return next.(interface{ Close() error }).Close()
			}}
		}, []string{"close/twice"}},
	}
}
