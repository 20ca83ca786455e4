package otelmw_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"testing"

	"go.opentelemetry.io/otel/codes"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/fake"
	"github.com/aerostore/aerostore/otelmw"
)

type oddError struct{ text string }

func (e *oddError) Error() string { return e.text }

func TestASpanHasTheTypeOfItsError(t *testing.T) {
	put := aerostore.Call{Op: aerostore.OpPut, Key: key}
	inDoubt := put.NewError(aerostore.CodeNetwork, nil)
	inDoubt.InDoubt = true
	missed := put.NewError(aerostore.CodeNotFound, nil)
	missed.InDoubt = true
	deadlineInDoubt := put.NewContextError(context.DeadlineExceeded)
	deadlineInDoubt.InDoubt = true

	for _, c := range []struct {
		name   string
		err    error
		status codes.Code
		text   string
		want   []string
	}{
		{
			"not found", put.NewError(aerostore.CodeNotFound, nil), codes.Unset, "",
			[]string{"db.response.status_code", "2"},
		},
		{
			"filtered out", put.NewError(aerostore.CodeFilteredOut, nil), codes.Unset, "",
			[]string{"db.response.status_code", "27"},
		},
		{
			"a bare code", aerostore.ErrGeneration, codes.Error, "GENERATION_ERROR",
			[]string{"error.type", "GENERATION_ERROR", "db.response.status_code", "3"},
		},
		{
			"a code without a name", put.NewError(999, nil), codes.Error, "",
			[]string{"error.type", "RESULT_CODE_999", "db.response.status_code", "999"},
		},
		{
			"a code of the client's own", put.NewError(aerostore.CodeNoConnections, nil), codes.Error, "",
			[]string{"error.type", "NO_AVAILABLE_CONNECTIONS_TO_NODE"},
		},
		{
			"refused before it was sent", invalid(), codes.Error, "aerostore: GET .users: the namespace is empty",
			[]string{"error.type", "INVALID_NAMESPACE", "aerospike.in_doubt", "true"}, // the error of a Get, for a Put
		},
		{
			"in doubt", inDoubt, codes.Error, "",
			[]string{"error.type", "NETWORK_ERROR", "aerospike.in_doubt", "true"},
		},
		{
			"not found, in doubt", missed, codes.Error, "",
			[]string{"error.type", "KEY_NOT_FOUND_ERROR", "db.response.status_code", "2", "aerospike.in_doubt", "true"},
		},
		{
			"a deadline", put.NewContextError(context.DeadlineExceeded), codes.Error, "",
			[]string{"error.type", "timeout"},
		},
		{
			"a deadline in doubt", deadlineInDoubt, codes.Error, "",
			[]string{"error.type", "timeout", "aerospike.in_doubt", "true"},
		},
		{
			"a cancellation", put.NewContextError(context.Canceled), codes.Error, "",
			[]string{"error.type", "canceled"},
		},
		{
			"a bare deadline", context.DeadlineExceeded, codes.Error, "timeout",
			[]string{"error.type", "timeout", "aerospike.in_doubt", "true"},
		},
		{
			"a wrapped cancellation", fmt.Errorf("user %s: %w", marker, context.Canceled), codes.Error, "canceled",
			[]string{"error.type", "canceled", "aerospike.in_doubt", "true"},
		},
		{
			"another type", &oddError{marker}, codes.Error, "*otelmw_test.oddError",
			[]string{"error.type", "*otelmw_test.oddError", "aerospike.in_doubt", "true"},
		},
		{
			"another cause", put.NewError(aerostore.CodeOK, &oddError{marker}), codes.Error, "aerostore: PUT test.users: *otelmw_test.oddError",
			[]string{"error.type", "*otelmw_test.oddError"},
		},
		{
			"wrapped by a layer", fmt.Errorf("user %s: %w", marker, inDoubt), codes.Error, inDoubt.Error(),
			[]string{"error.type", "NETWORK_ERROR", "aerospike.in_doubt", "true"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, recorder := traced(fake.Answers(aerostore.Result{}, c.err))
			if err := store.Put(t.Context(), key, bins); err != c.err {
				t.Fatal(err)
			}
			span := only(t, recorder)
			if c.text == "" && c.status == codes.Error {
				c.text = c.err.Error()
			}
			if status := span.Status(); status.Code != c.status || status.Description != c.text {
				t.Errorf("status %v", status)
			}
			if got, want := attributesOf(span), about("PUT").with(c.want...); !maps.Equal(got, want) {
				t.Errorf("attributes\n got %v\nwant %v", got, want)
			}
		})
	}
}

// invalid returns the error of a key without a namespace.
func invalid() error {
	return aerostore.Call{Op: aerostore.OpGet, Key: aerostore.NewKey("", "users", 1)}.Validate()
}

func TestAClassifierDecidesWhatIsAFailure(t *testing.T) {
	t.Run("a miss of a get can be one", func(t *testing.T) {
		store, recorder := traced(fake.Fails(aerostore.CodeNotFound), otelmw.WithErrorClassifier(
			func(_ context.Context, call aerostore.Call, _ error) bool { return call.Op == aerostore.OpGet }))
		if _, err := store.Get(t.Context(), key); !errors.Is(err, aerostore.ErrNotFound) {
			t.Fatal(err)
		}
		span := only(t, recorder)
		want := about("GET").with("db.response.status_code", "2", "error.type", "KEY_NOT_FOUND_ERROR")
		if got := attributesOf(span); span.Status().Code != codes.Error || !maps.Equal(got, want) {
			t.Errorf("%v %v", span.Status(), got)
		}
	})
	t.Run("a lost race can be none", func(t *testing.T) {
		store, recorder := traced(fake.Fails(aerostore.CodeGeneration), otelmw.WithErrorClassifier(
			func(_ context.Context, _ aerostore.Call, err error) bool {
				return !errors.Is(err, aerostore.ErrGeneration)
			}))
		if err := store.Put(t.Context(), key, bins); !errors.Is(err, aerostore.ErrGeneration) {
			t.Fatal(err)
		}
		span := only(t, recorder)
		want := about("PUT").with("db.response.status_code", "3")
		if got := attributesOf(span); span.Status().Code != codes.Unset || !maps.Equal(got, want) {
			t.Errorf("%v %v", span.Status(), got)
		}
	})
	t.Run("nil keeps the default", func(t *testing.T) {
		store, recorder := traced(fake.Fails(aerostore.CodeNotFound), otelmw.WithErrorClassifier(nil))
		_, _ = store.Get(t.Context(), key)
		if status := only(t, recorder).Status(); status.Code != codes.Unset {
			t.Error(status)
		}
	})
}

func TestAPanicEndsTheSpanAndReachesTheCaller(t *testing.T) {
	store, recorder := traced(func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) })
	func() {
		defer func() {
			if got := recover(); got != marker {
				t.Errorf("recovered %v", got)
			}
		}()
		_, _ = store.Get(t.Context(), key)
	}()
	span := only(t, recorder)
	if got, want := attributesOf(span), about("GET").with("error.type", "panic"); !maps.Equal(got, want) {
		t.Errorf("attributes %v", got)
	}
	if status := span.Status(); status.Code != codes.Error || status.Description != "panic" {
		t.Errorf("status %v", status)
	}
	if len(span.Events()) != 0 {
		t.Errorf("the span has events: %v", span.Events())
	}
}

func TestEveryOperationEndsItsSpanOnce(t *testing.T) {
	writes := false
	for _, op := range operations {
		for _, c := range []struct {
			name    string
			handler aerostore.Handler
			want    []string
		}{
			{"a panic", func(context.Context, aerostore.Call) (aerostore.Result, error) { panic(marker) }, []string{"error.type", "panic"}},
			{"a cancellation", func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
				return aerostore.Result{}, call.NewContextError(ctx.Err())
			}, []string{"error.type", "canceled"}},
			{"a timeout at the third attempt, a write's in doubt", func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
				writes = call.Writes()
				err := call.NewError(aerostore.CodeTimeout, nil)
				err.InDoubt, err.Node = true, node
				return aerostore.Result{Attempts: 3}, err
			}, []string{
				"error.type", "TIMEOUT", "db.response.status_code", "9", "aerospike.attempts", "3",
				"network.peer.address", "10.0.0.7", "network.peer.port", "3010",
			}},
			{"exit", func(context.Context, aerostore.Call) (aerostore.Result, error) {
				runtime.Goexit()
				return aerostore.Result{}, nil
			}, []string{"error.type", "panic"}},
		} {
			t.Run(op.name+"/"+c.name, func(t *testing.T) {
				writes = false
				store, recorder := traced(c.handler)
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { _ = recover() }()
					_ = op.run(ctx, store)
				}()
				<-done
				span := only(t, recorder)
				want := op.start.with(c.want...)
				if writes {
					want["aerospike.in_doubt"] = "true"
				}
				if got := attributesOf(span); !maps.Equal(got, want) {
					t.Errorf("attributes\n got %v\nwant %v", got, want)
				}
				if span.Status().Code != codes.Error || len(span.Events()) != 0 {
					t.Errorf("status %v, events %v", span.Status(), span.Events())
				}
			})
		}
	}
}
