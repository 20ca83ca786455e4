package storetest

import (
	"time"

	"github.com/aerostore/aerostore"
)

func readTouchCases() []testCase {
	return []testCase{
		{
			name: "a read with ReadTouch extends the TTL", needs: Expiry, waits: true,
			why: "a read touches the record when no more than a part of its TTL is left",
			run: func(t *trial) {
				keys := t.keys(3)
				for _, key := range keys {
					t.put(key, before, hour)
				}
				t.pass(2100 * time.Millisecond)
				_, err := t.store.Get(t.Context(), keys[0], aerostore.ReadTouch(100))
				t.ok(err)
				_, err = t.store.Get(t.Context(), keys[1], aerostore.ReadTouch(50))
				t.ok(err)
				_, err = t.store.Get(t.Context(), keys[2], aerostore.ReadTouchNever)
				t.ok(err)
				left := func(key aerostore.Key) aerostore.TTL { return t.get(key).TTL }
				for range 100 { // a server touches the record after it has answered
					if left(keys[0]) > left(keys[1]) {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				if touched, one, other := left(keys[0]), left(keys[1]), left(keys[2]); touched <= one || touched <= other || touched > hour {
					t.Errorf("the TTLs are %v with ReadTouch(100), %v with ReadTouch(50) and %v with ReadTouchNever, want %v, less and less", touched, one, other, time.Duration(hour))
				}
				t.equal("the generation", t.get(keys[0]).Generation, uint32(1))
			},
		},
	}
}
