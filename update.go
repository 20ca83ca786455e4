package aerostore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aerostore/aerostore/internal/safe"
)

// UpdateAttempts is how many times [Update] reads the record and calls its function
// before it gives up.
const UpdateAttempts = 16

// Update reads a record, calls change with it, and writes the bins that change returns,
// if nothing else wrote the record in between. Otherwise it starts again.
//
//	err := aerostore.Update(ctx, store, key, func(r *aerostore.Record) (aerostore.Bins, error) {
//		score, err := r.Float("score")
//		if err != nil {
//			return nil, err
//		}
//		return aerostore.Bins{"score": score * 0.9}, nil
//	})
//
// Use it for a change that depends on what the record holds and that no [Operation] can
// make. [Store.Increment] and the operations of [ListBin], [MapBin] and [BitBin] take one
// round trip, and never conflict.
//
// # The function
//
// Change gets nil if the record does not exist. A nil [Record] has no bins: its methods
// fail with [ErrBinNotFound], but its fields must not be read. Otherwise the record
// belongs to change, which may modify it and return its values.
//
// The bins are written as [Store.Put] does: other bins stay, unless [Replace] is among the
// options, and a nil value deletes its bin. If bins is empty, nothing is written and
// Update returns nil. The same is true if the record does not exist and all values are
// nil.
//
// If change returns an error, nothing is written. Update returns an [*Error] that wraps
// it, for errors.Is and errors.As.
//
// Change is called up to [UpdateAttempts] times, so it should have no other effects. To
// keep a result, assign it to a variable outside; the last call sets it.
//
// # Conflicts
//
// An existing record is written with [GenerationEqual], a missing one with [CreateOnly].
// If another writer was faster, Update pauses and reads the record again. A pause is
// drawn at random, at first from 0 up to 1 ms. The upper bound doubles with each conflict
// until it is 64 ms.
//
// After the last attempt the error matches that of the last conflict, usually
// [ErrGeneration]. If the context is done in a pause, it matches the context's error too.
// In both cases nothing was written, and the caller may call Update again.
//
// A server compares generations, and nothing else. Update does not notice that a record
// was written 65,535 times in between, or that it was removed and created again with as
// many writes.
//
// # Doubt
//
// If a write is in doubt, Update does not repeat it, and returns an error for which
// [InDoubt] reports true. A second call could make the change twice. To tell whether the
// first was applied, let change write an id of the request with it, and return no bins if
// the record already has that id.
//
// # Options
//
// The options are those of the write. Timeouts apply to each read and each write alone;
// the context limits all of them. Without a [TTL] the write resets the record's TTL to the
// namespace's default, as each write does; [KeepTTL] keeps it. With [UpdateOnly] or
// [ReplaceOnly], Update fails with [ErrNotFound] if the record does not exist, and does
// not call change. Update sets the generation itself. It refuses [GenerationEqual],
// [GenerationGreater] and CreateOnly with [ErrInvalid], and also a nil context, Store or
// function.
//
// Layers see each [Store.Get] and each [Store.Put].
func Update(
	ctx context.Context, s Store, key Key, change func(*Record) (Bins, error), opts ...WriteOption,
) error {
	options := writeOptions(opts)
	if err := checkUpdate(ctx, s, change, options); err != nil {
		return newUpdateError(key, err.code, err)
	}
	for attempt := 1; ; attempt++ {
		record, err := readForUpdate(ctx, s, key, options)
		if err != nil {
			return err
		}
		unchanged := ifUnchanged(record, opts) // before change has the record
		bins, err := change(record)
		if err != nil {
			return newUpdateError(key, CodeOK, err)
		}
		if len(bins) == 0 || record == nil && onlyNil(bins) {
			return nil
		}
		err = s.Put(ctx, key, bins, unchanged...)
		switch {
		case !isConflict(err):
			return err
		case attempt == UpdateAttempts:
			return newUpdateError(key, CodeOf(err), &conflictError{attempts: attempt, last: err})
		}
		if ended := pause(ctx, attempt); ended != nil {
			return newUpdateError(key, CodeOK, &conflictError{attempts: attempt, last: err, ended: ended})
		}
	}
}

// checkUpdate returns why the arguments are not valid, or nil. Get and Put check the
// others.
func checkUpdate(ctx context.Context, s Store, change func(*Record) (Bins, error), o Options) *invalidError {
	switch {
	case ctx == nil:
		return errNilContext
	case s == nil:
		return invalidf("the store is nil")
	case change == nil:
		return invalidf("there is no function that changes the record")
	case o.GenerationCheck != GenerationIgnored:
		return invalidf("Update checks the generation that it read: call Put to check another one")
	case o.Exists == CreateOnly:
		return invalidf("Update creates the record if it is missing: call Put with CreateOnly to only create it")
	}
	return nil
}

// readForUpdate returns nil for a record that does not exist and may be created.
func readForUpdate(ctx context.Context, s Store, key Key, o Options) (*Record, error) {
	record, err := s.Get(ctx, key, o.forRead()...)
	switch mayCreate := o.Exists != UpdateOnly && o.Exists != ReplaceOnly; {
	case mayCreate && errors.Is(err, ErrNotFound):
		return nil, nil
	case record == nil && err == nil:
		return nil, Call{Op: OpGet, Key: key}.newNoRecordError(typeName(s))
	}
	return record, err
}

func onlyNil(bins Bins) bool {
	for _, v := range bins {
		if v != nil {
			return false
		}
	}
	return true
}

// ifUnchanged returns opts with the condition that the record is still as it was read.
func ifUnchanged(record *Record, opts []WriteOption) []WriteOption {
	opts = opts[:len(opts):len(opts)]
	if record == nil {
		return append(opts, CreateOnly)
	}
	return append(opts, GenerationEqual(record.Generation))
}

// isConflict reports whether a write failed because another writer changed, created or
// removed the record after it was read. An error in doubt may come from the write itself,
// which was applied before.
func isConflict(err error) bool {
	if InDoubt(err) {
		return false
	}
	code := CodeOf(err)
	return code == CodeGeneration || code == CodeExists || code == CodeNotFound
}

const (
	firstUpdatePause   = time.Millisecond
	longestUpdatePause = 64 * time.Millisecond
)

// pause waits after a number of attempts. It returns the error of the context if that is
// done.
func pause(ctx context.Context, attempts int) error {
	timer := time.NewTimer(rand.N(min(firstUpdatePause<<(attempts-1), longestUpdatePause))) //nolint:gosec // G404: not for security
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ContextError(ctx)
}

func newUpdateError(key Key, code ResultCode, cause error) *Error {
	return &Error{custom: "UPDATE", Namespace: key.Namespace(), Set: key.Set(), Code: code, Err: cause}
}

// conflictError is why Update gave up: after its last attempt, or in a pause.
type conflictError struct {
	attempts int
	last     error // the conflict
	ended    error // of the context, nil after the last attempt
}

func (e *conflictError) Error() string { return e.text(error.Error) }

// SafeMessage returns the text without that of a context's cause that is not safe.
func (e *conflictError) SafeMessage() string { return e.text(safe.Message) }

func (e *conflictError) text(textOf func(error) string) string {
	if e.ended != nil {
		return fmt.Sprintf("%s: other writers changed the record during attempt %d of %d", textOf(e.ended), e.attempts, UpdateAttempts)
	}
	return fmt.Sprintf("Update tried %d times: use operations that the server applies, such as those of ListBin, "+
		"or divide the record", e.attempts)
}

func (e *conflictError) Unwrap() []error {
	if e.ended != nil {
		return []error{e.ended, e.last}
	}
	return []error{e.last}
}
