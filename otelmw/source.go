package otelmw

import (
	"reflect"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/aerostore/aerostore/otelmw/internal/global"
)

const scopeName = "github.com/aerostore/aerostore/otelmw"

// source is where the tracer comes from: a provider given once, or whichever
// is the global one at the time.
type source struct {
	given *binding // nil: the global one
	bound atomic.Pointer[binding]
}

// binding is a provider with its tracer, which is dear to look up.
type binding struct {
	provider trace.TracerProvider
	tracer   trace.Tracer   // nil where nobody would see a span
	ours     *global.Tracer // the tracer, if it can say that it is off
}

func newSource(given trace.TracerProvider) *source {
	if given == nil {
		return &source{}
	}
	return &source{given: bind(given)}
}

// tracer returns nil while nobody would see a span.
func (s *source) tracer() trace.Tracer {
	b := s.given
	if b == nil {
		b = s.global()
	}
	if b.ours != nil && !b.ours.Enabled() {
		return nil
	}
	return b.tracer
}

func (s *source) global() *binding {
	provider := otel.GetTracerProvider()
	if b := s.bound.Load(); b != nil && b.provider == provider {
		return b
	}
	if _, none := provider.(noop.TracerProvider); none {
		return nobody
	}
	b := &binding{provider: provider}
	if !global.Unset(provider) {
		b = bind(provider)
	}
	// Comparing a provider that is no pointer could panic: it is bound anew
	// each time.
	if reflect.TypeOf(provider).Kind() == reflect.Pointer {
		s.bound.Store(b)
	}
	return b
}

var nobody = new(binding)

func bind(provider trace.TracerProvider) *binding {
	tracer := provider.Tracer(scopeName, trace.WithSchemaURL(semconv.SchemaURL))
	ours, _ := tracer.(*global.Tracer)
	return &binding{provider: provider, tracer: tracer, ours: ours}
}
