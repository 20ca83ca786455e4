package asbackend

import (
	"context"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// A request is a call with its context and the Store that carries it out.
type request struct {
	store *Store
	ctx   context.Context // lives no longer than the call
	call  aerostore.Call
}

func (r *request) do() (aerostore.Result, error) {
	left, late := timeLeft(r.ctx)
	if late {
		return r.late()
	}
	switch {
	case r.call.Op == aerostore.OpQuery, r.call.Op == aerostore.OpCustom:
		return r.doUnbounded(left)
	case r.store.maxAbandoned > 0 && r.ctx.Done() != nil:
		return r.doAbandonable(left)
	default:
		return r.doBounded(left)
	}
}

// timeLeft returns the time until the deadline of ctx, 0 if it has none, and reports
// whether the deadline has passed.
func timeLeft(ctx context.Context) (left time.Duration, late bool) {
	deadline, ok := ctx.Deadline()
	if ok {
		left = time.Until(deadline)
	}
	return left, ok && left <= 0
}

// doUnbounded carries out operations that may run for any length of time.
func (r *request) doUnbounded(left time.Duration) (aerostore.Result, error) {
	defer r.store.life.unbounded()()
	if r.call.Op == aerostore.OpQuery {
		return aerostore.Result{}, r.doQuery(left)
	}
	return aerostore.Result{}, r.doCustom()
}

// doBounded carries out an operation on a single record or a batch.
func (r *request) doBounded(left time.Duration) (aerostore.Result, error) {
	switch op := r.call.Op; {
	case op.IsSingle():
		return r.doSingle(left)
	case op.IsBatch():
		return r.doBatch()
	default:
		return r.unsupported(nil)
	}
}

// doCustom returns the error of the function. One of the client has its node, and a text
// of one line.
func (r *request) doCustom() error {
	err := r.call.Run(r.ctx)
	e, ok := err.(*aerostore.Error) //nolint:errorlint // an error that wraps the client's is the application's
	if !ok || e == nil {
		return err
	}
	client, ok := e.Err.(as.Error) //nolint:errorlint // as above
	if !ok || e.Code != aerostore.CodeOf(client) {
		return err
	}
	c := command{request: *r}
	named := c.newError(client)
	named.InDoubt = e.InDoubt
	return named
}

// late and unsupported are kept out of line. Each makes room for a copy of the
// call, which would otherwise be on the stack of every operation.
//
//go:noinline
func (r *request) late() (aerostore.Result, error) {
	return aerostore.Result{}, r.call.NewContextError(deadlineError(r.ctx))
}

//go:noinline
func (r *request) unsupported(err error) (aerostore.Result, error) {
	return aerostore.Result{}, r.call.NewError(aerostore.CodeUnsupportedFeature, err)
}
