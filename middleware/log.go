package middleware

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/aerostore/aerostore"
)

// Log returns a middleware that writes one log record for each operation when it
// ends. The record of a query is written after the caller's loop, and its duration
// includes the body of the loop.
//
// # Levels
//
// A success has the level Debug. So has an answer, such as that there is no record.
// A failure has Warn. A failure that leaves a write in doubt, or a panic, has Error.
// A batch in which a key failed is a failure here, unlike in traces. An operation
// slower than LogOptions.Slow has at least Warn.
//
// Log does not recover panics. It writes a record, and the panic continues with its
// stack. An operation that ends by runtime.Goexit gets the same record.
//
// # Attributes
//
//	operation      GET, BATCH READ, …
//	namespace      if all keys share it
//	set            if all keys share it
//	duration       of the operation with all of its attempts
//	outcome        OK, GENERATION_ERROR, …; timeout or canceled for a context;
//	               panic; for other errors the Go type
//	code           the result code, if not 0
//	in_doubt       true: the write may have been applied
//	attempts       if there was more than one
//	node           the node of the last attempt, if known
//	batch_size     the number of keys of a batch
//	batch_failed   the number of keys of a batch that failed, if any
//	rows           the number of records of a query or a batch read
//	slow           true: it took longer than LogOptions.Slow
//	error          the SafeMessage of an aerostore.Error, without keys and values;
//	               absent for other errors
//
// The outcome of a batch is that of its first key that failed. A log record never
// has a user key or a bin value. The error of refused input names the bin and the
// Go type of its value.
//
// # Handlers
//
// The handler gets the context of the operation, so that it can add trace and span
// ids. If the handler is not enabled for the highest level, the operation passes
// without being timed. Otherwise Log calls Enabled again before it makes a record.
// Records have no source position.
//
// Log panics if logger is nil or an option is invalid.
func Log(logger *slog.Logger, opts LogOptions) aerostore.Middleware {
	if logger == nil {
		panic("middleware: Log with a nil Logger")
	}
	return aerostore.Intercept(newLogging(logger.Handler(), opts).intercept)
}

// logging is the middleware of any number of stores.
type logging struct {
	handler slog.Handler
	levels  [panicked + 1]slog.Level
	highest slog.Level
	slow    time.Duration
	sample  int
	failed  func(ctx context.Context, call aerostore.Call, err error) bool
}

func (l *logging) intercept(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if !l.handler.Enabled(ctx, l.highest) {
			return next(ctx, call)
		}
		return l.watch(ctx, call, next)
	}
}

func (l *logging) watch(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	start := time.Now()
	returned := false
	// A panic that is recovered loses its stack, so it is not recovered.
	defer func() {
		if !returned {
			took := time.Since(start)
			l.log(ctx, call, aerostore.Result{}, logOutcome{kind: panicked}, took, took)
		}
	}()
	inner := call
	var loop *loopTime
	if call.Op == aerostore.OpQuery && l.slow < math.MaxInt64 {
		loop = new(loopTime)
		inner = loop.around(call)
	}
	result, err := next(ctx, inner)
	took := time.Since(start)
	own := took
	if loop != nil {
		own -= loop.body
	}
	judged := l.judge(ctx, call, result, err)
	returned = true
	l.log(ctx, call, result, judged, took, own)
	return result, err
}

// log writes the record of a call. took is its duration. own, without the body of
// a query's loop, decides whether it is slow.
func (l *logging) log(
	ctx context.Context, call aerostore.Call, result aerostore.Result, o logOutcome, took, own time.Duration,
) {
	level, slow := l.levels[o.kind], own > l.slow
	if slow {
		level = max(level, slog.LevelWarn)
	}
	if !l.handler.Enabled(ctx, level) {
		return
	}
	if o.kind <= answered && !slow && !l.draw() {
		return
	}
	record := slog.NewRecord(time.Now(), level, "store operation", 0)
	addAttrs(&record, call, result, o, took)
	if slow {
		record.AddAttrs(slog.Bool("slow", true))
	}
	// slog.Logger ignores the error too.
	_ = l.handler.Handle(ctx, record)
}
