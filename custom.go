package aerostore

import (
	"context"
	"errors"
)

// A Custom describes a function that [Do] runs through the layers of a chain.
type Custom struct {
	// Name is the name of the operation in errors and telemetry, in capitals, such
	// as "TRUNCATE". It is required and must come from a small set.
	Name string

	// Namespace and Set name what the function works on. They may be empty.
	Namespace string
	Set       string

	// Writes says whether the function may change data. A function that does and
	// fails may leave the call in doubt; see [Call.InDoubt].
	Writes bool
}

// NewError returns an error with the name, namespace and set of c. If the function
// that [Do] runs returns it, the function changed nothing, unless the error's
// InDoubt is set.
func (c Custom) NewError(code ResultCode, cause error) *Error {
	return Call{Op: OpCustom, subject: &customCall{custom: c}}.NewError(code, cause)
}

// A customCall is the description of a custom call and its function.
type customCall struct {
	custom Custom
	run    func(context.Context) error
}

// Custom returns the description of an OpCustom call, and nil for any other call.
// It must not be modified.
func (c Call) Custom() *Custom {
	if cc, ok := c.subject.(*customCall); ok {
		return &cc.custom
	}
	return nil
}

// Run runs the function of an OpCustom call and returns its error as [Do] does. Backends
// call it. For any other call it does nothing and returns nil.
func (c Call) Run(ctx context.Context) error {
	cc, ok := c.subject.(*customCall)
	if !ok {
		return nil
	}
	err := cc.run(ctx)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return err
	}
	e := c.NewError(CodeOf(err), err)
	e.InDoubt = c.Writes()
	return e
}

// Do runs a function through the layers of s. Use it for everything that [Store] has
// no method for, such as a user-defined function. The layers trace,
// count and limit it like an operation. They may pass another context to run, and a
// layer that retries may call run several times.
//
// run should pass its context on. Do waits for a function that ignores it, also after the
// context has ended, and returns what the function returns: its variables may belong to
// the caller. Package asbackend converts a context, options, keys and values to what the
// client takes.
//
// Do returns the error of run, as the layers return it. Whatever the backend, an error
// that wraps no [*Error] is wrapped in one. That has the code of [CodeOf], which knows the
// errors of Aerospike's client.
//
// If custom.Writes is set, an error is in doubt unless [Custom.NewError] made it: run may
// have changed something before it failed.
//
// Do fails with [ErrInvalid], without calling run, if an argument is nil, custom.Name
// is empty, or it cannot find the layers of s. A Store that is not a [Backend] needs a
// method Unwrap() Store. Without it, Do could bypass layers inside the Store, such as
// one that permits only reads. A Store that wraps no other, such as a fake or a mock,
// returns nil from Unwrap; Do then calls run.
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
			return refusing(invalidf("%T is not a Backend and has no method Unwrap, so Do cannot find the layers inside: "+
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
