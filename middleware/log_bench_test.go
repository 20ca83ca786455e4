package middleware_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
)

// BenchmarkLog measures logging for a Get over a store that does nothing. It
// compares it with a layer that passes operations on.
func BenchmarkLog(b *testing.B) {
	pass := func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			return result, err
		}
	}
	for _, c := range []struct {
		name  string
		layer aerostore.Middleware
	}{
		{"bare", aerostore.Intercept()},
		{"pass", aerostore.Intercept(pass)},
		{"off", middleware.Log(slog.New(slog.DiscardHandler), middleware.LogOptions{})},
		{"failures", middleware.Log(jsonLogger(slog.LevelWarn), middleware.LogOptions{})},
		{"sampled", middleware.Log(jsonLogger(slog.LevelDebug), middleware.LogOptions{Sample: 1000})},
		{"all", middleware.Log(jsonLogger(slog.LevelDebug), middleware.LogOptions{})},
	} {
		b.Run(c.name, func(b *testing.B) {
			store := aerostore.Chain(fake.Answers(aerostore.Result{Attempts: 1}, nil), c.layer)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := store.Get(ctx, key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
