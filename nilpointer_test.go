package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/object"
	"github.com/aerostore/aerostore/otelmw"
)

// A pointer has the methods of what it points to, so it is a selector, step or flag too.
func TestNilPointersAreRefusedOrIgnored(t *testing.T) {
	t.Parallel()
	s, key := memory.NewT(t), aerostore.NewKey("test", "users", 1)
	l, m := aerostore.ListBin("l"), aerostore.MapBin("m")
	for name, op := range map[string]aerostore.Operation{
		"selector of a list":    l.Get((*cdt.Many)(nil)),
		"selector of a map":     m.Get((*cdt.OneKey)(nil)),
		"selector to remove by": m.Remove((*cdt.Keyed)(nil)),
		"step":                  l.In((*cdt.OneIndex)(nil)).Append(1),
		"step that creates":     m.In((*cdt.Creation)(nil)).Put("a", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Operate(t.Context(), key, []aerostore.Operation{op})
			if !errors.Is(err, aerostore.ErrInvalid) {
				t.Errorf("the operation gave %v", err)
			}
		})
	}
	if got, want := m.Get(cdt.Key("a"), (*cdt.MapGive)(nil)), m.Get(cdt.Key("a")); !got.Equal(want) {
		t.Errorf("a nil pointer to what to return changed the operation")
	}
	if got, want := l.With(nilPointer(cdt.NoFail)).Append(1), l.Append(1); !got.Equal(want) {
		t.Errorf("a nil pointer to a flag changed the operation")
	}
}

// A filter that an application keeps as a pointer is nil where there is none.
func TestOptionsThatAreNilPointersAreIgnored(t *testing.T) {
	t.Parallel()
	s, key := memory.NewT(t), aerostore.NewKey("test", "users", 1)
	var filter *aerostore.Filter
	if err := s.Put(t.Context(), key, aerostore.Bins{"n": 1}, filter, (*aerostore.TTL)(nil)); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), key, filter); err != nil {
		t.Error(err)
	}
	items := []aerostore.BatchItem{{Key: key, Bins: aerostore.Bins{"n": 1}, Options: []aerostore.WriteOption{filter}}}
	if results, err := s.BatchWrite(t.Context(), items); err != nil || aerostore.BatchErrors(results) != nil {
		t.Error(results, err)
	}
	q := aerostore.Query{Namespace: "test", Set: "users", Options: []aerostore.ReadOption{filter}}
	if _, err := aerostore.Execute(t.Context(), s, q, []aerostore.Operation{aerostore.AddBin("n", 1)}, (*aerostore.OnProgress)(nil)); err != nil {
		t.Error(err)
	}
}

// A pointer that is nil is no nil error once it is an error. As a mistake of the program it has
// a text, and matches nothing.
func TestErrorsThatAreNilPointersMatchNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		(*aerostore.Error)(nil), (*aerostore.BinError)(nil), (*aerostore.StepError)(nil), (*object.FieldError)(nil),
		(*middleware.PanicError)(nil), (*middleware.RejectedError)(nil), (*middleware.TimeoutError)(nil),
	} {
		for _, target := range []error{aerostore.ErrNotFound, aerostore.ErrInvalid, aerostore.CodeOK, context.DeadlineExceeded, middleware.ErrRateLimited} {
			if errors.Is(err, target) {
				t.Errorf("%T matches %v", err, target)
			}
		}
		if want := fmt.Sprintf("<nil %T>", err); err.Error() != want {
			t.Errorf("%T: %q, want %q", err, err.Error(), want)
		}
		if m, ok := err.(interface{ SafeMessage() string }); ok && m.SafeMessage() != err.Error() {
			t.Errorf("%T: %q", err, m.SafeMessage())
		}
		if code := aerostore.CodeOf(err); code != aerostore.CodeOK || aerostore.InDoubt(err) || aerostore.IsNoRecord(err) || middleware.IsClusterFailure(err) {
			t.Errorf("%T has the code %v, or is in doubt", err, code)
		}
		results := []aerostore.BatchResult{{Err: err}}
		if text := aerostore.BatchErrors(results).Error(); !strings.Contains(text, "1 of 1 keys failed") {
			t.Errorf("%T in a batch: %q", err, text)
		}
	}
}

func TestZeroErrorsHaveATextAndMatchNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&aerostore.Error{}, &aerostore.BinError{}, &aerostore.StepError{}, &object.FieldError{},
		&middleware.PanicError{}, &middleware.RejectedError{}, &middleware.TimeoutError{},
	} {
		if err.Error() == "" || errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%T: %q", err, err.Error())
		}
		if m, ok := err.(interface{ SafeMessage() string }); ok && m.SafeMessage() != err.Error() {
			t.Errorf("%T: %q", err, m.SafeMessage())
		}
	}
}

// A function that returns a nil *Error as an error has failed, as for any caller in Go.
func TestAFunctionThatReturnsANilPointerHasFailed(t *testing.T) {
	t.Parallel()
	layers := []aerostore.Middleware{
		middleware.Log(slog.New(slog.DiscardHandler), middleware.LogOptions{}), middleware.Timeout(time.Minute, middleware.TimeoutOptions{}),
		middleware.Coalesce(middleware.CoalesceOptions{}), middleware.CircuitBreaker(middleware.BreakerOptions{}),
		middleware.Retry(middleware.RetryOptions{}), middleware.Hedge(middleware.HedgeOptions{}),
		middleware.ConcurrencyLimit(4, middleware.ConcurrencyOptions{}), middleware.RateLimit(1e6, middleware.RateOptions{}),
		middleware.Fault(&fault.Injector{}), otelmw.Tracing(), otelmw.Metrics(),
	}
	s := aerostore.Chain(memory.NewT(t), layers...)
	for _, writes := range []bool{false, true} {
		err := aerostore.Do(t.Context(), s, aerostore.Custom{Name: "UDF", Writes: writes}, func(context.Context) error {
			var failed *aerostore.Error
			return failed
		})
		if err == nil || aerostore.InDoubt(err) != writes || !strings.Contains(err.Error(), "UDF: <nil *aerostore.Error>") {
			t.Errorf("%v, in doubt: %t", err, aerostore.InDoubt(err))
		}
	}
	inner := aerostore.Intercept(func(aerostore.Handler) aerostore.Handler {
		return func(context.Context, aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, (*aerostore.Error)(nil)
		}
	})
	s = aerostore.Chain(memory.NewT(t), append(layers, inner)...)
	key := aerostore.NewKey("test", "users", 1)
	if err := s.Put(t.Context(), key, aerostore.Bins{"n": 1}); err == nil {
		t.Error("a write of a layer that returns a nil pointer succeeded")
	}
	if _, err := s.Get(t.Context(), key); err == nil {
		t.Error("a read of a layer that returns a nil pointer succeeded")
	}
	if _, err := s.BatchRead(t.Context(), []aerostore.Key{key}, nil); err == nil {
		t.Error("a batch of a layer that returns a nil pointer succeeded")
	}
}

func nilPointer[T any](T) *T { return nil }
