package memory

import (
	"context"
	"errors"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/scope"
)

// Execute implements [aerostore.Executor]. It runs on the goroutine of the caller.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.CodeIndexNotFound], [aerostore.ErrParameter] for a filter or an expression
// with types that do not fit, [aerostore.CodeForbidden] if there are as many queries as
// [WithMaxQueries] allows, [aerostore.CodeTimeout], [aerostore.ErrClosed], and those of the
// context.
func (s *Store) Execute(ctx context.Context, job aerostore.Job) (aerostore.Progress, error) {
	if err := job.Check(ctx); err != nil {
		return aerostore.Progress{}, err
	}
	n, err := s.open(job.Query.Namespace, job.NewError)
	if err != nil {
		return aerostore.Progress{}, err
	}
	if set := job.Query.Set; set != "" && n.set(set) == nil {
		return aerostore.Progress{Fraction: 1}, nil // even without an index
	}
	where := searchOf(job.Query.Where)
	if where != nil && !n.findIndex(job.Query.Set, where) {
		return aerostore.Progress{}, job.NewError(aerostore.CodeIndexNotFound, nil)
	}
	if _, code := programOf(job.Options.Filter); code != aerostore.CodeOK {
		return aerostore.Progress{}, job.NewError(code, nil)
	}
	if why := unfit(job.Operations); why != nil {
		return aerostore.Progress{}, job.NewError(aerostore.CodeParameter, why)
	}
	x := &execution{namespace: n, has: scope.Partitions(ctx), job: job, where: where, options: job.Options, total: n.count(job.Query.Set), reported: time.Now()}
	if x.options.Exists == aerostore.CreateOrUpdate {
		x.options.Exists = aerostore.UpdateOnly
	}
	x.refused = x.plan.of(job.Operations, &x.options, 1)
	err = s.scanFor(ctx, job, x.visit)
	if err == nil {
		x.progress.Fraction = 1
	}
	return x.progress, x.failure(err)
}

// unfit returns why a server refuses a job with the operations before it begins, else nil.
func unfit(ops []aerostore.Operation) error {
	for i, op := range ops {
		if op.Kind() != aerostore.OperationExp {
			continue
		}
		if _, err := programIn(op.Exp()); err != nil {
			return &operationError{step: i, name: op.Name(), bin: op.Bin(), err: err}
		}
	}
	return nil
}

// scanFor visits the records that the query of a job selects.
func (s *Store) scanFor(ctx context.Context, job aerostore.Job, each func(*set, aerostore.RecordID)) error {
	call := aerostore.Call{Op: aerostore.OpQuery, Options: aerostore.Options{Timeout: job.Options.Timeout}}
	return s.run(ctx, call.WithQuery(job.Query, nil), each)
}

// open returns the namespace of that name, if the store is open.
func (s *Store) open(namespace string, newError func(aerostore.ResultCode, error) *aerostore.Error) (*namespace, error) {
	if s.closed.Load() {
		return nil, newError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	n := s.namespace(namespace)
	if n == nil {
		return nil, newError(aerostore.CodeInvalidNamespace, nil)
	}
	return n, nil
}

// An execution is a job that is running.
type execution struct {
	namespace *namespace
	has       func(partition int) bool // nil for all partitions
	job       aerostore.Job
	where     *search // nil for all records
	options   aerostore.Options
	plan      plan
	refused   aerostore.ResultCode // of the plan: for each record
	total     int64                // number of records before
	visited   int64
	progress  aerostore.Progress
	reported  time.Time // the progress
}

// visit changes a record, which may have changed since the scan saw it.
func (x *execution) visit(set *set, id aerostore.RecordID) {
	key := id.Key(set.namespace, set.name)
	if x.has != nil && !x.has(key.Partition()) {
		return
	}
	switch x.apply(key) {
	case aerostore.CodeOK:
		x.progress.Applied++
	case aerostore.CodeFilteredOut:
		x.progress.Filtered++
	case aerostore.CodeNotFound:
	default:
		x.progress.Failed++
	}
	x.visited++
	x.progress.Fraction = min(float64(x.visited)/float64(max(x.total, 1)), 1)
	const often, pause = 1024, 500 * time.Millisecond
	if x.job.OnProgress == nil || x.visited%often != 0 || time.Since(x.reported) < pause {
		return
	}
	x.reported = time.Now()
	x.job.OnProgress(x.progress)
}

func (x *execution) apply(key aerostore.Key) aerostore.ResultCode {
	if x.refused != aerostore.CodeOK {
		return x.refuse(&key)
	}
	run := running{ops: x.job.Operations, plan: x.plan, where: x.where}
	_, code := x.namespace.operateWrite(&key, &run, &x.options)
	return code
}

// refuse returns the code of a record for which the server refuses the operations. It comes
// to that after what the filter says of the record without its bins.
func (x *execution) refuse(key *aerostore.Key) aerostore.ResultCode {
	code := aerostore.CodeNotFound
	if set := x.namespace.set(key.Set()); set != nil {
		set.view(key, func(met *record) {
			switch r := x.namespace.alive(met); {
			case r == nil:
			case x.namespace.excluded(x.options.Filter, key, r):
				code = aerostore.CodeFilteredOut
			default:
				code = x.refused
			}
		})
	}
	return code
}

// failure returns the error of a scan as one of the job.
func (x *execution) failure(err error) error {
	if err == nil {
		return nil
	}
	failed := x.job.NewError(aerostore.CodeOK, err)
	if of, ok := errors.AsType[*aerostore.Error](err); ok {
		failed.Code, failed.Err = of.Code, of.Err
	}
	failed.InDoubt = x.progress.Applied > 0
	return failed
}
