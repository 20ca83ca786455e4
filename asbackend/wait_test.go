package asbackend_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

// untimed returns policies without a total timeout, under which a command has n attempts.
func untimed(n int, socket time.Duration) asbackend.Option {
	return withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SocketTimeout = n, 0, socket
	})
}

// untimedCalls are calls of each kind. A batch fails here if one of its keys does.
var untimedCalls = map[string]func(ctx context.Context, s aerostore.Store, k aerostore.Key) error{
	"Get": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Get(ctx, k)
		return err
	},
	"Put": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return s.Put(ctx, k, aerostore.Bins{"a": 1})
	},
	"Remove": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Remove(ctx, k)
		return err
	},
	"Operate": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.AddBin("a", 1)})
		return err
	},
	"BatchRead of one key": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchRead(ctx, []aerostore.Key{k}, nil))
	},
	"BatchWrite of one key": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: aerostore.Bins{"a": 1}}}))
	},
	"BatchRemove of one key": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchRemove(ctx, []aerostore.Key{k}))
	},
	"BatchRead": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchRead(ctx, []aerostore.Key{k, key("set", 2)}, nil))
	},
	"BatchRemove": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchRemove(ctx, []aerostore.Key{k, key("set", 2)}))
	},
}

// eachUntimed tests each kind of call without a timeout, each with a new Store.
func eachUntimed(t *testing.T, socket time.Duration, test func(t *testing.T, n *fakeNode, s *asbackend.Store, do func(context.Context) error)) {
	t.Helper()
	t.Parallel()
	for name, do := range untimedCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			s := dialTo(t, n.addr(), untimed(1, socket), asbackend.WithConnections(1, 2))
			test(t, n, s, func(ctx context.Context) error { return do(ctx, s, key("set", 1)) })
		})
	}
}

func worst(results []aerostore.BatchResult, err error) error {
	for _, r := range results {
		if err == nil {
			err = r.Err
		}
	}
	return err
}

func TestWithoutATimeoutACommandWaitsForAConnectionAsLongAsAnAttemptMayTake(t *testing.T) {
	eachUntimed(t, 100*time.Millisecond, func(t *testing.T, n *fakeNode, s *asbackend.Store, do func(context.Context) error) {
		s.Hurry()
		useUp(t, s)
		err := do(t.Context())
		wantError(t, err, aerostore.ErrTimeout)
		if aerostore.InDoubt(err) {
			t.Errorf("it is in doubt: %v", err)
		}
		if text := err.Error(); !strings.Contains(text, "nothing was sent") || !strings.Contains(text, "NO_AVAILABLE_CONNECTIONS_TO_NODE") {
			t.Errorf("the error does not say why: %v", err)
		}
		if n.got() != 0 {
			t.Errorf("%d commands were sent", n.got())
		}
	})
}

func TestACommandThatWaitsForAConnectionTakesTheFirstThatComesFree(t *testing.T) {
	eachUntimed(t, 10*time.Second, func(t *testing.T, n *fakeNode, s *asbackend.Store, do func(context.Context) error) {
		release := useUp(t, s)
		time.AfterFunc(20*time.Millisecond, release)
		if err := do(t.Context()); errors.Is(err, aerostore.ErrTimeout) || aerostore.CodeOf(err) == aerostore.CodeNoConnections {
			t.Error(err)
		}
		if n.got() != 1 {
			t.Errorf("%d commands came in, want 1", n.got())
		}
	})
}

func TestACancellationEndsTheWaitForAConnection(t *testing.T) {
	eachUntimed(t, time.Hour, func(t *testing.T, _ *fakeNode, s *asbackend.Store, do func(context.Context) error) {
		useUp(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		err := do(ctx)
		wantError(t, err, context.Canceled)
		if aerostore.InDoubt(err) {
			t.Errorf("it is in doubt: %v", err)
		}
	})
}

func TestAShutdownWhoseContextEndedEndsTheWaitForAConnection(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), untimed(1, time.Hour), asbackend.WithConnections(1, 2))
	useUp(t, s)
	time.AfterFunc(20*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Shutdown: %v", err)
		}
	})
	wantError(t, s.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1}), aerostore.ErrClosed)
}

func TestWithoutATimeoutAColdPoolDoesNotFail(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), untimed(1, time.Second), asbackend.WithConnections(0, 8))
	put(t, s, key("set", 1), aerostore.Bins{"a": 1})
}

func TestAWaitForAConnectionCountsAsNoAttempt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tries  int
		script []answer
		want   error
		doubt  bool
		got    int
	}{
		"one try, lost":                      {1, []answer{hangsUp}, aerostore.CodeMaxRetries, true, 1},
		"three tries, all lost":              {3, []answer{hangsUp}, aerostore.CodeMaxRetries, true, 3},
		"lost, then carried out":             {3, []answer{hangsUp, answersOK}, nil, false, 2},
		"lost, then refused":                 {3, []answer{hangsUp, 3}, aerostore.ErrGeneration, true, 2},
		"lost twice, then refused in vain":   {2, []answer{hangsUp, hangsUp, 3}, aerostore.CodeMaxRetries, true, 2},
		"refused at once, though with doubt": {3, []answer{3}, aerostore.ErrGeneration, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			s := dialTo(t, n.addr(), untimed(c.tries, time.Second), asbackend.WithConnections(1, 2))
			n.will(c.script...)
			err := s.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1})
			if !errors.Is(err, c.want) || aerostore.InDoubt(err) != c.doubt {
				t.Errorf("the error is %v (in doubt: %t), want %v (%t)", err, aerostore.InDoubt(err), c.want, c.doubt)
			}
			if n.got() != c.got {
				t.Errorf("%d commands came in, want %d", n.got(), c.got)
			}
		})
	}
}

func TestAQueryThatGetsNoConnectionEnds(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), untimed(1, 50*time.Millisecond), asbackend.WithConnections(1, 2))
	s.Hurry()
	useUp(t, s)
	var last error
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: "set"}) {
		last = err
	}
	wantError(t, last, aerostore.ErrTimeout)
	if !strings.Contains(last.Error(), "waited for a connection") {
		t.Errorf("the error does not say why: %v", last)
	}
}
