package main

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// newLogger returns a logger that writes JSON, with the ids of trace and span.
func newLogger(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(spanHandler{slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})})
}

// spanHandler adds the ids of the span in the context to each record, under the
// names that OpenTelemetry uses in logs other than OTLP.
type spanHandler struct{ slog.Handler }

func (h spanHandler) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record = record.Clone()
		record.AddAttrs(
			slog.String("trace_id", span.TraceID().String()),
			slog.String("span_id", span.SpanID().String()),
		)
	}
	return h.Handler.Handle(ctx, record)
}

func (h spanHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanHandler{h.Handler.WithAttrs(attrs)}
}

func (h spanHandler) WithGroup(name string) slog.Handler {
	return spanHandler{h.Handler.WithGroup(name)}
}
