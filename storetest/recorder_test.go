package storetest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// A recorder is a testing.TB that records failures instead of failing.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	failed   bool
	skipped  bool
	text     strings.Builder
	cleanups []func()
}

func (r *recorder) take(failed bool, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = r.failed || failed
	r.text.WriteString(text + "\n")
}

func (r *recorder) Name() string                      { return "recorded" }
func (r *recorder) Helper()                           {}
func (r *recorder) Log(args ...any)                   { r.take(false, fmt.Sprint(args...)) }
func (r *recorder) Logf(format string, args ...any)   { r.take(false, fmt.Sprintf(format, args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.take(true, fmt.Sprintf(format, args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skip(args ...any) {
	r.Log(args...)
	r.skipped = true
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// record runs f and its clean-up with a recorder, which it returns. It records a panic
// as a failure.
func record(tb testing.TB, f func(tb testing.TB)) *recorder {
	tb.Helper()
	r := &recorder{TB: tb}
	guarded := func(f func()) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() {
				if p := recover(); p != nil {
					r.Errorf("panic: %v", p)
				}
			}()
			f()
		}()
		<-done
	}
	guarded(func() { f(r) })
	for _, cleanup := range slices.Backward(r.cleanups) {
		guarded(cleanup)
	}
	return r
}

// on runs a case on a memory store with a middleware, whatever features the case needs.
// On a stalled store the time is fake.
func (tc testCase) on(t *testing.T, middleware aerostore.Middleware) (r *recorder) {
	t.Helper()
	if !tc.stalls {
		return tc.inRealTime(t, middleware)
	}
	synctest.Test(t, func(t *testing.T) { r = tc.inRealTime(t, middleware) })
	return r
}

func (tc testCase) inRealTime(tb testing.TB, middleware aerostore.Middleware) *recorder {
	tb.Helper()
	tc.needs = ""
	opts := []Option{
		Without(DurableDelete, "memory answers like the Community Edition"),
		WithAdvance(advance),
		WithStalled(func(tb testing.TB) aerostore.Store {
			tb.Helper()
			store := memory.NewT(tb)
			store.Inject(memory.Fault{Delay: time.Hour})
			return aerostore.Chain(store, middleware, onOptions(hasNetwork))
		}),
	}
	return record(tb, func(tb testing.TB) {
		tb.Helper()
		tc.try(tb, newConfig(opts), func(tb testing.TB) aerostore.Store {
			tb.Helper()
			return aerostore.Chain(memory.NewT(tb), middleware)
		})
	})
}

// hasNetwork gives memory, which waits for no network, socket timeouts.
func hasNetwork(o *aerostore.Options) {
	if o.SocketTimeout > 0 && (o.Timeout == 0 || o.SocketTimeout < o.Timeout) {
		o.Timeout = o.SocketTimeout
	}
}

func advance(s aerostore.Store, d time.Duration) {
	if store, ok := aerostore.As[*memory.Store](s); ok {
		store.Advance(d)
	}
}

// caseNamed returns the case with this name, of the form group/case.
func caseNamed(tb testing.TB, name string) testCase {
	tb.Helper()
	for _, g := range groups() {
		for _, tc := range g.cases {
			if g.name+"/"+tc.name == name {
				return tc
			}
		}
	}
	tb.Fatalf("case %q does not exist", name)
	return testCase{}
}
