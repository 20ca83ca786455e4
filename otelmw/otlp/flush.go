package otlp

import (
	"context"
	"errors"
)

// Flush sends the spans that have ended and what has been measured until now, for
// processes that are frozen between requests and for tests. Export goes on.
//
// It takes until ctx is done, or five seconds if ctx has no deadline. The error
// says what could not be sent, or is still to be sent: that goes on without the
// caller. Processors given by [WithSpanProcessor] are flushed, too.
//
// Without anything that runs it returns nil, and so it does beside a shutdown,
// which sends all of it. It is safe to call from many goroutines.
func Flush(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	spans := make(chan error, 1)
	go func() { spans <- tracing.flush(ctx) }()
	return errors.Join(metrics.flush(ctx), <-spans)
}
