package aerostore

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aerostore/aerostore/internal/safe"
	value "github.com/aerostore/aerostore/internal/value"
)

// Execute applies operations to every record that a query selects, and returns when that
// is done on all nodes. The records are changed where they are: only counts are sent
// back. Use it to change or remove more records than a program should read.
//
//	done, err := aerostore.Execute(ctx, store,
//		aerostore.Query{Namespace: "shop", Set: "carts", Where: aerostore.Range("updated", 0, lastYear)},
//		[]aerostore.Operation{aerostore.DeleteRecord()},
//		aerostore.OnProgress(func(p aerostore.Progress) { log.Println(p) }))
//
// # The query
//
// The query selects the records by its Set and its Where. Its Options are the filter and
// the timeouts; without a Timeout only ctx limits the job. RecordsPerSecond limits how
// fast each node goes on. The other fields have no meaning for a job and are refused with
// [ErrInvalid]. The set may be missing: Execute then changes nothing. Its name must not
// begin or end with space, and must not contain control characters.
//
// # The operations
//
// Each record is changed atomically, as by [Store.Operate] with [UpdateOnly]. A record is
// not created, and one that is removed in the meantime is skipped. A record that was
// written in the meantime is changed if the query still selects it. Operations that only
// read are refused, and results are dropped.
//
// A server applies the operations several times to a record if several entries of its list
// or map match a range, a region or a point, and counts it as often. With such a Where,
// asbackend refuses operations other than [WriteBin], [TouchRecord] and [DeleteRecord]
// with [CodeUnsupportedFeature].
//
// Without a [TTL] each change resets the record's TTL to the namespace's default;
// [KeepTTL] keeps it. The other options are [ReplaceOnly] and [DurableDelete].
//
// # How it ends
//
// Execute returns how many records were changed, also if it fails. If the operations
// failed on some records, the others are changed, and the error matches [ErrSomeFailed].
//
// If ctx ends, Execute stops the job on the server and returns the error of ctx. Changes
// that were made stay. If the job could not be stopped, the text says on which node it
// may still run.
//
// An error after the job has started is in doubt, as [InDoubt] reports: some records were
// changed. That includes a cluster whose partitions moved between nodes during the job,
// since records may then have been left out or changed twice. Call Execute again if the
// operations may be repeated.
//
// # Layers
//
// Layers see one custom call named EXECUTE, for as long as the job runs. One that limits the
// time of custom calls, such as Retry with an AttemptTimeout, stops the job. Execute fails
// with [CodeUnsupportedFeature] if no store in the chain is an [Executor].
func Execute(ctx context.Context, s Store, q Query, ops []Operation, opts ...ExecuteOption) (Progress, error) {
	job := Job{Query: q, Operations: ops, Options: readOptions(q.Options)}
	for _, opt := range opts {
		if !value.IsNil(opt) {
			opt.applyExecute(&job)
		}
	}
	var last Progress
	executor, err := capability[Executor](s, job.custom())
	if err != nil {
		return last, err
	}
	err = Do(ctx, s, job.custom(), func(ctx context.Context) error {
		var err error
		last, err = executor.Execute(ctx, job)
		if job.OnProgress != nil && (err == nil || InDoubt(err)) {
			job.OnProgress(last)
		}
		if err == nil && last.Failed > 0 {
			failed := job.NewError(CodeOK, &someFailedError{last})
			failed.InDoubt = true
			return failed
		}
		return err
	})
	return last, err
}

// An ExecuteOption is an option of [Execute]: [OnProgress], a [TTL], [ReplaceOnly] or
// [DurableDelete]. Nil options are ignored.
type ExecuteOption interface {
	applyExecute(*Job)
}

// OnProgress lets [Execute] call the function about twice a second while the job runs, and
// once when it has ended. The calls are made one after another, on the goroutine of
// Execute.
type OnProgress func(Progress)

func (f OnProgress) applyExecute(j *Job)   { j.OnProgress = f }
func (t TTL) applyExecute(j *Job)          { j.Options = t.applyWrite(j.Options) }
func (e RecordExists) applyExecute(j *Job) { j.Options = e.applyWrite(j.Options) }
func (f WriteFlag) applyExecute(j *Job)    { j.Options = f.applyWrite(j.Options) }

// A Progress says how far a job of [Execute] is, over all nodes.
type Progress struct {
	Fraction float64 // of the work that is done, from 0 to 1, as an estimate
	Applied  int64   // records that were changed or removed
	Filtered int64   // records that the query's filter left out, or its condition by then
	Failed   int64   // records on which an operation failed
}

// String returns the progress in words, such as "42 %, 1200 records changed, 3 filtered
// out, 0 failed".
func (p Progress) String() string {
	return fmt.Sprintf("%.0f %%, %d records changed, %d filtered out, %d failed",
		100*p.Fraction, p.Applied, p.Filtered, p.Failed)
}

// ErrSomeFailed matches the error of [Execute] if the operations failed on some of the
// records. A server does not say why. Typical reasons are a bin of another type, and a
// record that would become too big.
var ErrSomeFailed error = safe.NewSentinel("the operations failed on some records", "some_failed")

type someFailedError struct{ last Progress }

func (e *someFailedError) Error() string {
	return fmt.Sprintf("the operations failed on %d records and changed %d", e.last.Failed, e.last.Applied)
}
func (e *someFailedError) SafeMessage() string  { return e.Error() }
func (e *someFailedError) Is(target error) bool { return target == ErrSomeFailed }

// An Executor is a backend that can change records where they are. [Execute] finds it in a
// chain.
type Executor interface {
	// Execute carries out a job and returns when it has ended everywhere. It returns
	// the last progress also if it fails. When it returns, the job is not running any
	// more, or the error says where it may be.
	//
	// Records on which the operations failed are counted, and are no error here. An
	// error is in doubt if records may have been changed.
	//
	// Execute calls job.OnProgress, if it is not nil, about twice a second.
	Execute(ctx context.Context, job Job) (Progress, error)
}

// A Job is what [Execute] does, as an [Executor] receives it. It belongs to the
// application and must not be modified.
type Job struct {
	Query      Query // without its Options
	Operations []Operation
	Options    Options        // of the query and of the change
	OnProgress func(Progress) // nil for none
}

// Check returns an [*Error] if ctx is nil or done, or if the job is not valid, and
// otherwise nil. The error of an invalid job matches [ErrInvalid]. Backends call Check
// first in Execute.
func (j Job) Check(ctx context.Context) error { return checkCommand(ctx, j.check(), j.NewError) }

// NewError returns an error with the namespace and set of the job. It says that nothing
// was changed, unless its InDoubt is set.
func (j Job) NewError(code ResultCode, cause error) *Error { return j.custom().NewError(code, cause) }

func (j Job) custom() Custom {
	return Custom{Name: "EXECUTE", Namespace: j.Query.Namespace, Set: j.Query.Set, Writes: true}
}

func (j Job) check() *invalidError {
	if err := j.Query.check(); err != nil {
		return err
	}
	if err := checkJobScope(j.Query.Namespace, j.Query.Set); err != nil {
		return err
	}
	if err := j.Query.checkJob(); err != nil {
		return err
	}
	if err := checkOperations(j.Operations); err != nil {
		return err
	}
	for i, op := range j.Operations {
		if !op.Writes() {
			return invalidf("%s only reads, and a job returns no records: call Query", op.Name()).at("operation", i)
		}
	}
	if err := j.Options.check(); err != nil {
		return err
	}
	return j.Options.checkJob()
}

// checkJob returns which field of the query has no meaning for a job, if one is set.
func (q *Query) checkJob() *invalidError {
	switch {
	case q.Bins != nil:
		return invalidf("Bins are set, and a job returns no bins: leave them nil")
	case q.MaxRecords != 0:
		return invalidf("MaxRecords is set, and a job has no limit: select the records with Where or a filter")
	case q.Partitions != PartitionRange{}:
		return invalidf("Partitions are set, and a job runs on all of them")
	case q.Cursor != nil:
		return invalidf("a Cursor is set, and a job cannot go on after a record: run it again, with a filter if need be")
	default:
		return nil
	}
}

// checkJob returns which option has no meaning for a job, if one is set.
func (o Options) checkJob() *invalidError {
	switch {
	case o.GenerationCheck != GenerationIgnored:
		return invalidf("a generation is set, and the records of a job have different ones: use a filter")
	case o.Exists == CreateOnly, o.Exists == Replace:
		return invalidf("a job creates no records: use ReplaceOnly, or no such option")
	case o.SendKey:
		return invalidf("SendKey is set, and a job has no keys to store")
	case o.Replica != ReplicaDefault, o.ReadMode != ReadModeDefault, o.ReadTouch != ReadTouchDefault:
		return invalidf("a Replica, a ReadMode or a ReadTouch is set, and a job changes the master's records")
	case o.CommitLevel != CommitDefault:
		return invalidf("a CommitLevel is set, and a job waits for no replica")
	case o.Compress:
		return invalidf("Compress is set, and a job sends and returns no records")
	default:
		return nil
	}
}

// capability returns the outermost store in the chain of s that is a T, an interface of one
// method. If there is none, the error says what is missing.
func capability[T any](s Store, custom Custom) (T, error) {
	t, ok := As[T](s)
	if !ok {
		missing := reflect.TypeFor[T]()
		return t, custom.NewError(CodeUnsupportedFeature, safe.TextError(fmt.Sprintf(
			"no store in the chain has the method %s of %s", missing.Method(0).Name, missing)))
	}
	return t, nil
}
