package asbackend

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// stopTime is how long a caller waits for a job to stop.
const stopTime = 2 * time.Second

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
