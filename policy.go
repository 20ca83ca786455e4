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
	Kind  LevelKind // how several become one; the same for all levels of a name
}

// A LevelKind is how the values of a level become one where there are several:
// of several scopes, or of several policies of a kind. A ratio has no kind. A
// policy reports the two parts that it is made of.
type LevelKind uint8

const (
	// LevelSum is for what adds up: operations in flight, a limit, a budget.
	LevelSum LevelKind = iota

	// LevelMax is for what does not add up, where the highest value is the one to
	// know: a state, a duration, whether something is switched on.
	LevelMax
)

// Combine returns the one value that a and b become.
func (k LevelKind) Combine(a, b float64) float64 {
	if k == LevelMax {
		return max(a, b)
	}
	return a + b
}

// Scope returns what is about one scope alone, so that its events and levels can
// be read by name.
func (s PolicyStats) Scope(scope string) PolicyStats {
	one := PolicyStats{Policy: s.Policy}
	for _, e := range s.Events {
		if e.Scope == scope {
			one.Events = append(one.Events, e)
		}
	}
	for _, l := range s.Levels {
		if l.Scope == scope {
			one.Levels = append(one.Levels, l)
		}
	}
	return one
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

// Level returns a level, combined over all scopes by its [LevelKind]: the sum of
// what is in flight, the worst of several states. It is 0 for a level that the
// policy does not know. [PolicyStats.Scope] leads to the level of one scope.
func (s PolicyStats) Level(name string) float64 {
	var value float64
	found := false
	for _, l := range s.Levels {
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
