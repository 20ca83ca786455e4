// Package global knows what is installed as OpenTelemetry's global providers,
// for otelmw, which follows them, and for otlp, which installs some.
package global

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// A Provider is a tracer provider that can be exchanged while it is in use:
// it passes on to the one that Set was last given, and so do all tracers that
// it ever handed out. It is off until the first Set.
//
// OpenTelemetry's own stand-in binds its tracers once, to the first provider
// that is installed; after that one's shutdown they record spans for nobody.
type Provider struct {
	embedded.TracerProvider

	next atomic.Pointer[successor]
}

// successor has an address, which tells one Set from another.
type successor struct{ provider trace.TracerProvider }

// Set makes p pass on to next; nil turns it off.
func (p *Provider) Set(next trace.TracerProvider) {
	if next == nil {
		p.next.Store(nil)
		return
	}
	p.next.Store(&successor{next})
}

// Tracer implements [trace.TracerProvider]. The tracer is a [*Tracer].
func (p *Provider) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return &Tracer{provider: p, name: name, options: options}
}

// A Tracer is a tracer of a [Provider].
type Tracer struct {
	embedded.Tracer

	provider *Provider
	name     string
	options  []trace.TracerOption
	bound    atomic.Pointer[binding]
}

// binding is the successor's tracer, kept because looking it up is dear.
type binding struct {
	to     *successor
	tracer trace.Tracer
}

// Enabled reports whether the provider is on. While it is off, Start makes
// spans that record nothing.
func (t *Tracer) Enabled() bool { return t.provider.next.Load() != nil }

// Start implements [trace.Tracer].
func (t *Tracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	return t.current().Start(ctx, name, options...)
}

var off = noop.NewTracerProvider().Tracer("")

func (t *Tracer) current() trace.Tracer {
	next := t.provider.next.Load()
	if next == nil {
		return off
	}
	if b := t.bound.Load(); b != nil && b.to == next {
		return b.tracer
	}
	b := &binding{to: next, tracer: next.provider.Tracer(t.name, t.options...)}
	t.bound.Store(b)
	return b.tracer
}
