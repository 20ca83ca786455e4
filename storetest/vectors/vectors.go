package vectors

import (
	"context"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// An Option describes the stores to [Run]. Nil options are ignored.
type Option func(*config)

type config struct {
	advance  func(aerostore.Store, time.Duration)
	anyOrder bool
	oneIn    int // 0 replays all
}

// WithAdvance sets a function that moves the clock of a store ahead by d, for vectors
// that wait. Without it each of them waits about two seconds, and is skipped under
// -short.
func WithAdvance(advance func(store aerostore.Store, d time.Duration)) Option {
	return func(c *config) { c.advance = advance }
}

// WithAnyOrder says that the store may carry out the operations of a batch in any order, as
// a cluster that replicates does. A batch that writes to a key that it has twice is then
// replayed as several, one after another. Vectors in which that changes an answer are
// skipped.
func WithAnyOrder() Option {
	return func(c *config) { c.anyOrder = true }
}

// WithSample replays every nth vector of each file, the first included, and reads no
// other. Zero and less replay all. Use it where a run takes too long, as under the race
// detector.
func WithSample(n int) Option {
	return func(c *config) { c.oneIn = n }
}

// Run replays every vector as a subtest of t and returns when all have ended. Vectors
// run one after another, so that their stores may share a server.
//
// Run calls newStore once for each vector that it replays, with the testing.TB of the
// vector, whose Cleanup should close what newStore opens.
//
// Before and after a vector, Run removes the records and indexes that the vector
// names. It also removes all records of the sets that the vector queries, in the
// namespaces test and bar. Do not run it on a server with data that matters. Recorded
// names that begin with gv get a suffix that differs from run to run, so that several
// runs can share a server. The few vectors with other names may then disturb each
// other.
//
// A vector that cannot be parsed fails the test of its file. The others still run.
func Run(t *testing.T, newStore func(tb testing.TB) aerostore.Store, opts ...Option) {
	t.Helper()
	c := &config{}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	files, err := source()
	if err != nil {
		t.Fatal(err)
	}
	var total tally
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			load := f.vectors
			if c.oneIn > 1 {
				load = func() ([]*vector, []error) { return f.load(c.oneIn) }
			}
			vectors, errs := load()
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
		reason = "the vector waits: run it without -short or with WithAdvance"
	}
	if c.anyOrder {
		defer v.join() // others replay the same vector
	}
	if reason == "" && c.anyOrder && !v.cut() {
		reason = "the answer to a batch of several keys that has one of them twice"
	}
	var store aerostore.Store
	if reason == "" {
		if store = newStore(t); store == nil {
			t.Fatal("newStore returned nil")
		}
		if _, ok := aerostore.As[aerostore.Indexer](store); !ok && v.indexes() {
			reason = "the store has no aerostore.Indexer"
		}
		if _, ok := aerostore.As[aerostore.Truncator](store); !ok && v.truncates() {
			reason = "the store has no aerostore.Truncator"
		}
	}
	if reason != "" {
		counts.skip(reason)
		t.Skip(reason)
	}
	counts.replay(v)

	if err := v.clear(t.Context(), store); err != nil {
		t.Fatalf("the clean-up before %s failed: %v", v.name, err)
	}
	t.Cleanup(func() {
		if err := v.clear(context.WithoutCancel(t.Context()), store); err != nil {
			t.Errorf("the clean-up after %s failed: %v", v.name, err)
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
