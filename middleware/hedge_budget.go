package middleware

import "sync/atomic"

// A hedgeBudget is a bucket. Each operation adds a part of a hedge, and each hedge
// takes one out.
type hedgeBudget struct {
	part  int64 // in millionths
	saved atomic.Int64
}

const (
	oneHedge   = 1_000_000
	mostHedges = 10 * oneHedge
)

// init fills the bucket.
func (b *hedgeBudget) init(part float64) {
	b.part = int64(part * oneHedge)
	b.saved.Store(mostHedges)
}

func (b *hedgeBudget) earn() {
	if b.saved.Load() < mostHedges {
		b.saved.Add(b.part)
	}
}

func (b *hedgeBudget) spend() bool {
	for {
		saved := b.saved.Load()
		if saved < oneHedge {
			return false
		}
		if b.saved.CompareAndSwap(saved, saved-oneHedge) {
			return true
		}
	}
}
