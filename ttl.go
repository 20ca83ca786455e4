package aerostore

import (
	"cmp"
	"math"
	"time"
)

// A TTL is how long a record lives after a write. It is a duration of up to ten years,
// such as TTL(24*time.Hour), or one of the constants below. Servers count in seconds,
// so a TTL is rounded up to a whole second. The TTL of a [Record] is the time that was
// left when the record was read.
//
// A write with a duration of zero or less fails with [ErrInvalid]. The constants
// are negative, but no result of time.Until or time.Time.Sub equals one of them, so
// TTL(time.Until(t)) is safe for any t.
//
// A server refuses a TTL with [CodeForbidden] if its namespace does not expire records
// (nsup-period 0, the server's default).
type TTL time.Duration

// The TTLs that are not durations.
//
// Functions of package time saturate at math.MinInt64, which is none of them.
const (
	// NeverExpire makes a record live until it is removed.
	NeverExpire TTL = math.MinInt64 + 1 + iota
	// KeepTTL leaves the record's expiry unchanged.
	KeepTTL
	// NamespaceTTL gives the record the default-ttl of its namespace. It is the
	// default unless the backend is configured otherwise.
	NamespaceTTL

	// ttlOver stands for TTL(0) in Options, where zero means not set.
	ttlOver
)

// maxTTL is the longest TTL that a server accepts.
const maxTTL = TTL(10 * 365 * 24 * time.Hour)

func (t TTL) applyWrite(o Options) Options {
	o.TTL = cmp.Or(t, ttlOver)
	return o
}

// String returns the duration, such as "24h0m0s", or the meaning of a constant, such as
// "never".
func (t TTL) String() string {
	switch t {
	case NeverExpire:
		return "never"
	case KeepTTL:
		return "keep"
	case NamespaceTTL:
		return "namespace default"
	case ttlOver:
		return "0s"
	default:
		return time.Duration(t).String()
	}
}

func (t TTL) check() *invalidError {
	switch {
	case t == 0, t == NeverExpire, t == KeepTTL, t == NamespaceTTL:
		return nil
	case t < 0:
		return invalidf("a TTL of %v is not positive: "+
			"use a positive one, NeverExpire, or none for the namespace's default", t)
	case t > maxTTL:
		return invalidf("a TTL of %v is out of range: %d seconds (ten years) at most",
			t, uint64(time.Duration(maxTTL).Seconds()))
	default:
		return nil
	}
}

// Seconds returns the TTL as Aerospike's wire protocol and clients represent it: in
// seconds, rounded up, or the number that stands for a constant. The zero TTL is
// represented like NamespaceTTL.
func (t TTL) Seconds() uint32 {
	switch {
	case t == NeverExpire:
		return math.MaxUint32
	case t == KeepTTL:
		return math.MaxUint32 - 1
	case t <= 0:
		return 0
	default:
		return uint32((time.Duration(t)-1)/time.Second + 1) //nolint:gosec // G115: check keeps it under ten years
	}
}

// TTLFromSeconds returns the TTL that [TTL.Seconds] represents as seconds.
func TTLFromSeconds(seconds uint32) TTL {
	switch seconds {
	case math.MaxUint32:
		return NeverExpire
	case math.MaxUint32 - 1:
		return KeepTTL
	case 0:
		return NamespaceTTL
	default:
		return TTL(time.Duration(seconds) * time.Second)
	}
}
