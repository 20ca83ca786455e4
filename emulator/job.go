package emulator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/info"
	"github.com/aerostore/aerostore/internal/scope"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// job starts to change the records that a query selects, and answers that it has started.
func (c *conn) job(m *message) error {
	of, code := c.jobOf(m)
	if code != aerostore.CodeOK {
		return c.fail(code)
	}
	id := rand.Uint64() //nolint:gosec // G404: a name
	if sent, _ := m.number(fieldTaskID, 8); sent != 0 {
		id = sent
	}
	j := &job{id: id, namespace: of.Query.Namespace, set: of.Query.Set, rate: of.Query.RecordsPerSecond, from: c.net.RemoteAddr().String(), began: time.Now()}
	n := c.node
	ctx, stop := context.WithCancel(n.cluster.background.ctx)
	if j.stop = stop; !n.jobs.add(j) {
		stop()
		return c.fail(aerostore.CodeParameter)
	}
	of.OnProgress = j.report
	done := make(chan struct{})
	n.cluster.running.Go(func() {
		defer stop()
		last, err := n.cluster.store.Execute(scope.WithPartitions(ctx, func(partition int) bool {
			return n.cluster.partitions.Load().isMaster(n, partition)
		}), of)
		j.report(last)
		n.jobs.end(j, err)
		close(done)
	})
	select {
	case <-done:
	case <-time.After(patience):
	case <-n.cluster.background.ctx.Done():
	}
	return c.failLast(aerostore.CodeOK)
}

// background is what runs without a connection. It ends with the cluster, and so do queries.
type background struct {
	ctx  context.Context // lives as long as the cluster
	stop context.CancelFunc
}

// patience is how long the answer to a job waits for its end. A server does not wait, and
// neither do some programs: they see the changes of a small job.
const patience = 20 * time.Millisecond

// jobOf returns the job of a message. A server checks as much before it answers.
func (c *conn) jobOf(m *message) (j aerostore.Job, code aerostore.ResultCode) {
	q, code := c.selection(m)
	if code != aerostore.CodeOK {
		return j, code
	}
	if m.info1&info1Read != 0 || m.nops == 0 {
		return j, aerostore.CodeParameter
	}
	if q.Set != "" && !slices.Contains(c.node.cluster.store.Sets(q.Namespace), q.Set) {
		return j, aerostore.CodeNotFound
	}
	ops, code := c.operationsOf(m)
	if code != aerostore.CodeOK {
		return j, code
	}
	filter, code := c.filter(m)
	if code != aerostore.CodeOK {
		return j, code
	}
	if err := c.tryQuery(q, filter); err != nil {
		return j, queryCode(err)
	}
	q.MaxRecords = 0
	var all aerostore.Options
	writeOptions(m, &all)
	j = aerostore.Job{Query: q, Operations: slices.Clone(ops), Options: aerostore.Options{
		Filter: filter, TTL: all.TTL, DurableDelete: all.DurableDelete,
	}}
	if all.Exists == aerostore.ReplaceOnly { // a server ignores the other policies
		j.Options.Exists = all.Exists
	}
	return j, codeOfCheck(j.Check(c.node.cluster.background.ctx))
}

func codeOfCheck(err error) aerostore.ResultCode {
	if err == nil {
		return aerostore.CodeOK
	}
	return codeOf(err)
}

// tryQuery returns why the query of a job cannot run, such as that there is no index.
func (c *conn) tryQuery(q aerostore.Query, filter aerostore.Filter) error {
	q.Partitions, q.RecordsPerSecond = aerostore.PartitionRange{Count: 1}, 0
	call := aerostore.Call{Op: aerostore.OpQuery, Options: aerostore.Options{Filter: filter}}
	_, err := c.node.cluster.handler(c.node.cluster.background.ctx, call.WithQuery(q, func(*aerostore.Record) bool { return false }))
	return err
}

// A job changes records in the background.
type job struct {
	id             uint64
	namespace, set string
	rate           int // records a second
	from           string
	began          time.Time
	stop           context.CancelFunc

	mu       sync.Mutex // of the rest
	progress aerostore.Progress
	ended    time.Time // zero while it runs
	status   string
}

func (j *job) report(p aerostore.Progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.progress = p
}

// String returns what a server says of the job.
func (j *job) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	set := ""
	if j.set != "" {
		set = ":set=" + j.set
	}
	status, threads, took, since := "active(ok)", 1, time.Since(j.began), time.Duration(0)
	if !j.ended.IsZero() {
		status, threads, took, since = j.status, 0, j.ended.Sub(j.began), time.Since(j.ended)
	}
	p := j.progress
	return fmt.Sprintf("trid=%d:ns=%s%s:rps=%d:active-threads=%d:status=%s:job-progress=%.2f:run-time=%d:time-since-done=%d:"+
		"recs-throttled=%d:recs-filtered-meta=0:recs-filtered-bins=%d:recs-succeeded=%d:recs-failed=%d:"+
		"from=%s:job-type=background-ops:net-io-bytes=%d:socket-timeout=10000:ops-active=0",
		j.id, j.namespace, set, j.rate, threads, status, 100*p.Fraction, took.Milliseconds(), since.Milliseconds(),
		p.Applied+p.Filtered+p.Failed, p.Filtered, p.Applied, p.Failed,
		strings.ReplaceAll(j.from, ":", "+"), frameHeader+messageHeader)
}

// jobs are the jobs of a node: those that run, and those that ended last.
type jobs struct {
	mu  sync.Mutex
	all []*job // the oldest first
}

// maxEnded is how many jobs that have ended are kept.
const maxEnded = 100

// add returns false if there is a job of that number.
func (l *jobs) add(j *job) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.find(j.id) != nil {
		return false
	}
	l.all = append(l.all, j)
	return true
}

// find returns nil if there is no job of that number. The list is locked.
func (l *jobs) find(id uint64) *job {
	for _, j := range l.all {
		if j.id == id {
			return j
		}
	}
	return nil
}

// end ends a job that returned err, and drops the oldest of those that have ended, if they
// are many.
func (l *jobs) end(j *job, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j.mu.Lock()
	j.ended, j.status = time.Now(), "done(ok)"
	switch {
	case errors.Is(err, context.Canceled):
		j.status = "done(user-aborted)"
	case err != nil:
		j.status = "done(abandoned-unknown)"
	}
	j.mu.Unlock()
	ended := 0
	for _, other := range l.all {
		if other.hasEnded() {
			ended++
		}
	}
	if ended > maxEnded {
		oldest := slices.IndexFunc(l.all, (*job).hasEnded)
		l.all = slices.Delete(l.all, oldest, oldest+1)
	}
}

func (j *job) hasEnded() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.ended.IsZero()
}

// infoQueryShow answers with one job, or with all of them.
func infoQueryShow(n *Node, arguments string) string {
	id, one, ok := jobID(arguments)
	if !ok {
		return serverinfo.Refuse(aerostore.CodeParameter, "bad id")
	}
	n.jobs.mu.Lock()
	defer n.jobs.mu.Unlock()
	if one {
		if j := n.jobs.find(id); j != nil {
			return j.String()
		}
		return serverinfo.Refuse(aerostore.CodeNotFound, "job not found")
	}
	texts := make([]string, 0, len(n.jobs.all))
	for _, j := range slices.Backward(n.jobs.all) {
		texts = append(texts, j.String())
	}
	return strings.Join(texts, ";")
}

func infoQueryAbort(n *Node, arguments string) string {
	id, one, ok := jobID(arguments)
	switch {
	case !ok:
		return serverinfo.Refuse(aerostore.CodeParameter, "bad id")
	case !one:
		return serverinfo.Refuse(aerostore.CodeParameter, "missing 'id'")
	}
	n.jobs.mu.Lock()
	defer n.jobs.mu.Unlock()
	if j := n.jobs.find(id); j != nil && !j.hasEnded() {
		j.stop()
		return "ok"
	}
	return serverinfo.Refuse(aerostore.CodeNotFound, "id not active")
}

func infoQueryAbortAll(n *Node, _ string) string {
	n.jobs.mu.Lock()
	defer n.jobs.mu.Unlock()
	stopped := 0
	for _, j := range n.jobs.all {
		if !j.hasEnded() {
			j.stop()
			stopped++
		}
	}
	return "number-of-queries-killed:" + strconv.Itoa(stopped)
}

// jobID returns the number of a job, if the arguments have one.
func jobID(arguments string) (id uint64, found, ok bool) {
	p := info.ParametersOf(arguments)
	text, found := p["id"]
	if !found {
		text, found = p["trid"]
	}
	if !found {
		return 0, false, true
	}
	id, err := strconv.ParseUint(text, 10, 64)
	return id, true, err == nil
}
