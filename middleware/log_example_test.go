package middleware_test

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{} // they differ from run to run
			}
			return a
		},
	}))
	store := aerostore.Chain(memory.New(), middleware.Log(logger, middleware.LogOptions{
		Slow:   time.Minute,
		Levels: middleware.LogLevels{Success: slog.LevelInfo},
	}))

	ctx := context.Background()
	ada := aerostore.NewKey("test", "users", "ada")
	_ = store.Put(ctx, ada, aerostore.Bins{"name": "Ada"})
	_, _ = store.Get(ctx, aerostore.NewKey("test", "users", "nobody"))
	_ = store.Put(ctx, ada, aerostore.Bins{"name": "Ada"}, aerostore.CreateOnly)

	// Output:
	// level=INFO msg="store operation" operation=PUT namespace=test set=users outcome=OK
	// level=DEBUG msg="store operation" operation=GET namespace=test set=users outcome=KEY_NOT_FOUND_ERROR code=2 error="aerostore: GET test.users: KEY_NOT_FOUND_ERROR (2): there is no such record"
	// level=WARN msg="store operation" operation=PUT namespace=test set=users outcome=KEY_EXISTS_ERROR code=5 error="aerostore: PUT test.users: KEY_EXISTS_ERROR (5): the record exists already"
}
