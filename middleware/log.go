package middleware

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/aerostore/aerostore"
)

// Log returns a middleware that makes one log record for each operation, when
// it is over. The record of a query comes when the caller stops ranging over
// it, and its duration includes what the caller did meanwhile.
//
// # Levels
//
// A success and an answer, such as that there is no record, have the level
// Debug; a failure has Warn; a failure that leaves a write in doubt, and a
// panic, have Error. [LogLevels] sets others, [LogClassifier] decides what is
// a failure. A batch in which some keys failed is a failure here, so that it is
// not overlooked, though its span is none. Beyond the threshold of [LogSlow] the
// level is Warn at least. [LogSample] thins successes and answers out.
//
// A panic is not recovered: it is told and goes on with its stack. A goroutine
// that ends by runtime.Goexit looks the same from here.
//
// # Attributes
//
//	operation      GET, BATCH READ, …
//	namespace      where all keys share it
//	set            where all keys share it
//	duration       of the operation with all of its attempts
//	outcome        OK, GENERATION_ERROR, …; timeout or canceled for a context;
//	               panic; else the error's Go type
//	code           the result code, if not 0
//	in_doubt       true: the write may have been applied
//	attempts       if there was more than one
//	node           the node that served it last, where known
//	batch_size     keys of a batch
//	batch_failed   how many keys of a batch failed, if any
//	rows           records that a query or a batch read gave
//	slow           true: it took longer than LogSlow allows
//	error          the SafeMessage of an [aerostore.Error], which holds no key and
//	               no value; of other errors only outcome tells
//
// The outcome of a batch is that of its first key that failed. A record never
// holds a key or a bin value. Why input was refused before anything was sent
// names the bin and the Go type.
//
// # Handlers
//
// Records are made with the operation's context, so that a handler can add the
// ids of trace and span to them. A handler that is not enabled for the highest
// of the levels is taken to be off: operations then pass without being timed.
// Otherwise it is asked again before a record is made. A record has no source
// position, since it would always be the same.
//
// Log panics if logger is nil or the options make no sense.
func Log(logger *slog.Logger, opts ...LogOption) aerostore.Middleware {
	if logger == nil {
		panic("middleware: Log with a nil Logger")
	}
	l := &logging{logConfig: newLogConfig(opts), handler: logger.Handler()}
	return aerostore.Intercept(l.intercept)
}

// logging is the middleware around any store.
type logging struct {
	logConfig
	handler slog.Handler
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
	// Recovering would cost the panic its stack, so it is seen by what did not
	// happen.
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

// log makes the record of a call that took so long, its own part of which decides
// whether it is slow.
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
	// As with slog.Logger, there is nobody to tell that logging failed.
	_ = l.handler.Handle(ctx, record)
}
