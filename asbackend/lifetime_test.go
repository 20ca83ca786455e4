package asbackend_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// held returns a Store, and a proxy that holds back the answers to it.
func held(t *testing.T, opts ...asbackend.Option) (*asbackend.Store, *tcpproxy.Proxy, *fakeNode) {
	t.Helper()
	n := newFakeNode(t)
	p := tcpproxy.New(t, n.addr())
	s := dialTo(t, p.Addr(), opts...)
	if _, err := s.Exists(t.Context(), key("set", "warm")); err != nil {
		t.Fatal(err)
	}
	p.Stall(tcpproxy.ToClient)
	return s, p, n
}

// begin puts a record on a goroutine and returns when the node has received the command.
func begin(t *testing.T, s aerostore.Store, n *fakeNode, ctx context.Context) <-chan error { //nolint:revive // t comes first in tests
	t.Helper()
	before, ended := n.got(), make(chan error, 1)
	go func() {
		ended <- s.Put(ctx, key("set", 1), aerostore.Bins{"a": 1}, aerostore.Timeout(5*time.Second), aerostore.SocketTimeout(5*time.Second))
	}()
	eventually(t, "the command to arrive", func() bool { return n.got() > before })
	return ended
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestCloseWaitsForCommandsUnderWay(t *testing.T) {
	t.Parallel()
	s, p, n := held(t)
	put := begin(t, s, n, t.Context())
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	eventually(t, "Close to take effect", func() bool {
		_, err := s.Exists(t.Context(), key("set", 2))
		return errors.Is(err, aerostore.ErrClosed)
	})
	select {
	case <-closed:
		t.Fatal("Close has returned")
	case err := <-put:
		t.Fatalf("the command has ended: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	p.Resume()
	if err := <-put; err != nil {
		t.Errorf("the command under way: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if s.Client().IsConnected() {
		t.Error("the client is open")
	}
}

func TestShutdownWaitsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	s, p, n := held(t)
	put := begin(t, s, n, t.Context())
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := s.Shutdown(short)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 operations") {
		t.Errorf("a Shutdown without enough time: %v", err)
	}
	if !s.Client().IsConnected() {
		t.Error("the client was closed under an operation")
	}
	time.AfterFunc(20*time.Millisecond, p.Resume)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("a Shutdown with enough time: %v", err)
	}
	if err := <-put; err != nil {
		t.Errorf("the command under way: %v", err)
	}
	if s.Client().IsConnected() {
		t.Error("the client is open")
	}
	if err := s.Shutdown(nil); !errors.Is(err, aerostore.ErrInvalid) { //nolint:staticcheck // SA1012: on purpose
		t.Errorf("a Shutdown without a context: %v", err)
	}
}

func TestShutdownWaitsForCustomCallsAndCloseDoesNot(t *testing.T) {
	t.Parallel()
	s := dialTo(t, newFakeNode(t).addr())
	err := aerostore.Do(t.Context(), s, aerostore.Custom{Name: "CLOSE"}, func(ctx context.Context) error {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if err := s.Shutdown(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if s.Client().IsConnected() {
		t.Error("the client is open")
	}
}

func TestACancelledCommandIsAbandonedWithTheOption(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	t.Run("store", func(t *testing.T) {
		s, p, n := held(t, asbackend.WithAbandonOnCancel(1))
		ctx, cancel := context.WithCancel(t.Context())
		first, second := begin(t, s, n, ctx), begin(t, s, n, ctx)
		cancel()
		// One of the two is abandoned, the other waits.
		var err error
		var other <-chan error
		select {
		case err = <-first:
			other = second
		case err = <-second:
			other = first
		}
		var e *aerostore.Error
		if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) || !errors.As(err, &e) || e.Op != aerostore.OpPut {
			t.Errorf("the one left behind: %v, want the context's error, in doubt", err)
		}
		if got := s.Abandoned(); got != 1 {
			t.Errorf("%d left behind, want 1", got)
		}
		select {
		case err := <-other:
			t.Errorf("the one beyond the limit has returned: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		p.Resume()
		if err := <-other; err != nil {
			t.Errorf("the one beyond the limit: %v", err)
		}
		s.Close()
		if got := s.Abandoned(); got != 0 {
			t.Errorf("%d left behind after Close", got)
		}
	})
	asbackend.VerifyNoLeak(t, ignored)
}

func TestAnAbandonedWriteKeepsACopyOfItsValues(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	p := tcpproxy.New(t, n.addr())
	s := dialTo(t, p.Addr(), asbackend.WithAbandonOnCancel(8), tries(3))
	p.Stall(tcpproxy.ToServer)
	ctx, cancel := context.WithCancel(t.Context())
	value := []byte("abc")
	bins := aerostore.Bins{"a": []any{value}}
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := s.Put(ctx, key("set", 1), bins); !errors.Is(err, context.Canceled) {
		t.Fatalf("Put: %v", err)
	}
	// The client may send the command again; the race detector sees who reads.
	for range 100 {
		clear(value)
		bins["b"] = 1
		delete(bins, "b")
		time.Sleep(time.Millisecond)
	}
	p.Resume()
	s.Close()
}

func TestACommandReportsItsDeadlineItself(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	p := tcpproxy.New(t, n.addr())
	s := dialTo(t, p.Addr(), asbackend.WithAbandonOnCancel(8))
	p.Refuse()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := s.Put(ctx, key("set", 1), aerostore.Bins{"a": 1})
	if !errors.Is(err, context.DeadlineExceeded) || aerostore.InDoubt(err) {
		t.Errorf("Put: %v, want a deadline and no doubt, since there was no connection", err)
	}
	if got := s.Abandoned(); got != 0 {
		t.Errorf("%d left behind", got)
	}
}

func TestWithoutTheOptionACancelledCommandEndsNormally(t *testing.T) {
	t.Parallel()
	s, p, n := held(t)
	ctx, cancel := context.WithCancel(t.Context())
	put := begin(t, s, n, ctx)
	cancel()
	select {
	case err := <-put:
		t.Errorf("it has ended: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	p.Resume()
	if err := <-put; err != nil {
		t.Errorf("it failed though it was answered: %v", err)
	}
}
