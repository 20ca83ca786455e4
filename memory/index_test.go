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

func TestIndexesAreMadeAndDroppedByName(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t)
	index := aerostore.Index{Namespace: "test", Set: "numbers", Name: "n", Bin: "n", Type: aerostore.IndexInt}
	q := aerostore.Query{Namespace: "test", Set: "numbers", Where: aerostore.Equal("n", 1)}
	wantCode(t, s.CreateIndex(ctx, index), aerostore.CodeOK)
	wantCode(t, s.CreateIndex(ctx, index), aerostore.CodeOK)
	other := index
	other.Bin = "m"
	wantCode(t, s.CreateIndex(ctx, other), aerostore.CodeIndexFound)
	if err := s.CreateIndex(ctx, aerostore.Index{Namespace: "test"}); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("CreateIndex: %v", err)
	}

	renamed := index
	renamed.Name = "n2"
	wantCode(t, s.CreateIndex(ctx, renamed), aerostore.CodeOK)
	wantCode(t, s.DropIndex(ctx, index), aerostore.CodeOK)
	wantCode(t, queryError(ctx, s, q), aerostore.CodeOK)
	wantCode(t, s.DropIndex(ctx, aerostore.Index{Namespace: "test", Name: "n2"}), aerostore.CodeOK)
	wantCode(t, queryError(ctx, s, q), aerostore.CodeMaxRetries)
	wantCode(t, s.DropIndex(ctx, renamed), aerostore.CodeOK)
}
