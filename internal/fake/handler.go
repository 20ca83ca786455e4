// Package fake has handlers and values for tests.
package fake

import (
	"context"
	"slices"

	"github.com/aerostore/aerostore"
)

// Marker is in Key and Bins, and must be in nothing that is logged or exported.
const Marker = "s3cr3t"

// What the handlers answer.
var (
	Key  = aerostore.NewKey("test", "users", Marker)
	Bins = aerostore.Bins{"name": Marker}
	Node = &aerostore.Node{Name: "BB9", Address: "10.0.0.7", Port: 3010}

	Empty = &aerostore.Record{Key: Key, Bins: aerostore.Bins{}} // a record without bins
	many  = slices.Repeat([]aerostore.BatchResult{{Record: Empty}}, 64)
)

// Answers returns a handler that always returns the same. It completes the result of a
// success.
func Answers(result aerostore.Result, err error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		if err != nil {
			return result, err
		}
		return Completed(result, call), nil
	}
}

// Success returns the result of a call that found records without bins.
func Success(call aerostore.Call) aerostore.Result { return Completed(aerostore.Result{}, call) }

// Completed adds to a result what a success of the call must have.
func Completed(result aerostore.Result, call aerostore.Call) aerostore.Result {
	switch {
	case call.IsBatch() && len(result.Batch()) == 0:
		if n := call.Len(); n <= len(many) {
			return result.WithBatch(many[:n])
		}
		return result.WithBatch(slices.Repeat(many[:1], call.Len()))
	case call.Op == aerostore.OpGet, call.Op == aerostore.OpSelect, call.Op == aerostore.OpOperate:
		if result.Record() == nil {
			return result.WithRecord(Empty)
		}
	}
	return result
}

// Fails returns a handler that returns an error with the code.
func Fails(code aerostore.ResultCode) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(code, nil)
	}
}

// Yields returns a handler that yields n records, until the context ends, and returns
// err.
func Yields(n int, err error) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		for range n {
			if ctx.Err() != nil {
				return aerostore.Result{}, call.NewContextError(ctx.Err())
			}
			if !call.Yield(&aerostore.Record{Key: Key, Bins: Bins}) {
				return aerostore.Result{}, nil
			}
		}
		return aerostore.Result{}, err
	}
}
