package asbackend

import (
	"context"
	"time"

	"github.com/aerostore/aerostore"
)

// remaining returns the time until the deadline of ctx, 0 if it has none. It returns an
// error if ctx is nil or has ended.
func remaining(ctx context.Context) (time.Duration, error) {
	if ctx == nil {
		return 0, invalid("the context is nil")
	}
	if err := aerostore.ContextError(ctx); err != nil {
		return 0, err
	}
	left, late := timeLeft(ctx)
	if late {
		return 0, deadlineError(ctx)
	}
	return left, nil
}
