package otelmw_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/middleware"
	"github.com/aerostore/aerostore/otelmw"
)

// tracedOver returns h under a Tracing with attempts, over layers, and the recorder of its
// spans.
func tracedOver(h aerostore.Handler, layers []aerostore.Middleware, opts ...otelmw.Option) (aerostore.Store, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	opts = append([]otelmw.Option{otelmw.WithTracerProvider(providerOf(recorder)), otelmw.WithAttempts()}, opts...)
	return aerostore.Chain(h, append([]aerostore.Middleware{otelmw.Tracing(opts...)}, layers...)...), recorder
}

// attemptsOf returns the spans of attempts within a span, by their start, and then by
// their number.
func attemptsOf(t *testing.T, recorder *tracetest.SpanRecorder, around sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
	t.Helper()
	var spans []sdktrace.ReadOnlySpan
	for _, span := range recorder.Ended() {
		if span.Parent().SpanID() != around.SpanContext().SpanID() {
			continue
		}
		if span.Name() != "attempt" || span.SpanKind() != trace.SpanKindInternal {
			t.Errorf("%s of kind %v", span.Name(), span.SpanKind())
		}
		if span.StartTime().Before(around.StartTime()) || span.EndTime().After(around.EndTime()) {
			t.Errorf("%v to %v is not within %v to %v", span.StartTime(), span.EndTime(), around.StartTime(), around.EndTime())
		}
		spans = append(spans, span)
	}
	slices.SortStableFunc(spans, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	return spans
}

// operationSpan returns the only span of kind CLIENT.
func operationSpan(t *testing.T, recorder *tracetest.SpanRecorder) sdktrace.ReadOnlySpan {
	t.Helper()
	var found sdktrace.ReadOnlySpan
	for _, span := range recorder.Ended() {
		if span.SpanKind() == trace.SpanKindClient {
			if found != nil {
				t.Fatal("several operations")
			}
			found = span
		}
	}
	if started, ended := len(recorder.Started()), len(recorder.Ended()); found == nil || started != ended {
		t.Fatalf("%d spans started and %d ended", started, ended)
	}
	return found
}

const pauseName = "aerospike.attempt.pause"

// wantAttempts compares the attributes of attempts. The pause must be the time between the
// spans of two attempts.
func wantAttempts(t *testing.T, spans []sdktrace.ReadOnlySpan, want ...attributes) {
	t.Helper()
	if len(spans) != len(want) {
		t.Fatalf("%d attempts, want %d", len(spans), len(want))
	}
	for i, span := range spans {
		want := want[i]
		if i > 0 && span.StartTime().After(spans[i-1].EndTime()) {
			want = want.with(pauseName, attribute.Float64Value(span.StartTime().Sub(spans[i-1].EndTime()).Seconds()).String())
		}
		if got := attributesOf(span); !maps.Equal(got, want) {
			t.Errorf("attempt %d\n got %v\nwant %v", i+1, got, want)
		}
		if _, failed := want["error.type"]; failed != (span.Status().Code == codes.Error) {
			t.Errorf("attempt %d has the status %v", i+1, span.Status())
		}
	}
}

func attemptOf(layer, number string) attributes {
	return attributes{"aerospike.attempt.layer": layer, "aerospike.attempt.number": number}
}

// failsAt returns a handler that takes a second, and fails at its first n calls.
func failsAt(n int, node *aerostore.Node) aerostore.Handler {
	return func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		time.Sleep(time.Second)
		if n--; n >= 0 {
			err := call.NewError(aerostore.CodeKeyBusy, errors.New(marker))
			err.Node = node
			return aerostore.Result{Node: node}, err
		}
		return fake.Completed(aerostore.Result{Node: node}, call), nil
	}
}

// tries returns a Retry with n attempts and pauses up to a second.
func tries(n int) aerostore.Middleware {
	return middleware.Retry(middleware.RetryOptions{
		Attempts: n, Backoff: middleware.Backoff{Base: time.Second},
	})
}

func TestAttemptsOfARetryAreSpansWithTheirPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, recorder := tracedOver(failsAt(2, node), []aerostore.Middleware{tries(3)}, otelmw.WithAttributes(attribute.String("shard", "7")))
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		operation := operationSpan(t, recorder)
		if got := attributesOf(operation)["aerospike.attempts"]; got != "3" {
			t.Errorf("the operation has %s attempts", got)
		}
		spans := attemptsOf(t, recorder, operation)
		peer := []string{"shard", "7", "network.peer.address", node.Address, "network.peer.port", "3010"}
		failed := []string{"error.type", "KEY_BUSY", "db.response.status_code", "14"}
		wantAttempts(t, spans,
			attemptOf("retry", "1").with(peer...).with(failed...),
			attemptOf("retry", "2").with(peer...).with(failed...),
			attemptOf("retry", "3").with(peer...))
		for i, span := range spans {
			if took := span.EndTime().Sub(span.StartTime()); took != time.Second {
				t.Errorf("attempt %d took %v", i+1, took)
			}
			if _, ok := attributesOf(span)[pauseName]; ok != (i > 0) {
				t.Errorf("attempt %d has a pause: %t", i+1, ok)
			}
			if strings.Contains(span.Status().Description, marker) {
				t.Errorf("the status has a secret: %s", span.Status().Description)
			}
		}
	})
}

func TestAnOperationOfOneAttemptHasNoSpanOfIt(t *testing.T) {
	layers := []aerostore.Middleware{tries(3), middleware.Hedge(middleware.HedgeOptions{MinDelay: time.Hour}), tries(3)}
	for name, handler := range map[string]aerostore.Handler{
		"success": fake.Answers(aerostore.Result{}, nil),
		"failure": fake.Fails(aerostore.CodeForbidden),
	} {
		store, recorder := tracedOver(handler, layers)
		_, _ = store.Get(t.Context(), key)
		if n := len(recorder.Ended()); n != 1 {
			t.Errorf("%s: %d spans", name, n)
		}
	}
}

func TestWithoutTheOptionAttemptsHaveNoSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = otelmw.Tracing(otelmw.WithAttempts()) // of another store
		recorder := tracetest.NewSpanRecorder()
		store := aerostore.Chain(failsAt(2, nil), otelmw.Tracing(otelmw.WithTracerProvider(providerOf(recorder))), tries(3))
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		only(t, recorder)
	})
}

func TestAttemptsWithinAnAttemptAreItsChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The inner Retry makes two attempts, twice.
		store, recorder := tracedOver(failsAt(3, nil), []aerostore.Middleware{tries(2), middleware.Hedge(middleware.HedgeOptions{MinDelay: time.Hour}), tries(2)})
		if _, err := store.Get(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		failed := []string{"error.type", "KEY_BUSY", "db.response.status_code", "14"}
		outer := attemptsOf(t, recorder, operationSpan(t, recorder))
		wantAttempts(t, outer,
			attemptOf("retry", "1").with("aerospike.attempts", "2").with(failed...),
			attemptOf("retry", "2").with("aerospike.attempts", "2"))
		first, second := attemptOf("retry", "1"), attemptOf("retry", "2")
		wantAttempts(t, attemptsOf(t, recorder, outer[0]), first.with(failed...), second.with(failed...))
		wantAttempts(t, attemptsOf(t, recorder, outer[1]), first.with(failed...), second)
	})
}

// lingering is a layer that takes a second after the layers inside.
var lingering = aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		defer time.Sleep(time.Second)
		return next(ctx, call)
	}
})

func TestTheLoserOfAHedgeIsAbandoned(t *testing.T) {
	for name, ended := range map[string]bool{"that ends later": false, "that ends with its context": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				calls := 0
				store, recorder := tracedOver(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					mu.Lock()
					calls++
					slow := calls == 1
					mu.Unlock()
					if !slow {
						time.Sleep(time.Second)
						return fake.Completed(aerostore.Result{Node: node}, call), nil
					}
					if ended {
						<-ctx.Done()
						return aerostore.Result{}, call.NewContextError(ctx.Err())
					}
					time.Sleep(time.Minute)
					return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
				}, []aerostore.Middleware{lingering, middleware.Hedge(middleware.HedgeOptions{MinDelay: 3 * time.Second})})
				if _, err := store.Get(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				operation := operationSpan(t, recorder)
				spans := attemptsOf(t, recorder, operation)
				wantAttempts(t, spans,
					attemptOf("hedge", "1").with("aerospike.attempt.abandoned", "true"),
					attemptOf("hedge", "2").with("network.peer.address", node.Address, "network.peer.port", "3010"))
				if begun := spans[1].StartTime().Sub(operation.StartTime()); begun != 3*time.Second {
					t.Errorf("the second attempt began after %v", begun)
				}
				if !spans[0].EndTime().Equal(spans[1].EndTime()) {
					t.Errorf("the first attempt ended at %v, the second at %v", spans[0].EndTime(), spans[1].EndTime())
				}
				time.Sleep(time.Hour)
				if n := len(recorder.Ended()); n != 3 {
					t.Errorf("%d spans", n)
				}
			})
		})
	}
}

func TestAttemptsOfABatchSayWhatTheySend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt := 0
		store, recorder := tracedOver(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			attempt++
			results := make([]aerostore.BatchResult, call.Len())
			for i := range results {
				results[i].Key = call.KeyAt(i)
				if i > 0 && attempt == 1 {
					results[i].Err = call.NewError(aerostore.CodeKeyBusy, nil)
				}
			}
			return aerostore.Result{}.WithBatch(results), nil
		}, []aerostore.Middleware{tries(3)})
		if _, err := store.BatchRead(t.Context(), []aerostore.Key{key, key, key}, nil); err != nil {
			t.Fatal(err)
		}
		wantAttempts(t, attemptsOf(t, recorder, operationSpan(t, recorder)),
			attemptOf("retry", "1").with("db.operation.batch.size", "3", "aerospike.batch.failed", "2"),
			attemptOf("retry", "2").with("db.operation.batch.size", "2"))
	})
}

func TestAQueryIsResentBeforeItsFirstRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt := 0
		store, recorder := tracedOver(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if attempt++; attempt == 1 {
				return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
			}
			return fake.Yields(2, nil)(ctx, call)
		}, []aerostore.Middleware{tries(3)})
		for _, err := range store.Query(t.Context(), aerostore.Query{Namespace: "test", Set: "users"}) {
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		spans := attemptsOf(t, recorder, operationSpan(t, recorder))
		wantAttempts(t, spans,
			attemptOf("retry", "1").with("error.type", "KEY_BUSY", "db.response.status_code", "14"),
			attemptOf("retry", "2"))
		if took := spans[1].EndTime().Sub(spans[1].StartTime()); took != 2*time.Second {
			t.Errorf("the second attempt took %v, want as long as the caller's loop", took)
		}
	})
}

func TestTheNumberOfSpansOfAttemptsIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := middleware.RetryBudget{Burst: 1000}
		often := middleware.Retry(middleware.RetryOptions{Attempts: 50, Budget: budget})
		store, recorder := tracedOver(failsAt(1000, nil), []aerostore.Middleware{often, tries(1)})
		_, _ = store.Get(t.Context(), key)
		operation := operationSpan(t, recorder)
		if n := len(attemptsOf(t, recorder, operation)); n != 33 {
			t.Errorf("%d spans of attempts", n)
		}
		if got := attributesOf(operation); got["aerospike.attempts"] != "50" || got["aerospike.attempts.omitted"] != "17" {
			t.Errorf("%v", got)
		}
	})
}

func TestAPanicOfAnAttemptPassesAndEndsTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt := 0
		store, recorder := tracedOver(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
			if attempt++; attempt == 2 {
				panic(marker)
			}
			return aerostore.Result{}, call.NewError(aerostore.CodeKeyBusy, nil)
		}, []aerostore.Middleware{tries(3)})
		defer func() {
			if recover() != marker {
				t.Error("the panic was lost")
			}
			if got := attributesOf(only(t, recorder))["error.type"]; got != "panic" {
				t.Errorf("error.type %s", got)
			}
		}()
		_, _ = store.Get(t.Context(), key)
	})
}

// A call of another operation, made by a middleware or a function of Do.
func TestAttemptsBelongToTheNextOperationWithTracing(t *testing.T) {
	for name, c := range map[string]struct {
		inner []otelmw.Option // nil: no Tracing
		spans int             // operations, and attempts
	}{
		"without Tracing":               {nil, 1 + 2},
		"with Tracing":                  {[]otelmw.Option{}, 2},
		"with attempts":                 {[]otelmw.Option{otelmw.WithAttempts()}, 2 + 2},
		"that is filtered":              {[]otelmw.Option{otelmw.WithAttempts(), otelmw.WithFilter(func(context.Context, aerostore.Call) bool { return false })}, 1},
		"with a provider that is no-op": {[]otelmw.Option{otelmw.WithAttempts(), otelmw.WithTracerProvider(noop.NewTracerProvider())}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				outer, recorder := tracedOver(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					return aerostore.Result{}, call.Run(ctx)
				}, nil)
				layers := []aerostore.Middleware{tries(2)}
				if c.inner != nil {
					opts := append([]otelmw.Option{otelmw.WithTracerProvider(providerOf(recorder))}, c.inner...)
					layers = []aerostore.Middleware{otelmw.Tracing(opts...), tries(2)}
				}
				inner := aerostore.Chain(failsAt(1, nil), layers...)
				err := aerostore.Do(t.Context(), outer, aerostore.Custom{Name: "TRANSFER"}, func(ctx context.Context) error {
					_, err := inner.Get(ctx, key)
					return err
				})
				if err != nil || len(recorder.Ended()) != c.spans {
					t.Errorf("%d spans, want %d: %v", len(recorder.Ended()), c.spans, err)
				}
			})
		})
	}
}
