package asbackend_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/exp"
)

func TestAnIndexIsCreatedOnceAndDropped(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	ctx := t.Context()
	x := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "n", Type: aerostore.IndexInt}
	t.Cleanup(func() { s.DropIndex(context.Background(), x) })
	for range 2 {
		if err := s.CreateIndex(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	other := x
	other.Bin = "m"
	wantError(t, s.CreateIndex(ctx, other), aerostore.CodeIndexFound)
	for range 2 {
		if err := s.DropIndex(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Equal("n", 1)}) {
		wantError(t, err, aerostore.CodeIndexNotFound)
	}
}

func TestIndexesOfAnUnknownNamespaceFailAtOnce(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	x := aerostore.Index{Namespace: unknown, Set: set, Name: set, Bin: "n", Type: aerostore.IndexInt}
	wantError(t, s.CreateIndex(t.Context(), x), aerostore.ErrInvalidNamespace)
	wantError(t, s.DropIndex(t.Context(), x), aerostore.ErrInvalidNamespace)
}

func TestInvalidIndexesAreRefused(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	good := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "n", Type: aerostore.IndexInt}
	noName, noType, another := good, good, good
	noName.Name = ""
	noType.Type = 0
	another.Name = "x;ns=bar"
	for name, x := range map[string]aerostore.Index{"no name": noName, "no type": noType, "another command": another} {
		t.Run(name, func(t *testing.T) { wantError(t, s.CreateIndex(t.Context(), x), aerostore.ErrInvalid) })
	}
}

func TestAnIndexOfTheSameDefinitionTakesTheNewName(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	x := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "n", Type: aerostore.IndexInt}
	renamed := x
	renamed.Name += "2"
	t.Cleanup(func() { s.DropIndex(context.Background(), renamed) })
	for _, x := range []aerostore.Index{x, renamed} {
		if err := s.CreateIndex(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if records := collect(t, s, aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Equal("n", 1)}); len(records) != 0 {
		t.Errorf("there are %d records", len(records))
	}
}

func TestNoIndexIsChangedIfTheContextIsDone(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	x := aerostore.Index{Namespace: namespace, Set: set, Name: set, Bin: "n", Type: aerostore.IndexInt}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, s.CreateIndex(cancelled, x), context.Canceled)
	wantError(t, s.DropIndex(cancelled, x), context.Canceled)
}

func TestAnIndexOverAnExpressionIsQueriedIfTheClientCanSendItsName(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	fill(t, s, set, 10)
	x := aerostore.Index{Namespace: namespace, Set: set, Name: set, Type: aerostore.IndexInt, Expression: exp.Multiply(exp.IntBin("n"), exp.IntVal(2))}
	t.Cleanup(func() { s.DropIndex(context.Background(), x) })
	if err := s.CreateIndex(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	q := aerostore.Query{Namespace: namespace, Set: set, Where: aerostore.Range("", 4, 9).UsingIndex(set)}
	if asbackend.SendsIndexNames {
		if got := numbers(collect(t, s, q)); !slices.Equal(got, []int{2, 3, 4}) {
			t.Errorf("the records are %v", got)
		}
		return
	}
	for r, err := range s.Query(t.Context(), q) {
		if r != nil || !strings.Contains(err.Error(), "cannot send the name of an index") {
			t.Errorf("%v, %v", r, err)
		}
		wantError(t, err, aerostore.CodeUnsupportedFeature)
	}
	_, err := aerostore.Execute(t.Context(), s, q, []aerostore.Operation{aerostore.WriteBin("done", true)})
	wantError(t, err, aerostore.CodeUnsupportedFeature)
}
