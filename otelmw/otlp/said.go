package otlp

import "sync"

// saidOnce is what the log was told of the environment. Tracing and metrics read
// much of the same, and it is said for one of them alone. When neither runs any
// more all is forgotten.
type saidOnce struct {
	mu      sync.Mutex
	signals int // that run
	texts   map[string]bool
}

var said = saidOnce{texts: map[string]bool{}}

// first reports whether the text has not been said yet, and notes it.
func (s *saidOnce) first(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.texts[text]
	s.texts[text] = true
	return !before
}

// count notes that a signal was started, or by -1 that one was stopped, or by 0
// that one did not start.
func (s *saidOnce) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signals += n; s.signals == 0 {
		clear(s.texts)
	}
}
