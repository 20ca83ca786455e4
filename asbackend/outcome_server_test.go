package asbackend_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
)

func TestResultsNameTheNodeAndTheAttempts(t *testing.T) {
	t.Parallel()
	once, many := as.NewPolicy(), as.NewPolicy()
	once.MaxRetries = 0
	for name, c := range map[string]struct {
		policies asbackend.Policies
		read     int32 // attempts of a read that succeeds
		operate  int32 // of one under the policy of writes
		write    int32
	}{
		"the client's defaults": {asbackend.Policies{}, 0, 1, 1},
		"a single attempt":      {asbackend.Policies{Read: once}, 1, 1, 1},
		"several attempts":      {asbackend.Policies{Read: many, Write: &as.WritePolicy{BasePolicy: *many}}, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, set := dial(t, asbackend.WithPolicies(c.policies))
			var last aerostore.Result
			store := aerostore.Chain(s, aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
				return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
					r, err := next(ctx, call)
					last = r
					return r, err
				}
			}))
			k, ctx, bins := key(set, 1), t.Context(), aerostore.Bins{"a": 1}
			var first *aerostore.Node
			check := func(what string, attempts int32, err error) {
				t.Helper()
				if err != nil && !errors.Is(err, aerostore.ErrNotFound) {
					t.Errorf("%s: %v", what, err)
				}
				if first == nil {
					first = last.Node
				}
				elsewhere := last.Node != first && !strings.HasPrefix(what, "Batch") // whose last key may be on another node
				if last.Node == nil || elsewhere || last.Node.Name == "" || last.Node.Address == "" || last.Node.Port == 0 {
					t.Errorf("%s: the node is %+v", what, last.Node)
				}
				if last.Attempts != attempts {
					t.Errorf("%s: %d attempts, want %d", what, last.Attempts, attempts)
				}
			}
			check("Put", c.write, store.Put(ctx, k, bins))
			check("Increment", c.write, store.Increment(ctx, k, bins))
			check("Touch", c.write, store.Touch(ctx, k))
			_, err := store.Operate(ctx, k, []aerostore.Operation{aerostore.ReadBin("a")})
			check("Operate", c.operate, err)
			_, err = store.Get(ctx, k)
			check("Get", c.read, err)
			_, err = store.Select(ctx, k, nil)
			check("Select", c.read, err)
			_, err = store.Exists(ctx, k)
			check("Exists", c.read, err)
			_, err = store.Get(ctx, key(set, "missing"))
			check("Get without a record", 1, err)
			if e, ok := errors.AsType[*aerostore.Error](err); !ok || e.Node != first {
				t.Errorf("the error names another node: %v", err)
			}
			_, err = store.BatchRead(ctx, []aerostore.Key{k, key(set, 2)}, nil)
			check("BatchRead", 0, err)
			_, err = store.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: bins}, {Key: key(set, 2), Bins: bins}})
			check("BatchWrite", c.write, err)
			_, err = store.BatchRemove(ctx, []aerostore.Key{key(set, 2), key(set, 3)})
			check("BatchRemove", c.write, err)
			_, err = store.Remove(ctx, k)
			check("Remove", c.write, err)
		})
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

func TestAShortTimeoutIsATimeoutOrASuccess(t *testing.T) {
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
