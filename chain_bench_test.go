package aerostore

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkChain measures Get over a store that does nothing, through layers that call
// the next one. It compares the chain with two other designs: a chain that passes the
// call by pointer, and decorators that implement Store.
// docs/decisions/0002-call-by-value.md has figures.
func BenchmarkChain(b *testing.B) {
	key := NewKey("test", "users", "u1")
	for _, layers := range []int{0, 1, 3, 5, 10} {
		value, pointer, typed := valueChain(layers), pointerChain(layers), typedChain(layers)
		for _, design := range []struct {
			name  string
			store interface {
				Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error)
			}
		}{{"value", value}, {"pointer", pointer}, {"typed", typed}} {
			b.Run(fmt.Sprintf("layers=%d/%s", layers, design.name), func(b *testing.B) {
				ctx := b.Context()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := design.store.Get(ctx, key); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("layers=%d/%s/parallel", layers, design.name), func(b *testing.B) {
				ctx := b.Context()
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := design.store.Get(ctx, key); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// noopStore is a typed store that answers at once.
type noopStore struct {
	Store
	record *Record
}

func (s *noopStore) Get(context.Context, Key, ...ReadOption) (*Record, error) {
	return s.record, nil
}

func valueChain(layers int) Store {
	pass := func(next Handler) Handler {
		return func(ctx context.Context, call Call) (Result, error) {
			result, err := next(ctx, call)
			return result, err
		}
	}
	// Zero layers are the two conversions alone.
	mws := []Middleware{Intercept()}
	for range layers {
		mws = append(mws, Intercept(pass))
	}
	return Chain(&noopStore{record: &Record{}}, mws...)
}

// pointerHandler is Handler with the call by pointer, which makes it escape.
type pointerHandler func(ctx context.Context, call *Call) (Result, error)

func (h pointerHandler) Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error) {
	r, err := h(replaceNil(ctx), &Call{Op: OpGet, Key: key, Options: readOptions(opts)})
	return r.Record(), err
}

func pointerChain(layers int) pointerHandler {
	var store Store = &noopStore{record: &Record{}}
	h := pointerHandler(func(ctx context.Context, call *Call) (r Result, err error) {
		switch call.Op {
		case OpGet:
			record, err := store.Get(ctx, call.Key, call.Options.forRead()...)
			return r.WithRecord(record), err
		case OpSelect:
			record, err := store.Select(ctx, call.Key, call.BinNames(), call.Options.forRead()...)
			return r.WithRecord(record), err
		case OpPut:
			err = store.Put(ctx, call.Key, call.Bins(), call.Options.forWrite()...)
		}
		return r, err
	})
	for range layers {
		next := h
		h = func(ctx context.Context, call *Call) (Result, error) {
			result, err := next(ctx, call)
			return result, err
		}
	}
	return h
}

// typedLayer is a decorator written against Store, one method of fifteen.
type typedLayer struct{ Store }

func (l *typedLayer) Get(ctx context.Context, key Key, opts ...ReadOption) (*Record, error) {
	return l.Store.Get(ctx, key, opts...)
}

func typedChain(layers int) Store {
	var s Store = &noopStore{record: &Record{}}
	for range layers {
		s = &typedLayer{s}
	}
	return s
}
