package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

type limitError struct{ limit time.Duration }

func (e *limitError) Error() string { return fmt.Sprintf("more than %v", e.limit) }

func TestTheErrorOfAContextMatchesItsCause(t *testing.T) {
	shutdown := errors.New("the service shuts down")
	late := &limitError{time.Second}
	get := aerostore.Call{Op: aerostore.OpGet, Key: aerostore.NewKey("test", "users", 1)}
	for name, c := range map[string]struct {
		end        func(context.Context) context.Context
		want       []error
		text, safe string
	}{
		"canceled": {
			func(ctx context.Context) context.Context {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				return ctx
			},
			[]error{context.Canceled},
			"context canceled", "context canceled",
		},
		"canceled with a cause": {
			func(ctx context.Context) context.Context {
				ctx, cancel := context.WithCancelCause(ctx)
				cancel(shutdown)
				return ctx
			},
			[]error{context.Canceled, shutdown},
			"context canceled: the service shuts down", "context canceled: *errors.errorString",
		},
		"a deadline with a cause": {
			func(ctx context.Context) context.Context {
				ctx, cancel := context.WithTimeoutCause(ctx, 0, late)
				t.Cleanup(cancel)
				return ctx
			},
			[]error{context.DeadlineExceeded, aerostore.ErrTimeout, late},
			"context deadline exceeded: more than 1s", "context deadline exceeded: *aerostore_test.limitError",
		},
		"a cause that wraps the deadline": {
			func(ctx context.Context) context.Context {
				ctx, cancel := context.WithTimeoutCause(ctx, 0, fmt.Errorf("the page: %w", context.DeadlineExceeded))
				t.Cleanup(cancel)
				return ctx
			},
			[]error{context.DeadlineExceeded, aerostore.ErrTimeout},
			"the page: context deadline exceeded", "context deadline exceeded",
		},
	} {
		ctx := c.end(t.Context())
		err := get.Check(ctx)
		for _, want := range append(c.want, context.Cause(ctx)) {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v does not match %v", name, err, want)
			}
		}
		e, ok := err.(*aerostore.Error)
		if !ok || e.Error() != "aerostore: GET test.users: "+c.text || e.SafeMessage() != "aerostore: GET test.users: "+c.safe {
			t.Errorf("%s: the text is %q, and %q is safe", name, e, e.SafeMessage())
		}
		if err := (aerostore.Index{Namespace: "test", Name: "i"}).CheckDrop(ctx); !errors.Is(err, context.Cause(ctx)) {
			t.Errorf("%s: an index gives %v", name, err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 0, late)
	defer cancel()
	if found, ok := errors.AsType[*limitError](get.Check(ctx)); !ok || found != late {
		t.Errorf("errors.As finds %v", found)
	}
	if err := aerostore.ContextError(t.Context()); err != nil {
		t.Errorf("a context that is not done gives %v", err)
	}
}

// As in a group that cancels all others when the first one failed.
func TestTheCauseOfAContextIsNotTheOutcomeOfTheCanceledOperation(t *testing.T) {
	failed := aerostore.Call{Op: aerostore.OpPut}.NewError(aerostore.CodeGeneration, fmt.Errorf("%w, %w", context.DeadlineExceeded, aerostore.ErrClosed))
	failed.InDoubt = true
	cause := fmt.Errorf("group: %w", failed)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err := aerostore.Call{Op: aerostore.OpPut}.Check(ctx)
	if !errors.Is(err, cause) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v matches neither the context's error nor the cause", err)
	}
	for _, not := range []error{aerostore.ErrGeneration, aerostore.ErrTimeout, context.DeadlineExceeded, aerostore.ErrClosed} {
		if errors.Is(err, not) {
			t.Errorf("%v matches %v", err, not)
		}
	}
	if aerostore.InDoubt(err) || aerostore.CodeOf(err) != aerostore.CodeOK {
		t.Errorf("%v: in doubt %t, code %v", err, aerostore.InDoubt(err), aerostore.CodeOf(err))
	}
}

// oddContext has an error that cannot be compared.
type oddContext struct{ context.Context }

type listError []string

func (e listError) Error() string { return fmt.Sprint([]string(e)) }

func (oddContext) Err() error { return listError{"gone"} }

func TestAContextErrorThatCannotBeComparedIsReturned(t *testing.T) {
	err := aerostore.Call{Op: aerostore.OpGet}.Check(oddContext{t.Context()})
	var list listError
	if !errors.As(err, &list) {
		t.Errorf("it became %v", err)
	}
}
