package aerostore_test

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/mocks"
)

// Arguments and results of every method of Store must pass through a chain unchanged, and
// an interceptor must see them. They are made by reflection, so that the test also covers
// methods that are added later.
func TestEveryStoreMethodReachesAnInterceptorAndComesBackUnchanged(t *testing.T) {
	storeType := reflect.TypeFor[aerostore.Store]()
	seen := map[aerostore.Op]string{}
	for i := range storeType.NumMethod() {
		method := storeType.Method(i)
		t.Run(method.Name, func(t *testing.T) {
			ctrl := gomock.NewController(t)
			mock := mocks.NewMockStore(ctrl)
			var calls []aerostore.Call
			store := aerostore.Chain(mock, record(&calls), aerostore.Intercept(), record(&calls))

			ctx := context.WithValue(t.Context(), ctxKey{}, "carried")
			args := []any{ctx}
			for j := 1; j < method.Type.NumIn(); j++ {
				args = append(args, argument(t, method.Type.In(j)))
			}
			var results []any
			for j := range method.Type.NumOut() {
				results = append(results, result(t, method.Type.Out(j)))
			}
			ctrl.RecordCallWithMethodType(mock, method.Name, reflect.ValueOf(mock).MethodByName(method.Name).Type(), flatten(args)...).
				Return(results...)

			in := make([]reflect.Value, len(args))
			for j, a := range args {
				in[j] = reflect.ValueOf(a)
			}
			m := reflect.ValueOf(store).MethodByName(method.Name)
			var out []reflect.Value
			if method.Type.IsVariadic() {
				out = m.CallSlice(in)
			} else {
				out = m.Call(in)
			}
			for j, want := range results {
				if got := drained(out[j].Interface()); !reflect.DeepEqual(got, drained(want)) {
					t.Errorf("result %d is %#v, want %#v", j, got, drained(want))
				}
			}
			if len(calls) != 2 {
				t.Fatalf("the call reached %d interceptors, want 2", len(calls))
			}
			for _, arg := range args[1:] {
				if got := seenBy(calls[0], arg); !reflect.DeepEqual(got, arg) {
					t.Errorf("the interceptor saw %#v, want %#v", got, arg)
				}
			}
			op := calls[0].Op
			if name := strings.ReplaceAll(op.String(), " ", ""); !strings.EqualFold(name, method.Name) {
				t.Errorf("the interceptor saw %v", op)
			}
			if before := seen[op]; before != "" {
				t.Errorf("%v is also what %s makes", op, before)
			}
			seen[op] = method.Name
		})
	}
}

type ctxKey struct{}

func record(calls *[]aerostore.Call) aerostore.Middleware {
	return aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			*calls = append(*calls, call)
			return next(ctx, call)
		}
	})
}

var (
	ada   = aerostore.NewKey("test", "users", "ada")
	grace = aerostore.NewKey("test", "users", "grace")
)

// argument returns a value of the type that is not its zero value.
func argument(t *testing.T, typ reflect.Type) any {
	t.Helper()
	readOptions := []aerostore.ReadOption{aerostore.Timeout(1), aerostore.SocketTimeout(2)}
	for _, v := range []any{
		ada,
		aerostore.Bins{"name": "Ada"},
		[]string{"name", "age"},
		[]aerostore.Key{ada, grace},
		[]aerostore.Operation{aerostore.AddBin("visits", 1), aerostore.ReadBin("visits")},
		[]aerostore.BatchItem{{Key: ada, Bins: aerostore.Bins{"age": 36}, Options: []aerostore.WriteOption{aerostore.SendKey}}},
		readOptions,
		[]aerostore.WriteOption{
			aerostore.Timeout(1), aerostore.SocketTimeout(2), aerostore.NeverExpire, aerostore.GenerationEqual(3),
			aerostore.UpdateOnly, aerostore.SendKey, aerostore.DurableDelete,
		},
		aerostore.Query{
			Namespace: "test", Set: "users", Bins: []string{"name"}, Where: aerostore.Range("age", 30, 40),
			MaxRecords: 7, Options: readOptions,
		},
	} {
		if reflect.TypeOf(v) == typ {
			return v
		}
	}
	t.Fatalf("the test has no argument of type %v", typ)
	return nil
}

// seenBy returns what an interceptor sees in the call in place of arg.
func seenBy(call aerostore.Call, arg any) any {
	switch arg.(type) {
	case aerostore.Key:
		return call.Key
	case aerostore.Bins:
		return call.Bins()
	case []string:
		return call.BinNames()
	case []aerostore.Key:
		return call.Keys()
	case []aerostore.Operation:
		return call.Operations()
	case []aerostore.BatchItem:
		return call.Items()
	case []aerostore.ReadOption, []aerostore.WriteOption:
		return addedUp(call.Options, arg)
	case aerostore.Query:
		return *call.Query()
	default:
		return nil
	}
}

// addedUp returns the arguments of a call if they add up to its options.
func addedUp(options aerostore.Options, arg any) any {
	want := aerostore.Options{Timeout: 1, SocketTimeout: 2}
	if _, write := arg.([]aerostore.WriteOption); write {
		want = aerostore.Options{
			Timeout: 1, SocketTimeout: 2, TTL: aerostore.NeverExpire, Generation: 3,
			GenerationCheck: aerostore.GenerationMustEqual, Exists: aerostore.UpdateOnly,
			SendKey: true, DurableDelete: true,
		}
	}
	if options != want {
		return options
	}
	return arg
}

// A mock expects the options that the application passes, with any layers around it.
func TestAChainPassesOptionsToATypedStoreOneByOne(t *testing.T) {
	for name, tc := range map[string]struct{ given, want []aerostore.WriteOption }{
		"none":               {},
		"an empty Options":   {given: []aerostore.WriteOption{aerostore.Options{}}},
		"nothing but a nil":  {given: []aerostore.WriteOption{nil}},
		"CreateOnly":         {[]aerostore.WriteOption{aerostore.CreateOnly}, []aerostore.WriteOption{aerostore.CreateOnly}},
		"a TTL that is over": {[]aerostore.WriteOption{aerostore.TTL(0)}, []aerostore.WriteOption{aerostore.TTL(0)}},
		"Options": {
			[]aerostore.WriteOption{aerostore.Options{Exists: aerostore.Replace, SendKey: true}},
			[]aerostore.WriteOption{aerostore.Replace, aerostore.SendKey},
		},
		"another order, and twice": {
			[]aerostore.WriteOption{aerostore.DurableDelete, aerostore.CreateOnly, aerostore.GenerationGreater(3), aerostore.TTL(5), aerostore.Timeout(1), aerostore.TTL(6)},
			[]aerostore.WriteOption{aerostore.Timeout(1), aerostore.TTL(6), aerostore.GenerationGreater(3), aerostore.CreateOnly, aerostore.DurableDelete},
		},
		"what was taken back": {given: []aerostore.WriteOption{aerostore.CreateOnly, aerostore.CreateOrUpdate}},
		"unknown ones": {
			[]aerostore.WriteOption{aerostore.Options{GenerationCheck: 9, Generation: 3}, aerostore.RecordExists(99)},
			[]aerostore.WriteOption{aerostore.Options{GenerationCheck: 9, Generation: 3}, aerostore.RecordExists(99)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			mock := mocks.NewMockStore(gomock.NewController(t))
			want := make([]any, len(tc.want))
			for i, o := range tc.want {
				want[i] = o
			}
			mock.EXPECT().Touch(gomock.Any(), ada, want...)
			if err := aerostore.Chain(mock, passOn, passOn).Touch(t.Context(), ada, tc.given...); err != nil {
				t.Error(err)
			}
		})
	}
}

var errScripted = errors.New("scripted")

func result(t *testing.T, typ reflect.Type) any {
	t.Helper()
	adaRecord := &aerostore.Record{Key: ada, Bins: aerostore.Bins{"age": 36}, Generation: 2}
	for _, v := range []any{
		adaRecord,
		true,
		[]aerostore.BatchResult{{Key: ada, Record: adaRecord}, {Key: grace, Err: aerostore.ErrNotFound}},
		iter.Seq2[*aerostore.Record, error](func(yield func(*aerostore.Record, error) bool) {
			_ = yield(adaRecord, nil) && yield(nil, errScripted)
		}),
	} {
		if reflect.TypeOf(v) == typ {
			return v
		}
	}
	if typ == reflect.TypeFor[error]() {
		return errScripted
	}
	t.Fatalf("the test has no result of type %v", typ)
	return nil
}

// flatten spreads a variadic argument, as gomock wants it.
func flatten(args []any) []any {
	switch opts := args[len(args)-1].(type) {
	case []aerostore.ReadOption:
		args = slices.Clone(args[:len(args)-1])
		for _, o := range opts {
			args = append(args, o)
		}
	case []aerostore.WriteOption:
		args = slices.Clone(args[:len(args)-1])
		for _, o := range opts {
			args = append(args, o)
		}
	}
	return args
}

// drained returns what an iterator yields.
func drained(v any) any {
	seq, ok := v.(iter.Seq2[*aerostore.Record, error])
	if !ok {
		return v
	}
	var gave []any
	for r, err := range seq {
		gave = append(gave, r, err)
	}
	return gave
}

func TestAChainAllocatesNothingWhateverItsLayers(t *testing.T) {
	ctx := t.Context()
	store := aerostore.Chain(silent{}, passOn, passOn, passOn, passOn, passOn, passOn, passOn, passOn, passOn, passOn)
	bins, names := aerostore.Bins{"a": 1}, []string{"a"}
	keys, ops := []aerostore.Key{ada}, []aerostore.Operation{aerostore.ReadBin("a")}
	items := []aerostore.BatchItem{{Key: ada, Bins: bins}}
	for name, call := range map[string]func(){
		"Put":          func() { _ = store.Put(ctx, ada, bins) },
		"Get":          func() { _, _ = store.Get(ctx, ada) },
		"Select":       func() { _, _ = store.Select(ctx, ada, names) },
		"Exists":       func() { _, _ = store.Exists(ctx, ada) },
		"Remove":       func() { _, _ = store.Remove(ctx, ada) },
		"Touch":        func() { _ = store.Touch(ctx, ada) },
		"Append":       func() { _ = store.Append(ctx, ada, bins) },
		"Prepend":      func() { _ = store.Prepend(ctx, ada, bins) },
		"Increment":    func() { _ = store.Increment(ctx, ada, bins) },
		"Operate":      func() { _, _ = store.Operate(ctx, ada, ops) },
		"BatchRead":    func() { _, _ = store.BatchRead(ctx, keys, names) },
		"BatchWrite":   func() { _, _ = store.BatchWrite(ctx, items) },
		"BatchOperate": func() { _, _ = store.BatchOperate(ctx, keys, ops) },
		"BatchRemove":  func() { _, _ = store.BatchRemove(ctx, keys) },
	} {
		if n := testing.AllocsPerRun(100, call); n != 0 {
			t.Errorf("%s through ten layers allocates %v times, want 0", name, n)
		}
	}
}

// passOn is a layer that only calls the next one.
var passOn = aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
	return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
		result, err := next(ctx, call)
		return result, err
	}
})

var (
	empty   = &aerostore.Record{Bins: aerostore.Bins{}}
	empties = []aerostore.BatchResult{{Record: empty}, {Record: empty}}
)

// silent is a typed store that answers everything with success.
type silent struct{ aerostore.Store }

func (silent) Unwrap() aerostore.Store { return nil }

func (silent) Put(context.Context, aerostore.Key, aerostore.Bins, ...aerostore.WriteOption) error {
	return nil
}

func (silent) Get(context.Context, aerostore.Key, ...aerostore.ReadOption) (*aerostore.Record, error) {
	return empty, nil
}

func (silent) Select(context.Context, aerostore.Key, []string, ...aerostore.ReadOption) (*aerostore.Record, error) {
	return empty, nil
}

func (silent) Exists(context.Context, aerostore.Key, ...aerostore.ReadOption) (bool, error) {
	return true, nil
}

func (silent) Remove(context.Context, aerostore.Key, ...aerostore.WriteOption) (bool, error) {
	return true, nil
}

func (silent) Touch(context.Context, aerostore.Key, ...aerostore.WriteOption) error { return nil }

func (silent) Append(context.Context, aerostore.Key, aerostore.Bins, ...aerostore.WriteOption) error {
	return nil
}

func (silent) Prepend(context.Context, aerostore.Key, aerostore.Bins, ...aerostore.WriteOption) error {
	return nil
}

func (silent) Increment(context.Context, aerostore.Key, aerostore.Bins, ...aerostore.WriteOption) error {
	return nil
}

func (silent) Operate(context.Context, aerostore.Key, []aerostore.Operation, ...aerostore.WriteOption) (*aerostore.Record, error) {
	return empty, nil
}

func (silent) BatchRead(_ context.Context, keys []aerostore.Key, _ []string, _ ...aerostore.ReadOption) ([]aerostore.BatchResult, error) {
	return empties[:len(keys)], nil
}

func (silent) BatchWrite(_ context.Context, items []aerostore.BatchItem, _ ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
	return empties[:len(items)], nil
}

func (silent) BatchOperate(_ context.Context, keys []aerostore.Key, _ []aerostore.Operation, _ ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
	return empties[:len(keys)], nil
}

func (silent) BatchRemove(_ context.Context, keys []aerostore.Key, _ ...aerostore.WriteOption) ([]aerostore.BatchResult, error) {
	return empties[:len(keys)], nil
}
