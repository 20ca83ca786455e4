package otelmw

import (
	"context"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

type suppressKey struct{}

// suppressing is true once anything was suppressed. Looking through a context is
// dear, and most programs have nothing to find there.
var suppressing atomic.Bool

// Suppress returns a context under which operations leave neither a span nor a
// measurement, for calls that an application makes on its own account: health
// checks, the store behind an exporter. Layers inside still find the caller's
// span.
func Suppress(ctx context.Context) context.Context {
	suppressing.Store(true)
	return context.WithValue(ctx, suppressKey{}, true)
}

// unwanted reports whether the call is not to be told of. It takes a pointer
// for the same reason as subjectOf.
func (c *config) unwanted(ctx context.Context, call *aerostore.Call) bool {
	return suppressing.Load() && ctx.Value(suppressKey{}) != nil || c.filter != nil && !c.filter(ctx, *call)
}
