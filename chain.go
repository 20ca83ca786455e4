package aerostore

// A Middleware wraps a Store in another Store, to add tracing, retries or anything
// else to any backend.
//
// Most are made by [Intercept]. A Store that is written by hand must have a method
// Unwrap() Store that returns the Store it wraps. Without it, [As] does not find
// what is beneath, and [Do] fails.
type Middleware func(next Store) Store

// Chain wraps s in middlewares. The first is the outermost: it sees an operation
// first and its result last.
//
//	Chain(s, a, b, c) == a(b(c(s)))
//
//	caller ──▶ a ──▶ b ──▶ c ──▶ s
//	caller ◀── a ◀── b ◀── c ◀── s
//
// Nil middlewares are skipped. Build a chain once, at start-up. Chain panics if s is
// nil or a middleware returns nil.
func Chain(s Store, middlewares ...Middleware) Store {
	if s == nil {
		panic("aerostore: Chain of a nil Store")
	}
	for i := len(middlewares) - 1; i >= 0; i-- {
		if middlewares[i] == nil {
			continue
		}
		if s = middlewares[i](s); s == nil {
			panic("aerostore: a Middleware returned a nil Store")
		}
	}
	return s
}

// An Interceptor wraps a Handler in another Handler, which sees every operation.
//
// The returned Handler may change the context and the call before it calls next, and
// the result and the error after it. It may answer without calling next, or call next
// more than once. It must be safe for concurrent use. To refuse a call, it returns
// the error of [Call.NewError], which says that the call was not applied. Most other
// errors leave a write in doubt; see [Call.InDoubt].
type Interceptor func(next Handler) Handler

// Intercept returns a Middleware of interceptors. The first is the outermost, as in
// [Chain]; nil interceptors are skipped.
//
// Adjacent interceptors of a chain call each other directly, whether they come from
// one Intercept or several. An operation is converted to a [Call] once.
//
// The middleware panics if the Store is nil or an interceptor returns nil.
func Intercept(interceptors ...Interceptor) Middleware {
	return func(next Store) Store {
		if next == nil {
			panic("aerostore: Intercept around a nil Store")
		}
		h := handlerOf(next)
		for i := len(interceptors) - 1; i >= 0; i-- {
			if interceptors[i] == nil {
				continue
			}
			if h = interceptors[i](h); h == nil {
				panic("aerostore: an Interceptor returned a nil Handler")
			}
		}
		return &chained{Handler: h, next: next}
	}
}

// chained is a Store behind interceptors.
type chained struct {
	Handler
	next  Store
	layer Layer // nil if Intercept made it
}

func (c *chained) Unwrap() Store { return c.next }

// As returns the outermost store in the chain of s that has type T, and reports
// whether there is one. T is a concrete type or an interface. The chain consists
// of s, followed by the stores that repeated calls of Unwrap return, as in
// errors.As. It is empty if s is nil.
//
//	if index, ok := aerostore.As[aerostore.Indexer](store); ok { … }
func As[T any](s Store) (T, bool) {
	for s != nil {
		if t, ok := s.(T); ok {
			return t, true
		}
		s = unwrap(s)
	}
	var zero T
	return zero, false
}

type unwrapper interface{ Unwrap() Store }

func unwrap(s Store) Store {
	if u, ok := s.(unwrapper); ok {
		return u.Unwrap()
	}
	return nil
}
