package otlp_test

import (
	"context"
	"fmt"
	"os"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/otlp"
)

func ExampleInitTracing() {
	os.Setenv("OTEL_TRACES_EXPORTER", "none") // or leave it out, and have a collector at localhost:4317
	defer os.Unsetenv("OTEL_TRACES_EXPORTER")

	ctx := context.Background()
	if err := otlp.InitTracing(ctx); err != nil {
		fmt.Println("tracing is off:", err)
	}
	defer func() {
		if err := otlp.ShutdownTracing(ctx); err != nil {
			fmt.Println(err)
		}
	}()

	backend := aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithExisted(true), nil
	})
	store := aerostore.Chain(backend, otelmw.Tracing())
	fmt.Println(store.Exists(ctx, aerostore.NewKey("test", "users", "u1")))
	// Output: true <nil>
}
