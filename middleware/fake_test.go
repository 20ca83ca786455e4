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
	"github.com/aerostore/aerostore/middleware"
)

// marker is in every key and value, and must be in no record.
const marker = "s3cr3t"

var (
	key  = aerostore.NewKey("test", "users", marker)
	keys = []aerostore.Key{key, aerostore.NewKey("test", "users", 2), aerostore.NewKey("test", "users", 3)}
	bins = aerostore.Bins{"name": marker}
	node = &aerostore.Node{Name: "BB9", Address: "10.0.0.7", Port: 3010}

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

// answers returns a handler that always returns the same. It completes the result
// of a success.
func answers(result aerostore.Result, err error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		if err != nil {
			return result, err
		}
		return completed(result, call), nil
	}
}

// nothing is a record without bins, and nothings are results of a batch read.
var (
	nothing  = &aerostore.Record{Key: key, Bins: aerostore.Bins{}}
	nothings = slices.Repeat([]aerostore.BatchResult{{Record: nothing}}, 64)
)

// success returns an empty result for a call.
func success(call aerostore.Call) aerostore.Result { return completed(aerostore.Result{}, call) }

// completed adds to a result what a success of the call must have.
func completed(result aerostore.Result, call aerostore.Call) aerostore.Result {
	switch {
	case call.IsBatch() && len(result.Batch()) == 0:
		if n := call.Len(); n <= len(nothings) {
			return result.WithBatch(nothings[:n])
		}
		return result.WithBatch(slices.Repeat(nothings[:1], call.Len()))
	case call.Op == aerostore.OpGet, call.Op == aerostore.OpSelect, call.Op == aerostore.OpOperate:
		if result.Record() == nil {
			return result.WithRecord(nothing)
		}
	}
	return result
}

// yields returns a handler that yields n records and returns err.
func yields(n int, err error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		for range n {
			if !call.Yield(&aerostore.Record{Key: key, Bins: bins}) {
				return aerostore.Result{}, nil
			}
		}
		return aerostore.Result{}, err
	}
}

// panicOf returns the value of a panic in f, nil if there was none.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// fails returns an error of the server for the call.
func fails(code aerostore.ResultCode) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}, call.NewError(code, nil)
	}
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
