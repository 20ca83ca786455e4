package storetest

import (
	"context"

	"github.com/aerostore/aerostore"
)

func pings() []testCase {
	return []testCase{
		{
			name:  "Ping of a working store succeeds",
			why:   "a health endpoint is told that it does",
			needs: Pinging,
			run:   func(t *trial) { t.ok(t.pinger().Ping(t.Context())) },
		},
		{
			name:  "Ping under a cancelled context fails",
			why:   "nobody waits for the answer any more",
			needs: Pinging,
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				t.fails(t.pinger().Ping(ctx), context.Canceled)
			},
		},
		{
			name:  "Ping without a context is refused",
			why:   "a mistake in the program is told as one",
			needs: Pinging,
			run: func(t *trial) {
				t.fails(t.pinger().Ping(nil), aerostore.ErrInvalid) //nolint:staticcheck // SA1012: the point of the case
			},
		},
		{
			name:  "Ping after Close fails with ErrClosed",
			why:   "a store that was closed is not well",
			needs: Closing,
			run: func(t *trial) {
				pinger := t.pinger()
				t.closeStore()
				t.fails(pinger.Ping(t.Context()), aerostore.ErrClosed)
			},
		},
	}
}

// pinger returns what stands under any layers.
func (t *trial) pinger() aerostore.Pinger {
	t.Helper()
	pinger, ok := aerostore.As[aerostore.Pinger](t.store)
	if !ok {
		t.Fatalf("As[aerostore.Pinger] finds nothing: a store without Ping says so by Without(Pinging, …)")
	}
	return pinger
}
