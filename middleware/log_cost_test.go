//go:build !race

// The race detector makes allocations of its own.

package middleware_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/middleware"
)

func TestWhatIsNotLoggedAllocatesNothing(t *testing.T) {
	warn := slog.New(&recorder{level: slog.LevelWarn})
	off := slog.New(slog.DiscardHandler)
	for _, c := range []struct {
		name   string
		logger *slog.Logger
		opts   middleware.LogOptions
	}{
		{"the logger is off", off, middleware.LogOptions{}},
		{"the level of successes is off", warn, middleware.LogOptions{}},
		{"the level of successes is off, slow ones are watched", warn, middleware.LogOptions{Slow: time.Hour}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := aerostore.Chain(answers(aerostore.Result{}, nil), middleware.Log(c.logger, c.opts))
			ctx := context.Background()
			if got := testing.AllocsPerRun(100, func() { _, _ = store.Get(ctx, key) }); got != 0 {
				t.Errorf("%v allocations", got)
			}
		})
	}
}
