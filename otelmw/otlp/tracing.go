package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

// provider is what is installed as the global one. It stays for good, off
// while there is no pipeline, so that tracers handed out once follow.
var provider = new(global.Provider)

var tracing struct {
	sync.Mutex
	started  bool
	running  *pipeline // nil if there was nothing to run
	stopping *pipeline
}

// InitTracing starts the export of spans as the environment says and installs
// the global tracer provider and propagator. It returns at once, whether or not
// a collector is there. A second call does nothing; after [ShutdownTracing] the
// next one starts again, and middleware already wired, as well as tracers
// already taken from the global provider, follow.
//
// A global tracer provider or propagator that somebody else installed stays,
// unless [WithReplaceGlobal] says otherwise; beside another provider nothing is
// started. If InitTracing fails, nothing was started or installed.
//
// It is safe to call from many goroutines.
func InitTracing(ctx context.Context, opts ...Option) error {
	c := newConfig(opts)
	tracing.Lock()
	defer tracing.Unlock()
	if tracing.started {
		return nil
	}
	if !disabled(c.log) && mayInstall(c) {
		p, err := newPipeline(ctx, c)
		if err != nil {
			return fmt.Errorf("otlp: tracing is off: %w", err)
		}
		tracing.running = p
		provider.Set(p.provider)
		otel.SetTracerProvider(provider)
	}
	installPropagator(c)
	tracing.started = true
	return nil
}

// mayInstall reports whether the global tracer provider is ours to set.
func mayInstall(c config) bool {
	current := otel.GetTracerProvider()
	if c.replace || global.Unset(current) || current == trace.TracerProvider(provider) {
		return true
	}
	c.log.Info("otlp: another tracer provider is installed and stays: spans go there",
		slog.String("provider", fmt.Sprintf("%T", current)))
	return false
}

// The most that ShutdownTracing takes without a deadline, and how much of it
// is kept for ending what did not end by itself.
const (
	shutdownLimit = 5 * time.Second
	shutdownGrace = 250 * time.Millisecond
)

// ShutdownTracing stops making spans and sends those that are left. It takes
// until ctx is done, or five seconds if ctx has no deadline, and returns an
// error that says how many spans it could not send and why. Nothing of the
// export runs on after it.
//
// A call while another is under way waits for it and returns the same. Without
// anything to stop it returns nil. It is safe to call from many goroutines.
func ShutdownTracing(ctx context.Context) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, shutdownLimit-shutdownGrace)
		defer cancel()
	}
	tracing.Lock()
	if p := tracing.running; p != nil {
		provider.Set(nil)
		tracing.running, tracing.stopping = nil, p
	}
	tracing.started = false
	p := tracing.stopping
	tracing.Unlock()
	if p == nil {
		return nil
	}

	stopped, err := p.shutdown(ctx)
	if stopped {
		tracing.Lock()
		if tracing.stopping == p {
			tracing.stopping = nil
		}
		tracing.Unlock()
	}
	if err != nil {
		return fmt.Errorf("otlp: %w", err)
	}
	return nil
}
