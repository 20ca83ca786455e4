package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/aerostore/aerostore"
)

func contextCases() []testCase {
	var cases []testCase
	for _, end := range []struct {
		name string
		ctx  func(parent context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		{"a cancelled context", func(parent context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(parent)
			cancel()
			return ctx, cancel
		}, context.Canceled},
		{"a context past its deadline", func(parent context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadline(parent, time.Now().Add(-time.Second))
		}, context.DeadlineExceeded},
	} {
		cases = append(cases, perOperation(func(o operation) testCase {
			return testCase{
				name: o.name() + " under " + end.name + " fails",
				why:  "an operation under a context that is done sends nothing and returns the error of the context",
				run: func(t *trial) {
					key := t.record()
					ctx, cancel := end.ctx(t.Context())
					defer cancel()
					err := o.do(ctx, t.store, key)
					t.fails(err, end.want)
					t.about(err, o.op, key, aerostore.CodeOK)
					t.unchanged(key, before)
				},
			}
		})...)
	}
	return append(cases, testCase{
		name: "ErrTimeout matches a deadline and no cancellation",
		why:  "one check finds every timeout, of an option or of a context; a cancellation is none",
		run: func(t *trial) {
			key := t.key()
			late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
			defer cancel()
			t.fails(t.store.Put(late, key, before), aerostore.ErrTimeout)
			cancelled, cancel := context.WithCancel(t.Context())
			cancel()
			if err := t.store.Put(cancelled, key, before); errors.Is(err, aerostore.ErrTimeout) {
				t.Errorf("got error %q under a cancelled context, want one that does not match ErrTimeout", err)
			}
		},
	})
}
