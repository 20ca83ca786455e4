package asbackend_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestResultsNameTheNode(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, 1)
	put(t, s, k, aerostore.Bins{"a": 1})
	var results []aerostore.Result
	store := aerostore.Chain(s, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			r, err := next(ctx, call)
			results = append(results, r)
			return r, err
		}
	}))
	for range 2 {
		if _, err := store.Get(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	_, err := store.Get(t.Context(), key(set, "missing"))
	var e *aerostore.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	node := results[0].Node
	if node == nil || node.Name == "" || node.Address == "" || node.Port == 0 {
		t.Errorf("the node is %+v", node)
	}
	if results[1].Node != node || results[2].Node != node || e.Node != node {
		t.Error("one node has several descriptions")
	}
	if results[0].Attempts != 1 || results[2].Attempts != 1 {
		t.Errorf("%d and %d attempts", results[0].Attempts, results[2].Attempts)
	}
}

func TestAContextThatIsDoneSendsNothing(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	k := key(set, 1)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for want, ctx := range map[error]context.Context{context.Canceled: cancelled, context.DeadlineExceeded: late} {
		wantError(t, s.Put(ctx, k, aerostore.Bins{"a": 1}), want)
		for _, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: set}) {
			wantError(t, err, want)
		}
	}
	if exists, err := s.Exists(t.Context(), k); exists || err != nil {
		t.Errorf("exists: %t, %v", exists, err)
	}
}

func TestAShortTimeoutIsATimeoutOrEnough(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	ctx := t.Context()
	for i := range 20 {
		timeout := time.Duration(i+1) * 10 * time.Microsecond
		_, err := s.Get(ctx, key(set, i), aerostore.Timeout(timeout))
		if err != nil && !errors.Is(err, aerostore.ErrNotFound) && !errors.Is(err, aerostore.ErrTimeout) {
			t.Errorf("Timeout %v: %v", timeout, err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Timeout %v: %v though the context had no deadline", timeout, err)
		}
		short, cancel := context.WithTimeout(ctx, timeout)
		_, err = s.Get(short, key(set, i))
		if err != nil && !errors.Is(err, aerostore.ErrNotFound) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("deadline %v: %v", timeout, err)
		}
		cancel()
	}
}

func TestAWriteThatGotNoConnectionIsNotInDoubt(t *testing.T) {
	t.Parallel()
	policy := as.NewClientPolicy()
	policy.ConnectionQueueSize = 2 // of which the client keeps one for itself
	s, set := dial(t, asbackend.WithClientPolicy(policy))
	s.Client().DefaultWritePolicy.ExitFastOnExhaustedConnectionPool = true
	var starved sync.Map
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := s.Put(t.Context(), key(set, i), aerostore.Bins{"a": 1})
			if err != nil {
				starved.Store(i, err)
			}
		})
	}
	wg.Wait()
	n := 0
	starved.Range(func(i, err any) bool {
		n++
		if err := err.(error); aerostore.InDoubt(err) || !errors.Is(err, aerostore.ErrTimeout) {
			t.Errorf("%v", err)
		}
		if exists, err := s.Exists(t.Context(), key(set, i)); exists || err != nil {
			t.Errorf("write %v was not sent and is there: %v", i, err)
		}
		return true
	})
	t.Logf("%d of 200 writes got no connection", n)
}
