package aerostore

import (
	"context"
	"fmt"
	"iter"
)

// A Handler performs operations. Backends are made of one, and an [Interceptor] wraps
// one. A Handler is also a [Store], in the way that an http.HandlerFunc is an
// http.Handler: its methods convert their arguments to a [Call], call the function
// and convert the [Result].
//
// A Handler must be safe for concurrent use. It must
//
//   - return an error with [CodeUnsupportedFeature] for an Op that it does not know;
//   - call [Call.Run] for OpCustom;
//   - pass the records of OpQuery to [Call.Yield] before it returns;
//   - return an error, or else a record for OpGet, OpSelect and OpOperate, and a
//     result for each key of a batch.
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
	r, err := h(replaceNil(ctx), Call{Op: OpBatchRead, Options: readOptions(opts)}.WithKeys(keys).WithBinNames(bins))
	results := r.Batch()
	if err == nil && len(results) != len(keys) {
		err = Call{Op: OpBatchRead}.WithKeys(keys).newLengthError(someLayer, len(results))
	}
	if err == nil {
		failMissingRecords(results)
	}
	return results, err
}

// BatchWrite implements [Store].
func (h Handler) BatchWrite(ctx context.Context, items []BatchItem, opts ...WriteOption) ([]BatchResult, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpBatchWrite, Options: writeOptions(opts)}.WithItems(items))
	results := r.Batch()
	if err == nil && len(results) != len(items) {
		err = Call{Op: OpBatchWrite}.WithItems(items).newLengthError(someLayer, len(results))
	}
	return results, err
}

// BatchOperate implements [Store].
func (h Handler) BatchOperate(ctx context.Context, keys []Key, ops []Operation, opts ...WriteOption) ([]BatchResult, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpBatchOperate, Options: writeOptions(opts)}.WithKeys(keys).WithOperations(ops))
	results := r.Batch()
	if err == nil && len(results) != len(keys) {
		err = Call{Op: OpBatchOperate}.WithKeys(keys).WithOperations(ops).newLengthError(someLayer, len(results))
	}
	return results, err
}

// BatchRemove implements [Store].
func (h Handler) BatchRemove(ctx context.Context, keys []Key, opts ...WriteOption) ([]BatchResult, error) {
	r, err := h(replaceNil(ctx), Call{Op: OpBatchRemove, Options: writeOptions(opts)}.WithKeys(keys))
	results := r.Batch()
	if err == nil && len(results) != len(keys) {
		err = Call{Op: OpBatchRemove}.WithKeys(keys).newLengthError(someLayer, len(results))
	}
	return results, err
}

// Query implements [Store]. The handler runs during the iteration, on the caller's
// goroutine. What a layer does around it covers the whole iteration, including a
// break or a panic in the body of the loop.
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

// A Backend is a Store that is made of a [Handler]. [Intercept] calls the handler
// instead of the methods of Store, so that operations are not converted twice and
// layers see the Attempts and Node of its [Result]. A Store need not be a Backend.
type Backend interface {
	Store

	// HandlerFor returns the backend's handler if s is the backend itself, and nil
	// otherwise. A struct that embeds the backend and overrides Get is not the
	// backend itself: its Get would be bypassed.
	HandlerFor(s Store) Handler
}

// handlerOf returns a handler that performs the store's operations.
func handlerOf(s Store) Handler {
	if h := ownHandler(s); h != nil {
		return h
	}
	return typedHandler(s)
}

// ownHandler returns the handler that s is made of, or nil if there is none.
func ownHandler(s Store) Handler {
	switch s := s.(type) {
	case Handler:
		return s
	case *chained:
		return s.Handler
	case Backend:
		return s.HandlerFor(s)
	default:
		return nil
	}
}

// typedHandler performs calls by the methods of a store that is no Backend, such as a
// mock. It passes options one by one, in the order of the fields of Options.
func typedHandler(s Store) Handler {
	return func(ctx context.Context, c Call) (Result, error) {
		switch c.Op {
		case OpPut:
			return Result{}, s.Put(ctx, c.Key, c.Bins(), c.Options.forWrite()...)
		case OpGet:
			record, err := s.Get(ctx, c.Key, c.Options.forRead()...)
			return c.typedRecord(s, record, err)
		case OpSelect:
			record, err := s.Select(ctx, c.Key, c.BinNames(), c.Options.forRead()...)
			return c.typedRecord(s, record, err)
		case OpExists:
			return existedResult(s.Exists(ctx, c.Key, c.Options.forRead()...))
		case OpRemove:
			return existedResult(s.Remove(ctx, c.Key, c.Options.forWrite()...))
		case OpTouch:
			return Result{}, s.Touch(ctx, c.Key, c.Options.forWrite()...)
		case OpAppend:
			return Result{}, s.Append(ctx, c.Key, c.Bins(), c.Options.forWrite()...)
		case OpPrepend:
			return Result{}, s.Prepend(ctx, c.Key, c.Bins(), c.Options.forWrite()...)
		case OpIncrement:
			return Result{}, s.Increment(ctx, c.Key, c.Bins(), c.Options.forWrite()...)
		case OpOperate:
			record, err := s.Operate(ctx, c.Key, c.Operations(), c.Options.forWrite()...)
			return c.typedRecord(s, record, err)
		case OpBatchRead:
			results, err := s.BatchRead(ctx, c.Keys(), c.BinNames(), c.Options.forRead()...)
			return c.typedBatch(s, results, err)
		case OpBatchWrite:
			results, err := s.BatchWrite(ctx, c.Items(), c.Options.forWrite()...)
			return c.typedBatch(s, results, err)
		case OpBatchOperate:
			results, err := s.BatchOperate(ctx, c.Keys(), c.Operations(), c.Options.forWrite()...)
			return c.typedBatch(s, results, err)
		case OpBatchRemove:
			results, err := s.BatchRemove(ctx, c.Keys(), c.Options.forWrite()...)
			return c.typedBatch(s, results, err)
		case OpQuery:
			return Result{}, typedQuery(ctx, s, c)
		case OpCustom:
			return customHandler(s)(ctx, c)
		default:
			return Result{}, c.NewError(CodeUnsupportedFeature, nil)
		}
	}
}

func existedResult(existed bool, err error) (Result, error) {
	return Result{}.WithExisted(existed), err
}

// typedRecord returns the result of a method of s that returns a record.
func (c *Call) typedRecord(s Store, record *Record, err error) (Result, error) {
	if record == nil && err == nil {
		err = c.newNoRecordError(fmt.Sprintf("%T", s))
	}
	return Result{}.WithRecord(record), err
}

// typedBatch returns the result of a batch method of s.
func (c *Call) typedBatch(s Store, results []BatchResult, err error) (Result, error) {
	if err == nil && len(results) != c.Len() {
		err = c.newLengthError(fmt.Sprintf("%T", s), len(results))
	}
	return Result{}.WithBatch(results), err
}

// typedQuery is not part of typedHandler because a return within a range over a
// function makes named results escape, which would cost every operation an allocation.
func typedQuery(ctx context.Context, s Store, c Call) error {
	q := c.Query()
	if q == nil {
		return c.Validate()
	}
	typed := *q
	typed.Options = c.Options.forRead()
	records := s.Query(ctx, typed)
	if records == nil {
		return c.newAnswerError("%T returned a nil iterator: QUERY must return one, empty or not", s)
	}
	for r, err := range records {
		if err != nil {
			return err
		}
		if !c.Yield(r) {
			break
		}
	}
	return nil
}
