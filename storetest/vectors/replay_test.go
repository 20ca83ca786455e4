package vectors

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

const (
	keyA = `{"ns":"test","set":"gv","id":{"s":"a"}}`
	keyB = `{"ns":"test","set":"gv","id":{"s":"b"}}`
	putA = `{"op":"put","key":` + keyA + `,"bins":{"v":{"i":7}},"want":{"code":0}}`
	getA = `{"op":"get","key":` + keyA + `,"want":{"code":0,"bins":{"v":{"i":7}},"gen":1,"ttl":4294967295}}`
)

func vectorOf(t *testing.T, steps ...string) *vector {
	t.Helper()
	v, err := parse([]byte(`{"name":"the_vector","tags":[],"steps":[` + strings.Join(steps, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if v.unsupported != "" {
		t.Fatal(v.unsupported)
	}
	return v
}

// replayed returns the differences as Run shows them.
func replayed(t *testing.T, s aerostore.Store, v *vector) []string {
	t.Helper()
	var shown []string
	for _, d := range v.replay(t.Context(), s, func(time.Duration) {}) {
		shown = append(shown, d.String())
	}
	return shown
}

// lying returns a store in memory of which what answers one operation is
// changed.
func lying(t *testing.T, op aerostore.Op, lie func(aerostore.Result, error) (aerostore.Result, error)) aerostore.Store {
	t.Helper()
	return aerostore.Chain(memory.NewT(t), aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			result, err := next(ctx, call)
			if call.Op == op {
				return lie(result, err)
			}
			return result, err
		}
	}))
}

// changing is a lie about the record.
func changing(change func(*aerostore.Record)) func(aerostore.Result, error) (aerostore.Result, error) {
	return func(r aerostore.Result, err error) (aerostore.Result, error) {
		change(r.Record())
		return r, err
	}
}

func failing(err error) func(aerostore.Result, error) (aerostore.Result, error) {
	return func(r aerostore.Result, _ error) (aerostore.Result, error) { return r, err }
}

func TestAWrongAnswerIsADifference(t *testing.T) {
	t.Parallel()
	const (
		batchAB   = `"keys":[` + keyA + `,` + keyB + `]`
		readAB    = `{"op":"batch_read",` + batchAB + `,"want":{"code":0,"records":[{"bins":{"v":{"i":7}},"gen":1,"ttl":4294967295},null]}}`
		readNS    = `{"op":"batch_read","keys":[` + keyA + `,{"ns":"nons","set":"gv","id":{"s":"n"}}],"want":{"code":20,"records":[]}}`
		scan      = `{"op":"scan","ns":"test","set":"gv","want":{"code":0,"records":[{"key":` + keyA + `,"bins":{"v":{"i":7}},"gen":1,"ttl":4294967295,"user_key":false}]}}`
		query     = `{"op":"query","ns":"test","set":"gv","where":{"type":"equal","bin":"v","value":{"i":7}},"want":{"code":-16,"codes":[-16,201],"records":[]}}`
		remove    = `{"op":"remove","key":` + keyA + `,"want":{"code":0,"existed":true}}`
		exists    = `{"op":"exists","key":` + keyA + `,"want":{"code":0,"exists":true}}`
		header    = `{"op":"get_header","key":` + keyB + `,"want":{"code":0,"record":null}}`
		operate   = `{"op":"operate","key":` + keyA + `,"ops":[{"op":"get","bin":"v"}],"want":{"code":0,"bins":{"v":{"i":7}},"gen":1,"ttl":4294967295}}`
		grow      = `{"op":"operate","key":` + keyA + `,"ops":[{"op":"list_size","bin":"l"},{"op":"list_append","bin":"l","values":[{"i":9}]}],"want":{"code":0,"bins":{"l":{"i":1}},"gen":2,"ttl":4294967295}}`
		mixed     = `{"op":"batch","records":[{"kind":"write","key":` + keyA + `,"ops":[{"op":"list_append","bin":"l","values":[{"i":1}]}]},{"kind":"read","key":` + keyA + `},{"kind":"remove","key":` + keyB + `}],"want":{"code":0,"records":[{"code":0,"record":{"bins":{"l":{"i":1}},"gen":2,"ttl":4294967295}},{"code":0,"record":{"bins":{"v":{"i":7},"l":{"list":[{"i":1}]}},"gen":2,"ttl":4294967295}},{"code":2,"record":null}]}}`
		getOfTTL  = `{"op":"get","key":` + keyA + `,"want":{"code":0,"bins":{"v":{"i":7}},"gen":1,"ttl":[95,100]}}`
		putOfTTL  = `{"op":"put","key":` + keyA + `,"bins":{"v":{"i":7}},"policy":{"ttl":100},"want":{"code":0}}`
		putTooBig = `{"op":"put","key":` + keyA + `,"bins":{"0123456789abcdef":{"i":7}},"want":{"code":21}}`
	)
	notFound := &aerostore.Error{Op: aerostore.OpGet, Code: aerostore.CodeNotFound}
	for _, tc := range []struct {
		name  string
		steps []string
		op    aerostore.Op
		lie   func(aerostore.Result, error) (aerostore.Result, error)
		want  string
	}{
		{
			"a bin of another value",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.Bins["v"] = 8 }),
			`the_vector: step 2, get: bin "v": want 7, got 8`,
		},
		{
			"a bin of another type",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.Bins["v"] = "7" }),
			`the_vector: step 2, get: bin "v": want 7, got "7"`,
		},
		{
			"a bin too many",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.Bins["w"] = 1 }),
			`the_vector: step 2, get: bin "w": want none, got 1`,
		},
		{
			"a bin too few",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { delete(r.Bins, "v") }),
			`the_vector: step 2, get: bin "v": want 7, got none`,
		},
		{
			"another generation",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.Generation++ }),
			`the_vector: step 2, get: generation: want 0x1, got 0x2`,
		},
		{
			"a TTL where there is none",
			[]string{putA, getA},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.TTL = aerostore.TTL(time.Second) }),
			`the_vector: step 2, get: TTL: want "never", got "1s"`,
		},
		{
			"a TTL out of range",
			[]string{putOfTTL, getOfTTL},
			aerostore.OpGet,
			changing(func(r *aerostore.Record) { r.TTL += aerostore.TTL(time.Second) }),
			`the_vector: step 2, get: TTL: want "1m35s to 1m40s", got "1m41s"`,
		},
		{
			"an error where there was none",
			[]string{putA, getA},
			aerostore.OpGet, failing(notFound),
			`the_vector: step 2, get: error: want "no error", got "` + notFound.Error() + `"`,
		},
		{
			"no error where there was one",
			[]string{header},
			aerostore.OpSelect, failing(nil),
			`the_vector: step 1, get_header: error: want "` + aerostore.CodeNotFound.Error() + `", got "aerostore: SELECT test.` + own("gv") + `: a layer or the backend returned neither a record`,
		},
		{
			"an error of another type",
			[]string{header},
			aerostore.OpSelect, failing(aerostore.CodeNotFound),
			`the_vector: step 1, get_header: type of the error: want "*aerostore.Error", got "aerostore.ResultCode"`,
		},
		{
			"doubt",
			[]string{header},
			aerostore.OpSelect,
			failing(&aerostore.Error{Code: aerostore.CodeNotFound, InDoubt: true}),
			`the_vector: step 1, get_header: in doubt: want false, got true`,
		},
		{
			"no error within",
			[]string{putA, query},
			aerostore.OpQuery,
			failing(&aerostore.Error{Code: aerostore.CodeMaxRetries}),
			`the_vector: step 2, query: cause: want "` + aerostore.CodeIndexNotFound.Error() + `"`,
		},
		{
			"valid input refused",
			[]string{putA},
			aerostore.OpPut,
			failing(&aerostore.Error{Code: aerostore.CodeParameter, Err: aerostore.ErrInvalid}),
			`the_vector: step 1, put: valid input: want "no ErrInvalid"`,
		},
		{
			"bad input accepted",
			[]string{putTooBig},
			aerostore.OpPut, failing(nil),
			`the_vector: step 1, put: error: want "` + aerostore.CodeBinNameTooLong.Error() + `", got "no error"`,
		},
		{
			"a removal of nothing",
			[]string{putA, remove},
			aerostore.OpRemove,
			func(r aerostore.Result, err error) (aerostore.Result, error) { return r.WithExisted(false), err },
			`the_vector: step 2, remove: existed: want true, got false`,
		},
		{
			"a record that does not exist",
			[]string{putA, exists},
			aerostore.OpExists,
			func(r aerostore.Result, err error) (aerostore.Result, error) { return r.WithExisted(false), err },
			`the_vector: step 2, exists: existed: want true, got false`,
		},
		{
			"several results where there was one",
			[]string{putA, operate},
			aerostore.OpOperate,
			changing(func(r *aerostore.Record) { r.Bins["v"] = aerostore.OpResults{7} }),
			`the_vector: step 2, operate: by bin: bin "v": want 7, got aerostore.OpResults{7}`,
		},
		{
			"another result of an operation",
			[]string{putA, operate},
			aerostore.OpOperate,
			changing(func(r *aerostore.Record) { r.SetSteps([]any{8}) }),
			`the_vector: step 2, operate: by operation: bin "v": want 7, got 8`,
		},
		{
			"no result of an operation",
			[]string{putA, operate},
			aerostore.OpOperate,
			changing(func(r *aerostore.Record) { r.SetSteps(nil) }),
			`the_vector: step 2, operate: by operation: bin "v": want 7, got none`,
		},
		{
			"results by bin without the nothings",
			[]string{putA, grow},
			aerostore.OpOperate,
			changing(func(r *aerostore.Record) { r.Bins["l"] = 1 }),
			`the_vector: step 2, operate: by bin: bin "l": want aerostore.OpResults{interface {}(nil), 1}, got 1`,
		},
		{
			"an item of a batch that failed",
			[]string{putA, mixed},
			aerostore.OpBatchWrite,
			func(r aerostore.Result, err error) (aerostore.Result, error) {
				r.Batch()[0].Err = &aerostore.Error{Code: aerostore.CodeTimeout}
				return r, err
			},
			`the_vector: step 2, batch: key 1: error: want "no error", got "`,
		},
		{
			"no record",
			[]string{putA, operate},
			aerostore.OpOperate,
			func(aerostore.Result, error) (aerostore.Result, error) { return aerostore.Result{}, nil },
			`the_vector: step 2, operate: error: want "no error", got "aerostore: OPERATE test.` + own("gv") + `: a layer or the backend returned neither a record`,
		},
		{
			"a batch in another order",
			[]string{putA, readAB},
			aerostore.OpBatchRead,
			func(r aerostore.Result, err error) (aerostore.Result, error) {
				b := r.Batch()
				return r.WithBatch([]aerostore.BatchResult{b[1], b[0]}), err
			},
			`the_vector: step 2, batch_read: key 1: want "this key of the batch"`,
		},
		{
			"a batch that is cut short",
			[]string{putA, readAB},
			aerostore.OpBatchRead,
			func(r aerostore.Result, err error) (aerostore.Result, error) { return r.WithBatch(r.Batch()[:1]), err },
			`the_vector: step 2, batch_read: error: want "no error", got "aerostore: BATCH READ test.` + own("gv") + `: a layer or the backend returned 1 results for 2 keys`,
		},
		{
			"a batch in which no key failed",
			[]string{putA, readNS},
			aerostore.OpBatchRead,
			func(r aerostore.Result, err error) (aerostore.Result, error) {
				r.Batch()[1].Err = nil
				return r, err
			},
			`the_vector: step 2, batch_read: key 2: error: want "` + aerostore.CodeInvalidNamespace.Error(),
		},
		{
			"a batch in which a key failed in another way",
			[]string{putA, readNS},
			aerostore.OpBatchRead,
			func(r aerostore.Result, err error) (aerostore.Result, error) {
				r.Batch()[0].Err = &aerostore.Error{Code: aerostore.CodeTimeout}
				return r, err
			},
			`the_vector: step 2, batch_read: key 1: error: want "` + aerostore.CodeInvalidNamespace.Error() + `, ErrNotFound, ErrFilteredOut or no error"`,
		},
		{
			"a batch that failed as a whole",
			[]string{putA, readAB},
			aerostore.OpBatchRead, failing(&aerostore.Error{Code: aerostore.CodeTimeout}),
			`the_vector: step 2, batch_read: error: want "no error"`,
		},
		{
			"a record that a scan does not find",
			[]string{scan},
			aerostore.OpQuery, failing(nil),
			`the_vector: step 1, scan: number of records: want 1, got 0`,
		},
		{
			"a record that a scan finds too many",
			[]string{putA, strings.ReplaceAll(putA, keyA, keyB), scan},
			aerostore.OpQuery, failing(nil),
			`the_vector: step 3, scan: number of records: want 1, got 2`,
		},
		{
			"an id that was not stored",
			[]string{strings.Replace(putA, `"want"`, `"policy":{"send_key":true},"want"`, 1), scan},
			aerostore.OpQuery, failing(nil),
			`the_vector: step 2, scan: record a: id returned: want false, got true`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := replayed(t, lying(t, tc.op, tc.lie), vectorOf(t, tc.steps...))
			if len(got) == 0 || !strings.HasPrefix(got[0], tc.want) {
				t.Errorf("the differences are\n%q\nwant\n%q", got, tc.want)
			}
		})
	}
}

func TestTheStepsAfterADifferenceAreReplayed(t *testing.T) {
	t.Parallel()
	s := lying(t, aerostore.OpGet, changing(func(r *aerostore.Record) { r.Generation += 5 }))
	if got := replayed(t, s, vectorOf(t, putA, getA, getA)); len(got) != 2 {
		t.Errorf("the differences are %q, want one for each of two steps", got)
	}
}

func TestARightAnswerIsNoDifference(t *testing.T) {
	t.Parallel()
	selectNone := strings.Replace(getA, `"get",`, `"select","bins":[],`, 1) // for which the client reads all bins
	if got := replayed(t, memory.NewT(t), vectorOf(t, putA, getA, selectNone)); got != nil {
		t.Errorf("the differences are %q", got)
	}
}

func TestClearingLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := memory.NewT(t)
	v := vectorOf(
		t, putA,
		`{"op":"get","key":{"ns":"nons","set":"gv","id":{"i":1}},"want":{"code":20}}`,
		`{"op":"get","key":{"ns":"","set":"gv","id":{"b":"AQ=="}},"want":{"code":20}}`,
		`{"op":"create_index","ns":"test","set":"gv","name":"gv_v","bin":"v","type":"numeric","want":{"code":0}}`,
		`{"op":"scan","ns":"test","set":"gv2","want":{"code":0,"records":[]}}`,
		`{"op":"scan","ns":"nons","set":"gv2","want":{"code":20,"records":[]}}`,
	)
	const others = 3
	for i := range others {
		for _, set := range []string{own("gv"), own("gv2")} {
			if err := s.Put(t.Context(), aerostore.NewKey("test", set, fmt.Sprint("other", i)), aerostore.Bins{"v": i}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 {
		if err := v.clear(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := replayed(t, s, v); got != nil {
			t.Fatalf("the differences are %q", got)
		}
	}
	if err := v.clear(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]int{own("gv"): others, own("gv2"): 0} {
		rows := 0
		for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: "test", Set: set}) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
		if rows != want {
			t.Errorf("set %s has %d records afterwards, want %d", set, rows, want)
		}
	}
	for _, err := range s.Query(t.Context(), aerostore.Query{Namespace: "test", Set: own("gv"), Where: aerostore.Equal("v", 7)}) {
		if err == nil {
			t.Error("the index is still there")
		}
	}
}

// reordering is a store in memory that processes the items of a batch from the last to the
// first.
func reordering(t *testing.T) aerostore.Store {
	t.Helper()
	return aerostore.Chain(memory.NewT(t), aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			if call.Op != aerostore.OpBatchWrite {
				return next(ctx, call)
			}
			items := slices.Clone(call.Items())
			slices.Reverse(items)
			result, err := next(ctx, call.WithItems(items))
			slices.Reverse(result.Batch())
			return result, err
		}
	}))
}

func TestBatchIsDividedForStoresThatKeepNoOrder(t *testing.T) {
	t.Parallel()
	const (
		write   = `{"kind":"write","key":` + keyA + `,"ops":[{"op":"add","bin":"v","value":{"i":1}}]}`
		read    = `{"kind":"read","key":` + keyA + `,"bins":["v"]}`
		written = `{"code":0,"record":{"bins":{"v":{"nil":true}},"gen":1,"ttl":4294967295}}`
	)
	batch := `{"op":"batch","records":[` + write + `,` + read + `],"want":{"code":0,"records":[` + written +
		`,{"code":0,"record":{"bins":{"v":{"i":1}},"gen":1,"ttl":4294967295}}]}}`
	v := vectorOf(t, batch)
	if got := replayed(t, reordering(t), v); got == nil {
		t.Error("the order of a whole batch was kept")
	}
	if !v.cut() {
		t.Error("the batch was not divided")
	}
	if got := replayed(t, reordering(t), v); got != nil {
		t.Errorf("the differences of a divided batch are %q", got)
	}

	c := config{anyOrder: true}
	c.replay(t, v, func(testing.TB) aerostore.Store { return reordering(t) }, new(tally).file("a"))
	if got := replayed(t, reordering(t), v); got == nil {
		t.Error("the batch is still divided for those that replay it afterwards")
	}

	const writesAndReads = `{"kind":"write","key":` + keyA + `,"ops":[{"op":"get_all"},{"op":"add","bin":"v","value":{"i":1}}]}`
	if vectorOf(t, strings.ReplaceAll(batch, write, writesAndReads)).cut() {
		t.Error("a batch that is refused because it has several keys was divided")
	}
}
