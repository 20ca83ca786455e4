// Package global has the global providers that package otlp installs and package otelmw
// recognizes.
package global

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// A Provider is a tracer provider that delegates to the one of the last Set, as do all
// its tracers. It is off until the first Set. It is safe for concurrent use.
//
// OpenTelemetry's stand-in binds its tracers once, to the first provider that is
// installed. After the shutdown of that one they make spans that are never exported.
type Provider struct {
	embedded.TracerProvider

	next atomic.Pointer[successor]
}

// A successor is the provider of one Set. Its address identifies the Set.
type successor struct{ provider trace.TracerProvider }

// Set makes p delegate to next. Nil turns it off.
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

// A binding is a successor's tracer, kept because the lookup is expensive.
type binding struct {
	to     *successor
	tracer trace.Tracer
}

// Enabled reports whether the provider is on. While it is off, Start returns
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
