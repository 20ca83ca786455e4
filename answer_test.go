package aerostore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/mocks"
)

// The operations that must return something, and whether they may have changed data if
// they return nothing.
var mustAnswer = []struct {
	name  string
	doubt bool
	do    func(context.Context, aerostore.Store) error
}{
	{"GET", false, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Get(ctx, ada)
		return err
	}},
	{"SELECT", false, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Select(ctx, ada, nil)
		return err
	}},
	{"OPERATE", false, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Operate(ctx, ada, []aerostore.Operation{aerostore.ReadAll()})
		return err
	}},
	{"OPERATE", true, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Operate(ctx, ada, []aerostore.Operation{aerostore.TouchRecord()})
		return err
	}},
	{"BATCH READ", false, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchRead(ctx, []aerostore.Key{ada, grace}, nil)
		return err
	}},
	{"BATCH WRITE", true, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: ada, Bins: aerostore.Bins{"a": 1}}})
		return err
	}},
	{"BATCH OPERATE", false, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchOperate(ctx, []aerostore.Key{ada}, []aerostore.Operation{aerostore.ReadAll()})
		return err
	}},
	{"BATCH REMOVE", true, func(ctx context.Context, s aerostore.Store) error {
		_, err := s.BatchRemove(ctx, []aerostore.Key{ada, grace})
		return err
	}},
}

func TestSuccessWithoutAResultIsAnError(t *testing.T) {
	mock := mocks.NewMockStore(gomock.NewController(t))
	mock.EXPECT().Get(gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().Select(gomock.Any(), gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().Operate(gomock.Any(), gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().BatchRead(gomock.Any(), gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().BatchWrite(gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().BatchOperate(gomock.Any(), gomock.Any(), gomock.Any()).AnyTimes()
	mock.EXPECT().BatchRemove(gomock.Any(), gomock.Any()).AnyTimes()
	forgetful := func(aerostore.Handler) aerostore.Handler {
		return func(context.Context, aerostore.Call) (aerostore.Result, error) { return aerostore.Result{}, nil }
	}
	many := make([]aerostore.BatchResult, 3)
	for name, tc := range map[string]struct {
		store aerostore.Store
		blame string
	}{
		"a handler":         {forgetful(nil), "a layer or the backend"},
		"a layer":           {aerostore.Chain(silent{}, passOn, aerostore.Intercept(forgetful)), "a layer or the backend"},
		"a mock in a chain": {aerostore.Chain(mock, passOn), "*mocks.MockStore"},
		"too many, or a bool": {aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}.WithExisted(true).WithBatch(many), nil
		}), "a layer or the backend"},
	} {
		for _, op := range mustAnswer {
			t.Run(name+"/"+op.name, func(t *testing.T) {
				err := op.do(t.Context(), tc.store)
				e, ok := errors.AsType[*aerostore.Error](err)
				if !ok || e.Code != aerostore.CodeOK || errors.Is(err, aerostore.ErrInvalid) {
					t.Fatalf("%v (%T), want an *Error without a code", err, err)
				}
				for _, part := range []string{op.name + " test.users: ", tc.blame + " returned ", "must return"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q does not say %q", err, part)
					}
				}
				if aerostore.InDoubt(err) != op.doubt {
					t.Errorf("%v is in doubt: %t", err, !op.doubt)
				}
			})
		}
	}
}

func TestABatchReadKeyWithoutRecordOrErrorGetsAnError(t *testing.T) {
	record := &aerostore.Record{Key: ada}
	store := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithBatch([]aerostore.BatchResult{{Key: ada, Record: record}, {Key: grace}, {Key: ada, Err: aerostore.ErrNotFound}}), nil
	})
	results, err := store.BatchRead(t.Context(), []aerostore.Key{ada, grace, ada}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil || !errors.Is(results[2].Err, aerostore.ErrNotFound) {
		t.Errorf("%v", results)
	}
	if err := results[1].Err; err == nil || !strings.Contains(err.Error(), "BATCH READ test.users: a layer or the backend returned neither a record nor an error") {
		t.Errorf("the blank result has the error %v", err)
	}
}

func TestResultsThatMayBeEmptyAreNoError(t *testing.T) {
	store := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithBatch(make([]aerostore.BatchResult, call.Len())), nil
	})
	if existed, err := store.Exists(t.Context(), ada); existed || err != nil {
		t.Errorf("Exists gave %v, %v", existed, err)
	}
	if existed, err := store.Remove(t.Context(), ada); existed || err != nil {
		t.Errorf("Remove gave %v, %v", existed, err)
	}
	if results, err := store.BatchRemove(t.Context(), []aerostore.Key{ada}); err != nil || results[0].Err != nil {
		t.Errorf("BatchRemove gave %v, %v", results, err)
	}
	if results, err := store.BatchRead(t.Context(), nil, nil); len(results) != 0 || err != nil {
		t.Errorf("a batch of no keys gave %v, %v", results, err)
	}
}

func TestBatchResultsAreReturnedWithAnError(t *testing.T) {
	some := []aerostore.BatchResult{{Key: ada}}
	store := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithBatch(some), errScripted
	})
	results, err := store.BatchRead(t.Context(), []aerostore.Key{ada, grace}, nil)
	if !errors.Is(err, errScripted) || !slices.Equal(results, some) {
		t.Errorf("%v, %v", results, err)
	}
}
