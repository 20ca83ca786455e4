package asbackend

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/servertest"
)

// closedAddress returns an address at which nothing listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silentAddress returns an address at which connections are accepted and nothing is sent.
func silentAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestDialToAClosedPortFailsAtOnceWithOneLine(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	address := closedAddress(t)
	begun := time.Now()
	s, err := Dial(t.Context(), address, WithUser("admin", "geheim"))
	if s != nil || err == nil {
		t.Fatalf("got %v and error %v", s, err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	text := err.Error()
	for _, part := range []string{address, "connection refused", "check hosts and ports"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
	if strings.Contains(text, "\n") || strings.Contains(text, "geheim") {
		t.Errorf("the error is %q", text)
	}
	var client *as.AerospikeError
	if !errors.As(err, &client) {
		t.Errorf("the client's error is not in the chain of %v", err)
	}
	verifyNoLeak(t, ignored)
}

func TestDialEndsWithItsContext(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	address := silentAddress(t)
	policy := as.NewClientPolicy()
	policy.Timeout = 500 * time.Millisecond // after which the client's goroutines end

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	aborted, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)

	for name, c := range map[string]struct {
		ctx  context.Context
		want error
	}{
		"done before": {cancelled, context.Canceled},
		"deadline":    {late, context.DeadlineExceeded},
		"cancelled":   {aborted, context.Canceled},
	} {
		begun := time.Now()
		_, err := Dial(c.ctx, address, WithClientPolicy(policy))
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if took := time.Since(begun); took > 400*time.Millisecond {
			t.Errorf("%s: it took %v", name, took)
		}
	}
	verifyNoLeak(t, ignored)
}

// verifyNoLeak waits until the client's goroutines have ended.
func verifyNoLeak(t *testing.T, ignored goleak.Option) {
	t.Helper()
	var err error
	for range 10 {
		if err = goleak.Find(ignored, servertest.Connections()); err == nil {
			return
		}
	}
	t.Error(err)
}

func TestInvalidOptionsAreRefused(t *testing.T) {
	t.Parallel()
	tooMany := as.NewClientPolicy()
	tooMany.MinConnectionsPerNode = tooMany.ConnectionQueueSize + 1
	_, onPolicy := Dial(t.Context(), closedAddress(t), WithClientPolicy(tooMany))
	_, onHosts := Dial(t.Context(), "")
	_, onContext := Dial(nil, "h1") //nolint:staticcheck // a nil context on purpose
	_, onClient := New(nil)
	client := offline(t).Client()
	_, onUser := New(client, WithUser("admin", "geheim"))
	_, onTLS := New(client, WithTLS(&tls.Config{MinVersion: tls.VersionTLS13}))
	for name, err := range map[string]error{
		"policy": onPolicy, "hosts": onHosts, "context": onContext, "no client": onClient,
		"user for a client": onUser, "TLS for a client": onTLS,
	} {
		if !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%s: %v, want an error that matches ErrInvalid", name, err)
		}
	}
}

func TestDialDoesNotChangeTheApplicationsPolicy(t *testing.T) {
	t.Parallel()
	policy := as.NewClientPolicy()
	before := *policy
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := Dial(ctx, closedAddress(t), WithClientPolicy(policy), WithUser("u", "p"), WithTLS(&tls.Config{MinVersion: tls.VersionTLS13})); err == nil {
		t.Fatal("there was no connection")
	}
	if policy.User != before.User || policy.Password != before.Password || policy.TlsConfig != before.TlsConfig || policy.Timeout != before.Timeout {
		t.Errorf("it became %+v", policy)
	}
}

func TestDialMaySucceedWithoutNodes(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	s := offline(t)
	key := aerostore.NewKey("test", "asb", "k")

	_, err := s.Get(t.Context(), key)
	if !errors.Is(err, aerostore.CodeInvalidNode) {
		t.Errorf("Get: %v, want CodeInvalidNode", err)
	}
	err = s.Put(t.Context(), key, aerostore.Bins{"a": 1})
	if !errors.Is(err, aerostore.CodeInvalidNode) || aerostore.InDoubt(err) {
		t.Errorf("Put: %v, want CodeInvalidNode and no doubt", err)
	}
	results, err := s.BatchWrite(t.Context(), []aerostore.BatchItem{{Key: key, Bins: aerostore.Bins{"a": 1}}, {Key: key, Bins: aerostore.Bins{"a": 1}}})
	if !errors.Is(err, aerostore.CodeInvalidNode) || aerostore.InDoubt(err) {
		t.Errorf("BatchWrite: %v, want CodeInvalidNode and no doubt", err)
	}
	for _, r := range results {
		if !errors.Is(r.Err, aerostore.CodeNoResponse) || aerostore.InDoubt(r.Err) {
			t.Errorf("BatchWrite of a key: %v, want CodeNoResponse and no doubt", r.Err)
		}
	}
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: "test"}) {
		if !errors.Is(err, aerostore.CodeInvalidNode) {
			t.Errorf("Query: %v, want CodeInvalidNode", err)
		}
	}
	if err := s.CreateIndex(t.Context(), aerostore.Index{Namespace: "test", Name: "i", Bin: "a", Type: aerostore.IndexInt}); !errors.Is(err, aerostore.CodeInvalidNode) {
		t.Errorf("CreateIndex: %v, want CodeInvalidNode", err)
	}
	s.Close()
	verifyNoLeak(t, ignored)
}
