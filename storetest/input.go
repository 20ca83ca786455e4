package storetest

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// A mistake is an operation with input that no server accepts.
type mistake struct {
	name string
	code aerostore.ResultCode
	do   func(on target) error
}

func inputCases() []testCase {
	var cases []testCase
	for _, mistakes := range [][]mistake{badKeys(), badBins(), badOptions(), badCalls(), badOperations()} {
		for _, m := range mistakes {
			cases = append(cases, testCase{
				name: m.name + " is refused",
				why:  "invalid input fails with ErrInvalid before anything is sent, with the code of a server",
				run: func(t *trial) {
					key := t.record()
					err := m.do(target{t.store, t.Context(), key, nil})
					t.fails(err, aerostore.ErrInvalid)
					t.equal("the code", aerostore.CodeOf(err), m.code)
					t.unchanged(key, before)
				},
			})
		}
	}
	return append(cases, perOperation(func(o operation) testCase {
		return testCase{
			name: o.name() + " without a context is refused",
			why:  "a nil context fails with ErrInvalid instead of a panic",
			run: func(t *trial) {
				key := t.record()
				var none context.Context
				t.fails(o.do(none, t.store, key), aerostore.ErrInvalid)
				t.unchanged(key, before)
			},
		}
	})...)
}

func badKeys() []mistake {
	put := func(key func(aerostore.Key) aerostore.Key) func(target) error {
		return func(on target) error {
			return on.Put(on.ctx, key(on.key), before)
		}
	}
	return []mistake{
		{"a Put of the zero key", aerostore.CodeParameter, put(func(aerostore.Key) aerostore.Key { return aerostore.Key{} })},
		{"a Put to an empty namespace", aerostore.CodeInvalidNamespace, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey("", own.Set(), "id")
		})},
		{"a Put to a set name of 64 bytes", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), strings.Repeat("s", 64), "id")
		})},
		{"a Put to a set name with a NUL byte", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), "a\x00b", "id")
		})},
		{"a Put of an id above MaxInt64", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), own.Set(), uint64(math.MaxInt64)+1)
		})},
		{"a BatchRemove with one invalid key", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchRemove(on.ctx, []aerostore.Key{on.key, {}})
			return err
		}},
	}
}

const longName = "sixteen_bytes_nm"

func badBins() []mistake {
	put := func(bins aerostore.Bins) func(target) error {
		return func(on target) error { return on.Put(on.ctx, on.key, bins) }
	}
	value := func(v any) func(target) error {
		return put(aerostore.Bins{"n": 2, "v": v})
	}
	cyclic := []any{nil}
	cyclic[0] = cyclic
	return []mistake{
		{"a Put of no bins", aerostore.CodeParameter, put(nil)},
		{"a Put of a bin name of 16 bytes", aerostore.CodeBinNameTooLong, put(aerostore.Bins{"n": 2, longName: 1})},
		{"a Put of a bin name with a NUL byte", aerostore.CodeBinNameTooLong, put(aerostore.Bins{"n": 2, "a\x00b": 1})},
		{"a Put of 32,768 bins", aerostore.CodeParameter, func(on target) error {
			bins := make(aerostore.Bins)
			for i := range 1 << 15 {
				bins[strconv.Itoa(i)] = i
			}
			return on.Put(on.ctx, on.key, bins)
		}},
		{"a Put of a struct", aerostore.CodeParameter, value(time.Time{})},
		{"a Put of a named integer", aerostore.CodeParameter, value(time.Second)},
		{"a Put of a list of a named type", aerostore.CodeParameter, value([]time.Duration{})},
		{"a Put of a map of a named type", aerostore.CodeParameter, value(map[string]time.Duration{})},
		{"a Put of a pointer", aerostore.CodeParameter, value(new(int))},
		{"a Put of a function", aerostore.CodeParameter, value(func() {})},
		{"a Put of a complex number", aerostore.CodeParameter, value(1i)},
		{"a Put of an unsigned integer above MaxInt64", aerostore.CodeParameter, value(uint64(math.MaxInt64) + 1)},
		{"a Put of a struct in a list in a map", aerostore.CodeParameter, value(map[any]any{"x": []any{struct{}{}}})},
		{"a Put of a map with a bool key", aerostore.CodeParameter, value(map[any]any{true: 1})},
		{"a Put of a map with equal keys", aerostore.CodeParameter, value(map[any]any{int8(1): 1, int64(1): 2})},
		{"a Put of a value that holds itself", aerostore.CodeParameter, value(cyclic)},
		{"a Put of pairs with equal keys", aerostore.CodeParameter, value([]aerostore.MapPair{{Key: int8(1)}, {Key: int64(1)}})},
		{"a Put of a json.Number that does not fit", aerostore.CodeParameter, value(json.Number("9223372036854775808"))},
		{"a Put of infinity", aerostore.CodeParameter, value([]any{cdt.Infinity})},
		{"a Put of Unreadable", aerostore.CodeParameter, value(aerostore.Unreadable{})},
		{"a Put of OpResults", aerostore.CodeParameter, value(aerostore.OpResults{1})},
		{"an Append of no bins", aerostore.CodeParameter, func(on target) error {
			return on.Append(on.ctx, on.key, aerostore.Bins{})
		}},
		{"an Increment by a struct", aerostore.CodeParameter, func(on target) error {
			return on.Increment(on.ctx, on.key, aerostore.Bins{"n": struct{}{}})
		}},
		{"a BatchWrite with one invalid item", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchWrite(on.ctx, []aerostore.BatchItem{{Key: on.key, Bins: aerostore.Bins{"n": 2}}, {Key: on.key, Bins: aerostore.Bins{"v": 1i}}})
			return err
		}},
	}
}

func badOptions() []mistake {
	put := func(option aerostore.WriteOption) func(target) error {
		return func(on target) error {
			return on.Put(on.ctx, on.key, aerostore.Bins{"n": 2}, option)
		}
	}
	return []mistake{
		{"a Put with a negative TTL", aerostore.CodeParameter, put(-hour)},
		{"a Put with a TTL of zero", aerostore.CodeParameter, put(aerostore.TTL(0))},
		{"a Put with a TTL of minus one nanosecond", aerostore.CodeParameter, put(aerostore.TTL(-1))},
		{"a Put with a TTL until the zero time", aerostore.CodeParameter, put(aerostore.TTL(time.Until(time.Time{})))},
		{"a Put with a TTL over ten years", aerostore.CodeParameter, put(longest + second)},
		{"a Put with a negative timeout", aerostore.CodeParameter, put(aerostore.Timeout(-1))},
		{"a Put with a negative socket timeout", aerostore.CodeParameter, put(aerostore.SocketTimeout(-1))},
		{"a Put with an unknown RecordExists", aerostore.CodeParameter, put(aerostore.RecordExists(99))},
		{"a Get with a negative timeout", aerostore.CodeParameter, func(on target) error {
			_, err := on.Get(on.ctx, on.key, aerostore.Timeout(-1))
			return err
		}},
		{"a BatchWrite with an invalid option of an item", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchWrite(on.ctx, []aerostore.BatchItem{
				{Key: on.key, Bins: aerostore.Bins{"n": 2}, Options: []aerostore.WriteOption{aerostore.TTL(-1)}},
			})
			return err
		}},
	}
}

func badCalls() []mistake {
	operate := func(ops ...aerostore.Operation) func(target) error {
		return func(on target) error {
			_, err := on.Operate(on.ctx, on.key, ops)
			return err
		}
	}
	query := func(change func(q *aerostore.Query)) func(target) error {
		return func(on target) error {
			q := aerostore.Query{Namespace: on.key.Namespace(), Set: on.key.Set()}
			change(&q)
			return on.query(q)
		}
	}
	return []mistake{
		{"a Select of a name of 16 bytes", aerostore.CodeBinNameTooLong, func(on target) error {
			_, err := on.Select(on.ctx, on.key, []string{"n", longName})
			return err
		}},
		{"a BatchRead of a name of 16 bytes", aerostore.CodeBinNameTooLong, func(on target) error {
			_, err := on.BatchRead(on.ctx, []aerostore.Key{on.key}, []string{longName})
			return err
		}},
		{"a Select of 65,536 names", aerostore.CodeParameter, func(on target) error {
			_, err := on.Select(on.ctx, on.key, make([]string, 1<<16))
			return err
		}},
		{"a BatchRead of 65,536 names", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchRead(on.ctx, []aerostore.Key{on.key, on.key}, make([]string, 1<<16))
			return err
		}},
		{"a BatchRemove with a generation over 65,535", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchRemove(on.ctx, []aerostore.Key{on.key, on.key}, aerostore.GenerationEqual(1<<16+1))
			return err
		}},
		{"an Operate of no operations", aerostore.CodeParameter, operate()},
		{"a BatchOperate of no operations", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchOperate(on.ctx, []aerostore.Key{on.key}, nil)
			return err
		}},
		{"an Operate with the zero Operation", aerostore.CodeParameter, operate(aerostore.WriteBin("n", 2), aerostore.Operation{})},
		{"an Operate that writes a struct", aerostore.CodeParameter, operate(aerostore.WriteBin("n", 2), aerostore.WriteBin("v", struct{}{}))},
		{"an Operate on a name of 16 bytes", aerostore.CodeBinNameTooLong, operate(aerostore.WriteBin("n", 2), aerostore.ReadBin(longName))},
		{"a query without a namespace", aerostore.CodeInvalidNamespace, query(func(q *aerostore.Query) { q.Namespace = "" })},
		{"a query of a set name of 64 bytes", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Set = strings.Repeat("s", 64) })},
		{"a query for a name of 16 bytes", aerostore.CodeBinNameTooLong, query(func(q *aerostore.Query) { q.Bins = []string{longName} })},
		{"a condition on a name of 16 bytes", aerostore.CodeBinNameTooLong, query(func(q *aerostore.Query) { q.Where = aerostore.Equal(longName, 1) })},
		{"a condition on no bin", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Where = aerostore.Equal("", 1) })},
		{"a condition on a string of 2,048 bytes", aerostore.CodeParameter, query(func(q *aerostore.Query) {
			q.Where = aerostore.Equal("s", strings.Repeat("x", 2048))
		})},
		{"an Operate of 32,768 operations", aerostore.CodeParameter, func(on target) error {
			ops := make([]aerostore.Operation, 1<<15)
			for i := range ops {
				ops[i] = aerostore.WriteBin("n", i)
			}
			_, err := on.Operate(on.ctx, on.key, ops)
			return err
		}},
		{"a Range that ends before it begins", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Where = aerostore.Range("n", 2, 1) })},
		{"a query with a negative MaxRecords", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.MaxRecords = -1 })},
		{"a query with a negative timeout", aerostore.CodeParameter, query(func(q *aerostore.Query) {
			q.Options = []aerostore.ReadOption{aerostore.Timeout(-1)}
		})},
	}
}

// badOperations returns operations on lists, maps, bits and HyperLogLogs that must not be
// sent: a server ends, does not answer, or stores what nothing finds again.
func badOperations() []mistake {
	l, m, b := aerostore.ListBin("v"), aerostore.MapBin("v"), aerostore.BitBin("v")
	var mistakes []mistake
	for _, bad := range []struct {
		name string
		op   aerostore.Operation
	}{
		{"a Get of all keys but none", m.Get(cdt.Not(cdt.Keys()))},
		{"a Remove of all values of a map but none", m.Remove(cdt.Not(cdt.Values()))},
		{"a Get of the zero selector", l.Get(cdt.Many{})},
		{"a Get of a nil selector", m.Get(nil)},
		{"a path with the zero step", m.In(cdt.OneKey{}).Size()},
		{"a path that creates an element from the end", l.In(cdt.Index(-1).Create(cdt.Unordered)).Append(1)},
		{"a path that creates an element of an ordered list from the end", l.In(cdt.Index(-1).Create(cdt.Ordered)).Append(1)},
		{"a path that fills two thousand million elements", l.In(cdt.Index(math.MaxInt32).CreatePadded()).Append(1)},
		{"a path that creates a bool key", m.In(cdt.Key(true).Create(cdt.KeyOrdered)).Put("k", 1)},
		{"a ShiftLeft by 8 with Partial", b.With(cdt.Partial).ShiftLeft(8, 8, 8)},
		{"a ShiftRight by 8 with Partial", b.With(cdt.Partial).ShiftRight(-8, 8, 8)},
		{"a Put of a bool key", m.Put(true, 1)},
		{"a Put of a struct in a map", m.Put("k", struct{}{})},
		{"a PutAll of a list", m.PutAll([]any{1})},
		{"an Append of a struct", l.Append(1, struct{}{})},
		{"an Append of a wildcard", l.Append(cdt.Wildcard)},
		{"an Increment by a string", l.Increment(0, "1")},
		{"a Get by a struct", l.Get(cdt.Value(struct{}{}))},
		{"an operation of no kind", aerostore.OperationOf("v", cdt.Op{})},
	} {
		mistakes = append(mistakes, mistake{bad.name, aerostore.CodeParameter, func(on target) error {
			_, err := on.Operate(on.ctx, on.key, do(aerostore.WriteBin("n", 2), bad.op))
			if _, batch := on.BatchOperate(on.ctx, []aerostore.Key{on.key}, do(aerostore.WriteBin("n", 2), bad.op)); batch == nil {
				return nil
			}
			return err
		}})
	}
	return append(mistakes, mistake{"an Append to a bin name of 16 bytes", aerostore.CodeBinNameTooLong, func(on target) error {
		_, err := on.Operate(on.ctx, on.key, do(aerostore.WriteBin("n", 2), aerostore.ListBin(longName).Append(1)))
		return err
	}})
}
