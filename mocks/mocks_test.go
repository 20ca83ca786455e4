package mocks_test

import (
	"context"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/mocks"
)

func TestAQueryWithoutReturnIsEmpty(t *testing.T) {
	users := aerostore.Query{Namespace: "test", Set: "users"}
	for name, expect := range map[string]func(*mocks.MockStoreQueryCall){
		"no Return":   func(*mocks.MockStoreQueryCall) {},
		"Return(nil)": func(c *mocks.MockStoreQueryCall) { c.Return(nil) },
		"AnyTimes":    func(c *mocks.MockStoreQueryCall) { c.AnyTimes() },
	} {
		for shape, around := range map[string][]aerostore.Middleware{"bare": nil, "in a chain": {aerostore.Intercept()}} {
			t.Run(name+"/"+shape, func(t *testing.T) {
				mock := mocks.NewMockStore(gomock.NewController(t))
				expect(mock.EXPECT().Query(gomock.Any(), users))
				for r, err := range aerostore.Chain(mock, around...).Query(t.Context(), users) {
					t.Errorf("the query returned %v, %v", r, err)
				}
			})
		}
	}
}

func TestDoRunsOverAMock(t *testing.T) {
	mock := mocks.NewMockStore(gomock.NewController(t))
	for name, store := range map[string]aerostore.Store{"bare": mock, "in a chain": aerostore.Chain(mock, aerostore.Intercept())} {
		ran := false
		err := aerostore.Do(t.Context(), store, aerostore.Custom{Name: "TRUNCATE"}, func(context.Context) error {
			ran = true
			return nil
		})
		if !ran || err != nil {
			t.Errorf("%s: ran %t, %v", name, ran, err)
		}
	}
}
