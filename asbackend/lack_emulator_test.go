package asbackend_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
)

// lacking are calls that fail for lack of a connection. A batch fails if one of its keys does.
var lacking = map[string]func(ctx context.Context, s aerostore.Store, k aerostore.Key) error{
	"a read": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Get(ctx, k)
		return err
	},
	"a write": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return s.Put(ctx, k, aerostore.Bins{"a": 1})
	},
	"a batch": func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return worst(s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: aerostore.Bins{"a": 1}}, {Key: k, Bins: aerostore.Bins{"a": 1}}}))
	},
}

// wantLack fails unless each call fails for lack of a connection, with one reason of the two.
func wantLack(t *testing.T, s aerostore.Store, k aerostore.Key, want, not string) {
	t.Helper()
	for name, do := range lacking {
		err := do(t.Context(), s, k)
		if err == nil || aerostore.InDoubt(err) {
			t.Fatalf("%s: %v (in doubt: %t)", name, err, aerostore.InDoubt(err))
		}
		if text := err.Error(); !strings.Contains(text, want) || strings.Contains(text, not) {
			t.Errorf("%s: %v\nwant %q in it, and not %q", name, err, want, not)
		}
	}
}

const (
	saysInUse = "every connection of the pool is in use"
	saysAway  = "see whether it is up and reachable"
)

func TestTheErrorForANodeThatIsAwaySaysSo(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*emulator.Node){
		"cut off": (*emulator.Node).CutOff,
		"stopped": (*emulator.Node).Stop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
			s := dialTo(t, server.Addr(), timed(1, 200*time.Millisecond), asbackend.WithConnections(0, 2))
			k := keysOn(server)[1]
			put(t, s, k, aerostore.Bins{"a": 1})
			leave(server.Node(1))
			_ = s.Put(t.Context(), k, aerostore.Bins{"a": 1}) // on the connection that was cut
			wantLack(t, s, k, saysAway, saysInUse)
		})
	}
}

// The client counts connections that it tries to open as part of the pool, which is full then.
func TestTheErrorForANodeThatAcceptsNoConnectionSaysSo(t *testing.T) {
	t.Parallel()
	server := emulator.RunT(t, emulator.WithUser("ada", "secret"))
	policy := lonely()
	policy.Timeout, policy.LoginTimeout = time.Minute, time.Minute // to hash the password takes long
	s := dialTo(t, server.Addr(), asbackend.WithClientPolicy(policy), timed(1, 300*time.Millisecond),
		asbackend.WithConnections(0, 3), asbackend.WithUser("ada", "secret"))
	server.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Login}, Action: emulator.Hang})
	k := key("set", 1)
	for range 3 {
		_, _ = s.Get(t.Context(), k)
	}
	wantLack(t, s, k, "did not accept the others in time", saysInUse)
}

func TestTheErrorForAPoolThatIsUsedUpSaysSo(t *testing.T) {
	t.Parallel()
	server := emulator.RunT(t)
	s := dialTo(t, server.Addr(), timed(1, 300*time.Millisecond), asbackend.WithConnections(0, 2))
	hangs := server.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Read}, Action: emulator.Hang})
	held := make(chan error)
	go func() { // the other connection is the one with which the client looks at the node
		_, err := s.Get(t.Context(), key("set", 2), aerostore.Timeout(time.Minute), aerostore.SocketTimeout(time.Minute))
		held <- err
	}()
	until(t, "a call has the connection", func() bool { return hangs.Strikes() > 0 })
	wantLack(t, s, key("set", 1), saysInUse+" (limit 2)", saysAway)
	server.Close()
	if err := <-held; err == nil {
		t.Error("a call that was not answered succeeded")
	}
}
