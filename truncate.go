package aerostore

import (
	"context"
	"time"
)

// Truncate removes the records of a set that were last written before a time, and returns
// when that is done on all nodes. The zero time stands for now. It does nothing if the set
// does not exist.
//
// A server compares times in whole milliseconds by the clock of each node. So records that
// were written in the last moments before the call may stay, if the clocks of the nodes
// differ. A time in the future fails with [ErrParameter]. An empty set fails with
// [ErrInvalid]: use [TruncateNamespace] for the records of all sets.
//
// The records cannot be read any more as soon as a node has the command, and are then
// removed. If ctx ends meanwhile, the error is in doubt, and the cluster goes on. A server
// remembers a truncation: without a durable delete, one of the Enterprise Edition that
// restarts does not bring the records back.
//
// Layers see a custom call named TRUNCATE. Truncate fails with [CodeUnsupportedFeature] if
// no store in the chain is a [Truncator].
func Truncate(ctx context.Context, s Store, namespace, set string, before time.Time) error {
	return truncate(ctx, s, Truncation{Namespace: namespace, Set: set, Before: before})
}

// TruncateNamespace removes the records of all sets of a namespace that were last written
// before a time, as [Truncate] does for one set.
func TruncateNamespace(ctx context.Context, s Store, namespace string, before time.Time) error {
	return truncate(ctx, s, Truncation{Namespace: namespace, AllSets: true, Before: before})
}

func truncate(ctx context.Context, s Store, t Truncation) error {
	truncator, err := capability[Truncator](s, t.custom())
	if err != nil {
		return err
	}
	return Do(ctx, s, t.custom(), func(ctx context.Context) error { return truncator.Truncate(ctx, t) })
}

// A Truncator is a backend that can remove the records of a set at once. [Truncate] finds
// it in a chain.
type Truncator interface {
	// Truncate removes the records and returns when that is done everywhere. An error is
	// in doubt if records may have been removed.
	Truncate(ctx context.Context, t Truncation) error
}

// A Truncation says which records [Truncate] and [TruncateNamespace] remove.
type Truncation struct {
	Namespace string
	Set       string
	AllSets   bool      // with an empty Set: the records of all sets
	Before    time.Time // zero for now
}

// firstUpdate and lastUpdate bound the times that servers can compare.
var (
	firstUpdate = time.Date(2010, time.January, 1, 0, 0, 0, int(time.Millisecond), time.UTC)
	lastUpdate  = time.Date(2262, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// Check returns an [*Error] if ctx is nil or done, or if the truncation is not valid, and
// otherwise nil. The error of an invalid one matches [ErrInvalid]. Backends call Check
// first in Truncate.
func (t Truncation) Check(ctx context.Context) error {
	return checkCommand(ctx, t.check(), t.NewError)
}

// NewError returns an error with the namespace and set of the truncation. It says that
// nothing was removed, unless its InDoubt is set.
func (t Truncation) NewError(code ResultCode, cause error) *Error {
	return t.custom().NewError(code, cause)
}

func (t Truncation) custom() Custom {
	return Custom{Name: "TRUNCATE", Namespace: t.Namespace, Set: t.Set, Writes: true}
}

func (t Truncation) check() *invalidError {
	if err := checkScope(t.Namespace, t.Set); err != nil {
		return err
	}
	switch {
	case t.Set == "" && !t.AllSets:
		return invalidf("there is no set: call TruncateNamespace to remove the records of all sets")
	case t.Set != "" && t.AllSets:
		return invalidf("there is a set, and AllSets: one of them")
	case t.Before.IsZero():
		return nil
	case t.Before.Before(firstUpdate), t.Before.After(lastUpdate):
		return invalidf("the time %s is not between %d and %d", t.Before.Format(time.RFC3339), firstUpdate.Year(), lastUpdate.Year())
	default:
		return nil
	}
}
