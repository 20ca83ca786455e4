package middleware_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// informs answers info commands with a timeout at first.
type informs struct {
	*memory.Store
	runs int
}

func (i *informs) Unwrap() aerostore.Store { return i.Store }

func (i *informs) Info(ctx context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	if i.runs++; i.runs == 1 {
		failed := r.NewError(aerostore.CodeTimeout, nil)
		failed.InDoubt = r.Writes()
		return []aerostore.NodeInfo{{Node: &aerostore.Node{Name: "A"}, Err: failed}}, nil
	}
	return i.Store.Info(ctx, r)
}

func TestRetryRepeatsOnlyInfoThatReads(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]int{"namespaces": 2, "quiesce:": 1} {
		synctest.Test(t, func(t *testing.T) {
			i := &informs{Store: memory.NewT(t)}
			nodes, err := aerostore.Info(t.Context(), aerostore.Chain(i, middleware.Retry(middleware.RetryOptions{})), command)
			if i.runs != want || (err == nil) != (want == 2) || len(nodes) != 1 || err != nil && !aerostore.InDoubt(err) {
				t.Errorf("%s: %d runs, want %d; %v, error %v", command, i.runs, want, nodes, err)
			}
		})
	}
}

func TestReadOnlyStopsInfoThatWrites(t *testing.T) {
	t.Parallel()
	s := aerostore.Chain(memory.NewT(t), middleware.ReadOnly(middleware.ReadOnlyOptions{}))
	if nodes, err := aerostore.Info(t.Context(), s, "build"); err != nil || len(nodes) != 1 {
		t.Errorf("a read: %v, %v", nodes, err)
	}
	if nodes, err := aerostore.Info(t.Context(), s, "set-config:context=service"); !errors.Is(err, middleware.ErrReadOnly) || nodes != nil {
		t.Errorf("a write: %v, %v", nodes, err)
	}
}

// Timeout cannot end a function that ignores its context. It waits for it, since the
// function may set variables of the caller.
func TestATimeoutWaitsForAFunctionThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	own := errors.New("error of the function")
	for name, failure := range map[string]error{"succeeds": nil, "fails": own} {
		synctest.Test(t, func(t *testing.T) {
			s := aerostore.Chain(memory.NewT(t), middleware.Timeout(2*time.Second, middleware.TimeoutOptions{}))
			start, value := time.Now(), 0
			err := aerostore.Do(t.Context(), s, aerostore.Custom{Name: "UDF"}, func(context.Context) error {
				time.Sleep(time.Minute)
				value = 1
				return failure
			})
			if took := time.Since(start); took != time.Minute || value != 1 {
				t.Errorf("%s: Do returned after %v, with value %d", name, took, value)
			}
			if !errors.Is(err, failure) || limitReached(err) != 0 {
				t.Errorf("%s: the error is %v", name, err)
			}
			start = time.Now()
			err = aerostore.Do(t.Context(), s, aerostore.Custom{Name: "UDF"}, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			if took := time.Since(start); took != 2*time.Second || limitReached(err) != 2*time.Second {
				t.Errorf("a function that heeds its context: %v after %v", err, took)
			}
		})
	}
}
