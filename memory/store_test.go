package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

const second = aerostore.TTL(time.Second)

func key(id string) aerostore.Key { return aerostore.NewKey("test", "users", id) }

func mustPut(t testing.TB, s aerostore.Store, k aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) {
	t.Helper()
	if err := s.Put(context.Background(), k, bins, opts...); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func mustGet(t testing.TB, s aerostore.Store, k aerostore.Key) *aerostore.Record {
	t.Helper()
	r, err := s.Get(context.Background(), k)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return r
}

// wantCode checks that err has that code, CodeOK for no error.
func wantCode(t testing.TB, err error, want aerostore.ResultCode) {
	t.Helper()
	if got := aerostore.CodeOf(err); got != want || (err == nil) != (want == aerostore.CodeOK) {
		t.Errorf("error %v, want code %d", err, want)
	}
}

func TestTheStoreIsABackendFoundThroughLayers(t *testing.T) {
	s := memory.NewT(t)
	seen := 0
	chain := aerostore.Chain(s, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			seen++
			result, err := next(ctx, call)
			if result.Attempts != 1 {
				t.Errorf("%v: %d attempts", call, result.Attempts)
			}
			return result, err
		}
	}))
	mustPut(t, chain, key("a"), aerostore.Bins{"a": 1})
	if _, err := chain.Get(t.Context(), key("b")); !errors.Is(err, aerostore.ErrNotFound) {
		t.Errorf("Get: %v", err)
	}
	if seen != 2 {
		t.Errorf("the layer saw %d operations", seen)
	}
	if _, ok := aerostore.As[aerostore.Indexer](chain); !ok {
		t.Error("no Indexer beneath the chain")
	}
	describer, ok := aerostore.As[aerostore.Describer](chain)
	if !ok || describer.Describe() != (aerostore.Description{System: "aerospike"}) {
		t.Error("the store does not describe itself")
	}
	type decorated struct{ *memory.Store }
	if s.HandlerFor(decorated{s}) != nil {
		t.Error("the store speaks for a decorator")
	}
}

func TestACustomCallRuns(t *testing.T) {
	s := memory.NewT(t)
	cause := errors.New("cause")
	err := aerostore.Do(t.Context(), s, aerostore.Custom{Name: "TRUNCATE"}, func(context.Context) error { return cause })
	if !errors.Is(err, cause) {
		t.Errorf("Do: %v", err)
	}
}

func TestAClosedStoreRefusesEverything(t *testing.T) {
	s := memory.New()
	mustPut(t, s, key("a"), aerostore.Bins{"a": 1})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	ctx := t.Context()
	index := aerostore.Index{Namespace: "test", Name: "i", Bin: "a", Type: aerostore.IndexInt}
	_, get := s.Get(ctx, key("a"))
	_, batch := s.BatchRead(ctx, nil, nil)
	for name, err := range map[string]error{
		"Get": get, "BatchRead": batch,
		"Put":         s.Put(ctx, key("a"), aerostore.Bins{"a": 1}),
		"CreateIndex": s.CreateIndex(ctx, index),
		"DropIndex":   s.DropIndex(ctx, index),
		"Query":       queryError(ctx, s, aerostore.Query{Namespace: "test"}),
	} {
		if e := (*aerostore.Error)(nil); !errors.As(err, &e) || !errors.Is(err, aerostore.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACallWithADoneContextHasNoEffect(t *testing.T) {
	s := memory.NewT(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Put(ctx, key("a"), aerostore.Bins{"a": 1})
	if !errors.Is(err, context.Canceled) || aerostore.InDoubt(err) {
		t.Errorf("Put: %v", err)
	}
	if err := s.CreateIndex(ctx, aerostore.Index{
		Namespace: "test", Name: "i", Bin: "a", Type: aerostore.IndexInt,
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("CreateIndex: %v", err)
	}
	if existed, err := s.Exists(t.Context(), key("a")); existed || err != nil {
		t.Errorf("Exists: %v, %v", existed, err)
	}
}

func TestANilOptionIsIgnored(t *testing.T) {
	s := memory.NewT(t, nil, memory.WithNamespaces("own"))
	if err := s.Put(t.Context(), aerostore.NewKey("own", "users", 1), bins{"n": 1}); err != nil {
		t.Error(err)
	}
}

func TestInvalidOptionsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"no namespaces":       func() { memory.WithNamespaces() },
		"an empty namespace":  func() { memory.WithNamespaces("test", "") },
		"a nil clock":         func() { memory.WithClock(nil) },
		"half a second":       func() { memory.WithDefaultTTL(second / 2) },
		"the default TTL":     func() { memory.WithDefaultTTL(aerostore.NamespaceTTL) },
		"a TTL of 11 years":   func() { memory.WithDefaultTTL(11 * 365 * 24 * 3600 * second) },
		"records of no bytes": func() { memory.WithMaxRecordSize(0) },
		"no queries":          func() { memory.WithMaxQueries(0) },
		"going back in time":  func() { memory.NewT(t).Advance(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestOnlyNamespacesOfTheStoreExist(t *testing.T) {
	ctx := t.Context()
	stock, own := memory.NewT(t), memory.NewT(t, memory.WithNamespaces("own"))
	for _, tt := range []struct {
		store     *memory.Store
		namespace string
		want      aerostore.ResultCode
	}{
		{stock, "test", aerostore.CodeOK},
		{stock, "bar", aerostore.CodeOK},
		{stock, "own", aerostore.CodeInvalidNamespace},
		{own, "own", aerostore.CodeOK},
		{own, "test", aerostore.CodeInvalidNamespace},
	} {
		k := aerostore.NewKey(tt.namespace, "users", "a")
		wantCode(t, tt.store.Put(ctx, k, aerostore.Bins{"a": 1}), tt.want)
		_, err := tt.store.Exists(ctx, k)
		wantCode(t, err, tt.want)
		wantCode(t, queryError(ctx, tt.store, aerostore.Query{Namespace: tt.namespace}), tt.want)
		wantCode(t, tt.store.CreateIndex(ctx, aerostore.Index{
			Namespace: tt.namespace, Name: "i", Bin: "a", Type: aerostore.IndexInt,
		}), tt.want)
	}
}
