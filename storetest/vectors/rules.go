package vectors

import (
	"slices"

	"github.com/aerostore/aerostore"
)

// A rule translates the recorded answer to a step where a Store differs on
// purpose from the client that it was recorded through. It sees the step and
// the recording alone, so that it cannot make allowances for the store under
// test.
type rule struct {
	name  string // as it is counted
	why   string
	apply func(s *step) effect
}

type effect int

const (
	untouched effect = iota
	translated
	severed // translated, and the server went on from another state than a Store would
)

var rules = []rule{
	{
		name: "refused with one code",
		why: "A Store refuses bad input before it is sent, with the same code everywhere. A server's depends " +
			"on where it stumbles: a long bin name is 21 with a record and 2 without.",
		apply: func(s *step) effect {
			if s.refusal == nil || !s.want.failed() {
				return untouched
			}
			return s.refuse()
		},
	},
	{
		name: "refused where the server is content",
		why: "A server finds nothing in a set with a name that is too long, ignores the TTL of what only reads or " +
			"removes, and does the rest of a batch. A Store refuses all of it.",
		apply: func(s *step) effect {
			if s.refusal == nil || s.want.failed() {
				return untouched
			}
			return s.refuse()
		},
	},
	{
		name: "a code for each key",
		why: "The client fails a whole batch for one key and gives up on others. A Store tells each key its own " +
			"code: one of them has the client's, those given up on may also be there or missing.",
		apply: (*step).splitFailure,
	},
	{
		name: "missing is ErrNotFound",
		why: "Of a record that does not exist the client reads nil without an error, as header and in batches. " +
			"A Store says ErrNotFound, which is what the server said.",
		apply: (*step).nameMissing,
	},
	{
		name: "writes in a batch give nothing",
		why: "In a batch the client gives a nil for each operation that writes, and a record of them for each write " +
			"and removal. A Store gives what was read, as for a single record.",
		apply: (*step).dropNothings,
	},
	{
		name: "several results are OpResults",
		why: "The client gives the results of several reads of one bin as a list, as it does a list that was read " +
			"once. A Store tells them apart.",
		apply: (*step).tellApart,
	},
	{
		name: "a header beside bins",
		why: "In a batch that only reads the client drops the bins if one operation asks for the header. A Store " +
			"gives them; which they were is not known.",
		apply: (*step).forgetBins,
	},
	{
		name: "removal of an expired record",
		why: "A server counts it as a removal until it has swept the record away, every few seconds: the answer " +
			"depends on the moment.",
		apply: (*step).forgetExisted,
	},
}

// translate applies the rules in order and counts those that changed anything.
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

// refuse replaces the recorded answer by the Store's.
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

// failed reports whether nothing at all went through.
func (r *recorded) failed() bool {
	done := func(k recordedResult) bool { return k.code == aerostore.CodeOK }
	return r.code != aerostore.CodeOK || len(r.batch) > 0 && !slices.ContainsFunc(r.batch, done)
}

// mayHaveChanged reports whether a write with this answer may have changed
// anything.
func (r *recorded) mayHaveChanged() bool {
	if r.batch == nil {
		return r.code == aerostore.CodeOK && (r.existed == nil || *r.existed)
	}
	return slices.ContainsFunc(r.batch, func(k recordedResult) bool {
		return k.code == aerostore.CodeOK || k.code == aerostore.CodeNoResponse
	})
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
			want.batch[i] = recordedResult{unanswered: true}
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
		k := &s.want.batch[i]
		switch {
		case k.record == nil:
		case s.op != "batch_operate":
			k.record = nil
			effect = translated
		case dropNils(k.record.bins):
			effect = translated
		}
	}
	return effect
}

func dropNils(bins aerostore.Bins) (changed bool) {
	for name, v := range bins {
		results, several := v.(aerostore.OpResults)
		if v != nil && !several {
			continue
		}
		changed = true
		results = slices.DeleteFunc(results, func(v any) bool { return v == nil })
		switch len(results) {
		case 0:
			delete(bins, name)
		case 1:
			bins[name] = results[0]
		default:
			bins[name] = results
		}
	}
	return changed
}

func (s *step) tellApart() effect {
	effect := untouched
	if s.op != "operate" || s.want.record == nil || s.operates(aerostore.OperationReadAll) {
		return effect
	}
	reads := make(map[string]int)
	for _, o := range s.ops {
		if o.Kind() == aerostore.OperationRead {
			reads[o.Bin()]++
		}
	}
	for name, v := range s.want.record.bins {
		if list, ok := v.([]any); ok && len(list) > 1 && len(list) <= reads[name] {
			s.want.record.bins[name] = aerostore.OpResults(list)
			effect = translated
		}
	}
	return effect
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

func (s *step) forgetExisted() effect {
	if s.op != "remove" || !s.waited || s.want.existed == nil {
		return untouched
	}
	s.want.existed = nil
	return translated
}

// operates reports whether there is an operation of the kind.
func (s *step) operates(kind aerostore.OperationKind) bool {
	return slices.ContainsFunc(s.ops, func(o aerostore.Operation) bool { return o.Kind() == kind })
}
