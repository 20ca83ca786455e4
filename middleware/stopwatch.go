package middleware

import "time"

// A stopwatch tells the time since it was started. It costs half of time.Now.
type stopwatch struct{ started time.Time }

func startStopwatch() stopwatch { return stopwatch{time.Now()} }

func (s stopwatch) now() time.Duration { return time.Since(s.started) }
