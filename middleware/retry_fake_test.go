package middleware_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// A script is a handler that returns its errors in turn, and then nil. It keeps the
// calls with their times.
type script struct {
	errs []error

	mu    sync.Mutex
	calls []aerostore.Call
	at    []time.Time
}

func (s *script) handle(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.calls)
	s.calls, s.at = append(s.calls, call), append(s.at, time.Now())
	if n < len(s.errs) {
		return aerostore.Result{}, s.errs[n]
	}
	if call.IsBatch() {
		return aerostore.Result{}.WithBatch(make([]aerostore.BatchResult, call.Len())), nil
	}
	return fake.Success(call), nil
}

// retried returns a store that fails with errs in turn, under a Retry.
func retried(errs []error, opts middleware.RetryOptions) (aerostore.Store, *script) {
	s := &script{errs: errs}
	return aerostore.Chain(aerostore.Handler(s.handle), middleware.Retry(opts)), s
}

func (s *script) want(t *testing.T, attempts int) {
	t.Helper()
	if got := len(s.calls); got != attempts {
		t.Errorf("%d attempts, want %d", got, attempts)
	}
}

func busy(call aerostore.Call) error { return call.NewError(aerostore.CodeKeyBusy, nil) }

// repeated returns an error n times.
func repeated(n int, err error) []error { return slices.Repeat([]error{err}, n) }

// uncertain returns the error of a call that may have been applied.
func uncertain(call aerostore.Call, code aerostore.ResultCode) error {
	err := call.NewError(code, nil)
	err.InDoubt = true
	return err
}
