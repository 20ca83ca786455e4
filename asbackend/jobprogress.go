package asbackend

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// lostAfter is for how long a node does not answer until it counts as lost.
const lostAfter = 10 * time.Second

var (
	errForgotten     error = safe.TextError("the node does not know the job: it restarted, or has ended too many others since")
	errStoppedBy     error = safe.TextError("somebody stopped the job on the node")
	errMoved         error = safe.TextError("partitions moved between nodes during the job: some records may have been left out or changed twice")
	errLost          error = safe.TextError("the node left the cluster or does not answer: its records may have been left out")
	errUnknownStatus error = safe.TextError("the node's answer has an unknown status")
)

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

// info sends an info command. If the server refuses the command, the error has its code.
func (x *execution) info(ctx context.Context, node *as.Node, command string) (string, *aerostore.Error) {
	a := administration{store: x.store, ctx: ctx, newErr: x.job.NewError}
	answer, err := a.info(node, command)
	e, _ := errors.AsType[*aerostore.Error](err)
	return answer, e
}
