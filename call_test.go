package aerostore_test

import (
	"testing"
	"unsafe"

	"github.com/aerostore/aerostore"
)

func TestACallDescribesItself(t *testing.T) {
	order := aerostore.NewKey("test", "orders", 1)
	other := aerostore.NewKey("bar", "users", "ada")
	bare := aerostore.NewKey("test", "", "ada")
	batch := func(keys ...aerostore.Key) aerostore.Call {
		return aerostore.Call{Op: aerostore.OpBatchRead}.WithKeys(keys)
	}
	for name, tc := range map[string]struct {
		call    aerostore.Call
		want    string
		keys    int
		isBatch bool
		writes  bool
	}{
		"a single record": {aerostore.Call{Op: aerostore.OpGet, Key: ada}, "GET test.users", 1, false, false},
		"outside any set": {aerostore.Call{Op: aerostore.OpPut, Key: bare}, "PUT test", 1, false, true},
		"no keys":         {batch(), "BATCH READ", 0, true, false},
		"one key":         {batch(ada), "BATCH READ test.users", 1, true, false},
		"one set":         {batch(ada, grace), "BATCH READ test.users", 2, true, false},
		"two sets":        {batch(ada, order, ada), "BATCH READ test", 3, true, false},
		"two namespaces":  {batch(ada, other), "BATCH READ", 2, true, false},
		"items": {
			aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{{Key: ada}, {Key: grace}}),
			"BATCH WRITE test.users", 2, true, true,
		},
		"operations that read": {
			aerostore.Call{Op: aerostore.OpOperate, Key: ada}.WithOperations([]aerostore.Operation{aerostore.ReadAll(), aerostore.ReadHeader()}),
			"OPERATE test.users", 1, false, false,
		},
		"operations that write": {
			aerostore.Call{Op: aerostore.OpBatchOperate}.WithKeys([]aerostore.Key{ada}).
				WithOperations([]aerostore.Operation{aerostore.ReadBin("a"), aerostore.TouchRecord()}),
			"BATCH OPERATE test.users", 1, true, true,
		},
		"a query": {
			aerostore.Call{Op: aerostore.OpQuery}.WithQuery(aerostore.Query{Namespace: "test", Set: "users"}, func(*aerostore.Record) bool { return true }),
			"QUERY test.users", 0, false, false,
		},
		"a single record, with a query": {
			aerostore.Call{Op: aerostore.OpGet, Key: ada}.WithQuery(aerostore.Query{Namespace: "other"}, func(*aerostore.Record) bool { return true }),
			"GET test.users", 1, false, false,
		},
		"nothing": {aerostore.Call{}, "UNKNOWN", 1, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.call.String(); got != tc.want {
				t.Errorf("String = %q, want %q", got, tc.want)
			}
			if tc.call.Len() != tc.keys || tc.call.IsBatch() != tc.isBatch || tc.call.Writes() != tc.writes {
				t.Errorf("Len %d, IsBatch %v, Writes %v, want %d, %v, %v",
					tc.call.Len(), tc.call.IsBatch(), tc.call.Writes(), tc.keys, tc.isBatch, tc.writes)
			}
		})
	}
}

func TestArgumentsOfAnotherOperationAreAbsent(t *testing.T) {
	call := aerostore.Call{Op: aerostore.OpGet, Key: ada}
	if call.Bins() != nil || call.BinNames() != nil || call.Operations() != nil || call.Keys() != nil ||
		call.Items() != nil || call.Query() != nil || call.Custom() != nil {
		t.Error("a Get has arguments of other operations")
	}
	if call.Yield(nil) || call.Rows() != 0 || call.Run(t.Context()) != nil {
		t.Error("a Get yields or runs")
	}
}

// BatchRead reads all bins for nil names, and none for an empty list.
func TestNilStaysNilAndEmptyStaysEmpty(t *testing.T) {
	call := aerostore.Call{Op: aerostore.OpBatchRead}
	if got := call.WithBinNames(nil).BinNames(); got != nil {
		t.Errorf("nil became %#v", got)
	}
	if got := call.WithBinNames([]string{}).BinNames(); got == nil || len(got) != 0 {
		t.Errorf("the empty slice became %#v", got)
	}
	if got := (aerostore.Result{}).WithBatch([]aerostore.BatchResult{}).Batch(); got == nil {
		t.Error("an empty batch became nil")
	}
}

// The speed of a chain depends on these sizes: see docs/decisions/0002-call-by-value.md.
func TestCallAndResultStaySmall(t *testing.T) {
	if size := unsafe.Sizeof(aerostore.Call{}); size > 160 || size%16 != 0 {
		t.Errorf("a Call has %d bytes", size)
	}
	if size := unsafe.Sizeof(aerostore.Result{}); size > 4*unsafe.Sizeof(uintptr(0)) {
		t.Errorf("a Result has %d bytes, more than four words", size)
	}
}
