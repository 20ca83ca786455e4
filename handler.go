package aerostore

import (
	"context"
	"iter"
)

// A Handler performs operations. The methods of a backend call one, and an
// [Interceptor] wraps one. A Handler is also a [Store], as an http.HandlerFunc
// is an http.Handler. Its methods convert their arguments to a [Call], call the
// function and convert the [Result].
//
// A Handler must be safe for concurrent use. It must
//
//   - return an error with [CodeUnsupportedFeature] for an Op that it does not know;
//   - call [Call.Run] for OpCustom;
//   - pass the records of OpQuery to [Call.Yield] before it returns;
//   - unless it returns an error, return a record for OpGet, OpSelect and
//     OpOperate, and a result for each key of a batch.
//
// If a record or a result is missing, the methods return an error, which is in doubt
// if the call writes.
type Handler func(ctx context.Context, call Call) (Result, error)

var _ Store = Handler(nil)

// Put implements [Store].
func (h Handler) Put(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error {
	_, err := h(replaceNil(ctx), Call{Op: OpPut, Key: key, args: hideBins(bins), Options: writeOptions(opts)})
	return err
}

// Get implements [Store].
func (h Handler) Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpGet, Key: key, Options: readOptions(opts)})
	if record := r.Record(); record != nil || err != nil {
		return record, err
	}
	return nil, Call{Op: OpGet, Key: key}.newNoRecordError(someLayer)
}

// Select implements [Store].
func (h Handler) Select(ctx context.Context, key Key, bins []string, opts ...ReadOption) (*Record, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpSelect, Key: key, Options: readOptions(opts)}.WithBinNames(bins))
	if record := r.Record(); record != nil || err != nil {
		return record, err
	}
	return nil, Call{Op: OpSelect, Key: key}.newNoRecordError(someLayer)
}

// Exists implements [Store].
func (h Handler) Exists(ctx context.Context, key Key, opts ...ReadOption) (bool, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpExists, Key: key, Options: readOptions(opts)})
	return r.Existed(), err
}

// Remove implements [Store].
func (h Handler) Remove(ctx context.Context, key Key, opts ...WriteOption) (bool, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpRemove, Key: key, Options: writeOptions(opts)})
	return r.Existed(), err
}

// Touch implements [Store].
func (h Handler) Touch(ctx context.Context, key Key, opts ...WriteOption) error {
	_, err := h(replaceNil(ctx), Call{Op: OpTouch, Key: key, Options: writeOptions(opts)})
	return err
}

// Append implements [Store].
func (h Handler) Append(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error {
	_, err := h(replaceNil(ctx), Call{Op: OpAppend, Key: key, args: hideBins(bins), Options: writeOptions(opts)})
	return err
}

// Prepend implements [Store].
func (h Handler) Prepend(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error {
	_, err := h(replaceNil(ctx), Call{Op: OpPrepend, Key: key, args: hideBins(bins), Options: writeOptions(opts)})
	return err
}

// Increment implements [Store].
func (h Handler) Increment(ctx context.Context, key Key, bins Bins, opts ...WriteOption) error {
	_, err := h(replaceNil(ctx), Call{Op: OpIncrement, Key: key, args: hideBins(bins), Options: writeOptions(opts)})
	return err
}

// Operate implements [Store].
func (h Handler) Operate(ctx context.Context, key Key, ops []Operation, opts ...WriteOption) (*Record, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpOperate, Key: key, Options: writeOptions(opts)}.WithOperations(ops))
	if record := r.Record(); record != nil || err != nil {
		return record, err
	}
	return nil, Call{Op: OpOperate, Key: key}.WithOperations(ops).newNoRecordError(someLayer)
}

// BatchRead implements [Store].
func (h Handler) BatchRead(ctx context.Context, keys []Key, bins []string, opts ...ReadOption) ([]BatchResult, error) {
	results, err := h.batch(ctx, Call{Op: OpBatchRead, Options: readOptions(opts)}.WithKeys(keys).WithBinNames(bins))
	if err == nil {
		failMissingRecords(results)
	}
	return results, err
}

// BatchWrite implements [Store].
func (h Handler) BatchWrite(ctx context.Context, items []BatchItem, opts ...WriteOption) ([]BatchResult, error) {
	results, err := h.batch(ctx, Call{Op: OpBatchWrite, Options: writeOptions(opts)}.WithItems(items))
	if err == nil {
		failMissingReads(items, results)
	}
	return results, err
}

// BatchOperate implements [Store].
func (h Handler) BatchOperate(ctx context.Context, keys []Key, ops []Operation, opts ...WriteOption) ([]BatchResult, error) {
	return h.batch(ctx, Call{Op: OpBatchOperate, Options: writeOptions(opts)}.WithKeys(keys).WithOperations(ops))
}

// BatchRemove implements [Store].
func (h Handler) BatchRemove(ctx context.Context, keys []Key, opts ...WriteOption) ([]BatchResult, error) {
	return h.batch(ctx, Call{Op: OpBatchRemove, Options: writeOptions(opts)}.WithKeys(keys))
}

func (h Handler) batch(ctx context.Context, call Call) ([]BatchResult, error) {
	r, err := h(replaceNil(ctx), call)
	results := r.Batch()
	if err == nil && len(results) != call.Len() {
		err = call.newLengthError(someLayer, len(results))
	}
	return results, err
}

// Query implements [Store]. The handler runs during the iteration, on the caller's
// goroutine. A layer around it covers the whole iteration, including a break or a
// panic in the body of the loop.
func (h Handler) Query(ctx context.Context, q Query) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		done := false
		call := Call{Op: OpQuery, Options: readOptions(q.Options)}.WithQuery(q, func(r *Record) bool {
			done = done || !yield(r, nil)
			return !done
		})
		if _, err := h(replaceNil(ctx), call); err != nil && !done {
			yield(nil, err)
		}
	}
}
