package aerostore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aerostore/aerostore"
)

// rows is a backend whose query gives n records and then fails with err.
func rows(n int, err error, started, ended *int) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		*started++
		defer func() { *ended++ }()
		for range n {
			if !call.Yield(&aerostore.Record{Key: ada}) {
				return aerostore.Result{}, nil
			}
		}
		return aerostore.Result{}, err
	}
}

func TestTheHandlerOfAQueryRunsWhileTheCallerRanges(t *testing.T) {
	for name, tc := range map[string]struct {
		rows      int
		err       error
		stopAfter int // break after so many, 0: range to the end
		wantRows  int
		wantErr   error
	}{
		"to the end":           {rows: 3, wantRows: 3},
		"no records":           {},
		"a break":              {rows: 3, stopAfter: 2, wantRows: 2},
		"an error first":       {err: errScripted, wantErr: errScripted},
		"an error mid-stream":  {rows: 2, err: errScripted, wantRows: 2, wantErr: errScripted},
		"a break at the error": {rows: 2, err: errScripted, stopAfter: 2, wantRows: 2},
	} {
		for shape, wrap := range map[string]func(aerostore.Store) aerostore.Store{
			"over a handler":           func(s aerostore.Store) aerostore.Store { return s },
			"through a typed store":    func(s aerostore.Store) aerostore.Store { return decorated{s} },
			"through a layer in front": func(s aerostore.Store) aerostore.Store { return aerostore.Chain(decorated{s}, passOn) },
		} {
			t.Run(name+"/"+shape, func(t *testing.T) {
				started, ended := 0, 0
				var seen aerostore.Call
				store := aerostore.Chain(wrap(rows(tc.rows, tc.err, &started, &ended)), keep(&seen))
				query := store.Query(t.Context(), aerostore.Query{Namespace: "test", Set: "users"})
				if started != 0 {
					t.Fatal("the query began before anybody ranged over it")
				}
				got, gotErr := 0, error(nil)
				for r, err := range query {
					if gotErr = err; err != nil {
						if r != nil {
							t.Errorf("record %v beside an error", r)
						}
						continue
					}
					if started != 1 || ended != 0 {
						t.Fatalf("in the loop the handler has started %d times and ended %d times", started, ended)
					}
					if got++; got == tc.stopAfter {
						break
					}
				}
				if got != tc.wantRows || !errors.Is(gotErr, tc.wantErr) {
					t.Errorf("%d records and %v, want %d and %v", got, gotErr, tc.wantRows, tc.wantErr)
				}
				if ended != 1 {
					t.Errorf("the handler ended %d times", ended)
				}
				if seen.Rows() != tc.wantRows {
					t.Errorf("the layer counts %d rows, want %d", seen.Rows(), tc.wantRows)
				}
			})
		}
	}
}

func TestEachRangeOverAQueryRunsIt(t *testing.T) {
	started, ended := 0, 0
	query := rows(2, nil, &started, &ended).Query(t.Context(), aerostore.Query{Namespace: "test"})
	for range 2 {
		for range query {
		}
	}
	if started != 2 || ended != 2 {
		t.Errorf("started %d times, ended %d times", started, ended)
	}
}

func TestAPanicInTheLoopBodyPassesThroughTheHandler(t *testing.T) {
	started, ended := 0, 0
	store := aerostore.Chain(rows(3, nil, &started, &ended), passOn)
	defer func() {
		if got := recover(); got != "in the loop" {
			t.Errorf("recovered %v", got)
		}
		if ended != 1 {
			t.Errorf("the handler ended %d times", ended)
		}
	}()
	for range store.Query(t.Context(), aerostore.Query{Namespace: "test"}) {
		panic("in the loop")
	}
}

func TestALayerMaySeeTheRecordsOfAQuery(t *testing.T) {
	started, ended := 0, 0
	saw := 0
	store := aerostore.Chain(rows(3, nil, &started, &ended), aerostore.Intercept(
		func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				if q := call.Query(); q != nil {
					outer := call
					call = call.WithQuery(*q, func(r *aerostore.Record) bool {
						saw++
						return outer.Yield(r)
					})
				}
				return next(ctx, call)
			}
		}))
	for range store.Query(t.Context(), aerostore.Query{Namespace: "test"}) {
	}
	if saw != 3 {
		t.Errorf("the layer saw %d records, want 3", saw)
	}
}
