package emulator_test

import (
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// codeOf returns the code of an error of the client, types.OK for nil.
func codeOf(err as.Error) types.ResultCode {
	if err == nil {
		return types.OK
	}
	if e, ok := err.(*as.AerospikeError); ok {
		return e.ResultCode
	}
	return types.COMMON_ERROR
}

func TestWritesFollowTheirPolicies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		missing bool // there is no record
		policy  func(*as.WritePolicy)
		want    types.ResultCode
	}{
		{name: "create only", policy: func(p *as.WritePolicy) { p.RecordExistsAction = as.CREATE_ONLY }, want: types.KEY_EXISTS_ERROR},
		{name: "update only", missing: true, policy: func(p *as.WritePolicy) { p.RecordExistsAction = as.UPDATE_ONLY }, want: types.KEY_NOT_FOUND_ERROR},
		{name: "replace only", missing: true, policy: func(p *as.WritePolicy) { p.RecordExistsAction = as.REPLACE_ONLY }, want: types.KEY_NOT_FOUND_ERROR},
		{name: "generation", policy: func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_EQUAL, 7 }, want: types.GENERATION_ERROR},
		{name: "same generation", policy: func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_EQUAL, 1 }},
		{name: "greater generation", policy: func(p *as.WritePolicy) { p.GenerationPolicy, p.Generation = as.EXPECT_GEN_GT, 1 }, want: types.GENERATION_ERROR},
		{name: "long TTL", policy: func(p *as.WritePolicy) { p.Expiration = 400_000_000 }, want: types.PARAMETER_ERROR},
		{name: "filtered out", policy: func(p *as.WritePolicy) {
			p.FilterExpression = as.ExpEq(as.ExpIntBin("n"), as.ExpIntVal(9))
		}, want: types.FILTERED_OUT},
		{name: "filtered in", policy: func(p *as.WritePolicy) {
			p.FilterExpression = as.ExpEq(as.ExpIntBin("n"), as.ExpIntVal(1))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := connect(t)
			key := newKey(t, "s", 1)
			if !tc.missing {
				if err := client.Put(nil, key, as.BinMap{"n": 1}); err != nil {
					t.Fatal(err)
				}
			}
			policy := as.NewWritePolicy(0, 0)
			tc.policy(policy)
			if got := codeOf(client.Put(policy, key, as.BinMap{"n": 2})); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestADurableDeleteNeedsTheEnterpriseEdition(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	policy := as.NewWritePolicy(0, 0)
	policy.DurableDelete = true
	if _, err := client.Delete(policy, newKey(t, "s", 1)); codeOf(err) != types.FAIL_FORBIDDEN && codeOf(err) != types.ENTERPRISE_ONLY {
		t.Errorf("got %v", err)
	}
}

func TestRecordsAreReadTouchedAndRemoved(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", "a")
	if err := client.Touch(nil, key); codeOf(err) != types.KEY_NOT_FOUND_ERROR {
		t.Errorf("touching no record: %v", err)
	}
	policy := as.NewWritePolicy(0, 100)
	if err := client.Put(policy, key, as.BinMap{"a": "x", "b": []byte{1}, "c": true}); err != nil {
		t.Fatal(err)
	}
	if err := client.Touch(policy, key); err != nil {
		t.Fatal(err)
	}
	header, err := client.GetHeader(nil, key)
	if err != nil || header.Generation != 2 || header.Expiration < 98 || header.Expiration > 100 || len(header.Bins) != 0 {
		t.Errorf("header %v, %v", header, err)
	}
	r, err := client.Get(nil, key, "a", "missing")
	if err != nil || len(r.Bins) != 1 || r.Bins["a"] != "x" {
		t.Errorf("got %v, %v", r, err)
	}
	if exists, err := client.Exists(nil, key); err != nil || !exists {
		t.Errorf("exists: %v, %v", exists, err)
	}
	for _, want := range []bool{true, false} {
		if existed, err := client.Delete(nil, key); err != nil || existed != want {
			t.Errorf("delete: %v, %v, want %v", existed, err, want)
		}
	}
	if _, err := client.Get(nil, key); codeOf(err) != types.KEY_NOT_FOUND_ERROR {
		t.Errorf("getting no record: %v", err)
	}
	other, _ := as.NewKey("nons", "s", 1)
	if _, err := client.Get(nil, other); err == nil {
		t.Error("an unknown namespace is read")
	}
}

func TestTheSentKeyIsKept(t *testing.T) {
	t.Parallel()
	client, s := connect(t)
	policy := as.NewWritePolicy(0, 0)
	policy.SendKey = true
	if err := client.Put(policy, newKey(t, "s", "ann"), as.BinMap{"n": 1}); err != nil {
		t.Fatal(err)
	}
	for r, err := range s.Store().Query(t.Context(), aerostore.Query{Namespace: "test", Set: "s"}) {
		if err != nil || r.Key.ID() != "ann" {
			t.Errorf("got a key with %v, %v", r.Key.ID(), err)
		}
	}
}

func TestAClientAndTheStoreSeeTheSameRecords(t *testing.T) {
	t.Parallel()
	client, s := connect(t)
	if err := s.Store().Put(t.Context(), aerostore.NewKey("test", "s", "a"), aerostore.Bins{"n": 1}); err != nil {
		t.Fatal(err)
	}
	r, err := client.Operate(nil, newKey(t, "s", "a"), as.AddOp(as.NewBin("n", 2)), as.GetBinOp("n"))
	if err != nil || r.Bins["n"] != 3 {
		t.Fatalf("got %v, %v", r, err)
	}
	record, getErr := s.Store().Get(t.Context(), aerostore.NewKey("test", "s", "a"))
	if getErr != nil || record.Bins["n"] != 3 {
		t.Errorf("got %v, %v", record, getErr)
	}
}

func TestOperateAnswersAsTheFlagsSay(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", 1)
	r, err := client.Operate(nil, key,
		as.ListAppendOp("l", 5), as.ListAppendOp("l", 3), as.ListSizeOp("l"),
		as.MapPutOp(as.DefaultMapPolicy(), "m", "k", "v"), as.MapGetByKeyOp("m", "k", as.MapReturnType.VALUE),
		as.BitResizeOp(as.DefaultBitPolicy(), "b", 2, as.BitResizeFlagsDefault), as.BitCountOp("b", 0, 16),
		as.HLLAddOp(as.DefaultHLLPolicy(), "h", []as.Value{as.NewValue("x")}, 8, 0), as.HLLGetCountOp("h"))
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := r.Bins["l"].([]any); !ok || len(l) != 3 || l[2] != 2 {
		t.Errorf("the list returned %v", r.Bins["l"])
	}
	if h, ok := r.Bins["h"].([]any); !ok || h[1] != 1 {
		t.Errorf("the HyperLogLog returned %v", r.Bins["h"])
	}
	all, err := client.Get(nil, key)
	if err != nil || len(all.Bins) != 4 {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestBatchesAnswerForEachKey(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	var keys []*as.Key
	for i := range 5000 {
		keys = append(keys, newKey(t, "s", i))
	}
	var records []as.BatchRecordIfc
	for _, key := range keys[:4000] {
		records = append(records, as.NewBatchWrite(nil, key, as.PutOp(as.NewBin("n", 1)), as.GetBinOp("n")))
	}
	if err := client.BatchOperate(nil, records); err != nil {
		t.Fatal(err)
	}
	got, err := client.BatchGet(nil, keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if (r != nil) != (i < 4000) {
			t.Fatalf("record %d: %v", i, r)
		}
	}
	policy := as.NewBatchPolicy()
	policy.FilterExpression = as.ExpEq(as.ExpIntBin("n"), as.ExpIntVal(2))
	mixed := []as.BatchRecordIfc{
		as.NewBatchRead(nil, keys[0], nil), as.NewBatchDelete(nil, keys[1]), as.NewBatchReadHeader(nil, keys[4999]),
		as.NewBatchUDF(nil, keys[2], "p", "f"),
	}
	_ = client.BatchOperate(policy, mixed)
	for i, want := range []types.ResultCode{types.FILTERED_OUT, types.FILTERED_OUT, types.KEY_NOT_FOUND_ERROR, types.UNSUPPORTED_FEATURE} {
		if got := mixed[i].BatchRec().ResultCode; got != want {
			t.Errorf("key %d: %v, want %v", i, got, want)
		}
	}
}

func TestCompressedCommandsNeedTheOption(t *testing.T) {
	t.Parallel()
	value := make([]byte, 10_000)
	for _, compression := range []bool{false, true} {
		var opts []emulator.Option
		want := types.ENTERPRISE_ONLY
		if compression {
			opts, want = append(opts, emulator.WithCompression()), types.OK
		}
		client, _ := connect(t, opts...)
		policy := as.NewWritePolicy(0, 0)
		policy.UseCompression = true
		key := newKey(t, "s", 1)
		if err := client.Put(policy, key, as.BinMap{"b": value}); codeOf(err) != want {
			t.Errorf("with compression %v: %v, want %v", compression, err, want)
		}
		if !compression {
			continue
		}
		read := as.NewPolicy()
		read.UseCompression = true
		r, err := client.Get(read, key)
		if err != nil || len(r.Bins["b"].([]byte)) != len(value) {
			t.Errorf("got %v, %v", r, err)
		}
	}
}

func TestListsAndMapsKeepTheOrderThatTheyAreSentIn(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	key := newKey(t, "s", 1)
	_, err := client.Operate(nil, key, as.ListCreateOp("l", as.ListOrderOrdered, false),
		as.ListAppendWithPolicyOp(as.NewListPolicy(as.ListOrderOrdered, as.ListWriteFlagsDefault), "l", 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.Get(nil, key)
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := r.Bins["l"].([]any); !ok || len(l) != 2 || l[0] != 1 {
		t.Errorf("got %v", r.Bins["l"])
	}
	raw := as.BinMap{"l": []any{as.NewValue(2)}, "m": map[any]any{"a": []any{1.5, true, nil}}}
	if err := client.Put(nil, newKey(t, "s", 2), raw); err != nil {
		t.Fatal(err)
	}
	got, err := client.Get(nil, newKey(t, "s", 2))
	if err != nil || got.Bins["m"].(map[any]any)["a"].([]any)[0] != 1.5 {
		t.Errorf("got %v, %v", got, err)
	}
}

// A server looks for the record before it looks at what a client wants of it.
func TestWhatIsMissingIsNotFoundWhateverIsRead(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	const long = "a bin name of more than 15 bytes"
	key, set := newKey(t, "s", 1), newKey(t, strings.Repeat("s", 64), 1)
	read := func(ops ...*as.Operation) func() as.Error {
		return func() as.Error { _, err := client.Operate(nil, key, ops...); return err }
	}
	for name, do := range map[string]func() as.Error{
		"a long bin name":                    func() as.Error { _, err := client.Get(nil, key, long); return err },
		"an operation on a long bin name":    read(as.ListSizeOp(long)),
		"a record of a set with a long name": func() as.Error { return client.Touch(nil, set) },
	} {
		if err := do(); codeOf(err) != types.KEY_NOT_FOUND_ERROR {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := client.Put(nil, key, as.BinMap{"n": 1, "l": []any{1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(nil, key, long); codeOf(err) != types.BIN_NAME_TOO_LONG {
		t.Errorf("a long bin name of a record: %v", err)
	}
	// What creates nothing by its selector is found if it is there.
	if err := read(as.ListCreateOp("l", as.ListOrderOrdered, false, as.CtxListIndex(-1)))(); codeOf(err) != types.BIN_TYPE_ERROR {
		t.Errorf("a list in place of a number: %v", err)
	}
	policy := as.NewWritePolicy(0, 400_000_000)
	if existed, err := client.Delete(policy, key); err != nil || !existed {
		t.Errorf("a delete with a TTL: %v, %v", existed, err)
	}
	if err := client.Put(nil, key, as.BinMap{"m": map[any]any{1.5: 1}}); codeOf(err) != types.SERVER_ERROR {
		t.Errorf("a map with a key that a server does not store: %v", err)
	}
}

func TestABatchWithAFilterWhoseTypesDoNotFitIsRefused(t *testing.T) {
	t.Parallel()
	client, _ := connect(t)
	policy := as.NewBatchPolicy()
	policy.FilterExpression = as.ExpEq(as.ExpIntBin("n"), as.ExpStringVal("x"))
	_, err := client.BatchGet(policy, []*as.Key{newKey(t, "s", 1), newKey(t, "s", 2)})
	if codeOf(err) != types.PARAMETER_ERROR {
		t.Errorf("got %v", err)
	}
}

func TestAFilterThatIsNoConditionIsRefusedAfterTheGenerationIsCompared(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		generation uint32 // 0: is not compared
		missing    bool   // there is no record
		want       types.ResultCode
	}{
		{name: "another generation", generation: 7, want: types.GENERATION_ERROR},
		{name: "the generation", generation: 1, want: types.PARAMETER_ERROR},
		{name: "any generation", want: types.PARAMETER_ERROR},
		{name: "no record", missing: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := connect(t)
			key := newKey(t, "s", 1)
			if !tc.missing {
				if err := client.Put(nil, key, as.BinMap{"n": 1}); err != nil {
					t.Fatal(err)
				}
			}
			policy := as.NewWritePolicy(0, 0)
			policy.FilterExpression = as.ExpIntBin("n")
			if tc.generation > 0 {
				policy.GenerationPolicy, policy.Generation = as.EXPECT_GEN_EQUAL, tc.generation
			}
			if got := codeOf(client.Put(policy, key, as.BinMap{"n": 2})); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}
