package middleware_test

import (
	"context"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

// marker stands in every key and value, and must stand in no record.
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
		t.Errorf("a record holds a key or value: %s", text)
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

// answers returns a handler that always answers the same. What a success must
// give and result does not have is filled in.
func answers(result aerostore.Result, err error) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		if err != nil {
			return result, err
		}
		return completed(result, call), nil
	}
}

// nothing is a record without bins, and nothings are what a batch read of it.
var (
	nothing  = &aerostore.Record{Key: key, Bins: aerostore.Bins{}}
	nothings = slices.Repeat([]aerostore.BatchResult{{Record: nothing}}, 64)
)

// success returns the result of a call that had one with nothing in it.
func success(call aerostore.Call) aerostore.Result { return completed(aerostore.Result{}, call) }

// completed gives a result what the call must be answered with.
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

// yields returns a handler that hands out n records and ends with err.
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

// panicOf returns what f panicked with, nil if it did not.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}
