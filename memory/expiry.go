package memory

import (
	"math"
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

// linger is how long an expired record stays before a write to its shard
// removes it: the nsup-period of the server that answered the recordings,
// where such a record can still be removed with existed true (ttl_expires in
// policy.jsonl).
const linger = instant(10 * time.Second)

// sweep drops what expired long ago. The shard is locked for writing. It costs
// a look at every record of the shard, but only once in linger at most and
// only where there is something to drop.
func (sh *shard) sweep(c *clock) {
	if sh.earliest == never {
		return
	}
	now := c.instant()
	if sh.earliest+linger > now {
		return
	}
	sh.earliest = never
	for x, r := range sh.records {
		if r.expires <= now {
			delete(sh.records, x)
		} else {
			sh.earliest = min(sh.earliest, r.expires)
		}
	}
}
