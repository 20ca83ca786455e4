package memory

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// An instant is the time since the store was made, for any clock: one that is
// at year one and is then set to today goes further than a time.Duration.
type instant struct {
	seconds int64
	nanos   int32 // from 0 to 999,999,999
}

// never is when records without a TTL expire.
var never = instant{seconds: math.MaxInt64}

// farthest is the most seconds that a clock is taken to have gone, so that none
// reaches never, and no sum overflows.
const farthest = int64(1) << 60

func instantOf(d time.Duration) instant {
	seconds, nanos := int64(d/time.Second), int32(d%time.Second)
	if nanos < 0 {
		return instant{seconds - 1, nanos + int32(time.Second)}
	}
	return instant{seconds, nanos}
}

// plus returns the instant that much later.
func (at instant) plus(d instant) instant {
	sum := instant{at.seconds + d.seconds, at.nanos + d.nanos}
	if sum.nanos >= int32(time.Second) {
		sum.nanos -= int32(time.Second)
		sum.seconds++
	}
	sum.seconds = min(sum.seconds, farthest)
	return sum
}

func (at instant) before(other instant) bool {
	return at.seconds < other.seconds || at.seconds == other.seconds && at.nanos < other.nanos
}

func earlier(a, b instant) instant {
	if b.before(a) {
		return b
	}
	return a
}

// clock tells the time.
type clock struct {
	now   func() time.Time
	epoch time.Time
	ahead atomic.Pointer[instant] // by Advance; nil: not at all
}

func newClock(now func() time.Time) *clock { return &clock{now: now, epoch: now()} }

func (c *clock) instant() instant {
	now := c.elapsed()
	if ahead := c.ahead.Load(); ahead != nil {
		return now.plus(*ahead)
	}
	return now
}

// elapsed returns how far the clock has gone by itself.
func (c *clock) elapsed() instant {
	now := c.now()
	d := now.Sub(c.epoch)
	if d != math.MinInt64 && d != math.MaxInt64 {
		return instantOf(d)
	}
	// Sub has reached its limit.
	const most = farthest / 2
	from, to := min(max(c.epoch.Unix(), -most), most), min(max(now.Unix(), -most), most)
	nanos := int32(now.Nanosecond() - c.epoch.Nanosecond()) //nolint:gosec // G115: of a second
	return instant{to - from - 1, nanos + int32(time.Second)}.plus(instant{})
}

// advance moves the clock ahead.
func (c *clock) advance(d time.Duration) {
	for {
		before := c.ahead.Load()
		after := instantOf(d)
		if before != nil {
			after = after.plus(*before)
		}
		if c.ahead.CompareAndSwap(before, &after) {
			return
		}
	}
}

// expiry returns when a record written with the TTL expires; old is the record
// as it was, nil if there was none.
func (n *namespace) expiry(ttl aerostore.TTL, old *record) instant {
	if ttl == aerostore.KeepTTL && old != nil {
		return old.expires
	}
	if ttl = n.resolve(ttl); ttl == aerostore.NeverExpire {
		return never
	}
	return n.clock.instant().plus(instant{seconds: wholeSeconds(time.Duration(ttl))})
}

// resolve returns the TTL that a record without one before gets.
func (n *namespace) resolve(ttl aerostore.TTL) aerostore.TTL {
	if ttl <= 0 && ttl != aerostore.NeverExpire {
		return n.defaultTTL
	}
	return ttl
}

// refuses reports whether a namespace that is [WithoutExpiry] takes no write with
// the TTL.
func (n *namespace) refuses(ttl aerostore.TTL, old *record) bool {
	return (ttl != aerostore.KeepTTL || old == nil) && n.resolve(ttl) != aerostore.NeverExpire
}

// wholeSeconds rounds a positive duration up to the whole seconds that servers
// count in.
func wholeSeconds(d time.Duration) int64 {
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}

// left returns the time that is left until then, false if there is none. The
// clock is asked only if need be. After a clock that went back it is what a
// server accepts as a TTL, at most.
func (n *namespace) left(expires instant) (ttl aerostore.TTL, alive bool) {
	if expires == never {
		return aerostore.NeverExpire, true
	}
	now := n.clock.instant()
	if !now.before(expires) {
		return 0, false
	}
	// Rounded up to whole seconds: a record just written has its whole TTL.
	seconds := expires.seconds - now.seconds
	if expires.nanos > now.nanos {
		seconds++
	}
	return aerostore.TTL(min(seconds, maxTTLSeconds)) * second, true
}

// linger is how many seconds an expired record can still be removed with existed
// true: the nsup-period of the server that answered the recordings (ttl_expires
// in policy.jsonl).
const linger = 10

// horizon returns the instant before which records must have expired to be gone.
func (c *clock) horizon() instant {
	now := c.instant()
	now.seconds -= linger
	return now
}

// gone reports whether the record expired so long ago that not even a removal
// finds it. The clock is asked only if need be.
func (r *record) gone(c *clock) bool {
	return r.expires != never && !c.horizon().before(r.expires)
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
	id     aerostore.RecordID
	record *record // whose slot is one more than the place of this
}

// schedule takes note of when the record expires. The shard is locked for
// writing, as for the others.
func (sh *shard) schedule(id aerostore.RecordID, r *record) {
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
		e.records = append(e.records, expiringRecord{id, r})
		r.slot = uint32(len(e.records)) //nolint:gosec // G115: a shard's share of what fits into memory
	}
	e.earliest, e.upcoming = earlier(e.earliest, r.expires), earlier(e.upcoming, r.expires)
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
	e.upcoming = earlier(e.upcoming, moved.record.expires) // which the hand may have passed now
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
	horizon := s.clock.horizon()
	if horizon.before(e.earliest) {
		return
	}
	for range sweepStep {
		if e.hand >= len(e.records) {
			e.earliest, e.upcoming, e.hand = e.upcoming, never, 0
			return
		}
		next := e.records[e.hand]
		if !horizon.before(next.record.expires) {
			s.remove(sh, next.id, next.record) // another is at the hand then
			continue
		}
		e.upcoming = earlier(e.upcoming, next.record.expires)
		e.hand++
	}
}
