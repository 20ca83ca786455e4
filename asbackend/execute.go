package asbackend

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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

const (
	lostAfter = 10 * time.Second // without an answer
	stopTime  = 2 * time.Second  // to stop a job
)

var (
	errJobTimeout          = errors.New("the timeout of the job")
	errForgotten     error = safe.TextError("the node does not know the job: it restarted, or has ended too many others since")
	errStoppedBy     error = safe.TextError("somebody stopped the job on the node")
	errMoved         error = safe.TextError("partitions moved between nodes during the job: some records may have been left out or changed twice")
	errLost          error = safe.TextError("the node left the cluster or does not answer: its records may have been left out")
	errUnknownStatus error = safe.TextError("the node's answer has an unknown status")
)

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

// A jobNode is the part of a job on one node.
type jobNode struct {
	node       *as.Node
	generation string    // of the node's partitions before the job
	silent     time.Time // since when the node does not answer, zero if it does
	known      bool      // to the node
	ended      bool
	fault      *aerostore.Error // that the part ended with
	progress   aerostore.Progress
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

// await waits until the job has ended on all nodes.
func (x *execution) await() (aerostore.Progress, error) {
	select {
	case <-x.started:
		if x.startErr != nil {
			return x.notStarted()
		}
	case <-x.ctx.Done():
		return x.interrupted()
	case <-x.store.life.abort:
		return x.interrupted()
	}
	reported := time.Now()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		left := 0
		for _, n := range x.nodes {
			if !n.ended {
				x.ask(x.ctx, n)
			}
			if !n.ended {
				left++
			}
		}
		if left == 0 {
			return x.ended()
		}
		if x.job.OnProgress != nil && time.Since(reported) >= x.every {
			reported = time.Now()
			x.job.OnProgress(x.progress())
		}
		select {
		case <-time.After(pause):
		case <-x.ctx.Done():
			return x.interrupted()
		case <-x.store.life.abort:
			return x.interrupted()
		}
	}
}

// ask updates the state of the job on a node.
func (x *execution) ask(ctx context.Context, n *jobNode) {
	answer, err := x.info(ctx, n.node, "query-show"+x.idField())
	unknown := err != nil && errors.Is(err, aerostore.CodeNotFound)
	if unknown {
		err = x.missing(ctx, n)
	}
	switch {
	case err == nil:
		n.silent = time.Time{}
		if !unknown {
			n.known = true
			x.read(n, answer)
		}
	case aerostore.ContextError(ctx) != nil:
	case n.silent.IsZero():
		n.silent = time.Now()
	case time.Since(n.silent) > lostAfter || !n.node.IsActive():
		x.end(n, aerostore.CodeInvalidNode, errLost)
	}
}

// idField is the parameter of a command about the job. Servers before 8.1 know one name,
// and later ones will know the other.
func (x *execution) idField() string { return fmt.Sprintf(":trid=%d;id=%d", x.id, x.id) }

// read reads an answer such as "trid=5:status=active(ok):job-progress=12.50:…".
func (x *execution) read(n *jobNode, answer string) {
	n.progress = aerostore.Progress{
		Fraction: n.progress.Fraction,
		Applied:  number(answer, ":", "recs-succeeded"),
		Filtered: number(answer, ":", "recs-filtered-meta") + number(answer, ":", "recs-filtered-bins"),
		Failed:   number(answer, ":", "recs-failed"),
	}
	switch status := field(answer, ":", "status"); {
	case strings.HasPrefix(status, "active"):
		if !x.stopping { // a job that is stopped runs to its end without doing anything
			n.progress.Fraction = percentOf(answer) / 100
		}
	case status == "done(ok)":
		n.progress.Fraction = 1
		n.ended = true
	case strings.HasPrefix(status, "done"):
		x.end(n, aerostore.CodeQueryAborted, errStoppedBy)
	default:
		x.end(n, aerostore.CodeServer, errUnknownStatus)
	}
}

func percentOf(answer string) float64 {
	percent, _ := strconv.ParseFloat(field(answer, ":", "job-progress"), 64)
	return percent
}

// missing ends the job on a node that does not know it. A node without the set never did.
// The error is that of a node that does not say whether it has the set.
func (x *execution) missing(ctx context.Context, n *jobNode) *aerostore.Error {
	set := x.job.Query.Set
	if set != "" && !n.known {
		command, _ := scopeCommand(x.job.Query.Namespace, set)
		answer, err := x.info(ctx, n.node, command)
		if err != nil {
			return err
		}
		if !strings.Contains(answer, "objects=") {
			n.progress.Fraction = 1
			n.ended = true
			return nil
		}
	}
	x.end(n, aerostore.CodeServer, errForgotten)
	return nil
}

func (x *execution) end(n *jobNode, code aerostore.ResultCode, cause error) {
	n.ended = true
	n.fault = x.job.NewError(code, cause)
	n.fault.Node = x.store.nodes.of(x.store.client, n.node)
}

func (x *execution) progress() (sum aerostore.Progress) {
	for _, n := range x.nodes {
		sum.Fraction += n.progress.Fraction / float64(len(x.nodes))
		sum.Applied += n.progress.Applied
		sum.Filtered += n.progress.Filtered
		sum.Failed += n.progress.Failed
	}
	return sum
}

// ended returns how the job ended on all nodes.
func (x *execution) ended() (aerostore.Progress, error) {
	for _, n := range x.nodes {
		if n.fault != nil {
			n.fault.InDoubt = true
			return x.progress(), n.fault
		}
	}
	if x.moved() {
		moved := x.job.NewError(aerostore.CodeOK, errMoved)
		moved.InDoubt = true
		return x.progress(), moved
	}
	done := x.progress()
	done.Fraction = 1 // the sum of the nodes may be off by its last digit
	return done, nil
}

// moved reports whether a node became responsible for other partitions during the job, or
// does not say.
func (x *execution) moved() bool {
	if len(x.store.client.GetNodes()) != len(x.nodes) {
		return true
	}
	ctx := context.WithoutCancel(x.ctx) // the job has ended
	for _, n := range x.nodes {
		if generation, err := x.info(ctx, n.node, "partition-generation"); err != nil || generation != n.generation {
			return true
		}
	}
	return false
}

// notStarted stops a job that did not start on every node. The error is in doubt if it may
// have started on any.
func (x *execution) notStarted() (aerostore.Progress, error) {
	err := x.startErr
	stopped := x.stop()
	if stopped.known {
		err.InDoubt, err.Err = true, &stoppedError{cause: err.Err, id: x.id, elsewhere: true, running: stopped.running}
	}
	return stopped.progress, err
}

// interrupted stops the job because the context has ended or the Store is shut down.
func (x *execution) interrupted() (aerostore.Progress, error) {
	stopped := x.stop()
	cause := aerostore.ErrClosed
	if err := aerostore.ContextError(x.ctx); err != nil {
		cause = err
	}
	e := x.ending(x.job.NewError(aerostore.CodeOK, cause))
	e.InDoubt = true
	e.Err = &stoppedError{cause: e.Err, id: x.id, running: stopped.running}
	return stopped.progress, e
}

// ending returns err, or an error with the code of a timeout if the job's own timeout is
// over.
func (x *execution) ending(err *aerostore.Error) *aerostore.Error {
	if errors.Is(err.Err, errJobTimeout) || context.Cause(x.ctx) == errJobTimeout && errors.Is(err, context.DeadlineExceeded) { //nolint:errorlint // the cause itself
		err.Code, err.Err = aerostore.CodeTimeout, nil
	}
	return err
}

// A stoppedError is why a job was stopped.
type stoppedError struct {
	cause     error // nil for the job's timeout
	id        uint64
	elsewhere bool     // the job did not start on one node, but on others
	running   []string // the nodes on which the job may still run
}

func (e *stoppedError) Error() string { return e.text(error.Error) }

// SafeMessage returns the text without that of a cause that is not safe.
func (e *stoppedError) SafeMessage() string { return e.text(safe.Message) }

func (e *stoppedError) text(textOf func(error) string) string {
	text := fmt.Sprintf("job %d was stopped", e.id)
	switch {
	case len(e.running) > 0:
		text = fmt.Sprintf("job %d may still run on %s: the info command query-abort:id=%d stops it", e.id, strings.Join(e.running, ", "), e.id)
	case e.elsewhere:
		text = fmt.Sprintf("job %d had started on other nodes, and was stopped there", e.id)
	}
	if e.cause != nil {
		text = textOf(e.cause) + ": " + text
	}
	return text
}

func (e *stoppedError) Unwrap() error { return e.cause }

// A stopped is what is known of a job that was stopped.
type stopped struct {
	progress aerostore.Progress
	known    bool     // to a node, so that it did start
	running  []string // the nodes on which the job may still run
}

// stop stops the job on every node, once it has started. It waits for a limited time, and
// goes on in the background after that.
func (x *execution) stop() stopped {
	unknown := stopped{progress: x.progress(), known: true}
	nodes := make([]*jobNode, len(x.nodes))
	for i, n := range x.nodes { // copies, since the caller may return first
		c := *n
		nodes[i] = &c
		if !n.ended {
			unknown.running = append(unknown.running, n.node.GetName())
		}
	}
	result := make(chan stopped, 1)
	y := &execution{store: x.store, ctx: context.WithoutCancel(x.ctx), job: x.job, id: x.id, nodes: nodes, started: x.started, stopping: true}
	x.store.background(func() {
		<-x.started
		result <- y.stopNodes()
	})
	select {
	case known := <-result:
		return known
	case <-time.After(stopTime):
		return unknown
	}
}

func (x *execution) stopNodes() (s stopped) {
	ctx, cancel := context.WithTimeout(x.ctx, stopTime)
	defer cancel()
	for _, n := range x.nodes {
		if n.ended {
			s.known = s.known || n.known
			continue
		}
		_, err := x.info(ctx, n.node, "query-abort"+x.idField())
		for pause := firstPause; !n.ended && ctx.Err() == nil; pause = min(2*pause, maxPause) {
			if x.ask(ctx, n); !n.ended && !sleep(ctx, pause) {
				break
			}
		}
		s.known = s.known || n.known || err == nil
		if !n.ended {
			s.running = append(s.running, n.node.GetName())
		}
	}
	s.progress = x.progress()
	return s
}

// sleep reports whether ctx is not done after the pause.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// info sends an info command. If the server refuses the command, the error has its code.
func (x *execution) info(ctx context.Context, node *as.Node, command string) (string, *aerostore.Error) {
	a := administration{store: x.store, ctx: ctx, newErr: x.job.NewError}
	answer, err := a.info(node, command)
	e, _ := errors.AsType[*aerostore.Error](err)
	return answer, e
}
