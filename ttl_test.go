package aerostore_test

import (
	"math"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

func TestSecondsOfATTLAreReversible(t *testing.T) {
	for _, tc := range []struct {
		ttl     aerostore.TTL
		seconds uint32
		text    string
	}{
		{aerostore.TTL(90 * time.Second), 90, "1m30s"},
		{aerostore.NeverExpire, math.MaxUint32, "never"},
		{aerostore.KeepTTL, math.MaxUint32 - 1, "keep"},
		{aerostore.NamespaceTTL, 0, "namespace default"},
	} {
		if got := tc.ttl.Seconds(); got != tc.seconds {
			t.Errorf("%v is %d seconds, want %d", tc.ttl, got, tc.seconds)
		}
		if got := aerostore.TTLFromSeconds(tc.seconds); got != tc.ttl {
			t.Errorf("%d seconds are %v, want %v", tc.seconds, got, tc.ttl)
		}
		if got := tc.ttl.String(); got != tc.text {
			t.Errorf("the text is %q, want %q", got, tc.text)
		}
	}
}

func TestATTLIsRoundedUpToWholeSeconds(t *testing.T) {
	for ttl, want := range map[time.Duration]uint32{
		1: 1, 700 * time.Millisecond: 1, time.Second: 1, time.Second + 1: 2, 1500 * time.Millisecond: 2, 3650*24*time.Hour - 1: 315360000,
	} {
		if got := aerostore.TTL(ttl).Seconds(); got != want {
			t.Errorf("%v is %d seconds, want %d", ttl, got, want)
		}
	}
}

// A computed duration must not become a constant or an unset TTL.
func TestATTLThatIsNotPositiveIsRefused(t *testing.T) {
	now := time.Now()
	for _, ttl := range []aerostore.TTL{
		0, -1, -2, -3, aerostore.TTL(-time.Hour), math.MinInt64,
		aerostore.TTL(time.Time{}.Sub(now)), aerostore.TTL(now.Sub(now)), aerostore.TTL(now.Add(-time.Nanosecond).Sub(now)),
	} {
		err := strict.Put(t.Context(), ada, aerostore.Bins{"a": 1}, aerostore.NeverExpire, ttl)
		refused(t, err, aerostore.CodeParameter, "TTL of "+time.Duration(ttl).String(), "not positive")
	}
}
