package middleware_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// jobs answers jobs with errors in turn.
type jobs struct {
	*memory.Store
	script []error
	runs   int
}

func (j *jobs) Unwrap() aerostore.Store { return j.Store }

func (j *jobs) Execute(ctx context.Context, job aerostore.Job) (aerostore.Progress, error) {
	if j.runs++; j.runs <= len(j.script) {
		return aerostore.Progress{}, j.script[j.runs-1]
	}
	return j.Store.Execute(ctx, job)
}

func TestRetryRepeatsAJobOnlyIfItDidNotStart(t *testing.T) {
	t.Parallel()
	q := aerostore.Query{Namespace: "test", Set: "users"}
	failed := func(inDoubt bool) error {
		err := aerostore.Job{Query: q}.NewError(aerostore.CodeTimeout, nil)
		err.InDoubt = inDoubt
		return err
	}
	for name, tt := range map[string]struct {
		first error
		runs  int
	}{
		"not started": {failed(false), 2},
		"started":     {failed(true), 1},
		"unknown":     {errors.New("of another backend"), 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &jobs{Store: memory.NewT(t), script: []error{tt.first}}
			s := aerostore.Chain(j, middleware.Retry(middleware.RetryOptions{}))
			_, err := aerostore.Execute(t.Context(), s, q, []aerostore.Operation{aerostore.DeleteRecord()})
			if j.runs != tt.runs || (err == nil) != (tt.runs == 2) {
				t.Errorf("%s: %d runs, want %d; error %v", name, j.runs, tt.runs, err)
			}
		})
	}
}

func TestReadOnlyStopsJobsAndTruncations(t *testing.T) {
	t.Parallel()
	j := &jobs{Store: memory.NewT(t)}
	s := aerostore.Chain(j, middleware.ReadOnly(middleware.ReadOnlyOptions{}))
	_, err := aerostore.Execute(t.Context(), s, aerostore.Query{Namespace: "test"}, []aerostore.Operation{aerostore.DeleteRecord()})
	if err == nil || j.runs != 0 {
		t.Errorf("a job ran with error %v", err)
	}
}
