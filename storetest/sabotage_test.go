package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
)

// A sabotage is a way to break a store, with cases that must detect it.
type sabotage struct {
	name   string
	breaks aerostore.Middleware
	seenBy []string
}

func sabotages() []sabotage {
	return slices.Concat(plain(), subtle(), mixed(), ignorant(), lost(), jobs())
}

// plain returns ways to break a store that most inputs show.
func plain() []sabotage {
	return []sabotage{
		{"ignores generations", onOptions(func(o *aerostore.Options) { o.GenerationCheck = aerostore.GenerationIgnored }), []string{
			"generation/PUT with GenerationEqual of another generation fails", "generation/BATCH REMOVE with GenerationEqual of another generation fails",
			"generation/TOUCH with GenerationGreater of the generation fails", "concurrency/compare and set loses no update",
		}},
		{"ignores whether records exist", onOptions(func(o *aerostore.Options) { o.Exists = aerostore.CreateOrUpdate }), []string{
			"exists/PUT with CreateOnly creates only", "exists/OPERATE with UpdateOnly updates only", "exists/BATCH WRITE with Replace replaces",
			"exists/APPEND with Replace or ReplaceOnly fails with ErrParameter", "concurrency/one concurrent PUT with CreateOnly succeeds",
		}},
		{"ignores TTLs", onOptions(func(o *aerostore.Options) { o.TTL = 0 }), []string{
			"options/PUT honours TTL", "options/TOUCH honours TTL", "ttl/an expired record is missing", "ttl/every read returns the TTL",
		}},
		{"keeps TTLs", onOptions(func(o *aerostore.Options) {
			if o.TTL == 0 || o.TTL == aerostore.NamespaceTTL {
				o.TTL = aerostore.KeepTTL
			}
		}), []string{"ttl/PUT without a TTL sets the default TTL"}},
		{"cuts TTLs to whole seconds", onOptions(func(o *aerostore.Options) {
			if o.TTL > 0 {
				o.TTL -= o.TTL % second
			}
		}), []string{"ttl/a part of a second is rounded up"}},
		{"takes a TTL that is over for none", onOptions(func(o *aerostore.Options) {
			if o.TTL < 0 && o.TTL.Seconds() == 0 {
				o.TTL = aerostore.NamespaceTTL
			}
		}), []string{"input/a Put with a TTL of zero is refused", "input/a Put with a TTL of minus one nanosecond is refused", "input/a Put with a TTL until the zero time is refused"}},
		{"lets Options wipe other options", func(next aerostore.Store) aerostore.Store {
			return rewriting{layer{next}, sinceOptions}
		}, []string{"options/Options merge with other options", "options/Options of an item merge with those of the batch"}},
		{"cannot go back to CreateOrUpdate", func(next aerostore.Store) aerostore.Store {
			return rewriting{layer{next}, withoutUpdate}
		}, []string{"options/CreateOrUpdate cancels CreateOnly"}},
		{"sends no keys", onOptions(func(o *aerostore.Options) { o.SendKey = false }), []string{"options/PUT honours SendKey"}},
		{"sends every key", onOptions(func(o *aerostore.Options) { o.SendKey = true }), []string{"options/a query returns no id without SendKey"}},
		{"deletes without a tombstone", onOptions(func(o *aerostore.Options) { o.DurableDelete = false }), []string{
			"options/REMOVE honours DurableDelete", "options/OPERATE honours DurableDelete",
		}},
		{"returns batches in another order", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			slices.Reverse(r.Batch())
			return r, err
		}), []string{"batch read/BatchRead returns one result for each key in order", "batch write/BatchRemove removes the records"}},
		{"fails a batch for one key", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if call.IsBatch() && err == nil {
				err = batchError(r.Batch(), nil)
			}
			return r, err
		}), []string{
			"batch read/BatchRead fails with ErrNotFound for a missing key only", "batch read/BatchRead fails for a key of an unknown namespace only",
			"batch write/BatchOperate fails for one record only",
		}},
		{"removes what is not there", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if call.Op == aerostore.OpRemove {
				r = r.WithExisted(true)
			}
			return r, err
		}), []string{"write/Remove of a missing record reports false", "concurrency/one concurrent Remove reports true"}},
		{"runs custom calls twice", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			if call.Op == aerostore.OpCustom {
				_ = call.Run(ctx)
			}
			return next(ctx, call)
		}), []string{"custom/Do runs the function once"}},
		{"hides what is beneath", func(next aerostore.Store) aerostore.Store { return shut{next} }, []string{
			"custom/Do runs the function once", "custom/Do returns the error of the function",
		}},
		{"has no answer to no keys", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if len(r.Batch()) == 0 {
				r = r.WithBatch(nil)
			}
			return r, err
		}), []string{"batch read/a batch of no keys returns an empty slice"}},
		{"ignores the options of items", onCalls(func(call aerostore.Call) aerostore.Call {
			items := slices.Clone(call.Items())
			for i := range items {
				items[i].Options = nil
			}
			if call.Op == aerostore.OpBatchWrite {
				call = call.WithItems(items)
			}
			return call
		}), []string{"batch write/BatchWrite applies the options of an item to its record only", "batch write/the options of an item override those of BatchWrite"}},
		{"shares its values", sharing(), []string{"copy/Put copies the values that it is given", "copy/values that were read are copies"}},
		{"swallows errors", onErrors(func(aerostore.Call, aerostore.Key, error) error { return nil }), []string{
			"read/Select of a missing record fails with ErrNotFound", "input/a Put of no bins is refused", "input/a query without a namespace is refused", "context/GET under a cancelled context fails",
			"close/QUERY after Close fails with ErrClosed", "batch read/BatchRead fails with ErrNotFound for a missing key only", "custom/Do returns the error of the function",
		}},
		{"says nothing in errors", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error { return vague{err} }), []string{
			"read/Get of a missing record fails with ErrNotFound", "error/PUT in an unknown namespace fails with ErrInvalidNamespace",
		}},
		{"blames another operation", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error {
			e, _ := errors.AsType[*aerostore.Error](err)
			other := *e
			other.Op = aerostore.OpCustom
			return &other
		}), []string{"error/QUERY in an unknown namespace fails with ErrInvalidNamespace", "error/the error of a batch key names its own set"}},
		{"doubts every write", onErrors(func(_ aerostore.Call, _ aerostore.Key, err error) error {
			return &aerostore.Error{InDoubt: true, Err: err}
		}), []string{"generation/PUT with GenerationEqual of another generation fails", "context/PUT under a context past its deadline fails"}},
		{"tells ids", onErrors(func(_ aerostore.Call, key aerostore.Key, err error) error {
			return fmt.Errorf("%w: %v", err, key.ID())
		}), []string{"read/Get of a missing record fails with ErrNotFound", "batch read/BatchRead fails with ErrNotFound for a missing key only", "close/PUT after Close fails with ErrClosed"}},
		{"tells values", onErrors(func(call aerostore.Call, _ aerostore.Key, err error) error {
			return fmt.Errorf("%w: %v", err, call.Bins())
		}), []string{"error/an error of the server holds no value", "error/an error of refused input holds no value"}},
		{"tells what a part is given", onErrors(func(call aerostore.Call, _ aerostore.Key, err error) error {
			for _, op := range call.Operations() {
				err = fmt.Errorf("%w: %s", err, op.Source())
			}
			return err
		}), []string{"error/an error of the server holds no value", "error/an error of an operation on a part of a bin holds no value"}},
		{"ignores contexts", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			return next(context.WithoutCancel(ctx), call)
		}), []string{
			"context/PUT under a cancelled context fails", "context/BATCH READ under a context past its deadline fails",
			"query/a cancelled context stops the query", "query/a context cancelled before the range fails the query", "input/GET without a context is refused",
		}},
		{"ends queries early", around(halting), []string{"query/a scan returns every record once", "query/the loop body can write to the store"}},
		{"finds what is not there", around(inventing), []string{"query/a query of an unknown set returns no records"}},
		{"finds records twice", around(repeating), []string{"query/a scan returns every record once"}},
		{"scans the whole namespace", onQueries(func(q *aerostore.Query) { q.Set = "" }), []string{"query/a scan returns records of its set only"}},
		{"ignores limits", onQueries(func(q *aerostore.Query) { q.MaxRecords = 0 }), []string{"query/MaxRecords limits a query"}},
		{"returns all bins of a query", onQueries(func(q *aerostore.Query) { q.Bins = nil }), []string{"query/a query returns the named bins", "query/a query for no bins returns generation and TTL"}},
		{"has no conditions", onQueries(func(q *aerostore.Query) { q.Where = aerostore.Predicate{} }), []string{
			"index/Equal finds a string", "index/Range finds integers between two ends", "index/a condition without an index fails with IndexNotFound", "index/an index follows changes of its records",
		}},
		{"runs queries too early", func(next aerostore.Store) aerostore.Store { return &eager{layer: layer{next}} }, []string{
			"query/a query runs when the caller ranges over it",
		}},
		{"runs queries once", func(next aerostore.Store) aerostore.Store { return &once{layer: layer{next}} }, []string{
			"query/a query runs again for each range",
		}},
		{"selects all bins", onCalls(func(call aerostore.Call) aerostore.Call {
			switch call.Op {
			case aerostore.OpSelect:
				call.Op = aerostore.OpGet
			case aerostore.OpBatchRead:
				call = call.WithBinNames(nil)
			}
			return call
		}), []string{"read/Select returns the named bins", "read/Select of no bins returns generation and TTL", "batch read/BatchRead returns the named bins", "batch read/BatchRead returns generation and TTL for no bins"}},
		{"applies steps backwards", onCalls(func(call aerostore.Call) aerostore.Call {
			ops := slices.Clone(call.Operations())
			slices.Reverse(ops)
			if call.Op == aerostore.OpOperate || call.Op == aerostore.OpBatchOperate {
				call = call.WithOperations(ops)
			}
			return call
		}), []string{"operate/Operate applies steps in order", "operate/Operate reads all bins before writing"}},
		{"applies steps one by one", around(stepwise), []string{
			"operate/Operate applies all steps or none", "operate/Operate applies all steps or none to a missing record", "operate/Operate reads the bins as they are at each step",
		}},
		{"applies bins one by one", around(binwise), []string{
			"read/Get returns the key, bins, generation and TTL", "concurrency/a concurrent read sees all of a write by Put or nothing",
		}},
		{"returns results as lists", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if results, ok := v.(aerostore.OpResults); ok {
					r.Bins[name] = []any(results)
				}
			}
		}), []string{"operate/Operate returns several results of one bin as OpResults", "batch write/BatchOperate applies the operations to each record"}},
		{"returns lists as results", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if list, ok := v.([]any); ok {
					r.Bins[name] = aerostore.OpResults(list)
				}
			}
		}), []string{"operate/Operate reads a list", "value/a list is read back as written"}},
		{"returns integers as int64", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if n, ok := v.(int); ok {
					r.Bins[name] = int64(n)
				}
			}
		}), []string{"value/an int is read back as written", "value/a uint64 is read back as written", "modify/Increment wraps at the largest integer"}},
		{"returns values that were not stored", onRecords(func(r *aerostore.Record) {
			clear(r.Bins)
			r.Bins["v"], r.Generation, r.TTL = 1.0, math.MaxUint32, 1
		}), []string{"value/negative zero is read back as written", "generation/every read returns the generation", "ttl/a new record gets the default TTL of its namespace"}},
		{"races", func(next aerostore.Store) aerostore.Store { return racing{layer{next}} }, []string{
			"concurrency/concurrent increments add up", "concurrency/concurrent appends keep every piece", "concurrency/one concurrent PUT with CreateOnly succeeds",
			"concurrency/one concurrent Remove reports true",
		}},
		{"makes no indexes", func(next aerostore.Store) aerostore.Store { return indexing{layer{next}, nil} }, []string{
			"index/CreateIndex of a taken name fails with IndexFound", "index/CreateIndex refuses an incomplete definition", "index/CreateIndex and DropIndex under a cancelled context fail",
		}},
		{"fails to make indexes", func(next aerostore.Store) aerostore.Store { return indexing{layer{next}, errBroken} }, []string{
			"index/CreateIndex accepts an index that exists", "index/DropIndex drops an index", "index/a condition with an index of another type fails with IndexNotFound",
		}},
		{"is always well", func(next aerostore.Store) aerostore.Store { return pinging{layer{next}, nil} }, []string{
			"ping/Ping under a cancelled context fails", "ping/Ping without a context is refused", "ping/Ping after Close fails with ErrClosed",
		}},
		{"is never well", func(next aerostore.Store) aerostore.Store { return pinging{layer{next}, errBroken} }, []string{
			"ping/Ping of a working store succeeds",
		}},
		{"does not close", func(next aerostore.Store) aerostore.Store {
			return closing{layer{next}, func() error { return nil }}
		}, []string{"close/PUT after Close fails with ErrClosed", "close/QUERY after Close fails with ErrClosed", "close/Do after Close fails with ErrClosed"}},
		{"does not close twice", func(next aerostore.Store) aerostore.Store {
			closed := false
			return closing{layer{next}, func() error {
				if closed {
					return errBroken
				}
				closed = true
				return next.(interface{ Close() error }).Close()
			}}
		}, []string{"close/a second Close succeeds"}},
	}
}
