package vectors

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aerostore/aerostore"
)

// A difference is a part of an answer that differs from the recorded one.
type difference struct {
	what      string
	want, got any
}

func (d difference) String() string {
	return fmt.Sprintf("%s: want %#v, got %#v", d.what, d.want, d.got)
}

// of returns the differences as those of a part.
func of(part string, differences []difference) []difference {
	for i := range differences {
		differences[i].what = part + ": " + differences[i].what
	}
	return differences
}

func differ[T comparable](what string, want, got T) []difference {
	if want == got {
		return nil
	}
	return []difference{{what, want, got}}
}

// compare returns where the answer differs from the recorded one.
func (s *step) compare(got answer) []difference {
	want := &s.want
	if want.unknown || want.mayFailWhole(got.err) {
		return nil
	}
	if s.refusal == nil && errors.Is(got.err, aerostore.ErrInvalid) {
		return []difference{{"valid input", "no ErrInvalid", got.err.Error()}}
	}
	if got.err != nil && got.existed {
		return []difference{{"existed, beside an error", false, true}}
	}
	differences := want.compare(got.err)
	if len(differences) > 0 || want.code != aerostore.CodeOK {
		return differences
	}
	differences = want.record.compare(got.record)
	if want.existed != nil {
		differences = append(differences, differ("existed", *want.existed, got.existed)...)
	}
	differences = append(differences, s.compareBatch(got.batch)...)
	return append(differences, want.compareRows(got.rows)...)
}

// mayFailWhole reports whether a batch may fail with the error as a whole.
func (r *recorded) mayFailWhole(err error) bool {
	return r.orFailed != aerostore.CodeOK && aerostore.CodeOf(err) == r.orFailed
}

func (f failure) compare(got error) []difference {
	if f.code != aerostore.CodeOf(got) || f.failed() != (got != nil) {
		return []difference{{"error", f.String(), errorText(got)}}
	}
	if got == nil {
		return nil
	}
	var differences []difference
	if _, ok := errors.AsType[*aerostore.Error](got); !ok {
		differences = append(differences, difference{"type of the error", "*aerostore.Error", fmt.Sprintf("%T", got)})
	}
	for _, code := range f.inner {
		if !errors.Is(got, code) {
			differences = append(differences, difference{"cause", code.Error(), got.Error()})
		}
	}
	return append(differences, differ("in doubt", f.inDoubt, aerostore.InDoubt(got))...)
}

func (f failure) failed() bool { return f.code != aerostore.CodeOK }

func (f failure) String() string {
	if !f.failed() {
		return errorText(nil)
	}
	return f.code.Error()
}

func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

func (r *recordedRecord) compare(got *aerostore.Record) []difference {
	if r == nil || got == nil {
		return differ("a record", r != nil, got != nil)
	}
	differences := differ("generation", r.gen, got.Generation)
	if got.TTL < r.ttl.lo || got.TTL > r.ttl.hi {
		differences = append(differences, difference{"TTL", r.ttl.String(), got.TTL.String()})
	}
	switch {
	case r.anyBins:
		return differences
	case r.view != nil:
		return append(differences, r.view.compare(r.bins, got)...)
	default:
		return append(differences, compareBins(r.bins, got.Bins)...)
	}
}

func compareBins(want, got aerostore.Bins) []difference {
	var differences []difference
	for name, v := range want {
		g, ok := got[name]
		switch {
		case !ok:
			differences = append(differences, difference{fmt.Sprintf("bin %q", name), v, missing})
		case !equal(v, g):
			differences = append(differences, difference{fmt.Sprintf("bin %q", name), v, g})
		}
	}
	for name, g := range got {
		if _, ok := want[name]; !ok {
			differences = append(differences, difference{fmt.Sprintf("bin %q", name), missing, g})
		}
	}
	return differences
}

// missing stands for a missing bin or record.
const missing = absence("none")

type absence string

func (a absence) GoString() string { return string(a) }

func (s *step) compareBatch(got []aerostore.BatchResult) []difference {
	want := &s.want
	if len(got) != len(want.batch) {
		return differ("number of results", len(want.batch), len(got))
	}
	var differences []difference
	for i, w := range want.batch {
		g, part := got[i], fmt.Sprintf("key %d", i+1)
		if g.Key != s.keys[i] {
			differences = append(differences, difference{part, "this key of the batch", g.Key})
		}
		differences = append(differences, of(part, w.compare(g, want.failing))...)
	}
	if want.failing != aerostore.CodeOK && !slices.ContainsFunc(got, func(g aerostore.BatchResult) bool {
		return aerostore.CodeOf(g.Err) == want.failing
	}) {
		differences = append(differences, difference{"error of a key", want.failing.Error(), missing})
	}
	return differences
}

// compare compares the result of one key. A key without a recorded answer may be the
// one that the batch failed for.
func (r recordedResult) compare(got aerostore.BatchResult, failing aerostore.ResultCode) []difference {
	if r.unanswered {
		code := aerostore.CodeOf(got.Err)
		if code == failing || code == aerostore.CodeNotFound || code == aerostore.CodeFilteredOut || code == aerostore.CodeNoResponse && r.anyFailure || got.Err == nil || r.anyFailure && code > aerostore.CodeOK {
			return nil
		}
		return []difference{{"error", failing.Error() + ", ErrNotFound, ErrFilteredOut or no error", got.Err.Error()}}
	}
	if r.mayFail && aerostore.CodeOf(got.Err) > aerostore.CodeOK {
		return nil
	}
	differences := r.failure.compare(got.Err)
	if !r.anyRecord {
		differences = append(differences, r.record.compare(got.Record)...)
	}
	return differences
}

// An identity is what a server knows a record by.
type identity struct {
	namespace string
	digest    [20]byte
}

func identityOf(k aerostore.Key) identity { return identity{k.Namespace(), k.Digest()} }

func (r *recorded) compareRows(got []*aerostore.Record) []difference {
	found := make(map[identity]*aerostore.Record, len(got))
	for _, record := range got {
		found[identityOf(record.Key)] = record
	}
	differences := differ("number of records", len(r.rows), len(got))
	for _, row := range r.rows {
		part := fmt.Sprintf("record %v", row.key.ID())
		record := found[identityOf(row.key)]
		if record == nil {
			differences = append(differences, difference{part, "a record", missing})
			continue
		}
		differences = append(differences, of(part, row.compare(record))...)
	}
	return differences
}

func (r recordedRow) compare(got *aerostore.Record) []difference {
	differences := r.recordedRecord.compare(got)
	if r.userKey && got.Key != r.key {
		differences = append(differences, difference{"id", r.key.ID(), got.Key.ID()})
	}
	return append(differences, differ("id returned", r.userKey, got.Key.ID() != nil)...)
}
