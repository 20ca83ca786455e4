package asbackend_test

import (
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
	"github.com/aerostore/aerostore/storetest"
)

func TestStoreAnswersTheSpecification(t *testing.T) {
	t.Parallel()
	specify(t)
}

// specify runs the specification on the cluster, under layers.
func specify(t *testing.T, layers ...aerostore.Middleware) {
	t.Helper()
	backend, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = backend.Close() })
	storetest.Run(t,
		func(tb testing.TB) aerostore.Store {
			tb.Helper()
			// A Store for each case, so that it can be closed; all share the
			// client.
			s, err := asbackend.New(backend.Client())
			if err != nil {
				tb.Fatal(err)
			}
			return aerostore.Chain(s, layers...)
		},
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
	)
}
