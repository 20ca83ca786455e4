package storetest

import (
	"context"

	"github.com/aerostore/aerostore"
)

func pingCases() []testCase {
	return []testCase{
		{
			name:  "Ping of a working store succeeds",
			why:   "a health endpoint reports the store as working",
			needs: Pinging,
			run:   func(t *trial) { t.ok(t.pinger().Ping(t.Context())) },
		},
		{
			name:  "Ping under a cancelled context fails",
			why:   "the caller no longer waits for the answer",
			needs: Pinging,
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				t.fails(t.pinger().Ping(ctx), context.Canceled)
			},
		},
		{
			name:  "Ping without a context is refused",
			why:   "a nil context is a mistake in the program",
			needs: Pinging,
			run: func(t *trial) {
				t.fails(t.pinger().Ping(nil), aerostore.ErrInvalid) //nolint:staticcheck // SA1012: the point of the case
			},
		},
		{
			name:  "Ping after Close fails with ErrClosed",
			why:   "a closed store does not work",
			needs: Closing,
			run: func(t *trial) {
				pinger := t.pinger()
				t.closeStore()
				t.fails(pinger.Ping(t.Context()), aerostore.ErrClosed)
			},
		},
	}
}

// pinger returns the Pinger in the store.
func (t *trial) pinger() aerostore.Pinger {
	t.Helper()
	pinger, ok := aerostore.As[aerostore.Pinger](t.store)
	if !ok {
		t.Fatalf("As[aerostore.Pinger] finds nothing: add Ping to the store or use Without(Pinging, …)")
	}
	return pinger
}
