package aerostore

import "context"

// A Pinger is a backend that can say whether its database answers, for a health
// endpoint. Find it under any layers with As[Pinger].
type Pinger interface {
	// Ping returns nil if at least one node answers, and otherwise why not. It
	// reads and writes no record, ends with ctx at the latest, and is safe for
	// concurrent use. After Close it fails with [ErrClosed].
	Ping(ctx context.Context) error
}
