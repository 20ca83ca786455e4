package asbackend_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func increased(r *aerostore.Record) (aerostore.Bins, error) {
	n, err := r.Int("n")
	if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
		return nil, err
	}
	return aerostore.Bins{"n": n + 1}, nil
}

func TestUpdateNoticesOtherWritersOnAServer(t *testing.T) {
	s, set := dial(t)
	k := key(set, 1)
	for name, tc := range map[string]struct {
		exists  bool
		other   func(context.Context) error
		options []aerostore.WriteOption
		want    int
	}{
		"written": {true, func(ctx context.Context) error {
			return s.Put(ctx, k, aerostore.Bins{"n": 10})
		}, nil, 11},
		"created": {false, func(ctx context.Context) error {
			return s.Put(ctx, k, aerostore.Bins{"n": 10})
		}, nil, 11},
		"removed": {true, func(ctx context.Context) error {
			_, err := s.Remove(ctx, k)
			return err
		}, nil, 1},
		"removed, and to be replaced": {true, func(ctx context.Context) error {
			_, err := s.Remove(ctx, k)
			return err
		}, []aerostore.WriteOption{aerostore.Replace}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Remove(t.Context(), k); err != nil {
				t.Fatal(err)
			}
			if tc.exists {
				put(t, s, k, aerostore.Bins{"n": 5})
			}
			calls := 0
			err := aerostore.Update(t.Context(), s, k, func(r *aerostore.Record) (aerostore.Bins, error) {
				if calls++; calls == 1 {
					if err := tc.other(t.Context()); err != nil {
						t.Error(err)
					}
				}
				return increased(r)
			}, tc.options...)
			if err != nil || calls != 2 {
				t.Errorf("after %d calls: %v, want 2 calls", calls, err)
			}
			wantBins(t, s, k, aerostore.Bins{"n": tc.want})
		})
	}
}

func TestConcurrentUpdatesAddUpOnAServer(t *testing.T) {
	const goroutines, updates = 8, 25
	s, set := dial(t)
	k := key(set, 1)
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for done := 0; done < updates; {
				switch err := aerostore.Update(t.Context(), s, k, increased); {
				case err == nil:
					done++
				case !errors.Is(err, aerostore.ErrGeneration) && !errors.Is(err, aerostore.ErrExists):
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	wantBins(t, s, k, aerostore.Bins{"n": goroutines * updates})
}

// What docs/recipes.md says of 200 appends to one list.
func BenchmarkAppendToAList(b *testing.B) {
	s, err := asbackend.Dial(b.Context(), hosts(b))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const set, all = "asb_appends", 200
	defer empty(b, s, set)
	for _, way := range []struct {
		name   string
		append func(context.Context, aerostore.Key) error
	}{
		{"Update", func(ctx context.Context, k aerostore.Key) error {
			return aerostore.Update(ctx, s, k, func(r *aerostore.Record) (aerostore.Bins, error) {
				events, err := r.List("events")
				if err != nil && !errors.Is(err, aerostore.ErrBinNotFound) {
					return nil, err
				}
				return aerostore.Bins{"events": append(events, 1)}, nil
			})
		}},
		{"ListBin", func(ctx context.Context, k aerostore.Key) error {
			_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.ListBin("events").Append(1)})
			return err
		}},
	} {
		for _, writers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/writers=%d", way.name, writers), func(b *testing.B) {
				for b.Loop() {
					k := key(set, rand.Int64())
					var wg sync.WaitGroup
					for range writers {
						wg.Go(func() {
							for range all / writers {
								if err := way.append(b.Context(), k); err != nil {
									b.Error(err)
								}
							}
						})
					}
					wg.Wait()
				}
			})
		}
	}
}
