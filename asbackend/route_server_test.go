package asbackend_test

import (
	"context"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/middleware"
)

func TestByNodeNamesTheNodeThatServesTheRecord(t *testing.T) {
	backend, set := dial(t)
	var before, after string
	store := aerostore.Chain(backend, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			before, after = backend.ByNode(call), ""
			result, err := next(ctx, call)
			if result.Node != nil {
				after = result.Node.Name
			}
			return result, err
		}
	}))
	for i := range 20 {
		k := key(set, i)
		if err := store.Put(t.Context(), k, aerostore.Bins{"n": i}); err != nil || before == "" {
			t.Fatalf("Put: %v, to node %q", err, before)
		}
		digest := aerostore.DigestKey(k.Namespace(), k.Set(), k.Digest())
		for _, k := range []aerostore.Key{k, digest} {
			if _, err := store.Get(t.Context(), k); err != nil || before == "" || before != after {
				t.Errorf("Get: %v, said %q, went to %q", err, before, after)
			}
		}
	}
	for name, call := range map[string]aerostore.Call{
		"a batch":              aerostore.Call{Op: aerostore.OpBatchRead}.WithKeys([]aerostore.Key{key(set, 1)}),
		"an unknown namespace": {Op: aerostore.OpGet, Key: aerostore.NewKey(unknown, "", 1)},
		"no key":               {Op: aerostore.OpGet},
		"no operation":         {Key: key(set, 1)},
	} {
		if got := backend.ByNode(call); got != "" {
			t.Errorf("%s goes to %q", name, got)
		}
	}
	gone, err := asbackend.Dial(t.Context(), hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	if got := gone.ByNode(aerostore.Call{Op: aerostore.OpGet, Key: key(set, 1)}); got != "" {
		t.Errorf("a closed store sends to %q", got)
	}
}

func TestEachNodeCanHaveACircuit(t *testing.T) {
	backend, set := dial(t)
	store := aerostore.Chain(backend, middleware.CircuitBreaker(middleware.BreakerOptions{Scope: backend.ByNode}))
	if err := store.Put(t.Context(), key(set, 1), aerostore.Bins{"n": 1}); err != nil {
		t.Fatal(err)
	}
	levels := aerostore.Layers(store)[0].LayerStats().Gauges
	if len(levels) == 0 || levels[0].Scope != backend.ByNode(aerostore.Call{Op: aerostore.OpGet, Key: key(set, 1)}) {
		t.Errorf("levels %+v", levels)
	}
}

// BenchmarkByNode measures what a circuit for each node adds to an operation.
func BenchmarkByNode(b *testing.B) {
	backend, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Close()
	call := aerostore.Call{Op: aerostore.OpGet, Key: key("users", "ada")}
	b.ReportAllocs()
	for b.Loop() {
		if backend.ByNode(call) == "" {
			b.Fatal("no node")
		}
	}
}
