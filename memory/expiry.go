package memory

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
)

// An instant is the time since the store was made, in microseconds. A clock that is set
// from year one to today goes further than a time.Duration can hold.
type instant int64

const (
	// never is the instant at which records without a TTL expire.
	never instant = math.MaxInt64

	// farthest is the largest instant other than never, so that no sum overflows.
	farthest instant = math.MaxInt64 / 2

	oneSecond instant = 1e6
)

// instantOf rounds down, also below zero.
func instantOf(d time.Duration) instant {
	if d < 0 {
		d -= time.Microsecond - 1
	}
	return instant(d / time.Microsecond)
}

// plus returns the instant that much later.
func (at instant) plus(d instant) instant { return min(at+d, farthest) }

func (at instant) before(other instant) bool { return at < other }

// A clock is the clock of a store, which Advance moves ahead.
type clock struct {
	now   func() time.Time // nil for time.Now
	epoch time.Time
	ahead atomic.Pointer[instant] // by Advance; nil for nothing
}

func newClock(now func() time.Time) *clock {
	if now == nil {
		return &clock{epoch: time.Now()}
	}
	return &clock{now: now, epoch: now()}
}

func (c *clock) instant() instant {
	now := c.elapsed()
	if ahead := c.ahead.Load(); ahead != nil {
		return now.plus(*ahead)
	}
	return now
}

// elapsed returns the time since the store was made, without that of Advance.
func (c *clock) elapsed() instant {
	if c.now == nil {
		return instantOf(time.Since(c.epoch)) // takes half the time of time.Now
	}
	now := c.now()
	d := now.Sub(c.epoch)
	if d > math.MinInt64+time.Microsecond && d != math.MaxInt64 {
		return instantOf(d)
	}
	// Sub has reached its limit.
	const most = int64(farthest/oneSecond) / 2
	from, to := min(max(c.epoch.Unix(), -most), most), min(max(now.Unix(), -most), most)
	return instant(to-from)*oneSecond + instant(now.Nanosecond()-c.epoch.Nanosecond())/1000
}

// unixMicro returns the instant as Unix time in microseconds.
func (c *clock) unixMicro(at instant) int64 { return c.epoch.UnixMicro() + int64(at) }

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

// expiry returns the instant at which a record written now with the TTL expires. Old is
// the record before the write, nil for none.
func (n *namespace) expiry(ttl aerostore.TTL, old *record, now instant) instant {
	if ttl == aerostore.KeepTTL && old != nil {
		return old.expires
	}
	if ttl = n.resolve(ttl); ttl == aerostore.NeverExpire {
		return never
	}
	return now.plus(instant(wholeSeconds(time.Duration(ttl))) * oneSecond)
}

// resolve returns the TTL that a new record gets.
func (n *namespace) resolve(ttl aerostore.TTL) aerostore.TTL {
	if ttl <= 0 && ttl != aerostore.NeverExpire {
		return n.defaultTTL
	}
	return ttl
}

// refuses reports whether a namespace refuses a write with the TTL under
// [WithoutExpiry].
func (n *namespace) refuses(ttl aerostore.TTL, old *record) bool {
	return (ttl != aerostore.KeepTTL || old == nil) && n.resolve(ttl) != aerostore.NeverExpire
}

// extend gives a record its whole TTL again if no more than a part of it is left, as a
// read with [aerostore.ReadTouch] does. The shard is locked. The record keeps its
// generation.
func (n *namespace) extend(r *record, percent aerostore.ReadTouch) {
	if percent <= 0 || r.expires == never {
		return
	}
	now, ttl := n.clock.instant(), r.expires-r.updated
	if now < r.expires-ttl*instant(percent)/100 || now.plus(ttl) <= r.expires {
		return
	}
	r.updated, r.expires = now, now.plus(ttl)
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

// left returns the time until the instant, and false if it has passed. It reads the
// clock only if the instant is not never. The time is at most the longest TTL that
// a server accepts, even if the clock went back.
func (n *namespace) left(expires instant) (ttl aerostore.TTL, alive bool) {
	if expires == never {
		return aerostore.NeverExpire, true
	}
	now := n.clock.instant()
	if !now.before(expires) {
		return 0, false
	}
	// Rounded up to whole seconds: a record just written has its whole TTL.
	seconds := (expires - now + oneSecond - 1) / oneSecond
	return aerostore.TTL(min(seconds, maxTTLSeconds)) * second, true
}

// linger is how many seconds after its expiry a removal still reports that a record
// existed. It is the nsup-period of the recorded server (ttl_expires in
// policy.jsonl).
const linger = 10

// horizon returns the instant before which records expired that are gone.
func (c *clock) horizon() instant {
	return c.instant() - linger*oneSecond
}

// gone reports whether the record expired so long ago that a removal does not find
// it. It reads the clock only if the record has a TTL.
func (r *record) gone(c *clock) bool {
	return r.expires != never && !c.horizon().before(r.expires)
}

// expiring has the records of a shard that have a TTL, in no order. Each write moves
// the hand over a few of them and drops those that are gone, so that no write
// pays for many.
type expiring struct {
	records  []expiringRecord
	hand     int
	earliest instant // no record expires before it
	upcoming instant // nor before this, of those that the hand passed in this round
}

type expiringRecord struct {
	id     aerostore.RecordID
	record *record // its slot is one more than the index of this
}

// schedule adds the record to those that expire, or removes it if it has no TTL
// anymore. The shard is locked.
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
	e.earliest, e.upcoming = min(e.earliest, r.expires), min(e.upcoming, r.expires)
}

// unschedule removes the record from those that expire. The shard is locked.
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

// sweepStep is the largest number of records that a write examines.
const sweepStep = 8

// sweep drops some of the records that are gone. The shard is locked.
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
		e.upcoming = min(e.upcoming, next.record.expires)
		e.hand++
	}
}
