package aerostore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aerostore/aerostore/internal/safe"
)

// BatchErrors returns an error if keys of a batch failed, and nil if none did. A key
// whose error matches one of except, such as [ErrNotFound], did not fail, unless a write
// is in doubt.
//
//	results, err := store.BatchWrite(ctx, items)
//	if err == nil {
//		err = aerostore.BatchErrors(results, aerostore.ErrNotFound)
//	}
//
// The text is one line. It says how many keys failed, and of the most frequent reasons
// how many failed for it. It contains no user key and no bin value. The error wraps the
// error of each key that failed, so that errors.Is, errors.As and [InDoubt] find what any
// of them says.
func BatchErrors(results []BatchResult, except ...error) error {
	var failed []error
	for i := range results {
		if err := results[i].Err; err != nil && (InDoubt(err) || !matchesAny(err, except)) {
			failed = append(failed, err)
		}
	}
	if failed == nil {
		return nil
	}
	return &batchErrors{keys: len(results), failed: failed}
}

func matchesAny(err error, targets []error) bool {
	for _, target := range targets {
		if target != nil && errors.Is(err, target) {
			return true
		}
	}
	return false
}

// batchErrors are the errors of the keys of a batch that failed.
type batchErrors struct {
	keys   int // of the batch
	failed []error
}

// Unwrap returns the errors of the keys.
func (e *batchErrors) Unwrap() []error { return e.failed }

// SafeMessage is Error.
func (e *batchErrors) SafeMessage() string { return e.Error() }

// Error counts the failures by reason.
func (e *batchErrors) Error() string {
	const most = 3
	var b strings.Builder
	fmt.Fprintf(&b, "aerostore: %d of %d keys failed", len(e.failed), e.keys)
	rest := len(e.failed)
	for i, r := range e.reasons() {
		if i == most {
			fmt.Fprintf(&b, ", %d for other reasons", rest)
			break
		}
		separator := ": "
		if i > 0 {
			separator = ", "
		}
		fmt.Fprintf(&b, "%s%d with %s", separator, r.n, r.text)
		rest -= r.n
	}
	if n := e.inDoubt(); n > 0 {
		fmt.Fprintf(&b, " (%d in doubt: the write may have been applied)", n)
	}
	return b.String()
}

// A batchReason is why keys failed.
type batchReason struct {
	text string
	n    int
}

// reasons returns the reasons, the most frequent first.
func (e *batchErrors) reasons() []batchReason {
	var reasons []batchReason
	at := map[string]int{}
	for _, err := range e.failed {
		text := reasonOf(err)
		i, ok := at[text]
		if !ok {
			i = len(reasons)
			at[text] = i
			reasons = append(reasons, batchReason{text: text})
		}
		reasons[i].n++
	}
	slices.SortStableFunc(reasons, func(a, b batchReason) int { return b.n - a.n })
	return reasons
}

// reasonOf returns the code of an error, or else its text without keys and values.
func reasonOf(err error) string {
	if code := CodeOf(err); code != CodeOK {
		return code.Error()
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil && e.Err != nil {
		err = e.Err
	}
	return strings.TrimPrefix(safe.Message(err), "aerostore: ")
}

func (e *batchErrors) inDoubt() int {
	n := 0
	for _, err := range e.failed {
		if InDoubt(err) {
			n++
		}
	}
	return n
}
