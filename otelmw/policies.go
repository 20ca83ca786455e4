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
	policyNameKey  = attribute.Key("aerospike.policy.name")
	policyEventKey = attribute.Key("aerospike.policy.event")
	policyLevelKey = attribute.Key("aerospike.policy.level")
	policyScopeKey = attribute.Key("aerospike.policy.scope")
)

// policySource is the policies of a chain and how they are named.
type policySource struct {
	policies []aerostore.Policy
	describer

	events, otherEvents, levels names[policySeries]
}

// policySeries is what tells apart what a policy counts.
type policySeries struct{ policy, name, scope string }

// event returns what an event is told as, false if there is no room for it.
func (s *policySource) event(e policySeries) (policySeries, bool) {
	if s.events.has(e) {
		return e, true
	}
	e.scope = other
	return e, s.otherEvents.has(e)
}

// newPolicySource returns nil if there is no policy under a store.
func newPolicySource(store aerostore.Store, d describer, limit int) *policySource {
	policies := aerostore.Policies(store)
	if policies == nil {
		return nil
	}
	return &policySource{
		policies: policies, describer: d,
		events: newNames[policySeries](limit), otherEvents: newNames[policySeries](limit), levels: newNames[policySeries](limit),
	}
}

// policyMeter tells a provider what the policies of a chain count. It is nil
// where there are none.
type policyMeter struct {
	about        *policySource
	provider     metric.MeterProvider
	events       metric.Int64ObservableCounter // nil if the provider does not make it
	levels       metric.Float64ObservableGauge // nil, too
	registration metric.Registration
}

// policyMeters are those that are registered. The first one of a provider tells
// for all of them, so that a policy in two chains is told of once and the levels
// of several are combined, where a gauge would keep the last.
var policyMeters = newRegistry[metric.MeterProvider, *policyMeter]()

func (s *policySource) register(provider metric.MeterProvider, c *complaints) *policyMeter {
	if s == nil {
		return nil
	}
	meter := meterFrom(provider)
	p := &policyMeter{about: s, provider: provider}
	var made []metric.Observable
	events, err := meter.Int64ObservableCounter("aerospike.client.policy.events",
		metric.WithUnit("{event}"), metric.WithDescription("What the layers around the client did: retries, rejections, and the like."))
	if c.add(err) {
		p.events = events
		made = append(made, events)
	}
	// Of the unit 1 the exporter for Prometheus would make a ratio.
	levels, err := meter.Float64ObservableGauge("aerospike.client.policy.level",
		metric.WithUnit("{level}"), metric.WithDescription("How the layers around the client stand: in flight, limits, states, and the like."))
	if c.add(err) {
		p.levels = levels
		made = append(made, levels)
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

func (p *policyMeter) unregister(c *complaints) {
	if p != nil {
		p.leave()
		c.add(p.registration.Unregister())
	}
}

func (p *policyMeter) join() {
	if reflect.ValueOf(p.provider).Comparable() {
		policyMeters.join(p.provider, p)
	}
}

func (p *policyMeter) leave() {
	if reflect.ValueOf(p.provider).Comparable() {
		policyMeters.leave(p.provider, p)
	}
}

// tellsFor returns the meters that p tells for, none if another does.
func (p *policyMeter) tellsFor() []*policyMeter {
	if !reflect.ValueOf(p.provider).Comparable() {
		return []*policyMeter{p}
	}
	all := policyMeters.all(p.provider)
	if len(all) == 0 || all[0] != p {
		return nil
	}
	return all
}

func (p *policyMeter) observe(_ context.Context, o metric.Observer) error {
	events, levels := totals[int64]{}, totals[float64]{}
	count := func(a, b int64) int64 { return a + b }
	told := map[aerostore.Policy]bool{}
	for _, m := range p.tellsFor() {
		for _, policy := range m.about.policies {
			if reflect.ValueOf(policy).Comparable() {
				if told[policy] {
					continue
				}
				told[policy] = true
			}
			stats := policy.PolicyStats()
			for _, e := range stats.Events {
				if as, ok := m.about.event(policySeries{stats.Policy, e.Name, e.Scope}); ok {
					events.add(m.about.attributes(as, policyEventKey), e.N, count)
				}
			}
			for _, l := range stats.Levels {
				if as := (policySeries{stats.Policy, l.Name, l.Scope}); m.about.levels.has(as) {
					levels.add(m.about.attributes(as, policyLevelKey), l.Value, l.Kind.Combine)
				}
			}
		}
	}
	if p.events != nil {
		for _, t := range events {
			o.ObserveInt64(p.events, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	if p.levels != nil {
		for _, t := range levels {
			o.ObserveFloat64(p.levels, t.n, metric.WithAttributeSet(t.attributes))
		}
	}
	return nil
}

func (s *policySource) attributes(of policySeries, name attribute.Key) attribute.Set {
	attrs := append(s.system(), policyNameKey.String(of.policy), name.String(of.name))
	if of.scope != "" {
		attrs = append(attrs, policyScopeKey.String(of.scope))
	}
	return attribute.NewSet(slices.Concat(attrs, s.static)...)
}

// totals are what several policies say together, one for each set of attributes.
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
