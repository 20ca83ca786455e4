package vectors

import (
	"fmt"
	"math"
	"time"

	"github.com/aerostore/aerostore"
)

// An expiry is the TTL of a record that was read, anything from lo to hi.
type expiry struct{ lo, hi aerostore.TTL }

func (e expiry) String() string {
	if e.lo == e.hi {
		return e.lo.String()
	}
	return fmt.Sprintf("%v to %v", e.lo, e.hi)
}

func (e *expiry) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		bounds, err := decodeAs[[]uint32](data)
		if err == nil && len(bounds) != 2 {
			err = fmt.Errorf("a range of TTLs has two ends, not %d", len(bounds))
		}
		if err != nil {
			return err
		}
		e.lo, e.hi = timeLeft(bounds[0]), timeLeft(bounds[1])
		return nil
	}
	seconds, err := decodeAs[uint32](data)
	e.lo, e.hi = timeLeft(seconds), timeLeft(seconds)
	return err
}

func timeLeft(seconds uint32) aerostore.TTL {
	if seconds == math.MaxUint32 {
		return aerostore.NeverExpire
	}
	return aerostore.TTL(seconds) * aerostore.TTL(time.Second)
}
