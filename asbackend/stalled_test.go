package asbackend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// patient returns policies under which only the context ends a call within a second.
func patient() asbackend.Policies {
	const long = time.Second
	p := asbackend.Policies{
		Read: as.NewPolicy(), Write: as.NewWritePolicy(0, 0), Batch: as.NewBatchPolicy(),
		Query: as.NewQueryPolicy(), Info: as.NewInfoPolicy(),
	}
	for _, base := range []*as.BasePolicy{p.Read, &p.Write.BasePolicy, &p.Batch.BasePolicy, &p.Query.BasePolicy} {
		base.TotalTimeout, base.SocketTimeout = long, long
	}
	p.Info.Timeout = long
	return p
}

// slowTimer is a context that ends long after its deadline.
type slowTimer struct {
	context.Context
	deadline time.Time
}

func (c slowTimer) Deadline() (time.Time, bool) { return c.deadline, true }

// On a busy machine the client may give up before the context's timer fires.
func TestAnInfoCommandReportsADeadlineWithALateTimer(t *testing.T) {
	t.Parallel()
	p := tcpproxy.New(t, newFakeNode(t).addr())
	s := dialTo(t, p.Addr(), asbackend.WithPolicies(patient()))
	p.Stall(tcpproxy.ToClient)
	index := aerostore.Index{Namespace: namespace, Set: "set", Name: "i", Bin: "a", Type: aerostore.IndexInt}
	for name, call := range map[string]func(context.Context) error{
		"CreateIndex": func(ctx context.Context) error { return s.CreateIndex(ctx, index) },
		"DropIndex":   func(ctx context.Context) error { return s.DropIndex(ctx, index) },
		"Ping":        s.Ping,
	} {
		ctx := slowTimer{t.Context(), time.Now().Add(100 * time.Millisecond)}
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	p.Refuse()
}

// The server has received the request and does not answer.
func TestEveryMethodReturnsWithItsContextWhenTheServerStalls(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	t.Run("store", func(t *testing.T) {
		n := newFakeNode(t)
		k, bins, ops := key("set", 1), aerostore.Bins{"a": 1}, []aerostore.Operation{aerostore.AddBin("a", 1)}
		keys := []aerostore.Key{k, key("set", 2)}
		index := aerostore.Index{Namespace: namespace, Set: "set", Name: "i", Bin: "a", Type: aerostore.IndexInt}
		methods := map[string]struct {
			call    func(context.Context, *asbackend.Store) error
			doubted bool
		}{
			"Put": {func(ctx context.Context, s *asbackend.Store) error { return s.Put(ctx, k, bins) }, true},
			"Get": {func(ctx context.Context, s *asbackend.Store) error { _, err := s.Get(ctx, k); return err }, false},
			"Select": {func(ctx context.Context, s *asbackend.Store) error {
				_, err := s.Select(ctx, k, []string{"a"})
				return err
			}, false},
			"Exists": {func(ctx context.Context, s *asbackend.Store) error { _, err := s.Exists(ctx, k); return err }, false},
			"Remove": {func(ctx context.Context, s *asbackend.Store) error { _, err := s.Remove(ctx, k); return err }, true},
			"Touch":  {func(ctx context.Context, s *asbackend.Store) error { return s.Touch(ctx, k) }, true},
			"Append": {func(ctx context.Context, s *asbackend.Store) error { return s.Append(ctx, k, aerostore.Bins{"a": "x"}) }, true},
			"Prepend": {func(ctx context.Context, s *asbackend.Store) error {
				return s.Prepend(ctx, k, aerostore.Bins{"a": "x"})
			}, true},
			"Increment": {func(ctx context.Context, s *asbackend.Store) error { return s.Increment(ctx, k, bins) }, true},
			"Operate":   {func(ctx context.Context, s *asbackend.Store) error { _, err := s.Operate(ctx, k, ops); return err }, true},
			"BatchRead": {func(ctx context.Context, s *asbackend.Store) error { _, err := s.BatchRead(ctx, keys, nil); return err }, false},
			"BatchWrite": {func(ctx context.Context, s *asbackend.Store) error {
				_, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: bins}, {Key: keys[1], Bins: bins}})
				return err
			}, true},
			"BatchOperate": {func(ctx context.Context, s *asbackend.Store) error {
				_, err := s.BatchOperate(ctx, keys, ops)
				return err
			}, true},
			"BatchRemove": {func(ctx context.Context, s *asbackend.Store) error { _, err := s.BatchRemove(ctx, keys); return err }, true},
			"Query": {func(ctx context.Context, s *asbackend.Store) error {
				for _, err := range s.Query(ctx, aerostore.Query{Namespace: namespace, Set: "set"}) {
					return err
				}
				return nil
			}, false},
			"CreateIndex": {func(ctx context.Context, s *asbackend.Store) error { return s.CreateIndex(ctx, index) }, false},
			"DropIndex":   {func(ctx context.Context, s *asbackend.Store) error { return s.DropIndex(ctx, index) }, false},
			"Ping":        {func(ctx context.Context, s *asbackend.Store) error { return s.Ping(ctx) }, false},
			"Do": {func(ctx context.Context, s *asbackend.Store) error {
				return aerostore.Do(ctx, s, aerostore.Custom{Name: "READ"}, func(ctx context.Context) error { _, err := s.Get(ctx, k); return err })
			}, false},
			"Dial": {func(ctx context.Context, s *asbackend.Store) error {
				policy := lonely()
				policy.Timeout = 500 * time.Millisecond // of abandoned commands
				d := s.Describe()
				_, err := asbackend.Dial(ctx, (&as.Host{Name: d.Address, Port: d.Port}).String(), asbackend.WithClientPolicy(policy))
				return err
			}, false},
		}
		for name, m := range methods {
			for ending, end := range map[string]struct {
				begin func(context.Context) (context.Context, context.CancelFunc)
				want  error
			}{
				"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithTimeout(ctx, 100*time.Millisecond)
				}, context.DeadlineExceeded},
				"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(100*time.Millisecond, cancel)
					return ctx, cancel
				}, context.Canceled},
			} {
				t.Run(name+" "+ending, func(t *testing.T) {
					t.Parallel()
					p := tcpproxy.New(t, n.addr())
					s := dialTo(t, p.Addr(), asbackend.WithPolicies(patient()), asbackend.WithAbandonOnCancel(1))
					p.Stall(tcpproxy.ToClient)
					ctx, cancel := end.begin(t.Context())
					defer cancel()
					returned := make(chan error, 1)
					go func() { returned <- m.call(ctx, s) }()
					select {
					case err := <-returned:
						if !errors.Is(err, end.want) {
							t.Errorf("the error is %v, want %v", err, end.want)
						}
						if aerostore.InDoubt(err) != m.doubted {
							t.Errorf("in doubt: %t, want %t: %v", !m.doubted, m.doubted, err)
						}
					case <-time.After(10 * time.Second):
						t.Error("it did not return")
					}
					p.Refuse() // ends abandoned commands
				})
			}
		}
	})
	asbackend.VerifyNoLeak(t, ignored)
}
