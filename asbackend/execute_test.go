package asbackend

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/servertest"
)

func TestAnAnswerAboutAJobIsRead(t *testing.T) {
	t.Parallel()
	s := &Store{}
	const counts = ":recs-throttled=9:recs-filtered-meta=1:recs-filtered-bins=2:recs-succeeded=3:recs-failed=4:from=127.0.0.1+5"
	for answer, want := range map[string]jobNode{
		"trid=5:status=active(ok):job-progress=12.50" + counts:                                            {progress: aerostore.Progress{Fraction: 0.125}},
		"trid=5:status=done(ok):job-progress=99.00" + counts:                                              {ended: true, progress: aerostore.Progress{Fraction: 1}},
		"trid=5:status=done(user-aborted):job-progress=100.00" + counts:                                   {ended: true, fault: &aerostore.Error{Code: aerostore.CodeQueryAborted}},
		"trid=5:set=a:status=done(ok):recs-failed=77:rps=1:status=active(ok):job-progress=12.50" + counts: {progress: aerostore.Progress{Fraction: 0.125}},
		"trid=5:set=a=b;c:rps=1:status=done(ok)" + counts:                                                 {ended: true, progress: aerostore.Progress{Fraction: 1}},
		"trid=5" + counts: {ended: true, fault: &aerostore.Error{Code: aerostore.CodeServer}},
	} {
		x := s.newExecution(t.Context(), aerostore.Job{})
		n := &jobNode{}
		x.read(n, answer)
		want.progress.Filtered, want.progress.Applied, want.progress.Failed = 3, 3, 4
		if n.ended != want.ended || n.progress != want.progress || aerostore.CodeOf(faultOf(n)) != aerostore.CodeOf(faultOf(&want)) {
			t.Errorf("%q: ended %t, %v, fault %v", answer, n.ended, n.progress, n.fault)
		}
	}
}

func faultOf(n *jobNode) error {
	if n.fault == nil {
		return nil
	}
	return n.fault
}

// dialServer returns a Store of the cluster that tests run on.
func dialServer(t *testing.T) *Store {
	t.Helper()
	s, err := Dial(t.Context(), servertest.Hosts(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// jobOnServer returns a Store, a job that adds to the records of a new set, and the sum of
// what they hold.
func jobOnServer(t *testing.T, records int) (s *Store, job aerostore.Job, sum func() int) {
	t.Helper()
	s = dialServer(t)
	q := aerostore.Query{Namespace: "test", Set: "asb_job" + strings.ToLower(t.Name()[len("TestAJob"):])}
	t.Cleanup(func() {
		if err := aerostore.Truncate(context.Background(), s, q.Namespace, q.Set, time.Time{}); err != nil {
			t.Error(err)
		}
	})
	items := make([]aerostore.BatchItem, records)
	for i := range items {
		items[i] = aerostore.BatchItem{Key: aerostore.NewKey(q.Namespace, q.Set, i), Bins: aerostore.Bins{"n": 0}}
	}
	if _, err := s.BatchWrite(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	q.RecordsPerSecond = 1000 // so that the job takes a while
	job = aerostore.Job{Query: q, Operations: []aerostore.Operation{aerostore.AddBin("n", 1)}}
	return s, job, func() (sum int) {
		q.RecordsPerSecond = 0
		for r, err := range s.Query(context.Background(), q) {
			if err != nil {
				t.Fatal(err)
			}
			n, _ := r.Int("n")
			sum += n
		}
		return sum
	}
}

func TestAJobIsStoppedWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	s, job, sum := jobOnServer(t, 5000)
	ctx, cancel := context.WithCancel(t.Context())
	x := s.newExecution(ctx, job)
	start, err := x.prepare()
	if err != nil {
		t.Fatal(err)
	}
	go func() { <-x.started; cancel() }()
	done, err := x.run(start)
	if !errors.Is(err, context.Canceled) || !aerostore.InDoubt(err) || !strings.Contains(err.Error(), "was stopped") {
		t.Errorf("the error is %v, want the context's, doubt, and that the job was stopped", err)
	}
	if changed := sum(); int64(changed) != done.Applied || changed == 5000 {
		t.Errorf("%d records were changed, and the progress says %d", changed, done.Applied)
	}
	if done.Fraction >= 1 {
		t.Errorf("a job that was stopped is done by %v", done.Fraction)
	}
}

func TestAJobIsStoppedByItsTimeout(t *testing.T) {
	t.Parallel()
	s, job, _ := jobOnServer(t, 5000)
	job.Options.Timeout = 20 * time.Millisecond
	_, err := s.Execute(t.Context(), job)
	if !errors.Is(err, aerostore.ErrTimeout) {
		t.Errorf("the error is %v, want a timeout", err)
	}
}

func TestAJobThatStartedPartlyIsStopped(t *testing.T) {
	t.Parallel()
	s, job, sum := jobOnServer(t, 5000)
	x := s.newExecution(t.Context(), job)
	start, err := x.prepare()
	if err != nil {
		t.Fatal(err)
	}
	refused := job.NewError(aerostore.CodeForbidden, nil)
	done, err := x.run(func() *aerostore.Error {
		if err := start(); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, aerostore.CodeForbidden) || !aerostore.InDoubt(err) || !strings.Contains(err.Error(), "was stopped there") {
		t.Errorf("the error is %v", err)
	}
	if changed := sum(); int64(changed) != done.Applied {
		t.Errorf("%d records were changed, and the progress says %d", changed, done.Applied)
	}
}

func TestAJobThatStartedNowhereIsNotInDoubt(t *testing.T) {
	t.Parallel()
	s, job, sum := jobOnServer(t, 10)
	x := s.newExecution(t.Context(), job)
	if _, err := x.prepare(); err != nil {
		t.Fatal(err)
	}
	refused := job.NewError(aerostore.CodeForbidden, nil)
	if _, err := x.run(func() *aerostore.Error { return refused }); !errors.Is(err, aerostore.CodeForbidden) || aerostore.InDoubt(err) {
		t.Errorf("the error is %v, want one that is not in doubt", err)
	}
	if sum() != 0 {
		t.Error("records were changed")
	}
}

func TestAJobThatNoNodeKnowsIsAnError(t *testing.T) {
	t.Parallel()
	s, job, _ := jobOnServer(t, 100)
	x := s.newExecution(t.Context(), job)
	if _, err := x.prepare(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.run(func() *aerostore.Error { return nil }); !errors.Is(err, errForgotten) || !aerostore.InDoubt(err) {
		t.Errorf("the error is %v, want that the job is unknown, in doubt", err)
	}
}

func TestAJobDuringWhichPartitionsMoveIsInDoubt(t *testing.T) {
	t.Parallel()
	s, job, sum := jobOnServer(t, 10)
	x := s.newExecution(t.Context(), job)
	start, err := x.prepare()
	if err != nil {
		t.Fatal(err)
	}
	x.nodes[0].generation = "another"
	if done, err := x.run(start); !errors.Is(err, errMoved) || !aerostore.InDoubt(err) || done.Applied != 10 {
		t.Errorf("%v and error %v, want all records and that partitions moved, in doubt", done, err)
	}
	if sum() != 10 {
		t.Error("not all records were changed")
	}
}

func TestAJobEndsOnANodeThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s, job, _ := jobOnServer(t, 1)
	x := s.newExecution(t.Context(), job)
	if _, err := x.prepare(); err != nil {
		t.Fatal(err)
	}
	s.policies.Info = &as.InfoPolicy{Timeout: 1}
	n := x.nodes[0]
	x.ask(x.ctx, n)
	if n.ended || n.silent.IsZero() {
		t.Fatalf("ended %t, silent since %v, want it to be silent", n.ended, n.silent)
	}
	n.silent = n.silent.Add(-lostAfter)
	x.ask(x.ctx, n)
	if !n.ended || !errors.Is(faultOf(n), errLost) {
		t.Errorf("ended %t with %v, want that the node is lost", n.ended, n.fault)
	}
	s.policies.Info = nil
}

// The client misses the answer about a set whose name ends with space, which a server trims.
func TestAJobEndsOnANodeThatDoesNotSayWhetherItHasTheSet(t *testing.T) {
	t.Parallel()
	s, job, _ := jobOnServer(t, 1)
	job.Query.Set += "x "
	x := s.newExecution(t.Context(), job)
	if _, err := x.prepare(); err != nil {
		t.Fatal(err)
	}
	n := x.nodes[0]
	x.ask(x.ctx, n)
	if n.ended || n.silent.IsZero() {
		t.Fatalf("ended %t, silent since %v, want it to be silent", n.ended, n.silent)
	}
	n.silent = n.silent.Add(-lostAfter)
	x.ask(x.ctx, n)
	if !n.ended || !errors.Is(faultOf(n), errLost) {
		t.Errorf("ended %t with %v, want that the node is lost", n.ended, n.fault)
	}
}

func TestAJobIsStoppedIfTheProgramPanics(t *testing.T) {
	t.Parallel()
	s, job, sum := jobOnServer(t, 5000)
	job.Query.RecordsPerSecond = 500 // so that it does not end before it is stopped
	x := s.newExecution(t.Context(), job)
	start, err := x.prepare()
	if err != nil {
		t.Fatal(err)
	}
	x.every = 0
	x.job.OnProgress = func(aerostore.Progress) { panic("the application's") }
	defer func() {
		if recover() == nil {
			t.Error("there was no panic")
		}
		if before := sum(); before == 5000 || before != sum() {
			t.Error("the job went on")
		}
	}()
	_, _ = x.run(start)
}
