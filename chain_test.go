package aerostore_test

import (
	"context"
	"reflect"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/mocks"
)

// trace returns a layer that records when an operation enters and leaves it.
func trace(log *[]string, name string) aerostore.Interceptor {
	return func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			*log = append(*log, name+" in")
			result, err := next(ctx, call)
			*log = append(*log, name+" out")
			return result, err
		}
	}
}

func TestTheFirstLayerIsTheOutermost(t *testing.T) {
	var log []string
	a, b, c := trace(&log, "a"), trace(&log, "b"), trace(&log, "c")
	mw := aerostore.Intercept
	for name, chain := range map[string]func(aerostore.Store) aerostore.Store{
		"Chain(s, a, b, c)":                  func(s aerostore.Store) aerostore.Store { return aerostore.Chain(s, mw(a), mw(b), mw(c)) },
		"a(b(c(s)))":                         func(s aerostore.Store) aerostore.Store { return mw(a)(mw(b)(mw(c)(s))) },
		"Intercept(a, b, c)":                 func(s aerostore.Store) aerostore.Store { return mw(a, b, c)(s) },
		"Chain(Chain(s, c), a, b)":           func(s aerostore.Store) aerostore.Store { return aerostore.Chain(mw(c)(s), mw(a), mw(b)) },
		"nil middlewares are skipped":        func(s aerostore.Store) aerostore.Store { return aerostore.Chain(s, nil, mw(a), nil, mw(b), mw(c)) },
		"nil interceptors are skipped":       func(s aerostore.Store) aerostore.Store { return mw(nil, a, b, nil, c)(s) },
		"with a typed decorator in between":  func(s aerostore.Store) aerostore.Store { return mw(a, b)(decorated{mw(c)(s)}) },
		"with a chain that has no layer yet": func(s aerostore.Store) aerostore.Store { return mw(a, b, c)(aerostore.Chain(s)) },
	} {
		t.Run(name, func(t *testing.T) {
			log = nil
			if _, err := chain(silent{}).Get(t.Context(), ada); err != nil {
				t.Fatal(err)
			}
			want := []string{"a in", "b in", "c in", "c out", "b out", "a out"}
			if !reflect.DeepEqual(log, want) {
				t.Errorf("the layers ran %v, want %v", log, want)
			}
		})
	}
}

// decorated is a decorator written by hand.
type decorated struct{ aerostore.Store }

func (d decorated) Unwrap() aerostore.Store { return d.Store }

func TestALayerMayAnswerWithoutTheStore(t *testing.T) {
	cached := &aerostore.Record{Key: ada}
	store := aerostore.Chain(mocks.NewMockStore(gomock.NewController(t)), aerostore.Intercept(
		func(aerostore.Handler) aerostore.Handler {
			return func(context.Context, aerostore.Call) (aerostore.Result, error) {
				return aerostore.Result{}.WithRecord(cached), nil
			}
		}))
	if got, err := store.Get(t.Context(), ada); got != cached || err != nil {
		t.Errorf("Get = %v, %v", got, err)
	}
}

func TestALayerChangesTheCallOnlyForTheLayersInsideIt(t *testing.T) {
	var outer, inner aerostore.Call
	store := aerostore.Chain(silent{},
		keep(&outer),
		aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				call.Key = grace
				call.Options.TTL = aerostore.NeverExpire
				return next(ctx, call.WithBins(aerostore.Bins{"b": 2}))
			}
		}),
		keep(&inner),
	)
	if err := store.Put(t.Context(), ada, aerostore.Bins{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if outer.Key != ada || outer.Options.TTL != 0 || outer.Bins()["a"] != 1 {
		t.Errorf("the outer layer's call is %v %v %v after the call", outer.Key, outer.Options, outer.Bins())
	}
	if inner.Key != grace || inner.Options.TTL != aerostore.NeverExpire || inner.Bins()["b"] != 2 {
		t.Errorf("the inner layer saw %v %v %v", inner.Key, inner.Options, inner.Bins())
	}
}

// keep records the call after the layers inside it have returned.
func keep(to *aerostore.Call) aerostore.Middleware {
	return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			*to = call
			return result, err
		}
	})
}

// backend is a Backend as memory and asbackend are.
type backend struct{ aerostore.Handler }

func (b *backend) HandlerFor(s aerostore.Store) aerostore.Handler {
	if s == aerostore.Store(b) {
		return b.Handler
	}
	return nil
}

func (*backend) Describe() aerostore.Description {
	return aerostore.Description{System: "aerospike", Address: "db1"}
}

func newBackend() *backend {
	return &backend{func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		if call.Op == aerostore.OpCustom {
			return aerostore.Result{}, call.Run(ctx)
		}
		return aerostore.Result{Node: &aerostore.Node{Name: "A1"}, Attempts: 3}.WithRecord(&aerostore.Record{Key: call.Key}), nil
	}}
}

func TestLayersSeeTheAttemptsAndNodeOfABackend(t *testing.T) {
	var result aerostore.Result
	store := aerostore.Chain(newBackend(), aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (_ aerostore.Result, err error) {
			result, err = next(ctx, call)
			return result, err
		}
	}))
	if _, err := store.Get(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	if result.Node == nil || result.Node.Name != "A1" || result.Attempts != 3 {
		t.Errorf("the layer saw %+v", result)
	}
}

// caching embeds a backend and has a Get of its own.
type caching struct{ *backend }

func (caching) Get(context.Context, aerostore.Key, ...aerostore.ReadOption) (*aerostore.Record, error) {
	return &aerostore.Record{Key: grace}, nil
}

func TestAMethodThatOverridesAnEmbeddedBackendIsCalled(t *testing.T) {
	store := aerostore.Chain(caching{newBackend()}, passOn)
	r, err := store.Get(t.Context(), ada)
	if err != nil || r.Key != grace {
		t.Errorf("Get = %v, %v: the backend answered in place of the type that embeds it", r, err)
	}
	r, err = store.Select(t.Context(), ada, nil)
	if err != nil || r.Key != ada {
		t.Errorf("Select = %v, %v, want the backend's answer", r, err)
	}
}

func TestAsFindsTheOutermostStoreOfAType(t *testing.T) {
	inner := newBackend()
	store := aerostore.Chain(inner, passOn, func(s aerostore.Store) aerostore.Store { return decorated{s} }, passOn)
	if got, ok := aerostore.As[*backend](store); !ok || got != inner {
		t.Errorf("As[*backend] = %v, %v", got, ok)
	}
	if got, ok := aerostore.As[aerostore.Describer](store); !ok || got.Describe().Address != "db1" {
		t.Errorf("As[Describer] = %v, %v", got, ok)
	}
	if got, ok := aerostore.As[aerostore.Indexer](store); ok {
		t.Errorf("As[Indexer] = %v, though no layer is one", got)
	}
	if _, ok := aerostore.As[*backend](nil); ok {
		t.Error("As found something in a nil Store")
	}
}

// shut is a decorator without Unwrap.
type shut struct{ aerostore.Store }

func TestWiringMistakesPanic(t *testing.T) {
	for name, wire := range map[string]func(){
		"a nil store":                         func() { aerostore.Chain(nil) },
		"a middleware that returns nil":       func() { aerostore.Chain(silent{}, func(aerostore.Store) aerostore.Store { return nil }) },
		"Intercept over a nil store":          func() { aerostore.Intercept()(nil) },
		"an interceptor that returns nothing": func() { aerostore.Intercept(func(aerostore.Handler) aerostore.Handler { return nil })(silent{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			wire()
		})
	}
}
