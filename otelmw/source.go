package otelmw

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// source is where the tracer or the instruments come from: a provider given
// once, or whichever is the global one at the time. What a provider was asked
// for is kept, since asking is dear.
type source[P comparable, T any] struct {
	given   *binding[P, T] // nil: the global one
	current func() P       // the global one
	open    func(P, *complaints) *T
	close   func(*T, *complaints)
	bound   atomic.Pointer[binding[P, T]]
	mu      sync.Mutex // of those who bind
}

// binding is a provider with what it was asked for.
type binding[P comparable, T any] struct {
	provider P // held, so that nothing else comes to have its identity
	identity identity
	opened   *T // nil where nobody would see what is recorded
}

// identity is what an interface value consists of. It tells providers apart where
// == would panic, and in half the time.
type identity struct{ kind, value unsafe.Pointer }

// identityOf takes an interface type.
func identityOf[P any](provider P) identity {
	return *(*identity)(unsafe.Pointer(&provider)) //nolint:gosec // G103: read for comparison alone
}

func newSource[P comparable, T any](given P, current func() P, open func(P, *complaints) *T, closeOpened func(*T, *complaints)) *source[P, T] {
	s := &source[P, T]{current: current, open: open, close: closeOpened}
	var none P
	if given != none {
		var c complaints
		s.given = &binding[P, T]{opened: open(given, &c)}
		c.handle()
	}
	return s
}

// get returns nil while nobody would see what is recorded.
func (s *source[P, T]) get() *T {
	if s.given != nil {
		return s.given.opened
	}
	provider := s.current()
	if b := s.bound.Load(); b != nil && b.identity == identityOf(provider) {
		return b.opened
	}
	return s.bind(provider)
}

func (s *source[P, T]) bind(provider P) *T {
	var c complaints
	defer c.handle()
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.bound.Load()
	if before != nil && before.identity == identityOf(provider) {
		return before.opened
	}
	b := &binding[P, T]{provider: provider, identity: identityOf(provider)}
	if !nobody(provider, &c) {
		b.opened = s.open(provider, &c)
	}
	s.bound.Store(b)
	if before != nil && before.opened != nil {
		s.close(before.opened, &c)
	}
	return b.opened
}

// nobody reports whether nobody would see what the provider records.
func nobody(provider any, c *complaints) bool {
	if isNil(provider) {
		c.add(fmt.Errorf("the global provider is a nil %T: nothing is told", provider))
		return true
	}
	switch provider.(type) {
	case tracenoop.TracerProvider, metricnoop.MeterProvider, *global.Off:
		return true
	default:
		return global.Unset(provider)
	}
}
