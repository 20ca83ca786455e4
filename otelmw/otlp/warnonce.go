package otlp

import (
	"log/slog"
	"sync"
)

// warnOnce has the variables that have been warned about. Tracing and metrics read
// many of the same, and each value is warned about once until both have stopped.
type warnOnce struct {
	mu      sync.Mutex
	signals int // that run
	values  map[string]bool
}

var warned = warnOnce{values: map[string]bool{}}

// warn logs what is wrong with a variable and what is used instead, once for each
// value. It does not log the value, which may hold a password or a key by mistake.
func warn(log *slog.Logger, text, variable, value string) {
	if warned.first(variable + "=" + value) {
		log.Warn(text, slog.String("variable", variable))
	}
}

func warnUnknown(log *slog.Logger, variable, value, what string) {
	warn(log, "otlp: the variable has an unknown value: "+what, variable, value)
}

// first reports whether the value is new, and remembers it.
func (w *warnOnce) first(value string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.values[value]
	w.values[value] = true
	return !before
}

// count adds n to the signals that run: 1 for one that started, -1 for one that
// stopped, 0 for one that did not start.
func (w *warnOnce) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.signals += n; w.signals == 0 {
		clear(w.values)
	}
}
