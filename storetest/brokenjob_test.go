package storetest

import (
	"context"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
)

// jobbing carries out jobs, truncations and counts in another way.
type jobbing struct {
	layer
	execute  func(ctx context.Context, job aerostore.Job, next aerostore.Executor) (aerostore.Progress, error)
	truncate func(ctx context.Context, t aerostore.Truncation, next aerostore.Truncator) error
	count    func(ctx context.Context, c aerostore.Counting, next aerostore.Counter) (int64, error)
	info     func(ctx context.Context, r aerostore.InfoRequest, next aerostore.Informer) ([]aerostore.NodeInfo, error)
}

func (j jobbing) Execute(ctx context.Context, job aerostore.Job) (aerostore.Progress, error) {
	next, _ := aerostore.As[aerostore.Executor](j.Store)
	if j.execute == nil {
		return next.Execute(ctx, job)
	}
	return j.execute(ctx, job, next)
}

func (j jobbing) Truncate(ctx context.Context, t aerostore.Truncation) error {
	next, _ := aerostore.As[aerostore.Truncator](j.Store)
	if j.truncate == nil {
		return next.Truncate(ctx, t)
	}
	return j.truncate(ctx, t, next)
}

func (j jobbing) Count(ctx context.Context, c aerostore.Counting) (int64, error) {
	next, _ := aerostore.As[aerostore.Counter](j.Store)
	if j.count == nil {
		return next.Count(ctx, c)
	}
	return j.count(ctx, c, next)
}

func (j jobbing) Info(ctx context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	next, _ := aerostore.As[aerostore.Informer](j.Store)
	if j.info == nil {
		return next.Info(ctx, r)
	}
	return j.info(ctx, r, next)
}

func onInfo(info func(ctx context.Context, r aerostore.InfoRequest, next aerostore.Informer) ([]aerostore.NodeInfo, error)) aerostore.Middleware {
	return func(next aerostore.Store) aerostore.Store { return jobbing{layer: layer{next}, info: info} }
}

func onExecute(execute func(ctx context.Context, job aerostore.Job, next aerostore.Executor) (aerostore.Progress, error)) aerostore.Middleware {
	return func(next aerostore.Store) aerostore.Store { return jobbing{layer: layer{next}, execute: execute} }
}

func onJobs(change func(*aerostore.Job)) aerostore.Middleware {
	return onExecute(func(ctx context.Context, job aerostore.Job, next aerostore.Executor) (aerostore.Progress, error) {
		change(&job)
		return next.Execute(ctx, job)
	})
}

func onProgress(change func(*aerostore.Progress)) aerostore.Middleware {
	return onExecute(func(ctx context.Context, job aerostore.Job, next aerostore.Executor) (aerostore.Progress, error) {
		p, err := next.Execute(ctx, job)
		change(&p)
		return p, err
	})
}

func onTruncate(truncate func(ctx context.Context, t aerostore.Truncation, next aerostore.Truncator) error) aerostore.Middleware {
	return func(next aerostore.Store) aerostore.Store { return jobbing{layer: layer{next}, truncate: truncate} }
}

func onCount(count func(ctx context.Context, c aerostore.Counting, next aerostore.Counter) (int64, error)) aerostore.Middleware {
	return func(next aerostore.Store) aerostore.Store { return jobbing{layer: layer{next}, count: count} }
}

// jobs are ways to break jobs, truncations and counts.
func jobs() []sabotage {
	const job, truncate, count, info = "job/Execute ", "truncate/Truncate ", "count/Count ", "info/Info "
	return []sabotage{
		{"runs no jobs", onExecute(func(context.Context, aerostore.Job, aerostore.Executor) (aerostore.Progress, error) {
			return aerostore.Progress{Fraction: 1}, nil
		}), []string{
			job + "changes every record of a set once", job + "of DeleteRecord removes the records",
			job + "in an unknown namespace fails with ErrInvalidNamespace", job + "without an index fails with IndexNotFound",
			job + "refuses what has no meaning for a job",
		}},
		{"runs jobs twice", onExecute(func(ctx context.Context, job aerostore.Job, next aerostore.Executor) (aerostore.Progress, error) {
			_, _ = next.Execute(ctx, job)
			return next.Execute(ctx, job)
		}), []string{job + "changes every record of a set once"}},
		{"runs jobs on every set", onJobs(func(job *aerostore.Job) { job.Query.Set = "" }), []string{job + "changes every record of a set once"}},
		{"ignores the condition of a job", onJobs(func(job *aerostore.Job) { job.Query.Where = aerostore.Predicate{} }), []string{
			job + "changes what a condition selects", job + "without an index fails with IndexNotFound",
		}},
		{"ignores the options of a job", onJobs(func(job *aerostore.Job) { job.Options = aerostore.Options{} }), []string{
			job + "with ReplaceOnly drops the other bins", job + "resets TTLs unless it keeps them",
			job + "leaves out what the filter excludes without its bins, then fails what it refuses",
		}},
		{"keeps TTLs in a job", onJobs(func(job *aerostore.Job) { job.Options.TTL = aerostore.KeepTTL }), []string{
			job + "resets TTLs unless it keeps them",
		}},
		{"runs the first operation of a job", onJobs(func(job *aerostore.Job) {
			if len(job.Operations) > 0 {
				job.Operations = job.Operations[:1]
			}
		}), []string{job + "applies all operations in order", job + "changes lists, maps, bits and HyperLogLogs"}},
		{"hides records that failed", onProgress(func(p *aerostore.Progress) { p.Failed = 0 }), []string{job + "counts the records that failed"}},
		{"counts changed records twice", onProgress(func(p *aerostore.Progress) { p.Applied *= 2 }), []string{
			job + "changes every record of a set once", job + "counts the records that failed", job + "reports its progress",
		}},
		{"is never done", onProgress(func(p *aerostore.Progress) { p.Fraction = 0.5 }), []string{job + "of a missing set changes nothing"}},

		{"truncates nothing", onTruncate(func(context.Context, aerostore.Truncation, aerostore.Truncator) error { return nil }), []string{
			truncate + "removes the records of a set",
			truncate + "with a time in the future fails with ErrParameter", truncate + "in an unknown namespace fails with ErrInvalidNamespace",
			truncate + "refuses a missing name and unusable ones",
		}},
		{"truncates every set", onTruncate(func(ctx context.Context, t aerostore.Truncation, next aerostore.Truncator) error {
			return next.Truncate(ctx, aerostore.Truncation{Namespace: t.Namespace, AllSets: true, Before: t.Before})
		}), []string{truncate + "removes the records of a set", truncate + "refuses a missing name and unusable ones"}},
		{"ignores the time of a truncation", onTruncate(func(ctx context.Context, t aerostore.Truncation, next aerostore.Truncator) error {
			t.Before = time.Time{}
			return next.Truncate(ctx, t)
		}), []string{truncate + "with a time keeps what was written since", truncate + "with a time in the future fails with ErrParameter"}},
		{"keeps a set truncated", truncatesForGood, []string{truncate + "leaves what is written afterwards"}},
		{"knows no set to truncate", onTruncate(func(_ context.Context, t aerostore.Truncation, _ aerostore.Truncator) error {
			return t.NewError(aerostore.CodeNotFound, nil)
		}), []string{truncate + "of a missing set does nothing"}},

		{"counts copies", onCount(func(ctx context.Context, c aerostore.Counting, next aerostore.Counter) (int64, error) {
			n, err := next.Count(ctx, c)
			return 2 * n, err
		}), []string{count + "counts the records of a set"}},
		{"counts nothing", onCount(func(context.Context, aerostore.Counting, aerostore.Counter) (int64, error) { return 0, nil }), []string{
			count + "counts the records of a set", count + "without a set counts those of the namespace",
			count + "in an unknown namespace fails with ErrInvalidNamespace", count + "refuses unusable names",
		}},
		{"counts what is not there", onCount(func(ctx context.Context, c aerostore.Counting, next aerostore.Counter) (int64, error) {
			n, err := next.Count(ctx, c)
			return n + 1, err
		}), []string{count + "of a missing set is zero"}},

		{"has no nodes", onInfo(func(context.Context, aerostore.InfoRequest, aerostore.Informer) ([]aerostore.NodeInfo, error) {
			return nil, nil
		}), []string{
			info + "returns what each node answers", info + "about a set counts its records",
			info + "with an unknown command fails with ErrParameter", info + "refuses unusable commands",
		}},
		{"answers without nodes", onInfo(func(ctx context.Context, r aerostore.InfoRequest, next aerostore.Informer) ([]aerostore.NodeInfo, error) {
			nodes, err := next.Info(ctx, r)
			for i := range nodes {
				nodes[i].Node = nil
			}
			return nodes, err
		}), []string{info + "returns what each node answers"}},
		{"counts no records in answers", onInfo(func(ctx context.Context, r aerostore.InfoRequest, next aerostore.Informer) ([]aerostore.NodeInfo, error) {
			nodes, err := next.Info(ctx, r)
			for i := range nodes {
				for command, answer := range nodes[i].Answers {
					nodes[i].Answers[command] = strings.ReplaceAll(answer, "objects=3", "objects=0")
				}
			}
			return nodes, err
		}), []string{info + "about a set counts its records"}},
		{"hides a refused command", onInfo(func(ctx context.Context, r aerostore.InfoRequest, next aerostore.Informer) ([]aerostore.NodeInfo, error) {
			nodes, err := next.Info(ctx, r)
			for i := range nodes {
				nodes[i].Err = nil
			}
			return nodes, err
		}), []string{info + "with an unknown command fails with ErrParameter"}},
	}
}

// truncatesForGood drops the writes to a set that was truncated.
func truncatesForGood(next aerostore.Store) aerostore.Store {
	gone := make(map[string]bool)
	writes := around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		if _, set := call.Target(); call.Op == aerostore.OpPut && gone[set] {
			return aerostore.Result{}, nil
		}
		return next(ctx, call)
	})
	return onTruncate(func(ctx context.Context, t aerostore.Truncation, next aerostore.Truncator) error {
		gone[t.Set] = true
		return next.Truncate(ctx, t)
	})(writes(next))
}
