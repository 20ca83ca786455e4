package vectors

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/expr"
)

// A rule translates the recorded answer to a step where a Store differs on purpose
// from the client that made the recording. It depends on the step and the recording
// only, so that it cannot excuse the store under test.
type rule struct {
	name  string // for the counts
	why   string
	apply func(s *step) effect
}

// doesNotCompile is the rule for steps that cannot be written with a Store.
const doesNotCompile = "does not compile"

type effect int

const (
	untouched effect = iota
	translated
	severed // translated, and from here on the state of the server differs from that of a Store
)

var rules = []rule{
	{
		name: doesNotCompile,
		why: "A server refuses a filter that is no boolean or cannot be evaluated, and queries for values that no index has. The " +
			"filter of a Store is an exp.Bool, so that others do not compile, or cannot be decoded. The step, or the item of a batch, changed nothing and is left out.",
		apply: func(s *step) effect { // see parse
			if s.leavesOutSome {
				return translated
			}
			return untouched
		},
	},
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
		name: "no answers if a key fails",
		why: "With a policy of the client a batch has no answers if a key fails. The server carries it out. A Store " +
			"answers for each key: one of them has the code of the client.",
		apply: (*step).endAtFailure,
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
		name: "results read again",
		why: "In a batch the client leaves out what a read finds nothing for, without a word on which of several reads of a bin " +
			"it was. A Store may read the record again to know, after the batch. The result is not compared if a later item of the " +
			"batch writes to the record or removes it.",
		apply: (*step).forgetReadAgain,
	},
	{
		name: "a header beside bins",
		why: "In a batch of several keys the client reads only the header if one of the operations that read does. A Store " +
			"carries out all of them; the recording does not have their results.",
		apply: (*step).forgetBins,
	},
	{
		name: "a read in the bin with the empty name",
		why: "The client takes some reads of the bin with the empty name for a read of all bins. A Store may refuse " +
			"an operation that reads a list, map, bits or a HyperLogLog in it, or reads it beside expressions that write.",
		apply: (*step).forgetUnnamed,
	},
	{
		name: "an index by its name",
		why:  "The client cannot name the index of a query. The answer of a Store is not compared.",
		apply: func(s *step) effect {
			if !s.namesIndex {
				return untouched
			}
			s.want.unknown = true
			return translated
		},
	},
	{
		name: "truncation of no namespace",
		why:  "A server ignores a truncation in a namespace that it does not have. A Store fails with ErrInvalidNamespace.",
		apply: func(s *step) effect {
			if !s.truncates || !s.elsewhere || s.want.code != aerostore.CodeOK {
				return untouched
			}
			s.want.code = aerostore.CodeInvalidNamespace
			return translated
		},
	},
	{
		name: "a HyperLogLog in a list",
		why: "The client returns an empty list for one into which an expression put a HyperLogLog. A Store returns the list, " +
			"in which the HyperLogLog is bytes.",
		apply: (*step).forgetLists,
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

func (s *step) endAtFailure() effect {
	if !s.endsAtFailure || s.want.code == aerostore.CodeOK || s.refusal != nil {
		return untouched
	}
	failing := s.want.code
	if s.filters && failing == aerostore.CodeParameter {
		return s.refuseFilter()
	}
	if s.leavesOutSome { // which may be what failed
		failing = aerostore.CodeOK
	}
	s.want = recorded{
		failing: failing,
		batch:   slices.Repeat([]recordedResult{{unanswered: true, anyFailure: true}}, len(s.keys)),
	}
	return translated
}

func (s *step) splitFailure() effect {
	want := &s.want
	if s.filtersEach && slices.ContainsFunc(want.batch, func(k recordedResult) bool { return k.code == aerostore.CodeParameter }) {
		return s.refuseFilter()
	}
	if want.batch == nil || want.code == aerostore.CodeOK || s.refusal != nil {
		return untouched
	}
	want.failing, want.failure = want.code, failure{}
	if s.filters && want.failing == aerostore.CodeParameter {
		return s.refuseFilter()
	}
	if len(want.batch) == 0 {
		want.batch = slices.Repeat([]recordedResult{{absent: true}}, len(s.keys))
	}
	effect := translated
	for i, k := range want.batch {
		if k.absent || k.code == aerostore.CodeNoResponse {
			want.batch[i] = recordedResult{unanswered: true, anyFailure: s.ops != nil && !s.writes}
			if s.writes && want.failing == aerostore.CodeInvalidNamespace { // which is all that keeps a server from the others
				effect = severed
			}
		}
	}
	return effect
}

// refuseFilter is for a batch whose filter the server refuses. It refuses the whole batch
// then, if the client sends the filter as that of the batch, and else each record that
// exists.
func (s *step) refuseFilter() effect {
	s.want = recorded{
		orFailed: aerostore.CodeParameter,
		batch:    slices.Repeat([]recordedResult{{unanswered: true, anyFailure: true}}, len(s.keys)),
	}
	if s.writes {
		return severed
	}
	return translated
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
		effect = s.want.record.tellApart(s.ops, s.respondsAll || wantsAll(s.ops))
	}
	for i := range s.want.batch {
		if k := &s.want.batch[i]; k.record != nil {
			ops := s.operationsOf(i)
			all := slices.ContainsFunc(ops, aerostore.Operation.Writes) || s.recordedKeys() == 1 && wantsAll(ops)
			effect = max(effect, k.record.tellApart(ops, all))
		}
	}
	return effect
}

// tellApart sets the view. Where all bins are read, they are the only results.
func (r *recordedRecord) tellApart(ops []aerostore.Operation, all bool) effect {
	if len(ops) == 0 || slices.ContainsFunc(ops, readsAll) {
		return untouched
	}
	r.view = viewOf(ops, all)
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

func (s *step) forgetReadAgain() effect {
	effect := untouched
	for i := range s.want.batch {
		if s.items == nil {
			break
		}
		k, item := &s.want.batch[i], s.items[i]
		if k.record == nil || item.Remove || slices.ContainsFunc(item.Operations, aerostore.Operation.Writes) ||
			!k.record.leavesOutOne(item.Operations) || !writesTo(s.items[i+1:], item.Key) {
			continue
		}
		*k = recordedResult{unanswered: true, anyFailure: true}
		effect = translated
	}
	return effect
}

// leavesOutOne reports whether some of several reads of a bin have a result, and some none.
func (r *recordedRecord) leavesOutOne(ops []aerostore.Operation) bool {
	on := make(map[string]int)
	for _, o := range ops {
		on[o.Bin()]++
	}
	for name, value := range r.bins {
		several, ok := value.(aerostore.OpResults)
		if on[name] > 1 && (!ok || len(several) < on[name]) {
			return true
		}
	}
	return false
}

// writesTo reports whether one of the items writes to the record or removes it.
func writesTo(items []aerostore.BatchItem, key aerostore.Key) bool {
	return slices.ContainsFunc(items, func(item aerostore.BatchItem) bool {
		return identityOf(item.Key) == identityOf(key) &&
			(item.Remove || slices.ContainsFunc(item.Operations, aerostore.Operation.Writes))
	})
}

func (s *step) forgetBins() effect {
	effect := untouched
	for i := range s.want.batch {
		ops := s.operationsOf(i)
		k := &s.want.batch[i]
		if k.record != nil && s.recordedKeys() > 1 && len(ops) > 1 && contains(ops, aerostore.OperationReadHeader) &&
			!contains(ops, aerostore.OperationReadAll) && !slices.ContainsFunc(ops, aerostore.Operation.Writes) {
			k.record.anyBins, k.mayFail = true, true
			effect = translated
		}
	}
	return effect
}

func (s *step) forgetUnnamed() effect {
	for _, o := range s.ops {
		switch {
		case o.Bin() != "" || o.Writes():
		case o.CDT() != nil:
			s.want.unknown = true
			return translated
		case o.Kind() == aerostore.OperationRead && contains(s.ops, aerostore.OperationExp) && s.writes && !s.want.failed():
			s.want.unknown = true
			return severed
		}
	}
	return untouched
}

// forgetLists accepts any bins if an operation has such an expression.
func (s *step) forgetLists() effect {
	if s.want.record == nil || !slices.ContainsFunc(s.ops, func(o aerostore.Operation) bool {
		return o.Exp() != nil && putsHLL(o.Exp().Expression.Node())
	}) {
		return untouched
	}
	s.want.record.anyBins = true
	return translated
}

// putsHLL reports whether the expression puts a HyperLogLog into a list or map.
func putsHLL(n *expr.Node) bool {
	if n == nil {
		return false
	}
	if n.Op == expr.Call && n.Module == expr.CDTModule|expr.Modify && slices.ContainsFunc(n.Args[:len(n.Args)-1], func(arg *expr.Node) bool {
		return expr.TypeOf(arg) == expr.HLLType
	}) {
		return true
	}
	return slices.ContainsFunc(n.Args, putsHLL)
}

func (s *step) forgetExisted() effect {
	if s.op != "remove" || !s.waited || s.want.existed == nil {
		return untouched
	}
	s.want.existed = nil
	return translated
}

// recordedKeys returns for how many keys the recorded batch was.
func (s *step) recordedKeys() int { return max(len(s.keys), len(s.leftOut)) }

// contains reports whether there is an operation of the kind.
func contains(ops []aerostore.Operation, kind aerostore.OperationKind) bool {
	return slices.ContainsFunc(ops, func(o aerostore.Operation) bool { return o.Kind() == kind })
}
