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

func TestPingReportsWhetherANodeAnswers(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	t.Run("store", func(t *testing.T) {
		n := newFakeNode(t)
		p := tcpproxy.New(t, n.addr())
		s := dialTo(t, p.Addr())
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("a node that answers: %v", err)
		}

		p.Refuse()
		err := s.Ping(t.Context())
		var e *aerostore.Error
		if !errors.As(err, &e) || e.Node == nil || !strings.Contains(err.Error(), "PING") || strings.Contains(err.Error(), "\n") {
			t.Errorf("a node that is away: %v", err)
		}

		p.Resume()
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("a node that is back: %v", err)
		}

		p.Stall(tcpproxy.ToClient)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := s.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a node that says nothing: %v, want the context's error", err)
		}
		if err := s.Ping(t.Context()); !errors.Is(err, aerostore.ErrTimeout) {
			t.Errorf("a node that says nothing, without a deadline: %v, want a timeout", err)
		}
		p.Resume()
		s.Close()
	})
	asbackend.VerifyNoLeak(t, ignored)
}

func TestPingFailsWithoutANode(t *testing.T) {
	t.Parallel()
	policy := lonely()
	policy.FailIfNotConnected = false
	n := newFakeNode(t)
	p := tcpproxy.New(t, n.addr())
	p.Refuse()
	s, err := asbackend.Dial(t.Context(), p.Addr(), asbackend.WithClientPolicy(policy))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ping(t.Context()); !errors.Is(err, aerostore.CodeInvalidNode) {
		t.Errorf("Ping: %v", err)
	}
}
