package aerostore

import "context"

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
func Intercept(interceptors ...Interceptor) Middleware {
	return func(next Store) Store {
		if next == nil {
			panic("aerostore: Intercept of a nil Store")
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

// As finds the outermost store in the chain of s that has type T, which is a concrete
// type or an interface. The chain consists of s, followed by the stores that repeated
// calls of Unwrap return, as in errors.As.
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

// Do runs a function through the layers of s: a user-defined function, a truncation
// or anything else for which [Store] has no method. The layers trace, count and limit
// it like an operation. They may pass another context to run, and a layer that
// retries may call it several times.
//
// Do returns the error of run, as the layers return it. If custom.Writes is set, an
// error is in doubt unless [Custom.NewError] made it: run may have changed something
// before it failed. Do wraps such an error in an [*Error] for which [InDoubt] reports
// true.
//
// Do fails with [ErrInvalid], without calling run, if ctx, s or run is nil, if
// custom.Name is empty, or if it cannot see through s. A Store that is not a
// [Backend] needs a method Unwrap() Store: without it, the Store may hide layers that
// would be bypassed, such as one that permits only reads. A Store that wraps no other,
// such as a fake or a mock, returns nil from Unwrap; Do then calls run.
func Do(ctx context.Context, s Store, custom Custom, run func(ctx context.Context) error) error {
	call := Call{Op: OpCustom, subject: &customCall{custom: custom, run: run}}
	if run == nil {
		err := invalidf("there is no function to run")
		return call.NewError(err.code, err)
	}
	if err := call.Validate(); err != nil {
		return err
	}
	_, err := customHandler(s)(replaceNil(ctx), call)
	return call.withDoubt(err)
}

// customHandler returns the outermost handler in the chain of s. Without one, it
// returns a handler that runs custom calls, or refuses them if s hides its chain.
func customHandler(s Store) Handler {
	for s != nil {
		if h := ownHandler(s); h != nil {
			return h
		}
		u, ok := s.(unwrapper)
		if !ok {
			return refusing(invalidf("%T is not a Backend and has no method Unwrap, so Do cannot see through it: "+
				"add Unwrap() aerostore.Store that returns the store it wraps, or nil", s))
		}
		if s = u.Unwrap(); s == nil {
			return runCustom
		}
	}
	return refusing(invalidf("the store is nil"))
}

func runCustom(ctx context.Context, call Call) (Result, error) {
	if err := call.Check(ctx); err != nil {
		return Result{}, err
	}
	return Result{}, call.Run(ctx)
}

func refusing(reason *invalidError) Handler {
	return func(ctx context.Context, call Call) (Result, error) {
		if err := call.Check(ctx); err != nil {
			return Result{}, err
		}
		return Result{}, call.NewError(reason.code, reason)
	}
}
