package memory

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// An instant is a time in nanoseconds since the store was made, so that a
// record needs a word for it and any clock will do, one at year one included.
type instant int64

// never is when records without a TTL expire.
const never instant = math.MaxInt64

// clock tells the time.
type clock struct {
	now   func() time.Time
	epoch time.Time
	ahead atomic.Int64 // by Advance
}

func newClock(now func() time.Time) *clock { return &clock{now: now, epoch: now()} }

func (c *clock) instant() instant {
	return instant(int64(c.now().Sub(c.epoch)) + c.ahead.Load())
}

// expiry returns when a record written with the TTL expires; old is the record
// as it was, nil if there was none.
func (n *namespace) expiry(ttl aerostore.TTL, old *record) instant {
	if ttl == aerostore.KeepTTL && old != nil {
		return old.expires
	}
	if ttl <= 0 && ttl != aerostore.NeverExpire {
		ttl = n.defaultTTL
	}
	if ttl == aerostore.NeverExpire {
		return never
	}
	return n.clock.instant() + instant(roundUp(time.Duration(ttl)))
}

// roundUp rounds a positive duration up to the whole seconds that servers count
// in.
func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// left returns the time that is left until then, false if there is none. The
// clock is asked only if need be.
func (n *namespace) left(expires instant) (ttl aerostore.TTL, alive bool) {
	if expires == never {
		return aerostore.NeverExpire, true
	}
	d := time.Duration(expires - n.clock.instant())
	if d <= 0 {
		return 0, false
	}
	// Rounded up to whole seconds: a record just written has its whole TTL.
	return aerostore.TTL(roundUp(d)), true
}

// linger is how long an expired record can still be removed with existed true:
// the nsup-period of the server that answered the recordings (ttl_expires in
// policy.jsonl).
const linger = instant(10 * time.Second)

// gone reports whether the record expired so long ago that not even a removal
// finds it. The clock is asked only if need be.
func (r *record) gone(c *clock) bool {
	return r.expires != never && r.expires <= c.instant()-linger
}

// expiring are the records of a shard that expire, in no order. The hand goes
// round them, a few at each write, and drops those that are gone, so that no
// write pays for many.
type expiring struct {
	records  []expiringRecord
	hand     int
	earliest instant // none expires before
	upcoming instant // none of those that the hand passed in this round does
}

type expiringRecord struct {
	id     id
	record *record // whose slot is one more than the place of this
}

// schedule takes note of when the record expires. The shard is locked for
// writing, as for the others.
func (sh *shard) schedule(x id, r *record) {
	if r.expires == never {
		sh.unschedule(r)
		return
	}
	e := sh.expiring
	if e == nil {
		e = &expiring{earliest: never, upcoming: never}
		sh.expiring = e
	}
	if r.slot == 0 {
		e.records = append(e.records, expiringRecord{x, r})
		r.slot = uint32(len(e.records)) //nolint:gosec // G115: a shard's share of what fits into memory
	}
	e.earliest, e.upcoming = min(e.earliest, r.expires), min(e.upcoming, r.expires)
}

// unschedule forgets about the record.
func (sh *shard) unschedule(r *record) {
	if r.slot == 0 {
		return
	}
	e := sh.expiring
	last := len(e.records) - 1
	moved := e.records[last]
	e.records[r.slot-1] = moved
	moved.record.slot = r.slot
	e.upcoming = min(e.upcoming, moved.record.expires) // which the hand may have passed now
	e.records[last] = expiringRecord{}
	e.records = e.records[:last]
	r.slot = 0
	if last == 0 {
		sh.expiring = nil
	} else if last < cap(e.records)/4 {
		e.records = slices.Clone(e.records)
	}
}

// sweepStep is how many records a write looks at, at most.
const sweepStep = 8

// sweep drops some of the records that are gone, if there are any. The shard is
// locked for writing.
func (s *set) sweep(sh *shard) {
	e := sh.expiring
	if e == nil {
		return
	}
	horizon := s.clock.instant() - linger
	if e.earliest > horizon {
		return
	}
	for range sweepStep {
		if e.hand >= len(e.records) {
			e.earliest, e.upcoming, e.hand = e.upcoming, never, 0
			return
		}
		next := e.records[e.hand]
		if next.record.expires <= horizon {
			s.remove(sh, next.id, next.record) // another is at the hand then
			continue
		}
		e.upcoming = min(e.upcoming, next.record.expires)
		e.hand++
	}
}
