package vectors

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// An Option tells [Run] about the stores.
type Option func(*config)

type config struct {
	advance func(aerostore.Store, time.Duration)
}

// WithAdvance gives vectors that wait a way to let time pass for a store.
// Without it they wait about two seconds each, and are skipped under -short.
func WithAdvance(advance func(store aerostore.Store, d time.Duration)) Option {
	return func(c *config) { c.advance = advance }
}

// Run replays every vector and returns when all have ended. Vectors run one
// after another, so that their stores may share a server.
//
// newStore is called once for each vector that is replayed, with that vector's
// testing.TB, and should leave to its Cleanup what is to be done afterwards.
// Before and after a vector the records and indexes that it names are removed
// and the sets that it queries are emptied, in the namespaces test and bar. Do
// not point it at data that matters. Recorded names that begin with gv, which
// nearly all do, get a suffix that differs from run to run, so that several runs
// can share a server; vectors about other names may then disturb each other.
//
// A vector that cannot be read is an error of its file; the others still run.
func Run(t *testing.T, newStore func(tb testing.TB) aerostore.Store, opts ...Option) {
	t.Helper()
	c := &config{}
	for _, opt := range opts {
		opt(c)
	}
	files, err := source()
	if err != nil {
		t.Fatal(err)
	}
	var total tally
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			vectors, errs := f.load()
			for _, err := range errs {
				t.Error(err)
			}
			counts := total.file(f.name)
			for _, v := range vectors {
				t.Run(v.name, func(t *testing.T) { c.replay(t, v, newStore, counts) })
			}
		})
	}
	t.Log(total.String())
}

func (c *config) replay(t *testing.T, v *vector, newStore func(testing.TB) aerostore.Store, counts *fileTally) {
	t.Helper()
	reason := v.unsupported
	if reason == "" && v.waits() && c.advance == nil && testing.Short() {
		reason = "it waits: run it without -short or with WithAdvance"
	}
	var store aerostore.Store
	if reason == "" {
		if store = newStore(t); store == nil {
			t.Fatal("newStore returned nil")
		}
		if _, ok := aerostore.As[aerostore.Indexer](store); !ok && v.indexes() {
			reason = "the store makes no indexes"
		}
	}
	if reason != "" {
		counts.skip(reason)
		t.Skip(reason)
	}
	counts.replay(v)

	if err := v.clear(t.Context(), store); err != nil {
		t.Fatalf("clearing before %s: %v", v.name, err)
	}
	t.Cleanup(func() {
		if err := v.clear(context.WithoutCancel(t.Context()), store); err != nil {
			t.Errorf("clearing after %s: %v", v.name, err)
		}
	})
	pass := time.Sleep
	if c.advance != nil {
		pass = func(d time.Duration) { c.advance(store, d) }
	}
	for _, difference := range v.replay(t.Context(), store, pass) {
		t.Error(difference)
	}
}
