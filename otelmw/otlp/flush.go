package otlp

import (
	"context"
	"errors"
)

// Flush exports the spans that have ended and the current metrics. Use it in functions
// that are frozen between requests, and in tests. Export continues. The processors of
// [WithSpanProcessor] are flushed as well.
//
// It takes until ctx is done, or five seconds if ctx has no deadline. It returns an
// error that says what could not be sent, or is still to be sent; the latter is sent in
// the background.
//
// If nothing runs it returns nil. During a shutdown it also returns nil, since the
// shutdown exports the same. It is safe for concurrent use.
func Flush(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	spans := make(chan error, 1)
	go func() { spans <- tracing.flush(ctx) }()
	return errors.Join(metrics.flush(ctx), <-spans)
}
