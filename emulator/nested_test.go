package emulator_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v8"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/memory"
)

// connectV8 returns a client v8, which has HyperLogLogs in lists and maps.
func connectV8(t *testing.T, s *emulator.Server) (*as.Client, *as.Key) {
	t.Helper()
	client, err := as.NewClient(s.Host(), s.Port())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	key, err := as.NewKey("test", "nested", 1)
	if err != nil {
		t.Fatal(err)
	}
	return client, key
}

// The answers are those of a server: a list keeps what is a HyperLogLog and integers of more
// than 63 bits, and sorts both after what is like them.
func TestListsKeepHyperLogLogsAndLargeIntegers(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	client, key := connectV8(t, s)
	add := as.HLLAddOp(as.DefaultHLLPolicy(), "h", []as.Value{as.NewValue(1), as.NewValue(2)}, 4, 0)
	r, err := client.Operate(nil, key, add, as.GetBinOp("h"))
	if err != nil {
		t.Fatal(err)
	}
	h := r.Bins["h"].(as.OpResults)[1].(as.HLLValue)
	list := []any{uint64(math.MaxUint64), 5, h, []byte(h), []byte{255}, math.MaxInt64}
	bins := as.BinMap{"l": list, "m": map[any]any{"h": h, uint64(1 << 63): []any{[]any{h}}}}
	if err := client.Put(nil, key, bins); err != nil {
		t.Fatal(err)
	}
	read := as.BinMap{
		"l": []any{-1, 5, h, []byte(h), []byte{255}, math.MaxInt64}, // the client takes the bits for an int64
		"m": map[any]any{"h": h, math.MinInt64: []any{[]any{h}}},
	}
	if r, err = client.Get(nil, key, "l", "m"); err != nil || !reflect.DeepEqual(r.Bins, read) {
		t.Errorf("got %v, %v", r, err)
	}
	typed := func(t as.ExpType, index int64) *as.Expression {
		return as.ExpListGetByIndex(as.ListReturnTypeValue, t, as.ExpIntVal(index), as.ExpListBin("l"))
	}
	for name, c := range map[string]struct {
		op   *as.Operation
		want any
	}{
		"the rank of an integer":             {as.ListGetByIndexOp("l", 0, as.ListReturnTypeRank), 2},
		"the rank of a HyperLogLog":          {as.ListGetByIndexOp("l", 2, as.ListReturnTypeRank), 5},
		"an integer":                         {as.ListGetByIndexOp("l", 0, as.ListReturnTypeValue), -1},
		"a HyperLogLog":                      {as.ListGetByIndexOp("l", 2, as.ListReturnTypeValue), h},
		"where a HyperLogLog is":             {as.ListGetByValueOp("l", h, as.ListReturnTypeIndex), []any{2}},
		"where its bytes are":                {as.ListGetByValueOp("l", []byte(h), as.ListReturnTypeIndex), []any{3}},
		"where an integer is":                {as.ListGetByValueListOp("l", []any{uint64(math.MaxUint64), -1}, as.ListReturnTypeIndex), []any{0}},
		"the value of a large key":           {as.MapGetByKeyListOp("m", []any{uint64(1 << 63)}, as.MapReturnType.COUNT), 1},
		"the size of a list in it":           {as.ListSizeOp("m", as.CtxMapIndex(0), as.CtxListValue(as.NewValue([]any{h}))), 1},
		"a count":                            {as.ExpReadOp("l", as.ExpHLLGetCount(typed(as.ExpTypeHLL, 2)), as.ExpReadFlagDefault), 2},
		"a HyperLogLog that is read as blob": {as.ExpReadOp("l", typed(as.ExpTypeBLOB, 2), as.ExpReadFlagEvalNoFail), nil},
		"a sum":                              {as.ExpReadOp("l", as.ExpNumAdd(typed(as.ExpTypeINT, 0), as.ExpIntVal(3)), as.ExpReadFlagDefault), 2},
		"a list of the bin": {
			as.ExpReadOp("l", as.ExpListAppend(as.DefaultListPolicy(), as.ExpHLLBin("h"), as.ExpListVal(as.NewValue(1))), as.ExpReadFlagDefault),
			[]any{1, h},
		},
	} {
		r, err := client.Operate(nil, key, c.op)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, got := range r.Bins {
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: got %#v, want %#v", name, got, c.want)
			}
		}
	}
	var snapshot bytes.Buffer
	if err := s.Store().Snapshot(&snapshot); err != nil {
		t.Fatal(err)
	}
	loaded := memory.New()
	if err := loaded.Load(strings.NewReader(snapshot.String())); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := loaded.Snapshot(&again); err != nil || again.String() != snapshot.String() {
		t.Errorf("the snapshot\n%sbecame\n%s%v", &snapshot, &again, err)
	}
	record, failed := loaded.Get(t.Context(), aerostore.NewKey("test", "nested", 1))
	if failed != nil {
		t.Fatal(failed)
	}
	kept := []any{uint64(math.MaxUint64), 5, aerostore.HLL(h), []byte(h), []byte{255}, math.MaxInt64}
	if got := record.Bins["l"]; !reflect.DeepEqual(got, kept) {
		t.Errorf("the store has %#v", got)
	}
	task, err := client.CreateComplexIndex(nil, "test", "nested", "i", "l", as.NUMERIC, as.ICT_LIST)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-task.OnComplete(); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int64]int{-1: 1, 5: 1, -2: 0} {
		statement := as.NewStatement("test", "nested")
		if err := statement.SetFilter(as.NewContainsRangeFilter("l", as.ICT_LIST, n, n)); err != nil {
			t.Fatal(err)
		}
		records, err := client.Query(nil, statement)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for r := range records.Results() {
			if found++; r.Err != nil {
				t.Error(r.Err)
			}
		}
		if found != want {
			t.Errorf("an index finds %d records with %d, want %d", found, n, want)
		}
	}
	r, err = client.Operate(nil, key, as.ListIncrementOp("l", 0, 5))
	if err != nil || r.Bins["l"] != 4 {
		t.Errorf("incremented: %v, %v", r, err)
	}
}
