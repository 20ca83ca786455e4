package aerostore

import "context"

// A Pinger is a backend that can check whether its database answers, for example for a
// health endpoint. Find it in a chain with As[Pinger].
type Pinger interface {
	// Ping returns nil if at least one node answers, and otherwise an error. It reads
	// and writes no record, returns when ctx is done, and is safe for concurrent use.
	// It fails with [ErrClosed] if the backend is closed.
	Ping(ctx context.Context) error
}
