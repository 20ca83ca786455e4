package storetest

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// ignorant returns stores that ignore one field of Options in one operation, or refuse
// one that has no meaning there.
func ignorant() []sabotage {
	sabotages := []sabotage{{
		"refuses options of writes in reads", func(next aerostore.Store) aerostore.Store { return strict{layer{next}} }, nil,
	}}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[aerostore.Options]()) {
		field, known := optionFields()[f.Name]
		if !known { // which a case of each operation says
			continue
		}
		for _, o := range append(operations(), itemOperations()...) {
			s := sabotage{"ignores " + f.Name + " in " + o.name(), ignoring(f.Name, o), nil}
			if !field.honoured(o) {
				s = sabotage{"refuses " + f.Name + " in " + o.name(), refusing(f.Name, o), nil}
			}
			for _, tc := range field.cases(f.Name, o) {
				if !field.honoured(o) && !o.writes && !o.item {
					sabotages[0].seenBy = append(sabotages[0].seenBy, "options/"+tc.name)
					continue
				}
				s.seenBy = append(s.seenBy, "options/"+tc.name)
			}
			sabotages = append(sabotages, s)
		}
	}
	return sabotages
}

// zero sets a field to its zero value.
func zero(o *aerostore.Options, field string) {
	reflect.ValueOf(o).Elem().FieldByName(field).SetZero()
}

// ignoring drops a field of the options of one operation.
func ignoring(field string, o operation) aerostore.Middleware {
	return onCalls(func(call aerostore.Call) aerostore.Call {
		if call.Op != o.op {
			return call
		}
		if !o.item {
			zero(&call.Options, field)
			return call
		}
		items := slices.Clone(call.Items())
		for i := range items {
			if kindOf(items[i]) != o.kind {
				continue
			}
			resolved := items[i].Resolve(aerostore.Options{})
			zero(&resolved, field)
			items[i].Options = []aerostore.WriteOption{resolved}
		}
		return call.WithItems(items)
	})
}

// refusing refuses calls of an operation in which a field is set.
func refusing(field string, o operation) aerostore.Middleware {
	isSet := func(opts ...aerostore.WriteOption) bool {
		for _, opt := range opts {
			if o, ok := opt.(aerostore.Options); ok && !reflect.ValueOf(o).FieldByName(field).IsZero() {
				return true
			}
		}
		return false
	}
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		set := isSet(call.Options)
		if o.item && len(call.Items()) > 0 && kindOf(call.Items()[0]) == o.kind {
			set = isSet(call.Items()[0].Options...)
		}
		if call.Op == o.op && set {
			return aerostore.Result{}, call.NewError(aerostore.CodeParameter, nil)
		}
		return next(ctx, call)
	})
}

// strict is a store whose reads refuse options that only writes have.
type strict struct{ layer }

func (strict) check(opts []aerostore.ReadOption) error {
	for _, opt := range opts {
		if o, ok := opt.(aerostore.Options); ok {
			o.Timeout, o.SocketTimeout = 0, 0
			if o != (aerostore.Options{}) {
				return errBroken
			}
		}
	}
	return nil
}

func (s strict) Get(ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (*aerostore.Record, error) {
	if err := s.check(opts); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, key, opts...)
}

func (s strict) Select(ctx context.Context, key aerostore.Key, bins []string, opts ...aerostore.ReadOption) (*aerostore.Record, error) {
	if err := s.check(opts); err != nil {
		return nil, err
	}
	return s.Store.Select(ctx, key, bins, opts...)
}

func (s strict) Exists(ctx context.Context, key aerostore.Key, opts ...aerostore.ReadOption) (bool, error) {
	if err := s.check(opts); err != nil {
		return false, err
	}
	return s.Store.Exists(ctx, key, opts...)
}

func (s strict) BatchRead(ctx context.Context, keys []aerostore.Key, bins []string, opts ...aerostore.ReadOption) ([]aerostore.BatchResult, error) {
	if err := s.check(opts); err != nil {
		return nil, err
	}
	return s.Store.BatchRead(ctx, keys, bins, opts...)
}

func (s strict) Query(ctx context.Context, q aerostore.Query) iter.Seq2[*aerostore.Record, error] {
	if err := s.check(q.Options); err != nil {
		return func(yield func(*aerostore.Record, error) bool) { yield(nil, err) }
	}
	return s.Store.Query(ctx, q)
}

func TestAFieldOrOperationThatIsNotTestedFailsByName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fields, want []string
		ops          []aerostore.Op
	}{
		{fields: []string{"TTL", "Colour"}, ops: []aerostore.Op{aerostore.OpPut, aerostore.OpGet}, want: []string{
			"PUT with Options.Colour is not tested", "GET with Options.Colour is not tested",
		}},
		{fields: []string{"Colour"}, ops: []aerostore.Op{aerostore.OpBatchWrite}, want: []string{
			"BATCH WRITE with Options.Colour is not tested", "item of BATCH WRITE with Options.Colour is not tested",
			"item of BATCH WRITE with operations with Options.Colour is not tested",
			"item of BATCH WRITE that reads with Options.Colour is not tested", "item of BATCH WRITE that removes with Options.Colour is not tested",
		}},
		{fields: []string{"TTL"}, ops: []aerostore.Op{aerostore.OpTouch, aerostore.OpCustom}, want: []string{"CUSTOM is not tested"}},
	} {
		var failed []string
		for _, c := range casesFor(tc.fields, tc.ops) {
			if r := c.on(t, nil); r.failed {
				failed = append(failed, r.text.String())
			}
		}
		if len(failed) != len(tc.want) {
			t.Fatalf("these failed: %q, want %q", failed, tc.want)
		}
		for i, want := range tc.want {
			if !strings.HasPrefix(failed[i], want) {
				t.Errorf("a case failed with %q, want %q", failed[i], want)
			}
		}
	}
}

func TestADurableDeleteOfAnEnterpriseStoreRemoves(t *testing.T) {
	t.Parallel()
	enterprise := onOptions(func(o *aerostore.Options) { o.DurableDelete = false })
	for _, o := range removals() {
		tc := caseNamed(t, "options/"+o.name()+" honours DurableDelete")
		for name, middleware := range map[string]aerostore.Middleware{"Enterprise": enterprise, "Community": nil} {
			r := record(t, func(tb testing.TB) {
				tb.Helper()
				tc.try(tb, newConfig(nil), func(tb testing.TB) aerostore.Store {
					tb.Helper()
					return aerostore.Chain(memory.NewT(tb), middleware)
				})
			})
			if r.failed != (name == "Community") {
				t.Errorf("%s on a store like the %s Edition: failed %t, %s", tc.name, name, r.failed, &r.text)
			}
		}
	}
}

// A server counts whole seconds. A second may begin between a write and a read.
func TestASecondThatPassesIsNotAnEffectOfAnOption(t *testing.T) {
	t.Parallel()
	for _, tc := range optionCases() {
		if !strings.Contains(tc.name, " ignores ") {
			continue
		}
		r := record(t, func(tb testing.TB) {
			tb.Helper()
			tc.try(tb, newConfig(nil), func(tb testing.TB) aerostore.Store {
				tb.Helper()
				return aerostore.Chain(memory.NewT(tb, memory.WithDefaultTTL(day)), losesASecondAtTimes())
			})
		})
		if r.failed {
			t.Errorf("%s: failed on a store that counts whole seconds: %s", tc.name, &r.text)
		}
	}
}

// losesASecondAtTimes lowers the TTL that every second Get returns.
func losesASecondAtTimes() aerostore.Middleware {
	reads := 0
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		result, err := next(ctx, call)
		if call.Op == aerostore.OpGet && err == nil {
			if reads++; reads%2 == 0 {
				result.Record().TTL -= second
			}
		}
		return result, err
	})
}
