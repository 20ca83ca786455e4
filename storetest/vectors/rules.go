package vectors

import (
	"slices"

	"github.com/aerostore/aerostore"
)

// A rule translates the recorded answer to a step where a Store differs on purpose
// from the client that made the recording. It depends on the step and the recording
// only, so that it cannot excuse the store under test.
type rule struct {
	name  string // for the counts
	why   string
	apply func(s *step) effect
}

type effect int

const (
	untouched effect = iota
	translated
	severed // translated, and from here on the state of the server differs from that of a Store
)

var rules = []rule{
	{
		name: "refused with one code",
		why: "A Store refuses invalid input before it is sent, always with the same code. The code of a server depends " +
			"on the check that fails first: for a long bin name it is 21 with a record and 2 without one.",
		apply: func(s *step) effect {
			if s.refusal == nil || !s.want.failed() {
				return untouched
			}
			return s.refuse()
		},
	},
	{
		name: "refused where the server accepts",
		why: "A server finds no record in a set with an overlong name, ignores the TTL of a read or a removal, " +
			"and runs the rest of a batch. A Store refuses all of it.",
		apply: func(s *step) effect {
			if s.refusal == nil || s.want.failed() {
				return untouched
			}
			return s.refuse()
		},
	},
	{
		name: "a code for each key",
		why: "The client fails a whole batch for one key and abandons others. A Store returns a code for each key: " +
			"one of them has the code of the client, and an abandoned one may also succeed or be missing. If it has " +
			"operations that only read, it may fail with another code.",
		apply: (*step).splitFailure,
	},
	{
		name: "missing is ErrNotFound",
		why: "For a missing record, header reads and batches of the client return nil without an error. " +
			"A Store returns ErrNotFound, as the server does.",
		apply: (*step).nameMissing,
	},
	{
		name:  "writes in a batch return nothing",
		why:   "In a batch the client returns a record of nils for each write and removal. A Store returns none.",
		apply: (*step).dropNothings,
	},
	{
		name: "a result for each operation",
		why: "The client returns results by bin: of one operation its result, of several a list, which looks like one read " +
			"of a list. It leaves out operations that return nothing. It has a nil for them if one writes in a batch, or is " +
			"about a map, bits or a HyperLogLog. A Store returns the result of each operation. The recorded bins are " +
			"compared with what the client makes of these results, and the results by bin with the contract of Operate.",
		apply: (*step).tellApart,
	},
	{
		name: "a header beside bins",
		why: "In a batch of reads the client drops the bins if one operation reads the header. A Store " +
			"returns them; the recording does not have them.",
		apply: (*step).forgetBins,
	},
	{
		name: "a read in the bin with the empty name",
		why: "The client takes some reads of the bin with the empty name for a read of all bins. A Store may refuse " +
			"an operation that reads a list, map, bits or a HyperLogLog in it.",
		apply: (*step).forgetUnnamed,
	},
	{
		name: "removal of an expired record",
		why: "A server reports a removal until it has swept the expired record, every few seconds: the answer " +
			"depends on the moment.",
		apply: (*step).forgetExisted,
	},
	{
		name: "a record of a query once",
		why: "A server returns a record several times if several elements of a list or map are near the region " +
			"or point of the query. A Store returns it once.",
		apply: (*step).dropRepeated,
	},
}

// translate applies the rules in order and counts those that changed the answer.
// It returns the rule after which later steps cannot be compared, "" if they
// can.
func (s *step) translate(counts counts) (severedBy string) {
	for _, r := range rules {
		effect := r.apply(s)
		if effect == untouched {
			continue
		}
		counts[r.name]++
		if effect == severed {
			return r.name
		}
	}
	return ""
}

// refuse replaces the recorded answer by that of a Store.
func (s *step) refuse() effect {
	was := s.want
	s.want = recorded{failure: failure{code: aerostore.CodeOf(s.refusal)}}
	switch {
	case s.writes && was.mayHaveChanged():
		return severed
	case was.batch == nil && was.code == s.want.code:
		return untouched
	default:
		return translated
	}
}

// failed reports whether no part of the operation succeeded.
func (r *recorded) failed() bool {
	done := func(k recordedResult) bool { return k.code == aerostore.CodeOK }
	return r.code != aerostore.CodeOK || len(r.batch) > 0 && !slices.ContainsFunc(r.batch, done)
}

// mayHaveChanged reports whether a write with this answer may have been applied.
func (r *recorded) mayHaveChanged() bool {
	if r.batch == nil {
		return r.code == aerostore.CodeOK && (r.existed == nil || *r.existed)
	}
	return slices.ContainsFunc(r.batch, func(k recordedResult) bool {
		return k.code == aerostore.CodeOK || k.code == aerostore.CodeNoResponse
	})
}

func (s *step) dropRepeated() effect {
	seen := make(map[identity]bool)
	rows := slices.DeleteFunc(slices.Clone(s.want.rows), func(r recordedRow) bool {
		id := identityOf(r.key)
		again := seen[id]
		seen[id] = true
		return again
	})
	if len(rows) == len(s.want.rows) {
		return untouched
	}
	s.want.rows = rows
	return translated
}

func (s *step) splitFailure() effect {
	want := &s.want
	if want.batch == nil || want.code == aerostore.CodeOK || s.refusal != nil {
		return untouched
	}
	want.failing, want.failure = want.code, failure{}
	if len(want.batch) == 0 {
		want.batch = slices.Repeat([]recordedResult{{absent: true}}, len(s.keys))
	}
	effect := translated
	for i, k := range want.batch {
		if k.absent || k.code == aerostore.CodeNoResponse {
			want.batch[i] = recordedResult{unanswered: true, anyFailure: s.ops != nil && !s.writes}
			if s.writes {
				effect = severed
			}
		}
	}
	return effect
}

func (s *step) nameMissing() effect {
	effect := untouched
	if s.want.absent {
		s.want.absent, s.want.code = false, aerostore.CodeNotFound
		effect = translated
	}
	for i := range s.want.batch {
		if k := &s.want.batch[i]; k.absent {
			k.absent, k.code = false, aerostore.CodeNotFound
			effect = translated
		}
	}
	return effect
}

func (s *step) dropNothings() effect {
	effect := untouched
	if !s.writes {
		return effect
	}
	for i := range s.want.batch {
		if k := &s.want.batch[i]; k.record != nil && s.operationsOf(i) == nil {
			k.record = nil
			effect = translated
		}
	}
	return effect
}

// operationsOf returns the operations on a record of a batch.
func (s *step) operationsOf(i int) []aerostore.Operation {
	if s.items != nil {
		return s.items[i].Operations
	}
	return s.ops
}

func (s *step) tellApart() effect {
	effect := untouched
	if s.want.record != nil {
		effect = s.want.record.tellApart(s.ops, s.respondsAll, false)
	}
	for i := range s.want.batch {
		if k := &s.want.batch[i]; k.record != nil {
			effect = max(effect, k.record.tellApart(s.operationsOf(i), false, true))
		}
	}
	return effect
}

// tellApart sets the view. Where all bins are read, they are the only results.
func (r *recordedRecord) tellApart(ops []aerostore.Operation, respondsAll, batch bool) effect {
	if len(ops) == 0 || slices.ContainsFunc(ops, readsAll) {
		return untouched
	}
	r.view = viewOf(ops, respondsAll, batch)
	on := make(map[string]int)
	for _, o := range ops {
		on[o.Bin()]++
	}
	for name, value := range r.bins {
		if value == nil || on[name] > 1 {
			return translated
		}
	}
	return untouched
}

// readsAll reports whether the operation reads all bins. The client takes a read of the
// bin with the empty name for one.
func readsAll(o aerostore.Operation) bool {
	return o.Kind() == aerostore.OperationReadAll || o.Kind() == aerostore.OperationRead && o.Bin() == ""
}

func (s *step) forgetBins() effect {
	effect := untouched
	if s.writes || len(s.keys) < 2 || s.operates(aerostore.OperationReadAll) ||
		!s.operates(aerostore.OperationReadHeader) || !s.operates(aerostore.OperationRead) {
		return effect
	}
	for _, k := range s.want.batch {
		if k.record != nil {
			k.record.anyBins = true
			effect = translated
		}
	}
	return effect
}

func (s *step) forgetUnnamed() effect {
	for _, o := range s.ops {
		if o.CDT() != nil && o.Bin() == "" && !o.Writes() {
			s.want.unknown = true
			return translated
		}
	}
	return untouched
}

func (s *step) forgetExisted() effect {
	if s.op != "remove" || !s.waited || s.want.existed == nil {
		return untouched
	}
	s.want.existed = nil
	return translated
}

// operates reports whether the step has an operation of the kind.
func (s *step) operates(kind aerostore.OperationKind) bool {
	return slices.ContainsFunc(s.ops, func(o aerostore.Operation) bool { return o.Kind() == kind })
}
