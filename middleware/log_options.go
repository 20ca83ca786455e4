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

// A LogOption changes what [Log] does: [LogLevels], [LogSlow], [LogSample] or a
// [LogClassifier]. Of two of a kind the last one counts; nil is none.
type LogOption interface {
	applyLog(*logConfig)
}

// LogLevels sets the levels of records by outcome. Nil keeps the default. They
// are read once, when [Log] is called; a level that changes while the program
// runs belongs to the handler.
//
// Log panics if success or answer are to have a higher level than failure, or
// failure a higher one than in doubt or panic.
type LogLevels struct {
	Success slog.Leveler // Debug
	Answer  slog.Leveler // no record, or left out by a filter: Debug
	Failure slog.Leveler // Warn
	InDoubt slog.Leveler // a failure that leaves a write in doubt: Error
	Panic   slog.Leveler // Error
}

// LogSlow is how long an operation may take. One that takes longer has the
// attribute slow and at least the level Warn, and is not thinned out. Of a query
// the time in the body of the caller's loop does not count. Without LogSlow none
// is slow. Log panics if it is not positive.
type LogSlow time.Duration

// LogSample logs one in so many successes and answers, drawn at random, so that
// a regular pattern of operations hides none of them. Failures and slow
// operations are always logged. Log panics if it is not positive.
type LogSample int

// A LogClassifier reports whether an error, which is not nil, is a failure; if
// not, it is an answer. It is asked about the errors of single keys in a batch,
// too. By default all errors are failures but those for which
// [aerostore.IsNoRecord] is true. An error that leaves a write in doubt is always
// a failure; see [aerostore.Call.InDoubt]. Nil keeps the default.
type LogClassifier func(ctx context.Context, call aerostore.Call, err error) bool

func (o LogLevels) applyLog(c *logConfig)     { c.asked = o }
func (o LogSlow) applyLog(c *logConfig)       { c.slow = time.Duration(o) }
func (o LogSample) applyLog(c *logConfig)     { c.sample = int(o) }
func (o LogClassifier) applyLog(c *logConfig) { c.failed = o }

type logConfig struct {
	asked   LogLevels
	levels  [panicked + 1]slog.Level
	highest slog.Level
	slow    time.Duration
	sample  int
	failed  LogClassifier
}

func newLogConfig(opts []LogOption) logConfig {
	c := logConfig{slow: math.MaxInt64, sample: 1}
	for _, opt := range opts {
		if opt != nil {
			opt.applyLog(&c)
		}
	}
	if c.failed == nil {
		c.failed = judgement.Default
	}
	c.levels = [...]slog.Level{
		succeeded: levelOr(c.asked.Success, slog.LevelDebug),
		answered:  levelOr(c.asked.Answer, slog.LevelDebug),
		failed:    levelOr(c.asked.Failure, slog.LevelWarn),
		inDoubt:   levelOr(c.asked.InDoubt, slog.LevelError),
		panicked:  levelOr(c.asked.Panic, slog.LevelError),
	}
	c.check()
	c.highest = max(c.levels[inDoubt], c.levels[panicked])
	if c.slow < math.MaxInt64 {
		c.highest = max(c.highest, slog.LevelWarn)
	}
	return c
}

func levelOr(asked slog.Leveler, level slog.Level) slog.Level {
	if asked == nil {
		return level
	}
	return asked.Level()
}

func (c *logConfig) check() {
	switch {
	case c.slow <= 0:
		panic(fmt.Sprintf("middleware: Log with a slow threshold of %v", c.slow))
	case c.sample < 1:
		panic(fmt.Sprintf("middleware: Log of one in %d successes", c.sample))
	case c.levels[failed] < max(c.levels[succeeded], c.levels[answered]):
		panic(fmt.Sprintf("middleware: Log of failures at %v, below successes or answers", c.levels[failed]))
	case min(c.levels[inDoubt], c.levels[panicked]) < c.levels[failed]:
		panic(fmt.Sprintf("middleware: Log of what is in doubt or panics below failures at %v", c.levels[failed]))
	}
}

// draw reports whether a success is among those that are logged.
func (c *logConfig) draw() bool {
	return c.sample == 1 || rand.IntN(c.sample) == 0 //nolint:gosec // G404: not for security
}
