package otelmw

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore/internal/attempt"
)

const (
	attemptSpan = "attempt"

	attemptNumberKey    = attribute.Key("aerospike.attempt.number")
	attemptLayerKey     = attribute.Key("aerospike.attempt.layer")
	attemptPauseKey     = attribute.Key("aerospike.attempt.pause")
	attemptAbandonedKey = attribute.Key("aerospike.attempt.abandoned")
	attemptsOmittedKey  = attribute.Key("aerospike.attempts.omitted")
)

// WithAttempts makes a span for each attempt of an operation that took several. The span
// is named "attempt", is of kind INTERNAL and is a child of the operation's span. It shows
// how long the attempt took, how it ended and how long the pause before it was.
//
// Attempts are those of the layers Retry and Hedge inside Tracing, and the attempts of a
// write that asbackend makes. Attempts that are made within an attempt are children of its
// span. A layer that made a single attempt at a call has no span for it. The attempts of a
// batch are those of the parts that asbackend sends again. Attempts that the client makes on
// its own have no spans, which are those of reads and queries: aerospike.attempts counts
// them.
//
// An operation has at most 64 such spans: aerospike.attempts.omitted counts attempts that
// have none. Attempts that end after the operation are abandoned, and their span ends with
// it. If the operation panics, its attempts have no spans.
//
// The attempts of an operation that an attempt calls, by a middleware or a function of
// [aerostore.Do], belong to that operation if its store has a Tracing, and otherwise to
// the attempt. [WithErrorClassifier] and [WithAttributes] apply to attempts;
// [WithAttributesFunc] and [WithSpanNameFormatter] do not.
//
// An operation of one attempt costs five allocations more. For Tracing.
func WithAttempts() Option {
	return func(c *config) {
		c.attempts = true
		attempt.Want()
	}
}

// showRecord makes the spans of an operation's attempts.
func (t *tracing) showRecord(ctx context.Context, tracer *tracer, operation trace.Span, record *attempt.Record) {
	attempts, omitted := record.Close()
	t.showAttempts(ctx, tracer, attempts)
	if omitted > 0 {
		operation.SetAttributes(attemptsOmittedKey.Int(omitted))
	}
}

// showAttempts makes the spans of attempts as children of the span in ctx.
func (t *tracing) showAttempts(ctx context.Context, tracer *tracer, attempts []*attempt.Attempt) {
	for _, a := range attempts {
		t.showAttempt(ctx, tracer, a)
	}
}

func (t *tracing) showAttempt(ctx context.Context, tracer *tracer, a *attempt.Attempt) {
	inside, span := tracer.Start(ctx, attemptSpan, trace.WithTimestamp(a.Begun),
		trace.WithAttributes(attemptNumberKey.Int(a.Number), attemptLayerKey.String(a.Layer)), trace.WithAttributes(t.static...))
	defer span.End(trace.WithTimestamp(a.Ended))
	if span.IsRecording() {
		t.finishAttempt(ctx, span, a)
	}
	t.showAttempts(inside, tracer, a.Inside)
}

func (t *tracing) finishAttempt(ctx context.Context, span trace.Span, a *attempt.Attempt) {
	if a.Pause > 0 {
		span.SetAttributes(attemptPauseKey.Float64(a.Pause.Seconds()))
	}
	if a.Abandoned {
		span.SetAttributes(attemptAbandonedKey.Bool(true))
		return
	}
	o := t.outcomeOf(ctx, a.Call, a.Result, a.Err)
	span.SetAttributes(t.ends.get(endOf(a.Result, o))...)
	if isBatch(a.Call) {
		span.SetAttributes(semconv.DBOperationBatchSize(a.Call.Len()))
	}
	if o.failedKeys > 0 {
		span.SetAttributes(batchFailedKey.Int(o.failedKeys))
	}
	if o.failed {
		span.SetStatus(codes.Error, description(o.err))
	}
}
