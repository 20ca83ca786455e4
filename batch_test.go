package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

var (
	readItem   = aerostore.BatchItem{Key: ada, Operations: []aerostore.Operation{aerostore.ReadAll(), aerostore.ReadHeader()}}
	countItem  = aerostore.BatchItem{Key: ada, Operations: []aerostore.Operation{aerostore.ReadBin("n"), aerostore.AddBin("n", 1)}}
	putItem    = aerostore.BatchItem{Key: ada, Bins: aerostore.Bins{"n": 1}}
	removeItem = aerostore.BatchItem{Key: ada, Remove: true}
)

func TestABatchWritesIfOneOfItsItemsDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		items []aerostore.BatchItem
		want  bool
	}{
		{"no items", nil, true},
		{"a read", []aerostore.BatchItem{readItem}, false},
		{"reads", []aerostore.BatchItem{readItem, readItem}, false},
		{"operations that write", []aerostore.BatchItem{readItem, countItem}, true},
		{"bins", []aerostore.BatchItem{readItem, putItem}, true},
		{"a removal", []aerostore.BatchItem{removeItem, readItem}, true},
		{"nothing", []aerostore.BatchItem{{Key: ada}}, true},
	} {
		call := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems(c.items)
		if got := call.Writes(); got != c.want {
			t.Errorf("%s: the call writes: %t", c.name, got)
		}
		for i, item := range c.items {
			if got, want := call.WritesAt(i), item.Writes(); got != want || want != (item.Operations == nil || len(item.Operations) > 1 && item.Operations[1].Writes()) {
				t.Errorf("%s: item %d writes: %t and %t", c.name, i, got, want)
			}
		}
	}
	touch := aerostore.Call{Op: aerostore.OpBatchOperate}.WithKeys([]aerostore.Key{ada}).WithOperations([]aerostore.Operation{aerostore.TouchRecord()})
	if read := (aerostore.Call{Op: aerostore.OpBatchRead}).WithKeys([]aerostore.Key{ada}); read.WritesAt(0) || !touch.WritesAt(0) {
		t.Error("WritesAt of another batch differs from Writes")
	}
}

func TestAnItemThatReadsIsNeverInDoubt(t *testing.T) {
	t.Parallel()
	call := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{readItem, countItem, removeItem})
	doubt := call.NewKeyError(ada, aerostore.CodeTimeout, nil)
	doubt.InDoubt = true
	for _, c := range []struct {
		name string
		err  error
		want bool // of the items that write
	}{
		{"none", nil, false},
		{"in doubt", doubt, true},
		{"an answer", call.NewKeyError(ada, aerostore.CodeNotFound, nil), false},
		{"of a read", &aerostore.Error{Op: aerostore.OpGet, Code: aerostore.CodeNotFound}, true},
		{"unknown", io.ErrUnexpectedEOF, true},
	} {
		for i, writes := range []bool{false, true, true} {
			if got := call.InDoubtAt(i, c.err); got != (c.want && writes) {
				t.Errorf("%s: item %d is in doubt: %t", c.name, i, got)
			}
		}
	}
}

func TestAnInvalidItemIsNamed(t *testing.T) {
	t.Parallel()
	ops := countItem.Operations
	for want, item := range map[string]aerostore.BatchItem{
		"item 1: there are no bins to write: set Bins, Operations or Remove":       {},
		"item 1: there are no bins to write":                                       {Bins: aerostore.Bins{}},
		"item 1: there are no operations":                                          {Operations: []aerostore.Operation{}},
		"item 1: operation 1: an operation is empty":                               {Operations: []aerostore.Operation{aerostore.ReadAll(), {}}},
		"item 1: more than one of Bins, Operations and Remove is set":              {Bins: putItem.Bins, Operations: ops},
		"item 1: more than one of Bins, Operations and Remove is set: and removed": {Bins: putItem.Bins, Remove: true},
		"item 1: more than one of Bins, Operations and Remove is set: or changed":  {Operations: ops, Remove: true},
		"item 1: generation 65536 is too high for a batch": {
			Remove: true, Options: []aerostore.WriteOption{aerostore.GenerationEqual(1 << 16)},
		},
		"item 1: a TTL": {Operations: ops, Options: []aerostore.WriteOption{aerostore.TTL(-1)}},
	} {
		item.Key = ada
		err := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{removeItem, item}).Validate()
		want, _, _ = strings.Cut(want, ": and")
		want, _, _ = strings.Cut(want, ": or")
		if !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	if err := (aerostore.Call{Op: aerostore.OpBatchWrite}).WithItems([]aerostore.BatchItem{readItem, countItem, putItem, removeItem}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestAnItemThatReadsMustHaveARecord(t *testing.T) {
	t.Parallel()
	silent := aerostore.Handler(func(_ context.Context, call aerostore.Call) (aerostore.Result, error) {
		return aerostore.Result{}.WithBatch(make([]aerostore.BatchResult, call.Len())), nil
	})
	results, err := silent.BatchWrite(t.Context(), []aerostore.BatchItem{readItem, countItem, putItem, removeItem})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if got := r.Err != nil; got != (i == 0) || aerostore.InDoubt(r.Err) {
			t.Errorf("item %d has the error %v", i, r.Err)
		}
	}
}

func TestABatchResultReturnsItsErrorWithItsAnswers(t *testing.T) {
	t.Parallel()
	record := &aerostore.Record{}
	record.SetSteps([]any{nil, 7})
	failed := &aerostore.Error{Op: aerostore.OpBatchWrite, Code: aerostore.CodeTimeout}
	missing := &aerostore.Error{Op: aerostore.OpBatchWrite, Code: aerostore.CodeNotFound}
	unsure := &aerostore.Error{Op: aerostore.OpBatchWrite, Code: aerostore.CodeNotFound, InDoubt: true}

	if n, err := (aerostore.BatchResult{Record: record}).Step(1).Int(); n != 7 || err != nil {
		t.Errorf("step 1 is %d, %v", n, err)
	}
	step := aerostore.BatchResult{Err: failed}.Step(1)
	if n, err := step.Int(); n != 0 || err != error(failed) {
		t.Errorf("step 1 of a key that failed is %d, %v", n, err)
	}
	if step.Value() != nil || step.String() != "<nil>" {
		t.Errorf("the value of a key that failed is %v, its text %q", step.Value(), step)
	}
	if _, err := (aerostore.BatchResult{}).Step(0).Bins(); !errors.Is(err, aerostore.ErrBinNotFound) {
		t.Errorf("a step of no record has %v", err)
	}
	for _, c := range []struct {
		err, want error
		existed   bool
	}{{nil, nil, true}, {missing, nil, false}, {failed, failed, false}, {unsure, unsure, false}} {
		if existed, err := (aerostore.BatchResult{Err: c.err}).Existed(); existed != c.existed || err != c.want {
			t.Errorf("for %v it existed: %t, %v", c.err, existed, err)
		}
	}
}

func TestBatchErrorsJoinsWhatFailed(t *testing.T) {
	t.Parallel()
	secret := aerostore.NewKey("test", "users", "secret")
	call := aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{{Key: secret, Bins: aerostore.Bins{"n": "secret"}}})
	of := func(codes ...any) []aerostore.BatchResult {
		var results []aerostore.BatchResult
		for _, code := range codes {
			r := aerostore.BatchResult{Key: secret}
			switch code := code.(type) {
			case aerostore.ResultCode:
				if code != aerostore.CodeOK {
					r.Err = call.NewKeyError(secret, code, nil)
				}
			case error:
				r.Err = code
			}
			results = append(results, r)
		}
		return results
	}
	doubt := call.NewKeyError(secret, aerostore.CodeNotFound, nil)
	doubt.InDoubt = true
	const ok, miss, busy = aerostore.CodeOK, aerostore.CodeNotFound, aerostore.CodeKeyBusy
	for _, c := range []struct {
		name    string
		results []aerostore.BatchResult
		except  []error
		want    string
		doubt   bool
	}{
		{name: "nothing"},
		{name: "no failure", results: of(ok, ok)},
		{name: "what is excepted", results: of(ok, miss, busy), except: []error{nil, aerostore.ErrNotFound, aerostore.CodeKeyBusy}},
		{
			name: "one", results: of(ok, miss, ok),
			want: "aerostore: 1 of 3 keys failed: 1 with " + miss.Error(),
		},
		{
			name: "some beside what is excepted", results: of(busy, miss, busy), except: []error{aerostore.ErrNotFound},
			want: "aerostore: 2 of 3 keys failed: 2 with " + busy.Error(),
		},
		{
			name: "several reasons", results: of(miss, busy, busy, ok),
			want: "aerostore: 3 of 4 keys failed: 2 with " + busy.Error() + ", 1 with " + miss.Error(),
		},
		{
			name: "many reasons", results: of(aerostore.CodeGeneration, miss, busy, busy, aerostore.CodeExists, aerostore.CodeTimeout),
			want: "aerostore: 6 of 6 keys failed: 2 with " + busy.Error() + ", 1 with " + aerostore.CodeGeneration.Error() +
				", 1 with " + miss.Error() + ", 2 for other reasons",
		},
		{
			name: "in doubt, whatever is excepted", results: of(miss, doubt), except: []error{aerostore.ErrNotFound}, doubt: true,
			want: "aerostore: 1 of 2 keys failed: 1 with " + miss.Error() + " (1 in doubt: the write may have been applied)",
		},
		{
			name: "without a code", results: of(call.NewKeyError(secret, ok, context.DeadlineExceeded), errors.New("about secret")),
			want: "aerostore: 2 of 2 keys failed: 1 with context deadline exceeded, 1 with *errors.errorString",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := aerostore.BatchErrors(c.results, c.except...)
			if c.want == "" {
				if err != nil {
					t.Errorf("the error is %v, want none", err)
				}
				return
			}
			if err == nil || err.Error() != c.want || strings.Contains(fmt.Sprintf("%v %+v", err, err), "secret") {
				t.Fatalf("the error is %v, want %s", err, c.want)
			}
			if aerostore.InDoubt(err) != c.doubt {
				t.Errorf("in doubt: %t", aerostore.InDoubt(err))
			}
			for i, r := range c.results {
				excepted := !aerostore.InDoubt(r.Err) && r.Err != nil && len(c.except) > 0 && errors.Is(r.Err, c.except[0])
				if r.Err != nil && !excepted && !errors.Is(err, r.Err) {
					t.Errorf("it does not wrap the error of key %d", i)
				}
			}
			if safe, ok := err.(interface{ SafeMessage() string }); !ok || safe.SafeMessage() != c.want {
				t.Error("its text is not safe to log")
			}
		})
	}
}
