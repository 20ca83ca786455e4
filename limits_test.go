package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

// manyBins returns n bins, and their names.
func manyBins(n int) (bins aerostore.Bins, names []string) {
	bins = make(aerostore.Bins, n)
	for i := range n {
		names = append(names, fmt.Sprint("b", i))
		bins[names[i]] = 1
	}
	return bins, names
}

func TestInputOverTheLimitsOfTheProtocolIsRefused(t *testing.T) {
	tooMany, _ := manyBins(32768)
	_, tooManyNames := manyBins(65536)
	tooManyOps := make([]aerostore.Operation, 32768)
	for i := range tooManyOps {
		tooManyOps[i] = aerostore.ReadBin("b")
	}
	nul := "a\x00b"
	keys := []aerostore.Key{ada, aerostore.NewKey("test", "users", "bob")}
	item := func(bins aerostore.Bins, opts ...aerostore.WriteOption) []aerostore.BatchItem {
		return []aerostore.BatchItem{{Key: ada, Bins: bins, Options: opts}}
	}
	for name, tc := range map[string]struct {
		do   func(context.Context, aerostore.Store) error
		code aerostore.ResultCode
		says string
	}{
		"too many bins": {put(ada, tooMany), aerostore.CodeParameter, "32767 at most"},
		"too many bins in a batch": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, item(tooMany))
			return err
		}, aerostore.CodeParameter, "item 0: there are 32768 bins"},
		"too many operations": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, ada, tooManyOps)
			return err
		}, aerostore.CodeParameter, "32767 at most"},
		"too many operations in a batch": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchOperate(ctx, keys, tooManyOps)
			return err
		}, aerostore.CodeParameter, "32767 at most"},
		"too many names": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Select(ctx, ada, tooManyNames)
			return err
		}, aerostore.CodeParameter, "65535 at most"},
		"too many names in a batch": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRead(ctx, keys, tooManyNames)
			return err
		}, aerostore.CodeParameter, "65535 at most"},
		"too many names in a query": {query(aerostore.Query{Namespace: "test", Bins: tooManyNames}), aerostore.CodeParameter, "65535 at most"},
		"a generation over 16 bits in a batch": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRemove(ctx, keys, aerostore.GenerationEqual(65537))
			return err
		}, aerostore.CodeParameter, "generation 65537"},
		"a generation over 16 bits in an item": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, item(aerostore.Bins{"a": 1}, aerostore.GenerationGreater(65536)))
			return err
		}, aerostore.CodeParameter, "item 0: generation 65536"},
		"NUL in a set":              {put(aerostore.NewKey("test", nul, 1), aerostore.Bins{"a": 1}), aerostore.CodeParameter, "NUL"},
		"NUL in the set of a query": {query(aerostore.Query{Namespace: "test", Set: nul}), aerostore.CodeParameter, "NUL"},
		"NUL in a bin":              {put(ada, aerostore.Bins{nul: 1}), aerostore.CodeBinNameTooLong, "NUL"},
		"NUL in a bin to read": {func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Select(ctx, ada, []string{nul})
			return err
		}, aerostore.CodeBinNameTooLong, "NUL"},
		"a condition without a bin":      {query(aerostore.Query{Namespace: "test", Where: aerostore.Equal("", 1)}), aerostore.CodeParameter, "no bin"},
		"a condition on a longer string": {query(aerostore.Query{Namespace: "test", Where: aerostore.Equal("a", strings.Repeat("x", 2048))}), aerostore.CodeParameter, "2047 at most"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, tc.do(t.Context(), strict), tc.code, tc.says) })
	}
}

func TestInputAtTheLimitsOfTheProtocolIsAccepted(t *testing.T) {
	bins, _ := manyBins(32767)
	_, names := manyBins(65535)
	if err := strict.Put(t.Context(), ada, bins); err != nil {
		t.Error(err)
	}
	if err := query(aerostore.Query{Namespace: "test", Bins: names, Where: aerostore.Equal("a", strings.Repeat("x", 2047))})(t.Context(), strict); err != nil {
		t.Error(err)
	}
	if _, err := strict.BatchRemove(t.Context(), []aerostore.Key{ada}, aerostore.GenerationEqual(65535)); errors.Is(err, aerostore.ErrInvalid) {
		t.Error(err)
	}
	if err := strict.Put(t.Context(), ada, aerostore.Bins{"a": 1}, aerostore.GenerationEqual(65537)); err != nil {
		t.Errorf("a single write carries 32 bits: %v", err)
	}
}
