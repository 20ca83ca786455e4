package otelmw

import (
	"context"
	"reflect"

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

// layerStats reports the events and gauges of the layers of a chain to one provider.
type layerStats struct {
	describer
	layers []aerostore.Layer
	key    any // in allLayers

	// The instruments, nil if the provider does not make them.
	events metric.Int64ObservableCounter
	gauges metric.Float64ObservableGauge

	eventNames, otherEventNames, gaugeNames names[layerValue]
}

// A layerValue names an event or a gauge of a layer.
type layerValue struct{ layer, name, scope string }

// allLayers has those that are registered, by provider. The first one of a provider
// reports for all. A layer in two chains is then reported once, and the gauges of several
// are combined; a gauge by itself would keep the last.
var allLayers registry[*layerStats]

// observeLayers does nothing if there are no layers.
func (i *instruments) observeLayers(layers []aerostore.Layer, d describer, limit int, errs *errorList) {
	if len(layers) == 0 {
		return
	}
	s := &layerStats{
		describer: d, layers: layers,
		eventNames: newNames[layerValue](limit), otherEventNames: newNames[layerValue](limit), gaugeNames: newNames[layerValue](limit),
	}
	var made []metric.Observable
	events, err := i.meter.Int64ObservableCounter("aerospike.client.layer.events",
		metric.WithUnit("{event}"), metric.WithDescription("Number of events in the layers around the client, such as retries and rejections."))
	if errs.add(err) {
		s.events = events
		made = append(made, events)
	}
	// With the unit 1 the exporter for Prometheus would add _ratio to the name.
	gauges, err := i.meter.Float64ObservableGauge("aerospike.client.layer.gauge",
		metric.WithUnit("{gauge}"), metric.WithDescription("Current values of the layers around the client, such as operations in flight, limits and states."))
	if errs.add(err) {
		s.gauges = gauges
		made = append(made, gauges)
	}
	var leave func()
	s.key, leave = allLayers.join(i.provider, s)
	i.register(s.observe, made, leave, errs)
}

func (s *layerStats) observe(_ context.Context, o metric.Observer) error {
	events, gauges := totals[int64]{}, totals[float64]{}
	sum := func(a, b int64) int64 { return a + b }
	seen := map[aerostore.Layer]bool{}
	for _, m := range allLayers.ledBy(s.key, s) {
		for _, layer := range m.layers {
			if reflect.ValueOf(layer).Comparable() {
				if seen[layer] {
					continue
				}
				seen[layer] = true
			}
			stats := layer.LayerStats()
			for _, e := range stats.Events {
				if v, ok := m.admitEvent(layerValue{stats.Layer, e.Name, e.Scope}); ok {
					events.add(m.attributes(v, layerEventKey), e.N, sum)
				}
			}
			for _, g := range stats.Gauges {
				if v := (layerValue{stats.Layer, g.Name, g.Scope}); m.gaugeNames.admit(v) {
					gauges.add(m.attributes(v, layerGaugeKey), g.Value, g.Kind.Combine)
				}
			}
		}
	}
	if s.events != nil {
		for _, t := range events {
			o.ObserveInt64(s.events, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	if s.gauges != nil {
		for _, t := range gauges {
			o.ObserveFloat64(s.gauges, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	return nil
}

// admitEvent returns how an event is reported, or false if there is no room for it.
func (s *layerStats) admitEvent(e layerValue) (layerValue, bool) {
	if s.eventNames.admit(e) {
		return e, true
	}
	e.scope = other
	return e, s.otherEventNames.admit(e)
}

func (s *layerStats) attributes(v layerValue, nameKey attribute.Key) attribute.Set {
	attrs := []attribute.KeyValue{layerNameKey.String(v.layer), nameKey.String(v.name)}
	if v.scope != "" {
		attrs = append(attrs, layerScopeKey.String(v.scope))
	}
	return attribute.NewSet(s.storeAttributes(attrs...)...)
}

// totals combine the values of several layers, one for each set of attributes.
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
