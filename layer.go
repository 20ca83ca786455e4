package aerostore

// A Layer is an interceptor that reports events and gauges, such as a retry, a limit
// or a circuit breaker. [WithLayer] wraps a Store in a Layer. [Layers] finds the
// layers of a chain.
type Layer interface {
	// Intercept wraps a Handler, as an [Interceptor] does. [WithLayer] calls it once
	// for each Layer.
	Intercept(next Handler) Handler

	// LayerStats returns the current events and gauges. It is safe for concurrent
	// use and cheap enough to be called every few seconds. The result belongs to the
	// caller.
	LayerStats() LayerStats
}

// LayerStats are the events and gauges of a layer. Names are in snake_case, and every
// call of [Layer.LayerStats] returns the same names.
type LayerStats struct {
	// Layer is the kind of layer, such as "retry".
	Layer string

	// Events count what has happened since the layer was created.
	Events []LayerEvent

	// Gauges are current values, such as a limit, a state or the number of operations
	// in flight.
	Gauges []LayerGauge
}

// A LayerEvent is the number of times that something has happened.
type LayerEvent struct {
	Name  string // such as "rejected"
	Scope string // a namespace or node, or "" for the whole store
	N     int64
}

// A LayerGauge is a current value.
type LayerGauge struct {
	Name  string // such as "in_flight"
	Scope string // a namespace or node, or "" for the whole store
	Value float64
	Kind  GaugeKind // the same for all gauges of this name
}

// A GaugeKind says how gauges of the same name are combined, across scopes or layers.
// Ratios cannot be combined, so a layer reports the numerator and the denominator as
// two gauges.
type GaugeKind uint8

// The kinds of gauge.
const (
	// GaugeSum adds the values, such as operations in flight, limits or budgets.
	GaugeSum GaugeKind = iota

	// GaugeMax takes the highest value, such as of a state or a duration.
	GaugeMax
)

// Combine returns the sum or the maximum of a and b.
func (k GaugeKind) Combine(a, b float64) float64 {
	if k == GaugeMax {
		return max(a, b)
	}
	return a + b
}

// Scope returns the events and gauges of one scope.
func (s LayerStats) Scope(scope string) LayerStats {
	one := LayerStats{Layer: s.Layer}
	for _, e := range s.Events {
		if e.Scope == scope {
			one.Events = append(one.Events, e)
		}
	}
	for _, l := range s.Gauges {
		if l.Scope == scope {
			one.Gauges = append(one.Gauges, l)
		}
	}
	return one
}

// Event returns the count of the named event over all scopes. It returns 0 for an
// unknown name.
func (s LayerStats) Event(name string) int64 {
	var n int64
	for _, e := range s.Events {
		if e.Name == name {
			n += e.N
		}
	}
	return n
}

// Gauge returns the named gauge, combined over all scopes as its [GaugeKind] says. It
// returns 0 for an unknown name. Use [LayerStats.Scope] for the gauge of one scope.
func (s LayerStats) Gauge(name string) float64 {
	var value float64
	found := false
	for _, l := range s.Gauges {
		switch {
		case l.Name != name:
		case found:
			value = l.Kind.Combine(value, l.Value)
		default:
			value, found = l.Value, true
		}
	}
	return value
}

// WithLayer returns a middleware that wraps a Store in a Layer. It calls create for each
// Store that it wraps, so that stores do not share limits and counts.
//
// WithLayer panics if create is nil. The middleware panics if create returns nil.
func WithLayer[P Layer](create func() P) Middleware {
	if create == nil {
		panic("aerostore: WithLayer with a nil function")
	}
	return func(next Store) Store {
		layer := Layer(create())
		if layer == nil {
			panic("aerostore: WithLayer with a function that returned nil")
		}
		s := Intercept(layer.Intercept)(next).(*chained)
		s.layer = layer
		return s
	}
}

// Layers returns the layers in the chain of s that [WithLayer] added. The first is the
// outermost. It returns nil if there are none.
func Layers(s Store) []Layer {
	var all []Layer
	for ; s != nil; s = unwrap(s) {
		if c, ok := s.(*chained); ok && c.layer != nil {
			all = append(all, c.layer)
		}
	}
	return all
}
