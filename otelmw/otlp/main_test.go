package otlp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.uber.org/goleak"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/otelmw"
	"github.com/aerostore/aerostore/otelmw/internal/global"
)

func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "OTEL_") {
			_ = os.Unsetenv(name)
		}
	}
	if os.Getenv(overHTTPAlone) != "" {
		_ = os.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	}
	// Nothing is installed before this, so that early is bound to our provider.
	_ = os.Setenv("OTEL_TRACES_EXPORTER", "none")
	if err := errors.Join(InitTracing(context.Background()), ShutdownTracing(context.Background())); err != nil {
		panic(err)
	}
	_ = os.Unsetenv("OTEL_TRACES_EXPORTER")
	if os.Getenv(runningAll) != "" {
		tellAll()
		return
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { overheard.Write([]byte(err.Error() + "\n")) }))
	goleak.VerifyTestMain(m)
}

// overheard are the errors of OpenTelemetry's error handler.
var overheard logged

// early is a tracer from before any Init, as in a package variable.
var early = otel.Tracer("app")

// store is made once, before any Init.
var store = aerostore.Chain(
	aerostore.Handler(func(context.Context, aerostore.Call) (aerostore.Result, error) { return aerostore.Result{}, nil }),
	otelmw.Tracing(),
	otelmw.Metrics(),
)

// touch runs n operations.
func touch(t *testing.T, n int) {
	t.Helper()
	for range n {
		if err := store.Touch(t.Context(), aerostore.NewKey("test", "users", 1)); err != nil {
			t.Fatal(err)
		}
	}
}

// initTracing starts tracing, which ends with the test at the latest, and
// returns what is logged.
func initTracing(t *testing.T, opts ...Option) *logged {
	t.Helper()
	return initSignal(t, InitTracing, ShutdownTracing, opts)
}

// initMetrics is initTracing for metrics.
func initMetrics(t *testing.T, opts ...Option) *logged {
	t.Helper()
	return initSignal(t, InitMetrics, ShutdownMetrics, opts)
}

func initSignal(t *testing.T, start func(context.Context, ...Option) error, shutdown func(context.Context) error, opts []Option) *logged {
	t.Helper()
	log := new(logged)
	if err := start(t.Context(), append(opts, WithLogger(slog.New(slog.NewTextHandler(log, nil))))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = shutdown(ctx)
	})
	return log
}

func shutdownTracing(t *testing.T) {
	t.Helper()
	if err := ShutdownTracing(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func shutdownMetrics(t *testing.T) {
	t.Helper()
	if err := ShutdownMetrics(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// keepGlobals restores the global providers and the propagator after the test.
func keepGlobals(t *testing.T) {
	t.Helper()
	provider, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	t.Cleanup(func() {
		otel.SetTracerProvider(provider)
		otel.SetMeterProvider(new(global.Off))
		otel.SetTextMapPropagator(propagator)
	})
}

// logged are the lines of a log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) count(s string) int { return strings.Count(l.String(), s) }

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}
