package asbackend

import (
	"context"
	"errors"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestAQueryEndsAlthoughRecordsAreThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(s *Store, cancel func())
		want error
	}{
		"nothing happens":             {func(*Store, func()) {}, nil},
		"the context is cancelled":    {func(_ *Store, cancel func()) { cancel() }, context.Canceled},
		"Shutdown does not wait more": {func(s *Store, _ func()) { s.life.abortQueries() }, aerostore.ErrClosed},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		r := round{command: commandOf(offline(t), aerostore.OpQuery, aerostore.Options{})}
		r.ctx = ctx
		results := make(chan *as.Result, 1)
		results <- &as.Result{}
		c.end(r.store, cancel)
		if _, err := r.next(results, &idleTimer{}); !errors.Is(err, c.want) {
			t.Errorf("%s: the error is %v, want %v", name, err, c.want)
		}
		cancel()
	}
}
