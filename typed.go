package aerostore

import (
	"context"
	"fmt"
)

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

// typedQuery is not part of typedHandler because a return within a range over a function
// makes named results escape. That would cost every operation an allocation.
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
