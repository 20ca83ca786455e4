package middleware

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// TimeoutOptions are the options of [Timeout].
type TimeoutOptions struct {
	// Limits are the limits of some operations, such as longer ones for queries
	// and batches. [None] means no limit. An operation without an entry, or with
	// 0, has the limit that was passed to Timeout.
	Limits map[aerostore.Op]time.Duration

	// MaxTimeout is the longest [aerostore.Timeout] that a call may have. A
	// longer one is shortened to MaxTimeout. Zero, the default, and None mean no
	// maximum.
	MaxTimeout time.Duration

	// OnEvent, if not nil, is called for each event.
	OnEvent Hook
}

// limits are the limits of operations. Nil is no limit.
type limits struct {
	byOp    [math.MaxUint8 + 1]*TimeoutError // for every value of Op
	longest time.Duration                    // that a call may want
}

func newLimits(general time.Duration, opts TimeoutOptions) limits {
	if general <= 0 {
		panic(fmt.Sprintf("middleware: Timeout of %v: must be positive", general))
	}
	if opts.MaxTimeout < None {
		panic(fmt.Sprintf("middleware: Timeout with a maximum of %v: must be positive, or None", opts.MaxTimeout))
	}
	l := limits{longest: opts.MaxTimeout}
	if l.longest <= 0 {
		l.longest = math.MaxInt64
	}
	limit := newLimit(general, false)
	for op := range l.byOp {
		l.byOp[op] = limit
	}
	for _, op := range slices.Sorted(maps.Keys(opts.Limits)) {
		switch limit := opts.Limits[op]; {
		case !op.IsValid():
			panic(fmt.Sprintf("middleware: Timeout with a limit for operation %d: there is no such Op", op))
		case limit < None:
			panic(fmt.Sprintf("middleware: Timeout of %v for %v: must be positive, or None", limit, op))
		case limit == None:
			l.byOp[op] = nil
		case limit > 0:
			l.byOp[op] = newLimit(limit, false)
		}
	}
	for _, limit := range l.byOp {
		if limit != nil && limit.Limit > l.longest {
			panic(fmt.Sprintf("middleware: Timeout with a maximum of %v, below a limit of %v", l.longest, limit.Limit))
		}
	}
	return l
}

// of returns the limit of a call that may have a timeout, 0 for none. An
// unknown operation has the general limit.
func (l *limits) of(op aerostore.Op, timeout time.Duration) *TimeoutError {
	if timeout > 0 {
		return newLimit(min(timeout, l.longest), false)
	}
	return l.byOp[op]
}
