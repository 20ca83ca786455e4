package middleware_test

import (
	"context"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

const marker = fake.Marker

var (
	key  = fake.Key
	keys = []aerostore.Key{key, aerostore.NewKey("test", "users", 2), aerostore.NewKey("test", "users", 3)}
	bins = fake.Bins
	node = fake.Node

	everyone = aerostore.Query{Namespace: "test", Set: "users"}
	put      = aerostore.Call{Op: aerostore.OpPut, Key: key}
)

// recorder is a handler that keeps records as text: the level and attributes.
type recorder struct {
	level slog.Level
	with  []slog.Attr
	lines []string
	ctxs  []context.Context
}

func (r *recorder) Enabled(_ context.Context, level slog.Level) bool { return level >= r.level }

func (r *recorder) Handle(ctx context.Context, record slog.Record) error {
	words := []string{record.Level.String()}
	add := func(a slog.Attr) bool {
		words = append(words, a.String())
		return true
	}
	for _, a := range r.with {
		add(a)
	}
	record.Attrs(add)
	r.lines = append(r.lines, strings.Join(words, " "))
	r.ctxs = append(r.ctxs, ctx)
	return nil
}

func (r *recorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	r.with = append(r.with, attrs...)
	return r
}

func (r *recorder) WithGroup(string) slog.Handler { return r }

func (r *recorder) want(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(r.lines, lines) {
		t.Errorf("records\n got %s\nwant %s", strings.Join(r.lines, "\n     "), strings.Join(lines, "\n     "))
	}
	if text := strings.Join(r.lines, "\n"); strings.Contains(text, marker) {
		t.Errorf("a record has a key or value: %s", text)
	}
}

// logged returns a store that answers with h under a Log, and its records.
func logged(h aerostore.Handler, opts middleware.LogOptions) (aerostore.Store, *recorder) {
	records := &recorder{level: math.MinInt}
	return aerostore.Chain(h, middleware.Log(slog.New(records), opts)), records
}

// jsonLogger returns a logger that does all the work and drops it.
func jsonLogger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: level})) //nolint:sloglint // DiscardHandler is never enabled
}

// panicOf returns the value of a panic in f, nil if there was none.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// exchangeable is a handler that a test can exchange.
type exchangeable struct {
	mu sync.Mutex
	h  aerostore.Handler
}

func (e *exchangeable) set(h aerostore.Handler) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.h = h
}

func (e *exchangeable) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	e.mu.Lock()
	h := e.h
	e.mu.Unlock()
	return h(ctx, call)
}
