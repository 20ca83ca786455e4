package asbackend

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerospike/aerospike-client-go/v7/logger"
)

// LogTo sends what the client logs to l, with its level and its place in the client's
// source. By default the client logs nothing. Nil stops it.
//
// The client has one logger for the process, so LogTo applies to all clients, also those
// that asbackend did not make. It replaces what the application sets by the client's
// package logger, and the last LogTo applies.
//
// Call LogTo before the first [Dial], [New] or client, since the client reads its logger
// without a lock. After the first Dial or New, a first LogTo returns an error and changes
// nothing. Once a LogTo has set a logger, LogTo may be called at any time, from any
// goroutine.
//
// If the first logger does not enable [slog.LevelDebug], the client makes no debug lines,
// whatever later loggers enable. Debug lines are about single connections and commands.
//
// The handler of l runs on the client's goroutines, which wait for it. It must be safe for
// concurrent use. If it panics, the program may end.
//
// No line has a user key or a bin value: of lines that may hold one, only the beginning is
// logged. Lines may hold addresses, and names of nodes and namespaces.
func LogTo(l *slog.Logger) error { return clientLog.to(l) }

// clientLog is what the client logs to, after the first LogTo.
var clientLog clientLogger

type clientLogger struct {
	handler atomic.Pointer[slog.Logger] // nil: nothing is logged

	setting sync.Mutex
	set     bool // as the client's logger
	late    bool // a client may exist
}

// clientStarts is called before a client is made or taken over.
func (c *clientLogger) clientStarts() {
	c.setting.Lock()
	defer c.setting.Unlock()
	c.late = true
}

func (c *clientLogger) to(l *slog.Logger) error {
	c.setting.Lock()
	defer c.setting.Unlock()
	if !c.set && l != nil {
		if c.late {
			return invalid("LogTo is called after Dial or New: the client cannot change its logger while it runs: call LogTo first")
		}
		level := logger.INFO
		if l.Enabled(context.Background(), slog.LevelDebug) {
			level = logger.DEBUG
		}
		logger.Logger.SetLogger(c)
		logger.Logger.SetLevel(level)
		c.set = true
	}
	c.handler.Store(l)
	return nil
}

// Printf logs a line of the client. Its level is known only from the calling method.
func (c *clientLogger) Printf(format string, v ...any) {
	l := c.handler.Load()
	if l == nil {
		return
	}
	var callers [4]uintptr
	level, caller := callerOf(callers[:runtime.Callers(2, callers[:])])
	ctx := context.Background()
	if !l.Enabled(ctx, level) {
		return
	}
	record := slog.NewRecord(time.Now(), level, messageOf(format, v, caller), caller.PC+1) // a return address, as of runtime.Callers
	_ = l.Handler().Handle(ctx, record)                                                    // slog.Logger ignores the error too
}

var logLevels = map[string]slog.Level{"Debug": slog.LevelDebug, "Info": slog.LevelInfo, "Warn": slog.LevelWarn, "Error": slog.LevelError}

// callerOf returns the level of a line, and what logged it. The level of a line that no
// method of the client's logger has logged is that of Info.
func callerOf(callers []uintptr) (slog.Level, runtime.Frame) {
	level := slog.LevelInfo
	frames := runtime.CallersFrames(callers)
	for {
		frame, more := frames.Next()
		_, method, ok := strings.Cut(frame.Function, "/logger.(*logger).")
		if !ok || !more {
			return level, frame
		}
		if of, known := logLevels[method]; known {
			level = of
		}
	}
}

// withheld are the beginnings of lines whose rest is not logged. It may hold a key or a
// value that a server sent or a query filters by, or a password.
var withheld = []string{
	"UDF execution error",
	"Error while Executing query for node",
	"Error while Executing scan for node",
	"Requested info buffer does not adhere to the protocol",
	"Invalid config URL",
}

// scripts is the package of the client that runs an application's scripts, which log what
// they like.
const scripts = "/internal/lua."

const withheldRest = ": the rest is withheld, because it may hold a key or a value"

func messageOf(format string, v []any, caller runtime.Frame) string {
	if strings.Contains(caller.Function, scripts) {
		return "a script of an aggregation" + withheldRest
	}
	if i := slices.IndexFunc(withheld, func(s string) bool { return strings.HasPrefix(format, s) }); i >= 0 {
		return withheld[i] + withheldRest
	}
	if len(v) == 0 {
		return format // which may be the text of an error
	}
	return fmt.Sprintf(format, v...)
}
