package memory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestAnIndexNeedsAContext(t *testing.T) {
	s := memory.NewT(t)
	index := aerostore.Index{Namespace: "test", Name: "i", Bin: "n", Type: aerostore.IndexInt}
	for name, err := range map[string]error{
		"CreateIndex": s.CreateIndex(nil, index), //nolint:staticcheck // a nil context on purpose
		"DropIndex":   s.DropIndex(nil, index),   //nolint:staticcheck // a nil context on purpose
	} {
		if e := (*aerostore.Error)(nil); !errors.As(err, &e) || !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongNameOfAnIndexIsRefused(t *testing.T) {
	s := memory.NewT(t)
	const longest = 63
	for length, want := range map[int]aerostore.ResultCode{
		longest:     aerostore.CodeOK,
		longest + 1: aerostore.CodeParameter,
	} {
		err := s.CreateIndex(t.Context(), aerostore.Index{
			Namespace: "test", Name: strings.Repeat("i", length), Bin: "n", Type: aerostore.IndexInt,
		})
		if wantCode(t, err, want); errors.Is(err, aerostore.ErrInvalid) != (want != aerostore.CodeOK) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}
