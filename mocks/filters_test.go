package mocks_test

import (
	"strings"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/mocks"
)

// older returns a new filter at each call.
func older(age int) aerostore.Filter { return aerostore.Filter(exp.IntBin("age").AtLeast(age)) }

func TestExpectedFiltersAreComparedByExpression(t *testing.T) {
	store := mocks.NewMockStore(gomock.NewController(t))
	answer, ctx := &aerostore.Record{Bins: aerostore.Bins{}}, t.Context()
	items := func(age int) []aerostore.BatchItem {
		return []aerostore.BatchItem{{Key: ada, Bins: aerostore.Bins{"a": 1}, Options: []aerostore.WriteOption{older(age)}}}
	}
	query := func(age int) aerostore.Query {
		return aerostore.Query{Namespace: "test", Options: []aerostore.ReadOption{older(age), aerostore.Timeout(1)}}
	}
	store.EXPECT().Get(gomock.Any(), ada, older(18)).Return(answer, nil)
	store.EXPECT().Touch(gomock.Any(), ada, aerostore.CreateOnly, aerostore.Options{Filter: older(18), SendKey: true})
	store.EXPECT().BatchWrite(gomock.Any(), items(18))
	store.EXPECT().Query(gomock.Any(), query(18))
	store.EXPECT().Exists(gomock.Any(), ada, mocks.Filter(older(18)))

	kept := older(18)
	packs := aerostore.Call{Op: aerostore.OpGet, Key: ada, Options: aerostore.Options{Filter: kept}}
	if err := packs.Validate(); err != nil { // after which the filter holds its packed form
		t.Fatal(err)
	}
	if got, err := store.Get(ctx, ada, kept); got != answer || err != nil {
		t.Errorf("Get returned %v, %v", got, err)
	}
	_ = store.Touch(ctx, ada, aerostore.CreateOnly, aerostore.Options{Filter: kept, SendKey: true})
	_, _ = store.BatchWrite(ctx, items(18))
	_ = store.Query(ctx, query(18))
	_, _ = store.Exists(ctx, ada, kept)
}

func TestAnotherFilterIsShownWithItsLiterals(t *testing.T) {
	for name, tc := range map[string]struct {
		expect func(*mocks.MockStore)
		call   func(*mocks.MockStore)
	}{
		"an option": {
			func(s *mocks.MockStore) { s.EXPECT().Touch(gomock.Any(), ada, older(18)).AnyTimes() },
			func(s *mocks.MockStore) { _ = s.Touch(t.Context(), ada, older(21)) },
		},
		"a query": {
			func(s *mocks.MockStore) {
				s.EXPECT().Query(gomock.Any(), aerostore.Query{Options: []aerostore.ReadOption{older(18)}}).AnyTimes()
			},
			func(s *mocks.MockStore) {
				_ = s.Query(t.Context(), aerostore.Query{Options: []aerostore.ReadOption{older(21)}})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			mock := &failing{T: t}
			store := mocks.NewMockStore(gomock.NewController(mock))
			tc.expect(store)
			func() {
				defer func() { _ = recover() }()
				tc.call(store)
			}()
			for _, part := range []string{"age >= 18", "age >= 21"} {
				if !strings.Contains(mock.message, part) {
					t.Errorf("the message has no %q: %s", part, mock.message)
				}
			}
		})
	}
}
