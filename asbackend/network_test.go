package asbackend_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// lonely returns a client policy under which the client, once started, sends only the
// test's commands.
func lonely() *as.ClientPolicy {
	policy := as.NewClientPolicy()
	policy.TendInterval = time.Hour
	policy.Timeout = 5 * time.Second
	policy.MaxErrorRate = 0
	policy.MinConnectionsPerNode = 1
	return policy
}

// dialTo returns a Store of the node at an address.
func dialTo(t *testing.T, addr string, opts ...asbackend.Option) *asbackend.Store {
	t.Helper()
	s, err := asbackend.Dial(t.Context(), addr, append([]asbackend.Option{asbackend.WithClientPolicy(lonely())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// tries returns policies under which a command has n attempts, and a timeout that is short
// for a test and long for a network.
func tries(n int) asbackend.Option {
	return withBase(func(p *as.BasePolicy) {
		p.MaxRetries, p.TotalTimeout, p.SocketTimeout = n, 400*time.Millisecond, 100*time.Millisecond
		p.SleepBetweenRetries = time.Millisecond
	})
}

// withBase returns policies whose BasePolicy was changed.
func withBase(change func(*as.BasePolicy)) asbackend.Option {
	write := as.NewWritePolicy(0, 0)
	read := as.NewPolicy()
	batch := as.NewBatchPolicy()
	query := as.NewQueryPolicy()
	for _, base := range []*as.BasePolicy{&write.BasePolicy, read, &batch.BasePolicy, &query.BasePolicy} {
		change(base)
	}
	return asbackend.WithPolicies(asbackend.Policies{Read: read, Write: write, Batch: batch, Query: query})
}

// A mishap is a way in which a command can end.
type mishap struct {
	name     string
	tries    int
	script   []answer // nil: the node answers
	warm     bool     // there is a connection before the mishap
	prepare  func(t *testing.T, s *asbackend.Store, p *tcpproxy.Proxy)
	timeout  time.Duration // of the call, 0: the policy's
	want     error         // what the error matches, nil: success
	doubt    bool
	received bool // whether the node got the whole command at least once
	fakeOnly bool // no real server does this on demand
}

var mishaps = []mishap{
	{name: "all is well", tries: 1, received: true},
	{
		name: "refused connections", tries: 1, want: aerostore.ErrTimeout,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.Refuse() },
	},
	{
		name: "refused connections, every try", tries: 4, want: aerostore.ErrTimeout,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.Refuse() },
	},
	{
		name: "no time left before the first byte", tries: 1, timeout: time.Nanosecond, want: aerostore.ErrTimeout,
	},
	{
		name: "a pool that is used up", tries: 1, want: aerostore.ErrTimeout,
		prepare: func(t *testing.T, s *asbackend.Store, _ *tcpproxy.Proxy) { useUp(t, s) },
	},
	{
		name: "stalled on the way there", tries: 1, want: aerostore.ErrTimeout, doubt: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.Stall(tcpproxy.ToServer) },
	},
	{
		name: "stalled on the way back", tries: 1, want: aerostore.ErrTimeout, doubt: true, received: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.Stall(tcpproxy.ToClient) },
	},
	{
		name: "cut while sending", tries: 1, want: aerostore.CodeMaxRetries, doubt: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.CutAfter(tcpproxy.ToServer, 12) },
	},
	{
		name: "cut before the answer", tries: 1, want: aerostore.CodeMaxRetries, doubt: true, received: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.CutAfter(tcpproxy.ToClient, 0) },
	},
	{
		name: "cut within the answer", tries: 1, want: aerostore.CodeMaxRetries, doubt: true, received: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.CutAfter(tcpproxy.ToClient, 9) },
	},
	{
		name: "a connection that was cut while idle", tries: 1, warm: true, want: aerostore.CodeMaxRetries, doubt: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.Cut() },
	},
	{
		name: "cut before the answer, then carried out", tries: 4, received: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) { p.CutAfter(tcpproxy.ToClient, 0) },
	},
	{
		name: "a node that says nothing", tries: 1, want: aerostore.ErrTimeout, doubt: true, received: true,
		script: []answer{saysNone}, fakeOnly: true,
	},
	{
		name: "a node that hangs up, every try", tries: 4, want: aerostore.CodeMaxRetries, doubt: true, received: true,
		script: []answer{hangsUp}, fakeOnly: true,
	},
	{
		name: "the server's own timeout", tries: 1, want: aerostore.ErrTimeout, doubt: true, received: true,
		script: []answer{9}, fakeOnly: true,
	},
	{
		name: "refused by the server", tries: 4, want: aerostore.CodeForbidden, received: true,
		script: []answer{22}, fakeOnly: true,
	},
	{
		name: "a busy key", tries: 4, want: aerostore.CodeKeyBusy, received: true,
		script: []answer{14}, fakeOnly: true,
	},
	{
		name: "a device that is overloaded", tries: 4, want: aerostore.CodeDeviceOverload, received: true,
		script: []answer{18}, fakeOnly: true,
	},
	{
		name: "a partition without a master", tries: 4, want: aerostore.CodePartitionUnavailable, received: true,
		script: []answer{11}, fakeOnly: true,
	},
	{
		name: "lost, then refused by the server", tries: 4, want: aerostore.ErrGeneration, doubt: true, received: true,
		script: []answer{hangsUp, 3}, fakeOnly: true,
	},
	{
		name: "lost, then carried out", tries: 4, received: true,
		script: []answer{hangsUp, hangsUp, answersOK}, fakeOnly: true,
	},
	{
		name: "a node that says nothing, then no connection", tries: 4, want: aerostore.ErrTimeout, doubt: true, received: true,
		script: []answer{saysNone}, fakeOnly: true,
		prepare: func(_ *testing.T, _ *asbackend.Store, p *tcpproxy.Proxy) {
			time.AfterFunc(50*time.Millisecond, p.Refuse)
		},
	},
}

// useUp takes every connection that the client may have, to all nodes or to some. It
// releases them when the test ends, or when the function that it returns is called.
func useUp(t *testing.T, s *asbackend.Store, of ...*fakeNode) (giveBack func()) {
	t.Helper()
	taken := map[*as.Connection]*as.Node{}
	giveBack = sync.OnceFunc(func() {
		for c, node := range taken {
			node.InvalidateConnection(c)
		}
	})
	t.Cleanup(giveBack)
	for _, node := range s.Client().GetNodes() {
		isOf := func(n *fakeNode) bool { return n.name == node.GetName() }
		for len(of) == 0 || slices.ContainsFunc(of, isOf) {
			c, err := node.GetConnection(250 * time.Millisecond) // enough to open one on a busy machine
			if err != nil {
				break
			}
			taken[c] = node
		}
	}
	return giveBack
}

// A doubtfulWrite is an operation whose record shows whether it was carried out.
type doubtfulWrite struct {
	name string
	do   func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error
}

var doubtful = []doubtfulWrite{
	{"Put", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		return s.Put(ctx, k, aerostore.Bins{"a": 1}, opts...)
	}},
	{"Increment", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		return s.Increment(ctx, k, aerostore.Bins{"a": 1}, opts...)
	}},
	{"Operate", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.AddBin("a", 1)}, opts...)
		return err
	}},
	{"BatchWrite of one key", func(ctx context.Context, s aerostore.Store, k aerostore.Key, opts ...aerostore.WriteOption) error {
		results, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: aerostore.Bins{"a": 1}}}, opts...)
		return cmp.Or(err, results[0].Err)
	}},
}

func TestAWriteIsInDoubtExactlyWhenItsOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for _, m := range mishaps {
		for _, w := range doubtful {
			t.Run(m.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				n := newFakeNode(t)
				p := tcpproxy.New(t, n.addr())
				s := dialTo(t, p.Addr(), tries(m.tries), asbackend.WithConnections(1, 2))
				m.arrange(t, n, s, p)
				before := n.got()
				err := w.do(t.Context(), s, key("set", 1), m.options()...)
				m.check(t, err)
				if got := n.got() - before; got > 0 != m.received {
					t.Errorf("the node got %d commands, want any: %t", got, m.received)
				}
			})
		}
	}
}

func TestTheErrorOfAWriteWrapsThatOfTheNetworkUnlessTheClientDropsIt(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr(), tries(1))
	put(t, s, key("set", 1), aerostore.Bins{"a": 1}) // without a connection there is another error, for which the client drops causes
	n.will(hangsUp)
	err := s.Put(t.Context(), key("set", 1), aerostore.Bins{"a": 1})
	if errors.Is(err, io.EOF) == asbackend.DropsCauses {
		t.Errorf("%v; the client drops causes: %t", err, asbackend.DropsCauses)
	}
}

func TestAReadIsNeverInDoubt(t *testing.T) {
	t.Parallel()
	for _, m := range mishaps {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			n := newFakeNode(t)
			p := tcpproxy.New(t, n.addr())
			s := dialTo(t, p.Addr(), tries(m.tries), asbackend.WithConnections(1, 2))
			m.arrange(t, n, s, p)
			var opts []aerostore.ReadOption
			if m.timeout > 0 {
				opts = append(opts, aerostore.Timeout(m.timeout))
			}
			_, err := s.Get(t.Context(), key("set", 1), opts...)
			m.doubt = false
			m.check(t, err)
		})
	}
}

func TestAWriteThatIsNotInDoubtWasNotCarriedOutByTheServer(t *testing.T) {
	t.Parallel()
	direct, set := dial(t)
	if len(direct.Client().GetNodes()) > 1 {
		t.Skip("the proxy stands before one node, and another would carry the writes out")
	}
	for _, m := range mishaps {
		if m.fakeOnly {
			continue
		}
		for _, w := range doubtful {
			t.Run(m.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				p := tcpproxy.New(t, aHost(t))
				s := dialTo(t, p.Addr(), tries(m.tries), asbackend.WithConnections(1, 2))
				m.arrange(t, nil, s, p)
				k := key(set, t.Name())
				err := w.do(t.Context(), s, k, m.options()...)
				m.check(t, err)
				p.Refuse() // commands that are still held back never arrive
				exists, readErr := direct.Exists(t.Context(), k)
				if readErr != nil {
					t.Fatal(readErr)
				}
				if exists != m.received {
					t.Errorf("the record is there: %t, want %t", exists, m.received)
				}
				if exists && err != nil && !aerostore.InDoubt(err) {
					t.Errorf("it was carried out, and the error says that it was not: %v", err)
				}
			})
		}
	}
}

func (m *mishap) arrange(t *testing.T, n *fakeNode, s *asbackend.Store, p *tcpproxy.Proxy) {
	t.Helper()
	if m.warm {
		if _, err := s.Exists(t.Context(), key("set", "warm")); err != nil {
			t.Fatal(err)
		}
	}
	if m.script != nil {
		n.will(m.script...)
	}
	if m.prepare != nil {
		m.prepare(t, s, p)
	}
}

func (m *mishap) options() (opts []aerostore.WriteOption) {
	if m.timeout > 0 {
		opts = append(opts, aerostore.Timeout(m.timeout))
	}
	return opts
}

func (m *mishap) check(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, m.want) {
		t.Errorf("the error is %v, want %v", err, m.want)
	}
	if got := aerostore.InDoubt(err); got != m.doubt {
		t.Errorf("in doubt: %t, want %t: %v", got, m.doubt, err)
	}
	if err == nil {
		return
	}
	var e *aerostore.Error
	var client *as.AerospikeError
	switch text := err.Error(); {
	case !errors.As(err, &e) || e.Namespace != namespace:
		t.Errorf("%v does not say where", err)
	case !errors.As(err, &client):
		t.Errorf("the client's error is not in the chain of %v", err)
	case strings.Contains(text, "\n"):
		t.Errorf("%q has more than one line", text)
	}
}
