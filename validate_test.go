package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// strict is a backend that only checks its calls.
var strict = aerostore.Handler(func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
	return aerostore.Result{}, call.Check(ctx)
})

func put(key aerostore.Key, bins aerostore.Bins, opts ...aerostore.WriteOption) func(context.Context, aerostore.Store) error {
	return func(ctx context.Context, s aerostore.Store) error { return s.Put(ctx, key, bins, opts...) }
}

func query(q aerostore.Query) func(context.Context, aerostore.Store) error {
	return func(ctx context.Context, s aerostore.Store) error {
		for _, err := range s.Query(ctx, q) {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func operate(ops ...aerostore.Operation) func(context.Context, aerostore.Store) error {
	return func(ctx context.Context, s aerostore.Store) error {
		_, err := s.Operate(ctx, ada, ops)
		return err
	}
}

// escaped returns a variable outside of its let.
func escaped() (x exp.Int) {
	exp.Let("x", exp.IntBin("a"), func(v exp.Int) exp.Int { x = v; return v })
	return x
}

func TestBadInputIsRefusedWithAReasonBeforeAnythingIsSent(t *testing.T) {
	fine := aerostore.Bins{"a": 1}
	long := strings.Repeat("n", 16)
	cyclic := []any{nil}
	cyclic[0] = cyclic
	for _, tc := range []struct {
		name string
		do   func(context.Context, aerostore.Store) error
		code aerostore.ResultCode
		says []string
	}{
		{"an empty namespace", put(aerostore.NewKey("", "users", "u"), fine), aerostore.CodeInvalidNamespace, []string{"PUT", "namespace is empty"}},
		{"a set name over 63 bytes", put(aerostore.NewKey("test", strings.Repeat("s", 64), "u"), fine), aerostore.CodeParameter, []string{"64 bytes", "63 at most"}},
		{"the zero key", put(aerostore.Key{}, fine), aerostore.CodeParameter, []string{"NewKey"}},
		{"an id above MaxInt64", put(aerostore.NewKey("test", "users", uint64(math.MaxUint64)), fine), aerostore.CodeParameter, []string{"test.users", "unsigned id"}},
		{"a bin name over 15 bytes", put(ada, aerostore.Bins{long: 1}), aerostore.CodeBinNameTooLong, []string{long, "16 bytes", "15 at most"}},
		{"no bins", put(ada, nil), aerostore.CodeParameter, []string{"no bins"}},
		{"a struct", put(ada, aerostore.Bins{"when": time.Time{}}), aerostore.CodeParameter, []string{`"when"`, "time.Time"}},
		{"a named integer", put(ada, aerostore.Bins{"took": time.Second}), aerostore.CodeParameter, []string{`"took"`, "time.Duration"}},
		{"a list of times", put(ada, aerostore.Bins{"l": []time.Time{}}), aerostore.CodeParameter, []string{`"l"`, "[]time.Time", "convert its elements"}},
		{"bins in a bin", put(ada, aerostore.Bins{"m": fine}), aerostore.CodeParameter, []string{"aerostore.Bins", "convert it to map[string]interface {}"}},
		{"an edge", put(ada, aerostore.Bins{"e": cdt.Wildcard}), aerostore.CodeParameter, []string{`"e"`, "cdt.Wildcard"}},
		{"a pointer", put(ada, aerostore.Bins{"p": new(int)}), aerostore.CodeParameter, []string{"*int"}},
		{"a function", put(ada, aerostore.Bins{"f": func() {}}), aerostore.CodeParameter, []string{"func()"}},
		{"an unsigned integer above MaxInt64", put(ada, aerostore.Bins{"u": uint64(1 << 63)}), aerostore.CodeParameter, []string{`"u"`, "unsigned"}},
		{"a nested value", put(ada, aerostore.Bins{"l": []any{map[any]any{"x": []any{struct{}{}}}}}), aerostore.CodeParameter, []string{`"l"`, "struct {}"}},
		{"a bool as map key", put(ada, aerostore.Bins{"m": map[any]any{true: 1}}), aerostore.CodeParameter, []string{"map key", "bool"}},
		{"a map key twice", put(ada, aerostore.Bins{"m": map[any]any{int8(1): 1, int64(1): 2}}), aerostore.CodeParameter, []string{"two Go types"}},
		{"a value that holds itself", put(ada, aerostore.Bins{"l": cyclic}), aerostore.CodeParameter, []string{"256 levels"}},
		{"a negative TTL", put(ada, fine, aerostore.TTL(-time.Hour)), aerostore.CodeParameter, []string{"TTL", "-1h", "not positive"}},
		{"a TTL of zero", put(ada, fine, aerostore.TTL(0)), aerostore.CodeParameter, []string{"TTL", "0s", "not positive", "NeverExpire"}},
		{"a TTL over ten years", put(ada, fine, aerostore.TTL(315360001*time.Second)), aerostore.CodeParameter, []string{"TTL", "ten years"}},
		{"a negative timeout", put(ada, fine, aerostore.Timeout(-1)), aerostore.CodeParameter, []string{"timeout"}},
		{"a record-exists action that is none", put(ada, fine, aerostore.RecordExists(99)), aerostore.CodeParameter, []string{"99"}},
		{"an append of nothing", func(ctx context.Context, s aerostore.Store) error { return s.Append(ctx, ada, aerostore.Bins{}) }, aerostore.CodeParameter, []string{"APPEND", "no bins"}},
		{"an overlong name in Select", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Select(ctx, ada, []string{"a", long})
			return err
		}, aerostore.CodeBinNameTooLong, []string{"SELECT", long}},
		{"no operations", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, ada, nil)
			return err
		}, aerostore.CodeParameter, []string{"OPERATE", "no operations"}},
		{"the zero operation", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, ada, []aerostore.Operation{aerostore.ReadAll(), {}})
			return err
		}, aerostore.CodeParameter, []string{"operation 1"}},
		{"no expression", operate(aerostore.ReadExp("x", nil)), aerostore.CodeParameter, []string{"operation 0", `exp read "x"`, "no expression"}},
		{"no name of a result", operate(aerostore.ReadExp("", exp.TTL())), aerostore.CodeParameter, []string{"exp read", "no name"}},
		{"a nil pointer", operate(aerostore.WriteExp("x", (*exp.Int)(nil))), aerostore.CodeParameter, []string{`exp write "x"`, "no expression"}},
		{"the zero expression", operate(aerostore.ReadAll(), aerostore.ReadExp("x", exp.Bool{})), aerostore.CodeParameter, []string{"operation 1", `exp read "x"`, "zero value"}},
		{"a part that is zero", operate(aerostore.WriteExp("x", exp.And(exp.BoolBin("a"), exp.Bool{}))), aerostore.CodeParameter, []string{"zero value"}},
		{"a literal that cannot be stored", operate(aerostore.ReadExp("x", exp.ListVal(time.Second))), aerostore.CodeParameter, []string{"time.Duration"}},
		{"an overlong name of a result", operate(aerostore.ReadExp(long, exp.TTL())), aerostore.CodeBinNameTooLong, []string{long}},
		{"an overlong name of a bin in an expression", operate(aerostore.ReadExp("x", exp.IntBin(long))), aerostore.CodeParameter, []string{`exp read "x"`, "15 bytes"}},
		{"a variable that is not there", operate(aerostore.ReadExp("x", escaped())), aerostore.CodeParameter, []string{`exp read "x"`, "variable"}},
		{"what ends a server", operate(aerostore.WriteExp("x", exp.BytesBin("b").Bits().With(cdt.Partial).Or(exp.IntVal(8), exp.IntVal(8), exp.BytesVal([]byte{1})))), aerostore.CodeParameter, []string{`exp write "x"`, "bits"}},
		{"a bad key in a batch", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchRead(ctx, []aerostore.Key{ada, {}}, nil)
			return err
		}, aerostore.CodeParameter, []string{"BATCH READ", "key 1"}},
		{"a bad item in a batch", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: ada, Bins: fine}, {Key: grace, Bins: aerostore.Bins{"c": 1i}}})
			return err
		}, aerostore.CodeParameter, []string{"BATCH WRITE", "item 1", "complex128"}},
		{"a bad option in a batch item", func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, []aerostore.BatchItem{{Key: ada, Bins: fine, Options: []aerostore.WriteOption{aerostore.TTL(-1)}}})
			return err
		}, aerostore.CodeParameter, []string{"item 0", "TTL"}},
		{"a query without a namespace", query(aerostore.Query{Set: "users"}), aerostore.CodeInvalidNamespace, []string{"QUERY", "namespace is empty"}},
		{"a range that ends before it begins", query(aerostore.Query{Namespace: "test", Where: aerostore.Range("age", 2, 1)}), aerostore.CodeParameter, []string{`"age"`, "ends before"}},
		{"a negative record limit", query(aerostore.Query{Namespace: "test", MaxRecords: -1}), aerostore.CodeParameter, []string{"MaxRecords"}},
		{"an overlong bin in a query", query(aerostore.Query{Namespace: "test", Where: aerostore.Equal(long, 1)}), aerostore.CodeBinNameTooLong, []string{long}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.do(t.Context(), aerostore.Chain(strict, passOn))
			refused(t, err, tc.code, tc.says...)
			if strings.Contains(fmt.Sprint(err), "ada") {
				t.Errorf("the error holds the key: %v", err)
			}
		})
	}
}

func refused(t *testing.T, err error, code aerostore.ResultCode, says ...string) {
	t.Helper()
	e, ok := errors.AsType[*aerostore.Error](err)
	if !ok || !errors.Is(err, aerostore.ErrInvalid) {
		t.Fatalf("error %v (%T), want an *Error that is ErrInvalid", err, err)
	}
	if e.Code != code || aerostore.InDoubt(err) {
		t.Errorf("code %v, in doubt %v, want %v and false", e.Code, aerostore.InDoubt(err), code)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q does not say %q", err, s)
		}
	}
}

func TestANilContextIsRefused(t *testing.T) {
	var none context.Context
	err := aerostore.Do(none, silent{}, aerostore.Custom{Name: "TRUNCATE"}, func(context.Context) error { return nil })
	refused(t, err, aerostore.CodeParameter, "TRUNCATE", "context is nil")
	for name, s := range map[string]aerostore.Store{"bare": strict, "in a chain": aerostore.Chain(strict, passOn)} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Get(none, ada)
			refused(t, err, aerostore.CodeParameter, "GET test.users", "context is nil")
			refused(t, query(aerostore.Query{Namespace: "test"})(none, s), aerostore.CodeParameter, "QUERY test", "context is nil")
			err = aerostore.Do(none, s, aerostore.Custom{Name: "TRUNCATE"}, func(context.Context) error { return nil })
			refused(t, err, aerostore.CodeParameter, "TRUNCATE", "context is nil")
		})
	}
}

func TestAContextThatIsDoneSendsNothing(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for _, tc := range []struct {
		ctx  context.Context
		want error
	}{{canceled, context.Canceled}, {late, context.DeadlineExceeded}} {
		err := strict.Put(tc.ctx, ada, aerostore.Bins{"a": 1})
		if !errors.Is(err, tc.want) || aerostore.InDoubt(err) || errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%v, want %v, not in doubt", err, tc.want)
		}
		if got := errors.Is(err, aerostore.ErrTimeout); got != errors.Is(tc.want, context.DeadlineExceeded) {
			t.Errorf("errors.Is(%v, ErrTimeout) = %v", err, got)
		}
	}
}

func TestEveryKindOfBinValueIsAccepted(t *testing.T) {
	if err := strict.Put(t.Context(), ada, aerostore.Bins{
		"": "the empty name is legal", "nil": nil, "bool": true, "float": 1.5, "string": "s",
		"bytes": []byte{1}, "geo": aerostore.GeoJSON(`{"type":"Point","coordinates":[0,0]}`),
		"int": 1, "int8": int8(1), "int16": int16(1), "int32": int32(1), "int64": int64(1),
		"uint": uint(1), "uint8": uint8(1), "uint16": uint16(1), "uint32": uint32(1), "uint64": uint64(math.MaxInt64),
		"list":                  []any{nil, 1, []any{}, map[any]any{"k": nil}},
		"map":                   map[any]any{"s": 1, 1: "i", int8(2): []byte(nil), uint64(3): aerostore.GeoJSON("")},
		"15_bytes_exactly"[:15]: 1,
	}, aerostore.TTL(315360000*time.Second), aerostore.CreateOnly, aerostore.SendKey); err != nil {
		t.Error(err)
	}
}
