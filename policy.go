package aerostore

// A Policy is a layer that keeps count of what it does, such as a retry, a
// limit or a circuit breaker. [WithPolicy] puts it around a Store, and
// [Policies] finds those of a chain.
type Policy interface {
	// Intercept wraps a Handler, as an [Interceptor] does. It is called once.
	Intercept(next Handler) Handler

	// PolicyStats returns what has been counted until now. It is safe for
	// concurrent use, costs little enough to be asked every few seconds, and
	// what it returns belongs to the caller.
	PolicyStats() PolicyStats
}

// PolicyStats say what a policy has done since it was wired and how it stands.
// Events and levels come from a small fixed set in snake_case, the same at each
// call.
type PolicyStats struct {
	// Policy is the kind of layer, in snake_case: "retry".
	Policy string

	// Events are what happened how often. They only grow.
	Events []PolicyEvent

	// Levels are what may rise and fall: what is in flight, a limit, a state.
	Levels []PolicyLevel
}

// A PolicyEvent is something that happened N times.
type PolicyEvent struct {
	Name  string // "rejected"
	Scope string // the namespace or node that it is about, "" for the whole store
	N     int64
}

// A PolicyLevel is a value of the moment.
type PolicyLevel struct {
	Name  string // "in_flight"
	Scope string // the namespace or node that it is about, "" for the whole store
	Value float64
}

// Event returns how often something happened, over all scopes; 0 for an event
// that the policy does not know.
func (s PolicyStats) Event(name string) int64 {
	var n int64
	for _, e := range s.Events {
		if e.Name == name {
			n += e.N
		}
	}
	return n
}

// Level returns a level, summed over all scopes; 0 for one that the policy does
// not know.
func (s PolicyStats) Level(name string) float64 {
	var v float64
	for _, l := range s.Levels {
		if l.Name == name {
			v += l.Value
		}
	}
	return v
}

// WithPolicy returns a middleware that puts a policy around a store. Each store
// that it wraps gets one of its own from create, so that what one counts, limits
// or breaks has no bearing on another.
//
// It panics if create is nil; so does the middleware if create returns nil.
func WithPolicy[P Policy](create func() P) Middleware {
	if create == nil {
		panic("aerostore: WithPolicy without a function that creates it")
	}
	return func(next Store) Store {
		policy := Policy(create())
		if policy == nil {
			panic("aerostore: WithPolicy was given a nil Policy")
		}
		s := Intercept(policy.Intercept)(next).(*chained)
		s.policy = policy
		return s
	}
}

// Policies returns the policies in s's chain, the outermost first.
func Policies(s Store) []Policy {
	var all []Policy
	for ; s != nil; s = unwrap(s) {
		if c, ok := s.(*chained); ok && c.policy != nil {
			all = append(all, c.policy)
		}
	}
	return all
}
