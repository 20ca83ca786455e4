package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// An optionField describes how the cases detect whether a store honours a field of
// [aerostore.Options].
type optionField struct {
	why   string
	needs Feature

	// honoured reports whether the operation honours the field. For any other
	// the field has no meaning.
	honoured func(operation) bool

	// probe fails where the operation does not honour the field.
	probe func(t *trial, o operation)

	// given sets the field to a value that would change most operations.
	given aerostore.Options

	// ends makes the operation end on a store that does not answer. It is zero for a
	// field that is not a timeout.
	ends      aerostore.Options
	endsNeeds Feature
}

// optionFields returns the description of each field, by the name of the field.
func optionFields() map[string]optionField {
	const (
		timeouts   = "a call is bounded by its own timeouts; a negative one is refused before anything is sent"
		conditions = "a write whose condition does not hold changes nothing"
		refused    = "an option that no server knows is refused before anything is sent"
	)
	return map[string]optionField{
		"Timeout": {
			why: timeouts, honoured: takesTimeouts,
			probe: func(t *trial, o operation) {
				t.refusesNegative(o, func(o *aerostore.Options) *time.Duration { return &o.Timeout })
			},
			given: aerostore.Options{Timeout: 1}, ends: aerostore.Options{Timeout: endsAfter},
		},
		"SocketTimeout": {
			why: timeouts, honoured: takesTimeouts,
			probe: func(t *trial, o operation) {
				t.refusesNegative(o, func(o *aerostore.Options) *time.Duration { return &o.SocketTimeout })
			},
			given: aerostore.Options{SocketTimeout: 1},
			ends:  aerostore.Options{SocketTimeout: endsAfter, Timeout: time.Hour}, endsNeeds: SocketTimeouts,
		},
		"TTL": {
			why: "every write that leaves a record sets how long it lives", needs: Expiry,
			honoured: leavesRecord, given: aerostore.Options{TTL: day},
			probe: func(t *trial, o operation) {
				key := t.key()
				t.put(key, before, hour)
				for _, step := range []struct{ given, left aerostore.TTL }{
					{day, day}, {aerostore.KeepTTL, day}, {aerostore.NeverExpire, aerostore.NeverExpire},
				} {
					t.ok(o.do(t.Context(), t.store, key, step.given))
					t.lives(key, step.left)
				}
			},
		},
		"Generation": {
			why: conditions, honoured: func(o operation) bool { return o.writes },
			given: aerostore.Options{Generation: 7, GenerationCheck: aerostore.GenerationMustEqual},
			probe: func(t *trial, o operation) {
				key := t.record()
				t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(2)), aerostore.ErrGeneration)
				t.unchanged(key, before)
				t.ok(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(1)))
				t.written(key, o.removes)
			},
		},
		"GenerationCheck": {
			why: conditions, honoured: func(o operation) bool { return o.writes },
			given: aerostore.Options{GenerationCheck: aerostore.GenerationMustEqual},
			probe: func(t *trial, o operation) {
				key := t.record()
				t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationEqual(2)), aerostore.ErrGeneration)
				t.fails(o.do(t.Context(), t.store, key, aerostore.GenerationGreater(1)), aerostore.ErrGeneration)
				t.unchanged(key, before)
				t.ok(o.do(t.Context(), t.store, key, aerostore.GenerationGreater(2)))
				t.written(key, o.removes)
			},
		},
		"Exists": {
			why: conditions, honoured: leavesRecord, given: aerostore.Options{Exists: aerostore.CreateOnly},
			probe: func(t *trial, o operation) {
				key, missing := t.key(), t.key()
				t.put(key, before)
				t.fails(o.do(t.Context(), t.store, key, aerostore.CreateOnly), aerostore.ErrExists)
				t.unchanged(key, before)
				t.fails(o.do(t.Context(), t.store, missing, aerostore.UpdateOnly), aerostore.ErrNotFound)
				t.missing(missing)
			},
		},
		"SendKey": {
			why:      "a query returns the id of a record only if a write sent it, and a query is the only way to see it",
			honoured: leavesRecord, given: aerostore.Options{SendKey: true},
			probe: func(t *trial, o operation) {
				key := t.record()
				t.ok(o.do(t.Context(), t.store, key, aerostore.SendKey))
				t.equal("the key of the record in a scan", t.scanned(key).Key, key)
			},
		},
		"DurableDelete": {
			why:      "an application that needs a tombstone does not want the record removed without one",
			honoured: func(o operation) bool { return o.removal() != nil }, given: aerostore.Options{DurableDelete: true},
			probe: func(t *trial, o operation) {
				key := t.record()
				o.run = o.removal()
				err := o.do(t.Context(), t.store, key, aerostore.DurableDelete)
				if _, refused := t.without[DurableDelete]; refused {
					t.fails(err, aerostore.CodeEnterpriseOnly)
					t.unchanged(key, before)
					return
				}
				t.ok(err)
				t.missing(key)
			},
		},
		"Filter": {
			why:      "a write that ignores its filter loses data",
			honoured: func(operation) bool { return true },
			given:    aerostore.Options{Filter: aerostore.Filter(exp.IntBin("n").Equal(0))},
			probe:    func(t *trial, o operation) { t.honoursFilter(o) },
		},
		"Compress": {
			why:      "compression changes no answer",
			honoured: func(operation) bool { return false }, given: aerostore.Options{Compress: true},
		},
		"Replica": {
			why: refused, honoured: takesTimeouts, given: aerostore.Options{Replica: aerostore.ReplicaMaster},
			probe: func(t *trial, o operation) {
				t.refusesUnknown(o, aerostore.Options{Replica: aerostore.ReplicaPreferRack + 1})
				for r := range aerostore.ReplicaPreferRack {
					t.accepts(o, aerostore.Options{Replica: r + 1})
				}
			},
		},
		"ReadMode": {
			why: refused, honoured: func(operation) bool { return true }, given: aerostore.Options{ReadMode: aerostore.ReadModeAll},
			probe: func(t *trial, o operation) {
				t.refusesUnknown(o, aerostore.Options{ReadMode: aerostore.ReadModeAllowUnavailable + 1})
				for m := range aerostore.ReadModeAllowUnavailable {
					if m+1 != aerostore.ReadModeLinearize { // which the Community Edition refuses
						t.accepts(o, aerostore.Options{ReadMode: m + 1})
					}
				}
			},
		},
		"CommitLevel": {
			why: refused, honoured: func(o operation) bool { return o.writes }, given: aerostore.Options{CommitLevel: aerostore.CommitMaster},
			probe: func(t *trial, o operation) {
				t.refusesUnknown(o, aerostore.Options{CommitLevel: aerostore.CommitMaster + 1})
				t.accepts(o, aerostore.Options{CommitLevel: aerostore.CommitAll})
				t.accepts(o, aerostore.Options{CommitLevel: aerostore.CommitMaster})
			},
		},
		"ReadTouch": {
			why: refused, honoured: func(operation) bool { return true }, given: aerostore.Options{ReadTouch: 80},
			probe: func(t *trial, o operation) {
				t.refusesUnknown(o, aerostore.Options{ReadTouch: 101})
				t.refusesUnknown(o, aerostore.Options{ReadTouch: aerostore.ReadTouchNever - 1})
				t.accepts(o, aerostore.Options{ReadTouch: aerostore.ReadTouchNever})
				t.accepts(o, aerostore.Options{ReadTouch: 100})
			},
		},
	}
}

const (
	// endsAfter is the timeout on a store that does not answer.
	endsAfter = 20 * time.Millisecond

	// patience is how long a case waits for an operation that should have ended.
	patience = 10 * time.Second
)

func takesTimeouts(o operation) bool { return !o.item }
func leavesRecord(o operation) bool  { return o.writes && !o.removes }

// optionCases returns cases for each field of [aerostore.Options] and each operation,
// which it finds by reflection. The case of a field or an operation without a
// description fails and names it, so that a new one cannot be forgotten.
func optionCases() []testCase {
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[aerostore.Options]()) {
		fields = append(fields, f.Name)
	}
	var ops []aerostore.Op
	for op := range aerostore.Ops() {
		if op != aerostore.OpCustom { // which takes no options
			ops = append(ops, op)
		}
	}
	return casesFor(fields, ops)
}

func casesFor(fields []string, ops []aerostore.Op) []testCase {
	known := optionFields()
	var cases []testCase
	for _, op := range ops {
		forms := formsOf(op)
		if len(forms) == 0 {
			cases = append(cases, unknown(op.String(), "add it to operations of package storetest"))
		}
		for _, name := range fields {
			field, ok := known[name]
			for _, o := range forms {
				if !ok {
					cases = append(cases, unknown(o.name()+" with Options."+name, "add the field to optionFields of package storetest"))
					continue
				}
				cases = append(cases, field.cases(name, o)...)
			}
		}
	}
	return cases
}

func unknown(what, remedy string) testCase {
	return testCase{
		name: what + " is tested",
		why:  "a store may ignore what is not tested",
		run:  func(t *trial) { t.Errorf("%s is not tested: %s", what, remedy) },
	}
}

// formsOf returns the operations with this op.
func formsOf(op aerostore.Op) (forms []operation) {
	for _, o := range append(operations(), itemOperations()...) {
		if o.op == op {
			forms = append(forms, o)
		}
	}
	return forms
}

// cases returns the cases about the field, with this name, and an operation.
func (f optionField) cases(name string, o operation) []testCase {
	if !f.honoured(o) {
		return []testCase{{
			name: o.name() + " ignores " + name,
			why:  "an option without meaning for an operation changes nothing",
			run:  func(t *trial) { t.ignores(o, f.given) },
		}}
	}
	cases := []testCase{{
		name: o.name() + " honours " + name, why: f.why, needs: f.needs,
		run: func(t *trial) { f.probe(t, o) },
	}}
	if f.ends != (aerostore.Options{}) {
		cases = append(cases, testCase{
			name: o.name() + " ends with its " + name, why: f.why, needs: f.endsNeeds, stalls: true,
			run: func(t *trial) { t.ends(o, f.ends) },
		})
	}
	return cases
}

// refusesNegative checks that an operation refuses a negative timeout.
func (t *trial) refusesNegative(o operation, timeout func(*aerostore.Options) *time.Duration) {
	t.Helper()
	key := t.record()
	var negative, ample aerostore.Options
	*timeout(&negative), *timeout(&ample) = -1, time.Hour
	t.fails(o.do(t.Context(), t.store, key, negative), aerostore.ErrInvalid)
	t.unchanged(key, before)
	t.ok(o.do(t.Context(), t.store, key, ample))
}

// refusesUnknown checks that an operation refuses an option before anything is sent.
func (t *trial) refusesUnknown(o operation, option aerostore.Options) {
	t.Helper()
	key := t.record()
	t.fails(o.do(t.Context(), t.store, key, option), aerostore.ErrInvalid)
	t.unchanged(key, before)
}

// accepts checks that an operation succeeds with an option.
func (t *trial) accepts(o operation, option aerostore.Options) {
	t.Helper()
	t.ok(o.do(t.Context(), t.store, t.record(), option))
}

// ignores checks that an operation has the same effect with an option as without it.
func (t *trial) ignores(o operation, option aerostore.Options) {
	t.Helper()
	var after [2]string
	var ttls [2]aerostore.TTL
	for i, opts := range [][]aerostore.WriteOption{nil, {option}} {
		key := t.record()
		t.ok(o.do(t.Context(), t.store, key, opts...))
		r, err := t.store.Get(t.Context(), key)
		if errors.Is(err, aerostore.ErrNotFound) {
			continue
		}
		t.ok(err)
		after[i] = fmt.Sprintf("bins %v, generation %d, id %v", r.Bins, r.Generation, t.scanned(key).Key.ID())
		ttls[i] = r.TTL
	}
	t.equal("the record after "+o.name()+" with the option", after[1], after[0])
	// A default TTL has run for either record, which may differ by some seconds.
	t.near("the lower TTL after "+o.name()+" with and without the option", min(ttls[0], ttls[1]), max(ttls[0], ttls[1]))
}

// ends checks that the option ends an operation on a store that does not answer.
func (t *trial) ends(o operation, option aerostore.Options) {
	t.Helper()
	store := t.stalled(t.TB)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	key, ended := aerostore.NewKey(t.namespace, mainSet, t.secret()), make(chan error, 1)
	go func() { ended <- o.do(ctx, store, key, option) }()
	select {
	case err := <-ended:
		if !errors.Is(err, aerostore.ErrTimeout) {
			t.Errorf("got error %v, want one that matches ErrTimeout", err)
		}
	case <-time.After(patience):
		t.Errorf("the operation goes on after %v, want it to end after %v", patience, endsAfter)
	}
}
