package aerostore

// A Layer is a layer that keeps count of what it does, such as a retry, a
// limit or a circuit breaker. [WithLayer] puts it around a Store, and
// [Layers] finds those of a chain.
type Layer interface {
	// Intercept wraps a Handler, as an [Interceptor] does. It is called once.
	Intercept(next Handler) Handler

	// LayerStats returns what has been counted until now. It is safe for
	// concurrent use, costs little enough to be asked every few seconds, and
	// what it returns belongs to the caller.
	LayerStats() LayerStats
}

// LayerStats say what a layer has done since it was wired and how it stands.
// Events and gauges come from a small fixed set in snake_case, the same at each
// call.
type LayerStats struct {
	// Layer is the kind of layer, in snake_case: "retry".
	Layer string

	// Events are what happened how often. They only grow.
	Events []LayerEvent

	// Gauges are what may rise and fall: what is in flight, a limit, a state.
	Gauges []LayerGauge
}

// A LayerEvent is something that happened N times.
type LayerEvent struct {
	Name  string // "rejected"
	Scope string // the namespace or node that it is about, "" for the whole store
	N     int64
}

// A LayerGauge is a value of the moment.
type LayerGauge struct {
	Name  string // "in_flight"
	Scope string // the namespace or node that it is about, "" for the whole store
	Value float64
	Kind  GaugeKind // how several become one; the same for all gauges of a name
}

// A GaugeKind is how the values of a gauge become one where there are several:
// of several scopes, or of several layers of a kind. A ratio has no kind. A
// layer reports the two parts that it is made of.
type GaugeKind uint8

const (
	// GaugeSum is for what adds up: operations in flight, a limit, a budget.
	GaugeSum GaugeKind = iota

	// GaugeMax is for what does not add up, where the highest value is the one to
	// know: a state, a duration, whether something is switched on.
	GaugeMax
)

// Combine returns the one value that a and b become.
func (k GaugeKind) Combine(a, b float64) float64 {
	if k == GaugeMax {
		return max(a, b)
	}
	return a + b
}

// Scope returns what is about one scope alone, so that its events and gauges can
// be read by name.
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

// Event returns how often something happened, over all scopes; 0 for an event
// that the layer does not know.
func (s LayerStats) Event(name string) int64 {
	var n int64
	for _, e := range s.Events {
		if e.Name == name {
			n += e.N
		}
	}
	return n
}

// Gauge returns a gauge, combined over all scopes by its [GaugeKind]: the sum of
// what is in flight, the worst of several states. It is 0 for a gauge that the
// layer does not know. [LayerStats.Scope] leads to the gauge of one scope.
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

// WithLayer returns a middleware that puts a layer around a store. Each store
// that it wraps gets one of its own from create, so that what one counts, limits
// or breaks has no bearing on another.
//
// It panics if create is nil; so does the middleware if create returns nil.
func WithLayer[P Layer](create func() P) Middleware {
	if create == nil {
		panic("aerostore: WithLayer without a function that creates it")
	}
	return func(next Store) Store {
		layer := Layer(create())
		if layer == nil {
			panic("aerostore: WithLayer was given a nil Layer")
		}
		s := Intercept(layer.Intercept)(next).(*chained)
		s.layer = layer
		return s
	}
}

// Layers returns the layers in s's chain, the outermost first.
func Layers(s Store) []Layer {
	var all []Layer
	for ; s != nil; s = unwrap(s) {
		if c, ok := s.(*chained); ok && c.layer != nil {
			all = append(all, c.layer)
		}
	}
	return all
}
