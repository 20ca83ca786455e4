package asbackend_test

import (
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/internal/servertest"
	"github.com/aerostore/aerostore/internal/tcpproxy"
	"github.com/aerostore/aerostore/storetest"
)

// unhurried returns policies with timeouts that a slow machine does not reach, for cases that
// are about something else.
func unhurried() asbackend.Option {
	return withBase(func(p *as.BasePolicy) { p.TotalTimeout, p.SocketTimeout = time.Minute, time.Minute })
}

// specify runs the specification on the cluster, under layers.
func specify(t *testing.T, layers ...aerostore.Middleware) {
	t.Helper()
	opts := []storetest.Option{
		storetest.WithStalled(func(tb testing.TB) aerostore.Store {
			tb.Helper()
			p := tcpproxy.New(tb, newFakeNode(tb).addr())
			s, err := asbackend.Dial(tb.Context(), p.Addr(), asbackend.WithClientPolicy(lonely()))
			if err != nil {
				tb.Fatal(err)
			}
			tb.Cleanup(func() { _ = s.Close() })
			p.Stall(tcpproxy.ToClient)
			return aerostore.Chain(s, layers...)
		}),
		storetest.WithNamespace(namespace),
		storetest.Without(storetest.DurableDelete, "the server is the Community Edition"),
	}
	if !asbackend.SendsIndexNames {
		opts = append(opts, storetest.Without(storetest.IndexExpressions, "the client cannot send the name of an index"))
	}
	var newClient func(tb testing.TB) *as.Client
	if servertest.IsEmulated() { // one for each case, which can move its clock
		var servers sync.Map
		newClient = func(tb testing.TB) *as.Client {
			tb.Helper()
			server := emulator.RunT(tb)
			client := newClientOf(tb, server.Addr())
			servers.Store(client, server)
			return client
		}
		opts = append(opts, storetest.WithAdvance(func(s aerostore.Store, d time.Duration) {
			backend, _ := aerostore.As[*asbackend.Store](s)
			server, _ := servers.Load(backend.Client())
			server.(*emulator.Server).Store().Advance(d)
		}))
	} else {
		client := newClientOf(t, hosts(t))
		newClient = func(testing.TB) *as.Client { return client }
	}
	storetest.Run(t, func(tb testing.TB) aerostore.Store {
		tb.Helper()
		s, err := asbackend.New(newClient(tb), unhurried()) // a Store for each case, so that it can be closed
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = s.Close() }) // waits for commands of layers, such as Hedge, before the client is closed
		return aerostore.Chain(s, layers...)
	}, opts...)
}

// newClientOf returns a client of the cluster, which is closed when the test ends.
func newClientOf(tb testing.TB, hosts string) *as.Client {
	tb.Helper()
	s, err := asbackend.Dial(tb.Context(), hosts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s.Client()
}
