package middleware

import (
	"errors"
	"log/slog"
	"time"

	"github.com/aerostore/aerostore"
)

// addAttrs tells about the call in the order that Log documents.
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
	if node := nodeOf(result, o.err); node != nil {
		record.AddAttrs(slog.String("node", node.String()))
	}
	if call.IsBatch() {
		record.AddAttrs(slog.Int("batch_size", call.Len()))
	}
	if o.failedKeys > 0 {
		record.AddAttrs(slog.Int("batch_failed", o.failedKeys))
	}
	if rows, ok := rowsOf(call, result); ok {
		record.AddAttrs(slog.Int("rows", rows))
	}
	if text := o.text(); text != "" {
		record.AddAttrs(slog.String("error", text))
	}
}

func nodeOf(result aerostore.Result, err error) *aerostore.Node {
	if result.Node != nil {
		return result.Node
	}
	if e, ok := errors.AsType[*aerostore.Error](err); ok {
		return e.Node
	}
	return nil
}

func rowsOf(call aerostore.Call, result aerostore.Result) (rows int, ok bool) {
	switch call.Op {
	case aerostore.OpQuery:
		return call.Rows(), true
	case aerostore.OpBatchRead:
		for _, r := range result.Batch() {
			if r.Record != nil {
				rows++
			}
		}
		return rows, true
	default:
		return 0, false
	}
}
