package memory

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
)

// handler keeps the embedded field of Store unexported.
type handler = aerostore.Handler

// A Store is an [aerostore.Store] in memory, and has all of its methods. Make one with
// [New].
type Store struct {
	handler

	config     config
	namespaces []*namespace // in the order of their names; fixed by New
	clock      *clock
	queries    atomic.Int64  // that are running, if there is a limit
	batches    atomic.Uint64 // carried out in random order

	closed   atomic.Bool
	faults   fault.Injector
	injected aerostore.Handler // answer, unless a fault strikes
}

var (
	_ aerostore.Backend   = (*Store)(nil)
	_ aerostore.Counter   = (*Store)(nil)
	_ aerostore.Describer = (*Store)(nil)
	_ aerostore.Executor  = (*Store)(nil)
	_ aerostore.Indexer   = (*Store)(nil)
	_ aerostore.Informer  = (*Store)(nil)
	_ aerostore.Pinger    = (*Store)(nil)
	_ aerostore.Truncator = (*Store)(nil)
)

// New returns an empty store.
func New(opts ...Option) *Store {
	c := defaults()
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	s := &Store{config: c, clock: newClock(c.now)}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(c.namespaces))) {
		s.namespaces = append(s.namespaces, newNamespace(name, c, s.clock))
	}
	s.handler = s.handle
	s.injected = s.faults.Intercept(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		return s.answer(ctx, &call)
	})
	return s
}

// NewT returns an empty store for a test. The store is closed when the test, the
// benchmark or the fuzz target t ends. A [testing.TB] is a t.
func NewT(t interface{ Cleanup(func()) }, opts ...Option) *Store {
	s := New(opts...)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Close closes the store. Later operations fail with [aerostore.ErrClosed]. Queries
// that are running go on. Close returns nil and may be called more than once.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

// Ping implements [aerostore.Pinger]. It is a custom call named PING, so that a
// [Fault] can make it fail.
func (s *Store) Ping(ctx context.Context) error {
	return aerostore.Do(ctx, s, aerostore.Custom{Name: "PING"}, func(context.Context) error { return nil })
}

// Advance moves the clock of the store ahead by d. It panics if d is negative.
func (s *Store) Advance(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("memory: Advance of %v: must not be negative", d))
	}
	s.clock.advance(d)
}

// HandlerFor implements [aerostore.Backend].
func (s *Store) HandlerFor(outer aerostore.Store) aerostore.Handler {
	if outer == aerostore.Store(s) {
		return s.handler
	}
	return nil
}

// Describe implements [aerostore.Describer]. The store has no address.
func (s *Store) Describe() aerostore.Description {
	return aerostore.Description{System: "aerospike"}
}

func (s *Store) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	if err := call.Check(ctx); err != nil {
		return aerostore.Result{}, err
	}
	if s.closed.Load() {
		return aerostore.Result{}, call.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	if s.faults.Active() {
		return s.injected(ctx, call)
	}
	return s.answer(ctx, &call)
}

// answer carries out a call that was checked.
func (s *Store) answer(ctx context.Context, call *aerostore.Call) (aerostore.Result, error) {
	result := aerostore.Result{Attempts: 1}
	switch {
	case call.IsBatch():
		// A server refuses a batch with a filter that it cannot evaluate, whether the records
		// exist or not. A batch of one key is sent to it as another operation.
		if _, code := programOf(call.Options.Filter); code != aerostore.CodeOK && call.Len() > 1 {
			return result, call.NewError(code, nil)
		}
		for i := range call.Len() {
			key := call.KeyAt(i)
			if err := s.learnDigests(ctx, &key); err != nil {
				return result, call.NewContextError(err)
			}
		}
		return result.WithBatch(s.batch(*call)), nil
	case call.Op == aerostore.OpQuery:
		return result, s.query(ctx, *call)
	case call.Op == aerostore.OpCustom:
		return result, call.Run(ctx)
	}
	if err := s.learnDigests(ctx, &call.Key); err != nil {
		return result, call.NewContextError(err)
	}
	answer, code, why := s.single(call)
	if code != aerostore.CodeOK {
		return result, call.NewError(code, why)
	}
	answer.Attempts = 1
	return answer, nil
}

// namespace returns the namespace of that name, nil if there is none. A server
// has 32 at most, and most have two: a map would be slower.
func (s *Store) namespace(name string) *namespace {
	for _, n := range s.namespaces {
		if n.name == name {
			return n
		}
	}
	return nil
}

// learnDigests makes the set of a key that is a digest find its records by digest,
// until the context ends. The next call goes on where it stopped.
func (s *Store) learnDigests(ctx context.Context, key *aerostore.Key) error {
	if !key.IsDigest() {
		return nil
	}
	if n := s.namespace(key.Namespace()); n != nil {
		if set := n.set(key.Set()); set != nil {
			return set.learnDigests(ctx)
		}
	}
	return nil
}

// single carries out an operation on one record. The error says more than the code,
// and is nil where there is no more to say.
func (s *Store) single(call *aerostore.Call) (result aerostore.Result, code aerostore.ResultCode, why error) {
	n := s.namespace(call.Key.Namespace())
	if n == nil {
		return result, aerostore.CodeInvalidNamespace, nil
	}
	switch call.Op {
	case aerostore.OpGet:
		record, code := n.read(&call.Key, nil, &call.Options)
		return result.WithRecord(record), code, nil
	case aerostore.OpSelect:
		record, code := n.read(&call.Key, notNil(call.BinNames()), &call.Options)
		return result.WithRecord(record), code, nil
	case aerostore.OpExists:
		existed, code := n.exists(&call.Key, &call.Options)
		return result.WithExisted(existed), code, nil
	case aerostore.OpPut:
		return result, n.put(&call.Key, call.Bins(), &call.Options), nil
	case aerostore.OpTouch:
		return result, n.touch(&call.Key, &call.Options), nil
	case aerostore.OpAppend:
		return result, n.modify(aerostore.OperationAppend, &call.Key, call.Bins(), &call.Options), nil
	case aerostore.OpPrepend:
		return result, n.modify(aerostore.OperationPrepend, &call.Key, call.Bins(), &call.Options), nil
	case aerostore.OpIncrement:
		return result, n.modify(aerostore.OperationAdd, &call.Key, call.Bins(), &call.Options), nil
	case aerostore.OpRemove:
		existed, code := n.remove(&call.Key, &call.Options)
		return result.WithExisted(existed), code, nil
	case aerostore.OpOperate:
		record, code, why := n.operate(&call.Key, call.Operations(), &call.Options, 1)
		return result.WithRecord(record), code, why
	default:
		return result, aerostore.CodeUnsupportedFeature, nil
	}
}

// Namespaces returns the names of the namespaces of the store, in order.
func (s *Store) Namespaces() []string {
	names := make([]string, len(s.namespaces))
	for i, n := range s.namespaces {
		names[i] = n.name
	}
	return names
}

// Sets returns the names of the sets of a namespace, in order: of those that have records
// or had some. It returns nil if there is no such namespace.
func (s *Store) Sets(namespace string) []string {
	n := s.namespace(namespace)
	if n == nil {
		return nil
	}
	var names []string
	for set := range n.setsOf("") {
		names = append(names, set.name)
	}
	slices.Sort(names)
	return names
}
