package middleware

import (
	"log/slog"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// addAttrs adds the attributes of a call in the order that Log documents.
func addAttrs(record *slog.Record, call aerostore.Call, result aerostore.Result, o logOutcome, took time.Duration) {
	record.AddAttrs(slog.String("operation", call.Name()))
	namespace, set := call.Target()
	if namespace != "" {
		record.AddAttrs(slog.String("namespace", namespace))
	}
	if set != "" {
		record.AddAttrs(slog.String("set", set))
	}
	record.AddAttrs(slog.Duration("duration", took), slog.String("outcome", o.name()))
	if code := aerostore.CodeOf(o.err); code != aerostore.CodeOK {
		record.AddAttrs(slog.Int("code", int(code)))
	}
	if o.kind == inDoubt {
		record.AddAttrs(slog.Bool("in_doubt", true))
	}
	if result.Attempts > 1 {
		record.AddAttrs(slog.Int("attempts", int(result.Attempts)))
	}
	if node := judgement.Node(result, o.err); node != nil {
		record.AddAttrs(slog.String("node", node.String()))
	}
	if call.IsBatch() {
		record.AddAttrs(slog.Int("batch_size", call.Len()))
	}
	if o.failedKeys > 0 {
		record.AddAttrs(slog.Int("batch_failed", o.failedKeys))
	}
	if rows, ok := judgement.Rows(&call, result); ok {
		record.AddAttrs(slog.Int("rows", rows))
	}
	if text := judgement.Text(o.err); text != "" {
		record.AddAttrs(slog.String("error", text))
	}
}
