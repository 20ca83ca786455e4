package middleware_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/middleware"
)

// A tripwire is in functions of the application. The first call of the function in
// its place does not return as usual.
type tripwire struct {
	place   string
	trip    func()
	tripped atomic.Bool
	store   aerostore.Store                 // around the layer
	inner   atomic.Pointer[context.Context] // that the backend got
}

func (w *tripwire) at(place string) {
	if place == w.place && w.tripped.CompareAndSwap(false, true) {
		w.trip()
	}
}

func (w *tripwire) hook(_ context.Context, _ aerostore.Call, e middleware.Event) { w.at(e.Name) }

func (w *tripwire) classify(context.Context, aerostore.Call, error) bool {
	w.at("classifier")
	return true
}

func (w *tripwire) weight(aerostore.Call) int {
	w.at("weight")
	return 1
}

// next puts the wire in the backend.
func (w *tripwire) next(h aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		w.at("next")
		return h(ctx, call)
	}
}

// Enabled implements slog.Handler, and so do the next methods.
func (w *tripwire) Enabled(context.Context, slog.Level) bool {
	w.at("enabled")
	return true
}

func (w *tripwire) Handle(context.Context, slog.Record) error {
	w.at("handle")
	return nil
}

func (w *tripwire) WithAttrs([]slog.Attr) slog.Handler { return w }
func (w *tripwire) WithGroup(string) slog.Handler      { return w }

// A tripContext is a context of the application.
type tripContext struct {
	context.Context
	*tripwire
}

func (c tripContext) Done() <-chan struct{} {
	c.at("Done")
	return c.Context.Done()
}

func (c tripContext) Err() error {
	c.at("Err")
	return c.Context.Err()
}

func (c tripContext) Deadline() (time.Time, bool) {
	c.at("Deadline")
	return c.Context.Deadline()
}

// A stage runs operations that the tripwire may end in any way.
type stage struct {
	*tripwire
	t       *testing.T
	backend attempts
}

// begin starts an operation with a timeout. It returns a channel that is closed
// when the operation has ended.
func (s *stage) begin(timeout time.Duration, operation func(context.Context, aerostore.Store)) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }()
		ctx, cancel := context.WithTimeout(s.t.Context(), timeout)
		defer cancel()
		operation(tripContext{ctx, s.tripwire}, s.store)
	}()
	synctest.Wait()
	return ended
}

// run runs operations one after another.
func (s *stage) run(operations ...func(context.Context, aerostore.Store)) {
	for _, operation := range operations {
		<-s.begin(time.Hour, operation)
	}
}

// letThrough is a read that a half-open circuit must let pass.
func (s *stage) letThrough(ctx context.Context, store aerostore.Store) {
	if _, err := store.Get(ctx, key); errors.Is(err, middleware.ErrCircuitOpen) {
		s.t.Errorf("the place of a probe is lost: %v", err)
	}
}

// handle is the backend.
func (s *stage) handle(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	switch call.Op {
	case aerostore.OpTouch:
		return aerostore.Result{}, nil
	case aerostore.OpQuery:
		call.Yield(&aerostore.Record{})
		return aerostore.Result{}, nil
	case aerostore.OpAppend:
		err := call.NewError(aerostore.CodeTimeout, nil)
		err.InDoubt = true
		return aerostore.Result{}, err
	}
	s.inner.Store(&ctx)
	s.at("next")
	return s.backend.handle(ctx, call)
}

// atRest checks that the operations left nothing behind.
func (s *stage) atRest() {
	time.Sleep(10 * time.Second)
	synctest.Wait()
	if !s.tripped.Load() {
		s.t.Fatal("nothing came to the wire")
	}
	if running := s.backend.n() - s.backend.ended; running != 0 {
		s.t.Errorf("%d attempts run without a caller", running)
	}
	s.backend.script = []attempt{{}}
	for range 3 { // the probes of a half-open circuit
		if err := get(s.t, s.store); err != nil && !errors.Is(err, aerostore.ErrTimeout) {
			s.t.Errorf("afterwards: %v", err)
		}
	}
	for _, layer := range aerostore.Layers(s.store) {
		for _, level := range []string{"in_flight", "abandoned", "waiting", "state"} {
			if value := layer.LayerStats().Gauge(level); value != 0 {
				s.t.Errorf("%s %v, want 0", level, value)
			}
		}
	}
}

func TestPanicsExitsAndCallbacksLeaveNothingBehind(t *testing.T) {
	read := func(ctx context.Context, s aerostore.Store) { _, _ = s.Get(ctx, key) }
	write := func(ctx context.Context, s aerostore.Store) { _ = s.Put(ctx, key, bins) }
	doubtfully := func(ctx context.Context, s aerostore.Store) { _ = s.Append(ctx, key, bins) }
	tested := map[string]bool{"RateLimit": true, "ConcurrencyLimit": true} // in limits_abrupt_test.go
	failing, missing, hanging := attempt{err: aerostore.CodeTimeout}, attempt{err: aerostore.CodeNotFound}, attempt{takes: time.Hour}
	for _, c := range []struct {
		name   string
		places []string
		layer  func(w *tripwire) aerostore.Middleware
		script []attempt
		run    func(s *stage)
	}{
		{
			"Log",
			[]string{"enabled", "handle", "classifier", "next"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Log(slog.New(w), middleware.LogOptions{IsFailure: w.classify})
			},
			[]attempt{missing},
			func(s *stage) { s.run(read) },
		},
		{
			"ReadOnly",
			[]string{"while", "rejected"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.ReadOnly(middleware.ReadOnlyOptions{OnEvent: w.hook, While: func() bool {
					w.at("while")
					return true
				}})
			},
			[]attempt{{}},
			func(s *stage) { s.run(write) },
		},
		{
			"Coalesce",
			[]string{"joined", "next", "Done"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Coalesce(middleware.CoalesceOptions{OnEvent: w.hook})
			},
			[]attempt{hanging},
			func(s *stage) {
				first, second := s.begin(time.Second, read), s.begin(2*time.Second, read)
				<-first
				<-second
			},
		},
		{
			"Coalesce of writes",
			[]string{"next"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Coalesce(middleware.CoalesceOptions{OnEvent: w.hook})
			},
			[]attempt{{}},
			func(s *stage) { s.run(write) },
		},
		{
			"Coalesce without callers",
			[]string{"panicked"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Coalesce(middleware.CoalesceOptions{OnEvent: w.hook})
			},
			[]attempt{{takes: time.Second, panics: true, deaf: true}},
			func(s *stage) { <-s.begin(ms, read) },
		},
		{
			"Hedge",
			[]string{"hedged", "won", "next", "Done"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None, OnEvent: w.hook})
			},
			[]attempt{hanging, {takes: ms}, hanging},
			func(s *stage) { <-s.begin(time.Second, read) },
		},
		{
			"Hedge over its budget",
			[]string{"over_budget"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None, Budget: 0.001, OnEvent: w.hook})
			},
			[]attempt{hanging},
			func(s *stage) {
				for range 11 {
					<-s.begin(100*ms, read)
				}
			},
		},
		{
			"Hedge with an abandoned attempt that panics",
			[]string{"panicked"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Hedge(middleware.HedgeOptions{MinDelay: 10 * ms, Quantile: middleware.None, OnEvent: w.hook})
			},
			[]attempt{{takes: time.Second, panics: true, deaf: true}, {takes: ms}},
			func(s *stage) { s.run(read) },
		},
		{
			"CircuitBreaker",
			[]string{"scope", "classifier", "opened", "rejected", "half_opened", "closed", "next", "Deadline"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.CircuitBreaker(middleware.BreakerOptions{
					MinCalls:  1,
					Probes:    1,
					OnEvent:   w.hook,
					IsFailure: w.classify,
					Scope: func(aerostore.Call) string {
						w.at("scope")
						return "one"
					},
				})
			},
			[]attempt{failing, {}},
			func(s *stage) {
				s.run(read, read)
				time.Sleep(5 * time.Second)
				s.run(read, s.letThrough)
			},
		},
		{
			"CircuitBreaker with a probe that fails",
			[]string{"classifier"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.CircuitBreaker(middleware.BreakerOptions{
					MinCalls: 1,
					Probes:   1,
					IsFailure: func(_ context.Context, call aerostore.Call, _ error) bool {
						if call.Op == aerostore.OpExists {
							w.at("classifier")
						}
						return call.Op != aerostore.OpExists
					},
				})
			},
			[]attempt{failing},
			func(s *stage) {
				s.run(read)
				time.Sleep(5 * time.Second)
				s.run(func(ctx context.Context, s aerostore.Store) { _, _ = s.Exists(ctx, key) }, s.letThrough)
			},
		},
		{
			"Timeout",
			[]string{"timeouts", "next", "Deadline", "Done"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Timeout(100*ms, middleware.TimeoutOptions{OnEvent: w.hook})
			},
			[]attempt{hanging},
			func(s *stage) { s.run(read) },
		},
		{
			"Retry",
			[]string{"classifier", "in doubt", "retries", "exhausted", "next", "Err", "Deadline", "Done"},
			func(w *tripwire) aerostore.Middleware {
				return middleware.Retry(middleware.RetryOptions{
					AttemptTimeout: time.Second,
					IsTransient:    w.classify,
					OnEvent:        w.hook,
					Idempotent: func(aerostore.Call) bool {
						w.at("in doubt")
						return true
					},
				})
			},
			[]attempt{hanging},
			func(s *stage) { s.run(write, doubtfully) },
		},
		{
			"Fault",
			[]string{"match", "hook", "next"},
			func(w *tripwire) aerostore.Middleware {
				in := &fault.Injector{Hook: func(context.Context, aerostore.Call, fault.Fault) { w.at("hook") }}
				in.Inject(fault.Fault{Times: 1, Delay: ms, Match: func(aerostore.Call) bool {
					w.at("match")
					return true
				}})
				return middleware.Fault(in)
			},
			[]attempt{{}},
			func(s *stage) { s.run(read) },
		},
	} {
		name, _, _ := strings.Cut(c.name, " ")
		tested[name] = true
		for _, place := range c.places {
			t.Run(c.name+"/"+place, func(t *testing.T) { eachWay(t, place, c.layer, c.script, c.run) })
		}
	}
	for _, l := range layers {
		if !tested[l.name] {
			t.Errorf("%s has no case", l.name)
		}
	}
}

// eachWay runs operations with the tripwire in a place, once for each way in which
// a function there can misbehave.
func eachWay(t *testing.T, place string, layer func(*tripwire) aerostore.Middleware, script []attempt, run func(*stage)) {
	for name, way := range map[string]func(*tripwire){
		"panics": func(*tripwire) { panic(marker) },
		"exits":  func(*tripwire) { runtime.Goexit() },
		"comes back": func(w *tripwire) { // or hangs, if a lock is held
			for _, layer := range aerostore.Layers(w.store) {
				layer.LayerStats()
			}
			if inner := w.inner.Load(); inner != nil {
				_ = (*inner).Err()
			}
			ctx, cancel := context.WithTimeout(context.Background(), ms)
			defer cancel()
			_ = w.store.Touch(ctx, key)
			_, _ = w.store.Exists(ctx, key)
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			synctest.Test(t, func(t *testing.T) {
				w := &tripwire{place: place}
				w.trip = func() { way(w) }
				s := &stage{tripwire: w, t: t, backend: attempts{script: script}}
				w.store = aerostore.Chain(aerostore.Handler(s.handle), layer(w))
				run(s)
				s.atRest()
			})
		})
	}
}

func TestPanicsExitsAndCallbacksInALoopLeaveNothingBehind(t *testing.T) {
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			eachWay(t, "body", func(*tripwire) aerostore.Middleware { return l.idle }, []attempt{{}}, func(s *stage) {
				s.run(func(ctx context.Context, store aerostore.Store) {
					for range store.Query(ctx, everyone) {
						s.at("body")
					}
				})
			})
		})
	}
}
