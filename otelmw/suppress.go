package otelmw

import (
	"context"

	"github.com/aerostore/aerostore"
)

type suppressKey struct{}

// Suppress returns a context under which operations leave neither a span nor a
// measurement, for calls that an application makes on its own account: health
// checks, the store behind an exporter. Layers inside still find the caller's
// span.
func Suppress(ctx context.Context) context.Context {
	return context.WithValue(ctx, suppressKey{}, true)
}

// unwanted reports whether the call is not to be told of. It takes a pointer
// for the same reason as subjectOf.
func (c *config) unwanted(ctx context.Context, call *aerostore.Call) bool {
	return ctx.Value(suppressKey{}) != nil || c.filter != nil && !c.filter(ctx, *call)
}
