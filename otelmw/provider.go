package otelmw

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// A follower keeps what was opened with a provider, a tracer or instruments. It
// uses the provider that an option gave, or follows the global one. A look-up for
// each operation would cost two allocations.
type follower[P comparable, T any] struct {
	given  *binding[P, T] // nil: the global one
	global func() P
	open   func(P, *errorList) *T
	close  func(*T, *errorList)
	bound  atomic.Pointer[binding[P, T]]
	mu     sync.Mutex // serializes bind
}

// A binding is a provider with what was opened with it.
type binding[P comparable, T any] struct {
	provider P // held, so that no other value takes its address
	identity identity
	opened   *T // nil if the provider records nothing
}

// An identity is the two words of an interface value. Comparing them is safe for
// providers whose type makes == panic.
type identity struct{ kind, value unsafe.Pointer }

// identityOf takes an interface type.
func identityOf[P any](provider P) identity {
	return *(*identity)(unsafe.Pointer(&provider)) //nolint:gosec // G103: read for comparison alone
}

func newFollower[P comparable, T any](given P, global func() P, open func(P, *errorList) *T, closeOpened func(*T, *errorList)) *follower[P, T] {
	f := &follower[P, T]{global: global, open: open, close: closeOpened}
	var none P
	if given != none {
		var errs errorList
		f.given = &binding[P, T]{opened: open(given, &errs)}
		errs.handle()
	}
	return f
}

// get returns nil while the provider records nothing.
func (f *follower[P, T]) get() *T {
	if f.given != nil {
		return f.given.opened
	}
	provider := f.global()
	if b := f.bound.Load(); b != nil && b.identity == identityOf(provider) {
		return b.opened
	}
	return f.bind(provider)
}

func (f *follower[P, T]) bind(provider P) *T {
	var errs errorList
	defer errs.handle()
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.bound.Load()
	if before != nil && before.identity == identityOf(provider) {
		return before.opened
	}
	b := &binding[P, T]{provider: provider, identity: identityOf(provider)}
	if records(provider, &errs) {
		b.opened = f.open(provider, &errs)
	}
	f.bound.Store(b)
	if before != nil && before.opened != nil {
		f.close(before.opened, &errs)
	}
	return b.opened
}

// records reports whether the provider may record anything.
func records(provider any, errs *errorList) bool {
	if isNil(provider) {
		errs.add(fmt.Errorf("the global provider is a nil %T: nothing is recorded", provider))
		return false
	}
	switch provider.(type) {
	case tracenoop.TracerProvider, metricnoop.MeterProvider, *global.Off:
		return false
	default:
		return !global.Unset(provider)
	}
}

// isNil reports whether a provider is nil or a nil pointer.
func isNil(provider any) bool {
	v := reflect.ValueOf(provider)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}
