package middleware

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/judgement"
)

// LogOptions are the options of [Log].
type LogOptions struct {
	// Levels are the levels of records by outcome. [LogLevels] has the defaults.
	Levels LogLevels

	// Slow is how long an operation may take. A slower one is always logged, with
	// the attribute slow and at least the level Warn. The time in the body of a
	// query's loop does not count. With zero, the default, and [None], no
	// operation is slow.
	Slow time.Duration

	// Sample is the number of successes and answers of which one is logged, drawn
	// at random. Failures and slow operations are always logged. The default is
	// 1: all are logged. None means the same.
	Sample int

	// IsFailure reports whether an error is a failure. Otherwise it is an answer.
	// The error is not nil. It is also called for the errors of single keys of a
	// batch. An error that leaves a write in doubt is always a failure: see
	// [aerostore.Call.InDoubt]. By default all errors are failures, except those
	// for which [aerostore.IsNoRecord] returns true.
	IsFailure func(ctx context.Context, call aerostore.Call, err error) bool
}

// LogLevels are the levels of records by outcome. A nil level is the default.
// [Log] reads the levels once. To change the level while the program runs, change
// it in the handler.
//
// Failure must not be below Success and Answer, and InDoubt and Panic must not be
// below Failure.
type LogLevels struct {
	Success slog.Leveler // by default Debug
	Answer  slog.Leveler // such as that there is no record; by default Debug
	Failure slog.Leveler // by default Warn
	InDoubt slog.Leveler // a failure that leaves a write in doubt; by default Error
	Panic   slog.Leveler // by default Error
}

// newLogging panics if an option is invalid.
func newLogging(handler slog.Handler, opts LogOptions) *logging {
	l := &logging{
		handler: handler,
		levels: [...]slog.Level{
			succeeded: levelOr(opts.Levels.Success, slog.LevelDebug),
			answered:  levelOr(opts.Levels.Answer, slog.LevelDebug),
			failed:    levelOr(opts.Levels.Failure, slog.LevelWarn),
			inDoubt:   levelOr(opts.Levels.InDoubt, slog.LevelError),
			panicked:  levelOr(opts.Levels.Panic, slog.LevelError),
		},
		slow:   orDefault(opts.Slow, 0),
		sample: max(orDefault(opts.Sample, 1), 1),
		failed: opts.IsFailure,
	}
	switch {
	case opts.Slow < None:
		panic(fmt.Sprintf("middleware: Log with a slow threshold of %v: must be positive, or None", opts.Slow))
	case opts.Sample < None:
		panic(fmt.Sprintf("middleware: Log of one in %d successes: must be positive, or None", opts.Sample))
	case l.levels[failed] < max(l.levels[succeeded], l.levels[answered]):
		panic(fmt.Sprintf("middleware: Log of failures at %v, below successes or answers: raise Levels.Failure", l.levels[failed]))
	case min(l.levels[inDoubt], l.levels[panicked]) < l.levels[failed]:
		panic(fmt.Sprintf("middleware: Log of doubt or panics below failures at %v: raise Levels.InDoubt or Levels.Panic", l.levels[failed]))
	}
	if l.failed == nil {
		l.failed = judgement.Default
	}
	l.highest = max(l.levels[inDoubt], l.levels[panicked])
	if l.slow == 0 {
		l.slow = math.MaxInt64
	} else {
		l.highest = max(l.highest, slog.LevelWarn)
	}
	return l
}

func levelOr(set slog.Leveler, byDefault slog.Level) slog.Level {
	if set == nil {
		return byDefault
	}
	return set.Level()
}

// draw reports whether a success is in the sample.
func (l *logging) draw() bool {
	return l.sample == 1 || rand.IntN(l.sample) == 0 //nolint:gosec // G404: not for security
}
