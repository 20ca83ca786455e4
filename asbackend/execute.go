package asbackend

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// Execute implements [aerostore.Executor] by a background query of the server, which it
// starts on every node and then polls. It uses the query policy to start the job, without
// its retries, and the write policy for what is written.
//
// If ctx ends, Execute stops the job on every node, for which it waits two seconds at most.
// The error then names the job's id. If the job may still run on a node, the info command
// query-abort ends it there.
//
// A node that does not answer for ten seconds counts as lost. The others go on, and then
// Execute returns an error.
func (s *Store) Execute(ctx context.Context, job aerostore.Job) (aerostore.Progress, error) {
	if !s.life.acquire() {
		return aerostore.Progress{}, job.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	defer s.life.release()
	defer s.life.unbounded()()
	if err := job.Check(ctx); err != nil {
		return aerostore.Progress{}, err
	}
	x := s.newExecution(ctx, job)
	if timeout := job.Options.Timeout; timeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, timeout, errJobTimeout)
		defer cancel()
		x.ctx = limited
	}
	start, err := x.prepare()
	if err != nil {
		return aerostore.Progress{}, err
	}
	return x.run(start)
}

func (s *Store) newExecution(ctx context.Context, job aerostore.Job) *execution {
	id := rand.Uint64N(1<<63) + 1 //nolint:gosec // G404: not for security
	return &execution{store: s, ctx: ctx, job: job, id: id, started: make(chan struct{}), every: maxPause}
}

var errJobTimeout = errors.New("the timeout of the job")

// An execution is a job under way.
type execution struct {
	store *Store
	ctx   context.Context // lives no longer than the call
	job   aerostore.Job
	id    uint64
	nodes []*jobNode

	every    time.Duration // between two calls of OnProgress
	stopping bool
	started  chan struct{} // closed when startErr is set
	startErr *aerostore.Error
}

// run starts the job and waits until it has ended on all nodes.
func (x *execution) run(start func() *aerostore.Error) (aerostore.Progress, error) {
	x.store.background(func() {
		x.startErr = start()
		close(x.started)
	})
	over := false
	defer func() {
		if !over { // the application's function panics
			x.stop()
		}
	}()
	progress, err := x.await()
	over = true
	return progress, err
}

// background runs f on a goroutine for which Close does not wait.
func (s *Store) background(f func()) {
	s.life.users.Add(1)
	done := s.life.unbounded()
	go func() {
		defer func() { done(); s.life.release() }()
		f()
	}()
}

var errRepeatedJob error = safe.TextError("the server may apply the operations to a record once for each entry of its list or map that matches: " +
	"write or delete only, or select by Equal, or query the records and change each")

// isCounted reports whether an operation that is applied again may change the record again.
func isCounted(op aerostore.Operation) bool {
	switch op.Kind() {
	case aerostore.OperationWrite, aerostore.OperationTouch, aerostore.OperationDelete:
		return false
	default:
		return true
	}
}

// prepare returns a function that starts the job. Nothing has been sent by then that could
// change a record.
func (x *execution) prepare() (start func() *aerostore.Error, err error) {
	s, q := x.store, &x.job.Query
	call := aerostore.Call{Op: aerostore.OpQuery, Options: x.job.Options}.WithQuery(*q, nil)
	r := request{store: s, ctx: x.ctx, call: call}
	statement, err := r.statement(q)
	if of, failed := errors.AsType[*aerostore.Error](err); failed {
		return nil, x.job.NewError(of.Code, of.Err)
	}
	if repeats(q.Where) && slices.ContainsFunc(x.job.Operations, isCounted) {
		return nil, x.job.NewError(aerostore.CodeUnsupportedFeature, errRepeatedJob)
	}
	statement.TaskId = x.id // the client polls for another one if there is none
	plan, err := s.planOf(x.job.Operations, new(scratch))
	if err != nil {
		return nil, x.job.NewError(aerostore.CodeUnsupportedFeature, err)
	}
	nodes := s.client.GetNodes()
	if len(nodes) == 0 {
		return nil, x.job.NewError(aerostore.CodeInvalidNode, nil)
	}
	for _, node := range nodes {
		generation, err := x.info(x.ctx, node, "partition-generation")
		if err != nil {
			return nil, x.ending(err)
		}
		x.nodes = append(x.nodes, &jobNode{node: node, generation: generation})
	}
	left, late := timeLeft(x.ctx)
	if late {
		return nil, x.ending(x.job.NewError(aerostore.CodeOK, deadlineError(x.ctx)))
	}
	c := &command{request: r, left: left}
	policy := c.queryPolicy(q, len(nodes))
	policy.MaxRetries = 0 // the server refuses a job that it has
	write := x.writePolicy()
	return func() *aerostore.Error {
		if _, err := s.client.QueryExecute(policy, write, statement, plan.ops...); err != nil {
			return x.startError(c, err)
		}
		return nil
	}, nil
}

func (x *execution) writePolicy() *as.WritePolicy {
	p := *x.store.writePolicy()
	p.RespondPerEachOp = false
	writeFields{
		expiration: &p.Expiration, exists: &p.RecordExistsAction,
		check: &p.GenerationPolicy, generation: &p.Generation,
		sendKey: &p.SendKey, durable: &p.DurableDelete, commit: &p.CommitLevel,
	}.set(&x.job.Options)
	return &p
}

// startError returns the error of a job that did not start on every node.
func (x *execution) startError(c *command, err as.Error) *aerostore.Error {
	of := c.newError(err)
	e := x.job.NewError(of.Code, of.Err)
	if answer, ok := of.Err.(*aerostore.Error); ok { //nolint:errorlint // of c.newError
		e.Code, e.Err = answer.Code, answer.Err
	}
	e.Node, e.InDoubt = of.Node, mayHaveStarted(newClientError(err).err)
	return e
}

// mayHaveStarted reports whether a node may have got the job, though it did not confirm it.
// The client takes the command for a read, which it never marks as in doubt.
func mayHaveStarted(err *as.AerospikeError) bool {
	for ok := true; ok; err, ok = linked(err) {
		if err.ResultCode != types.MAX_RETRIES_EXCEEDED && !isAnswer(err) && !neverSent(err) {
			return true
		}
	}
	return false
}

// ending returns err, or an error with the code of a timeout if the job's own timeout is
// over.
func (x *execution) ending(err *aerostore.Error) *aerostore.Error {
	if errors.Is(err.Err, errJobTimeout) || context.Cause(x.ctx) == errJobTimeout && errors.Is(err, context.DeadlineExceeded) { //nolint:errorlint // the cause itself
		err.Code, err.Err = aerostore.CodeTimeout, nil
	}
	return err
}
