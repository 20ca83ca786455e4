package middleware_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// BenchmarkBatchThroughProduction measures a batch of which half of the keys fail,
// through Production and on the backend alone, in turn. "x-bare" is the ratio. It
// includes the work of the backend for keys that are sent again. Pauses are as
// short as possible.
func BenchmarkBatchThroughProduction(b *testing.B) {
	for _, c := range []struct {
		name   string
		layer  func() aerostore.Interceptor // between the stack and the backend
		create bool                         // half of the records exist already
	}{
		{"half exist already", asItIs, true},
		{"half are busy at first", busyAtFirst(nil), false},
		{"half are busy, then all have a foreign error", busyAtFirst(func(call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, fmt.Errorf("foreign: %w", call.NewError(aerostore.CodeBatchDisabled, nil))
		}), false},
		{"half are busy, then there are no results", busyAtFirst(func(aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, nil
		}), false},
	} {
		for _, n := range []int{4_000, 40_000} {
			b.Run(fmt.Sprintf("%s/%d keys", c.name, n), func(b *testing.B) {
				items := make([]aerostore.BatchItem, n)
				for i := range items {
					items[i] = aerostore.BatchItem{Key: aerostore.NewKey("test", "users", i), Bins: aerostore.Bins{"n": i}}
					if c.create && i%2 == 0 {
						items[i].Options = []aerostore.WriteOption{aerostore.CreateOnly}
					}
				}
				backend := memory.New()
				if _, err := backend.BatchWrite(b.Context(), items); err != nil {
					b.Fatal(err)
				}
				stack := middleware.Production()
				stack.Retry = middleware.Retry(middleware.RetryOptions{Backoff: atOnce, Budget: middleware.RetryBudget{Ratio: 9}})
				bare := aerostore.Chain(backend, aerostore.Intercept(c.layer()))
				store := aerostore.Chain(backend, stack.Middleware(), aerostore.Intercept(c.layer()))
				var took [2]time.Duration
				b.ReportAllocs()
				for b.Loop() {
					for i, s := range []aerostore.Store{bare, store} {
						start := time.Now()
						if _, err := s.BatchWrite(context.WithValue(b.Context(), attemptsKey{}, new(int)), items); err != nil {
							b.Fatal(err)
						}
						took[i] += time.Since(start)
					}
				}
				b.ReportMetric(float64(took[1])/float64(took[0]), "x-bare")
				b.ReportMetric(float64(took[1])/float64(b.N)/float64(n), "ns/key")
			})
		}
	}
}

func asItIs() aerostore.Interceptor {
	return func(next aerostore.Handler) aerostore.Handler { return next }
}

type attemptsKey struct{}

// busyAtFirst fails every other key at the first attempt of an operation. The
// second attempt is answered by second, or by the backend if it is nil.
func busyAtFirst(second func(aerostore.Call) (aerostore.Result, error)) func() aerostore.Interceptor {
	return func() aerostore.Interceptor {
		return func(next aerostore.Handler) aerostore.Handler {
			return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				attempt := ctx.Value(attemptsKey{}).(*int)
				*attempt++
				switch {
				case *attempt > 1 && second != nil:
					return second(call)
				case *attempt > 1:
					return next(ctx, call)
				}
				result, err := next(ctx, call)
				results := result.Batch()
				for i := range results {
					if i%2 == 0 {
						results[i].Err = call.NewKeyError(results[i].Key, aerostore.CodeKeyBusy, nil)
					}
				}
				return result, err
			}
		}
	}
}

func TestTheErrorsOfABatchThatFailsAsAWholeAreSharedByItsKeys(t *testing.T) {
	allocations := func(n int, second func(aerostore.Call) (aerostore.Result, error)) float64 {
		batch := make([]aerostore.Key, n)
		for i := range batch {
			batch[i] = aerostore.NewKey("test", "users", i)
		}
		failing := make([]aerostore.BatchResult, n)
		store := aerostore.Chain(aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			attempt := ctx.Value(attemptsKey{}).(*int)
			if *attempt++; *attempt > 1 {
				return second(call)
			}
			for i := range failing {
				failing[i] = aerostore.BatchResult{Key: call.KeyAt(i), Err: aerostore.CodeKeyBusy}
			}
			return aerostore.Result{}.WithBatch(failing), nil
		}), middleware.Retry(middleware.RetryOptions{Backoff: atOnce, Budget: middleware.RetryBudget{Ratio: 9}}))
		return testing.AllocsPerRun(10, func() {
			if _, err := store.BatchRead(context.WithValue(t.Context(), attemptsKey{}, new(int)), batch, nil); err != nil {
				t.Error(err)
			}
		})
	}
	for name, second := range map[string]func(aerostore.Call) (aerostore.Result, error){
		"a foreign error": func(call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, fmt.Errorf("foreign: %w", call.NewError(aerostore.CodeBatchDisabled, nil))
		},
		"an error about the first set": func(call aerostore.Call) (aerostore.Result, error) {
			return aerostore.Result{}, call.NewError(aerostore.CodeBatchDisabled, nil)
		},
		"no results": func(aerostore.Call) (aerostore.Result, error) { return aerostore.Result{}, nil },
	} {
		if few, many := allocations(10, second), allocations(1000, second); many > few+10 {
			t.Errorf("%s: %v allocations for 10 keys, %v for 1000", name, few, many)
		}
	}
}
