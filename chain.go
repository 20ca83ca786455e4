package aerostore

import "context"

// A Middleware wraps a Store in another. It is the one currency of this
// library: tracing, retries and whatever an application writes are
// Middlewares, over any backend.
//
// Most are made by [Intercept]. One that decorates Store by hand needs a method
// Unwrap() Store, so that [As] and [Do] find what is beneath it: without one, Do
// fails.
type Middleware func(next Store) Store

// Chain wraps s in middlewares. The first one is the outermost: it sees an
// operation first and its result last.
//
//	Chain(s, a, b, c) == a(b(c(s)))
//
//	caller ──▶ a ──▶ b ──▶ c ──▶ s
//	caller ◀── a ◀── b ◀── c ◀── s
//
// Nil middlewares are skipped, so that a layer can be left out by a condition.
// A chain is made once, at start-up, and does not change.
//
// Chain panics if s is nil or a middleware returns nil.
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

// An Interceptor wraps a Handler in another: one function that sees every
// operation, those that do not exist yet included.
//
// It may change the call and the context on the way in and the result and the
// error on the way out, answer without calling next, or call next more than
// once. It should return what next returned where it has nothing to say about
// it. One that refuses a call returns [Call.NewError], which says that nothing was
// applied: another error leaves a write in doubt; see [Call.InDoubt]. It must be
// safe for concurrent use.
type Interceptor func(next Handler) Handler

// Intercept makes a Middleware of interceptors, the first one outermost, as in
// [Chain]:
//
//	Intercept(a, b) == func(s Store) Store { return Chain(s, Intercept(a), Intercept(b)) }
//
// Interceptors that follow one another in a chain, in one Intercept or in
// several, call each other directly: the operation is made a [Call] once,
// whatever their number. Nil interceptors are skipped.
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
	layer Layer // nil: the interceptors are none
}

func (c *chained) Unwrap() Store { return c.next }

// As finds the outermost store in s's chain that is a T, where T is a concrete
// type or an interface, as errors.As does for errors: s itself, then what its
// Unwrap method returns, and so on.
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

// Do runs something that [Store] has no method for through the layers of s:
// user-defined functions, truncation, index management. It is traced, counted
// and limited as any operation is; run is given the context that the layers
// made of ctx, and may be called more than once if one of them retries.
//
// A hand-written decorator has no method for it and is passed by; its method
// Unwrap leads to what is beneath. A store that is not a [Backend] and has no
// Unwrap may hide layers, such as one that allows reads only, so Do refuses to
// run past it. A store with nothing beneath it, such as a fake in a test, says
// so by an Unwrap that returns nil: there run is called. Mocks of package mocks
// do.
//
// Errors: what run returned, as the layers pass it on; [ErrInvalid] if ctx, s or
// run is nil, custom has no name, or s cannot be looked through, in which case
// run was not called. Of a custom that writes, only an error that [Custom.NewError]
// made says that nothing was changed. Any other is in doubt: an operation that
// failed within run says nothing about what run did before. Do wraps it in an
// [*Error] for which [InDoubt] is true.
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

// customHandler returns the outermost handler in s's chain, which takes custom
// calls. At the end of a chain they are run as they are; where the end cannot
// be seen they are refused.
func customHandler(s Store) Handler {
	for s != nil {
		if h := ownHandler(s); h != nil {
			return h
		}
		u, ok := s.(unwrapper)
		if !ok {
			return refusing(invalidf("%T is not a Backend and has no method Unwrap, so that Do cannot reach "+
				"what is beneath it: add Unwrap() aerostore.Store, which returns nil if nothing is", s))
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
