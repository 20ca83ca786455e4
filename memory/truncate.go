package memory

import (
	"context"
	"runtime"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

var errFuture error = safe.TextError("the time is in the future")

// Truncate implements [aerostore.Truncator]. It compares times by the clock of the store,
// and delays operations on the records as little as a query does.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace], [aerostore.ErrParameter]
// for a time in the future, [aerostore.ErrClosed], and those of the context.
func (s *Store) Truncate(ctx context.Context, t aerostore.Truncation) error {
	if err := t.Check(ctx); err != nil {
		return err
	}
	n, err := s.open(t.Namespace, t.NewError)
	if err != nil {
		return err
	}
	now := n.clock.instant()
	old := func(r *record) bool { return !now.before(r.updated) }
	if !t.Before.IsZero() {
		limit := n.clock.at(t.Before)
		if now.before(limit) {
			return t.NewError(aerostore.CodeParameter, errFuture)
		}
		old = func(r *record) bool { return r.updated.before(limit) }
	}
	removed := 0
	for set := range n.setsOf(t.Set) {
		for i := range set.shards {
			removed += set.truncate(ctx, &set.shards[i], old)
			if err := aerostore.ContextError(ctx); err != nil {
				ended := t.NewError(aerostore.CodeOK, err)
				ended.InDoubt = removed > 0
				return ended
			}
		}
	}
	return nil
}

// at returns the instant of a time.
func (c *clock) at(t time.Time) instant { return instantOf(t.Sub(c.epoch)) }

// truncate removes the old records of a shard, until the context ends. It returns their
// number.
func (s *set) truncate(ctx context.Context, sh *shard, old func(*record) bool) (removed int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := 0
	sh.walk(func(id aerostore.RecordID, r *record) bool {
		if old(r) {
			s.remove(sh, id, r)
			removed++
		}
		if n++; n%few != 0 {
			return true
		}
		sh.mu.Unlock()
		runtime.Gosched() // so that goroutines that wait for the lock get it
		sh.mu.Lock()
		return ctx.Err() == nil
	})
	return removed
}
