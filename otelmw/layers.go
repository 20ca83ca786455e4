package otelmw

import (
	"context"
	"reflect"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/aerostore/aerostore"
)

const (
	layerNameKey  = attribute.Key("aerospike.layer.name")
	layerEventKey = attribute.Key("aerospike.layer.event")
	layerGaugeKey = attribute.Key("aerospike.layer.gauge")
	layerScopeKey = attribute.Key("aerospike.layer.scope")
)

// layerSource is the layers of a chain and how they are named.
type layerSource struct {
	layers []aerostore.Layer
	describer

	events, otherEvents, gauges names[layerSeries]
}

// layerSeries is what tells apart what a layer counts.
type layerSeries struct{ layer, name, scope string }

// event returns what an event is told as, false if there is no room for it.
func (s *layerSource) event(e layerSeries) (layerSeries, bool) {
	if s.events.has(e) {
		return e, true
	}
	e.scope = other
	return e, s.otherEvents.has(e)
}

// newLayerSource returns nil if there is no layer under a store.
func newLayerSource(store aerostore.Store, d describer, limit int) *layerSource {
	layers := aerostore.Layers(store)
	if layers == nil {
		return nil
	}
	return &layerSource{
		layers: layers, describer: d,
		events: newNames[layerSeries](limit), otherEvents: newNames[layerSeries](limit), gauges: newNames[layerSeries](limit),
	}
}

// layerMeter tells a provider what the layers of a chain count. It is nil
// where there are none.
type layerMeter struct {
	about        *layerSource
	provider     metric.MeterProvider
	events       metric.Int64ObservableCounter // nil if the provider does not make it
	gauges       metric.Float64ObservableGauge // nil, too
	registration metric.Registration
}

// layerMeters are those that are registered. The first one of a provider tells
// for all of them, so that a layer in two chains is told of once and the gauges
// of several are combined, where a gauge would keep the last.
var layerMeters = newRegistry[metric.MeterProvider, *layerMeter]()

func (s *layerSource) register(provider metric.MeterProvider, c *complaints) *layerMeter {
	if s == nil {
		return nil
	}
	meter := meterFrom(provider)
	p := &layerMeter{about: s, provider: provider}
	var made []metric.Observable
	events, err := meter.Int64ObservableCounter("aerospike.client.layer.events",
		metric.WithUnit("{event}"), metric.WithDescription("What the layers around the client did: retries, rejections, and the like."))
	if c.add(err) {
		p.events = events
		made = append(made, events)
	}
	// Of the unit 1 the exporter for Prometheus would make a ratio.
	gauges, err := meter.Float64ObservableGauge("aerospike.client.layer.gauge",
		metric.WithUnit("{gauge}"), metric.WithDescription("How the layers around the client stand: in flight, limits, states, and the like."))
	if c.add(err) {
		p.gauges = gauges
		made = append(made, gauges)
	}
	if len(made) == 0 {
		return nil
	}
	p.join()
	registration, err := meter.RegisterCallback(p.observe, made...)
	if !c.add(err) {
		p.leave()
		return nil
	}
	p.registration = registration
	return p
}

func (p *layerMeter) unregister(c *complaints) {
	if p != nil {
		p.leave()
		c.add(p.registration.Unregister())
	}
}

func (p *layerMeter) join() {
	if reflect.ValueOf(p.provider).Comparable() {
		layerMeters.join(p.provider, p)
	}
}

func (p *layerMeter) leave() {
	if reflect.ValueOf(p.provider).Comparable() {
		layerMeters.leave(p.provider, p)
	}
}

// tellsFor returns the meters that p tells for, none if another does.
func (p *layerMeter) tellsFor() []*layerMeter {
	if !reflect.ValueOf(p.provider).Comparable() {
		return []*layerMeter{p}
	}
	all := layerMeters.all(p.provider)
	if len(all) == 0 || all[0] != p {
		return nil
	}
	return all
}

func (p *layerMeter) observe(_ context.Context, o metric.Observer) error {
	events, gauges := totals[int64]{}, totals[float64]{}
	count := func(a, b int64) int64 { return a + b }
	told := map[aerostore.Layer]bool{}
	for _, m := range p.tellsFor() {
		for _, layer := range m.about.layers {
			if reflect.ValueOf(layer).Comparable() {
				if told[layer] {
					continue
				}
				told[layer] = true
			}
			stats := layer.LayerStats()
			for _, e := range stats.Events {
				if as, ok := m.about.event(layerSeries{stats.Layer, e.Name, e.Scope}); ok {
					events.add(m.about.attributes(as, layerEventKey), e.N, count)
				}
			}
			for _, l := range stats.Gauges {
				if as := (layerSeries{stats.Layer, l.Name, l.Scope}); m.about.gauges.has(as) {
					gauges.add(m.about.attributes(as, layerGaugeKey), l.Value, l.Kind.Combine)
				}
			}
		}
	}
	if p.events != nil {
		for _, t := range events {
			o.ObserveInt64(p.events, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	if p.gauges != nil {
		for _, t := range gauges {
			o.ObserveFloat64(p.gauges, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	return nil
}

func (s *layerSource) attributes(of layerSeries, name attribute.Key) attribute.Set {
	attrs := append(s.system(), layerNameKey.String(of.layer), name.String(of.name))
	if of.scope != "" {
		attrs = append(attrs, layerScopeKey.String(of.scope))
	}
	return attribute.NewSet(slices.Concat(attrs, s.static)...)
}

// totals are what several layers say together, one for each set of attributes.
type totals[N int64 | float64] map[attribute.Distinct]*total[N]

type total[N int64 | float64] struct {
	attributes attribute.Set
	n          N
}

func (t totals[N]) add(attributes attribute.Set, n N, combine func(a, b N) N) {
	if all, ok := t[attributes.Equivalent()]; ok {
		all.n = combine(all.n, n)
		return
	}
	t[attributes.Equivalent()] = &total[N]{attributes, n}
}
