package storetest

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
)

// A mistake is input that no server could accept.
type mistake struct {
	name string
	code aerostore.ResultCode
	do   func(on target) error
}

func inputs() []testCase {
	var cases []testCase
	for _, mistakes := range [][]mistake{badKeys(), badBins(), badOptions(), badCalls()} {
		for _, m := range mistakes {
			cases = append(cases, testCase{
				name: m.name,
				why:  "input that no server could accept is refused before anything is sent, with the code that it would have had",
				run: func(t *trial) {
					key := t.key()
					t.put(key, before)
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
			name: o.name() + " without a context",
			why:  "a nil context is a mistake in the program, and no reason to panic",
			run: func(t *trial) {
				key := t.key()
				t.put(key, before)
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
		{"the zero key", aerostore.CodeParameter, put(func(aerostore.Key) aerostore.Key { return aerostore.Key{} })},
		{"an empty namespace", aerostore.CodeInvalidNamespace, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey("", own.Set(), "id")
		})},
		{"a set name over 63 bytes", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), strings.Repeat("s", 64), "id")
		})},
		{"a set name with a NUL byte", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), "a\x00b", "id")
		})},
		{"an id above MaxInt64", aerostore.CodeParameter, put(func(own aerostore.Key) aerostore.Key {
			return aerostore.NewKey(own.Namespace(), own.Set(), uint64(math.MaxInt64)+1)
		})},
		{"a bad key among good ones", aerostore.CodeParameter, func(on target) error {
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
		{"no bins", aerostore.CodeParameter, put(nil)},
		{"a bin name over 15 bytes", aerostore.CodeBinNameTooLong, put(aerostore.Bins{"n": 2, longName: 1})},
		{"a bin name with a NUL byte", aerostore.CodeBinNameTooLong, put(aerostore.Bins{"n": 2, "a\x00b": 1})},
		{"more than 32,767 bins", aerostore.CodeParameter, func(on target) error {
			bins := make(aerostore.Bins)
			for i := range 1 << 15 {
				bins[strconv.Itoa(i)] = i
			}
			return on.Put(on.ctx, on.key, bins)
		}},
		{"a struct", aerostore.CodeParameter, value(time.Time{})},
		{"a named integer", aerostore.CodeParameter, value(time.Second)},
		{"a float32", aerostore.CodeParameter, value(float32(1))},
		{"a []string", aerostore.CodeParameter, value([]string{"x"})},
		{"a map[string]any", aerostore.CodeParameter, value(map[string]any{"k": 1})},
		{"a pointer", aerostore.CodeParameter, value(new(int))},
		{"a function", aerostore.CodeParameter, value(func() {})},
		{"a complex number", aerostore.CodeParameter, value(1i)},
		{"an unsigned integer above MaxInt64", aerostore.CodeParameter, value(uint64(math.MaxInt64) + 1)},
		{"a struct in a list in a map", aerostore.CodeParameter, value(map[any]any{"x": []any{struct{}{}}})},
		{"a bool as a map key", aerostore.CodeParameter, value(map[any]any{true: 1})},
		{"a map key twice", aerostore.CodeParameter, value(map[any]any{int8(1): 1, int64(1): 2})},
		{"a value that holds itself", aerostore.CodeParameter, value(cyclic)},
		{"a value that is only read", aerostore.CodeParameter, value(aerostore.OpResults{1})},
		{"no bins to append", aerostore.CodeParameter, func(on target) error {
			return on.Append(on.ctx, on.key, aerostore.Bins{})
		}},
		{"a struct to increment by", aerostore.CodeParameter, func(on target) error {
			return on.Increment(on.ctx, on.key, aerostore.Bins{"n": struct{}{}})
		}},
		{"a bad item among good ones", aerostore.CodeParameter, func(on target) error {
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
		{"a negative TTL", aerostore.CodeParameter, put(-hour)},
		{"a TTL of zero", aerostore.CodeParameter, put(aerostore.TTL(0))},
		{"a TTL that is over by a nanosecond", aerostore.CodeParameter, put(aerostore.TTL(-1))},
		{"a TTL until the zero time", aerostore.CodeParameter, put(aerostore.TTL(time.Until(time.Time{})))},
		{"a TTL over ten years", aerostore.CodeParameter, put(longest + second)},
		{"a negative timeout", aerostore.CodeParameter, put(aerostore.Timeout(-1))},
		{"a negative socket timeout", aerostore.CodeParameter, put(aerostore.SocketTimeout(-1))},
		{"a record-exists action that is none", aerostore.CodeParameter, put(aerostore.RecordExists(99))},
		{"a negative timeout of a read", aerostore.CodeParameter, func(on target) error {
			_, err := on.Get(on.ctx, on.key, aerostore.Timeout(-1))
			return err
		}},
		{"a bad option of an item", aerostore.CodeParameter, func(on target) error {
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
		{"a long name in Select", aerostore.CodeBinNameTooLong, func(on target) error {
			_, err := on.Select(on.ctx, on.key, []string{"n", longName})
			return err
		}},
		{"a long name in BatchRead", aerostore.CodeBinNameTooLong, func(on target) error {
			_, err := on.BatchRead(on.ctx, []aerostore.Key{on.key}, []string{longName})
			return err
		}},
		{"more than 65,535 names in Select", aerostore.CodeParameter, func(on target) error {
			_, err := on.Select(on.ctx, on.key, make([]string, 1<<16))
			return err
		}},
		{"more than 65,535 names in BatchRead", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchRead(on.ctx, []aerostore.Key{on.key, on.key}, make([]string, 1<<16))
			return err
		}},
		{"a generation over 65,535 in a batch", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchRemove(on.ctx, []aerostore.Key{on.key, on.key}, aerostore.GenerationEqual(1<<16+1))
			return err
		}},
		{"no operations", aerostore.CodeParameter, operate()},
		{"no operations for a batch", aerostore.CodeParameter, func(on target) error {
			_, err := on.BatchOperate(on.ctx, []aerostore.Key{on.key}, nil)
			return err
		}},
		{"the zero operation", aerostore.CodeParameter, operate(aerostore.WriteBin("n", 2), aerostore.Operation{})},
		{"a struct in an operation", aerostore.CodeParameter, operate(aerostore.WriteBin("n", 2), aerostore.WriteBin("v", struct{}{}))},
		{"a long name in an operation", aerostore.CodeBinNameTooLong, operate(aerostore.WriteBin("n", 2), aerostore.ReadBin(longName))},
		{"a query without a namespace", aerostore.CodeInvalidNamespace, query(func(q *aerostore.Query) { q.Namespace = "" })},
		{"a query of a long set", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Set = strings.Repeat("s", 64) })},
		{"a query for a long name", aerostore.CodeBinNameTooLong, query(func(q *aerostore.Query) { q.Bins = []string{longName} })},
		{"a condition on a long name", aerostore.CodeBinNameTooLong, query(func(q *aerostore.Query) { q.Where = aerostore.Equal(longName, 1) })},
		{"a condition on no bin", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Where = aerostore.Equal("", 1) })},
		{"a condition on a string of 2,048 bytes", aerostore.CodeParameter, query(func(q *aerostore.Query) {
			q.Where = aerostore.Equal("s", strings.Repeat("x", 2048))
		})},
		{"more than 32,767 operations", aerostore.CodeParameter, func(on target) error {
			ops := make([]aerostore.Operation, 1<<15)
			for i := range ops {
				ops[i] = aerostore.WriteBin("n", i)
			}
			_, err := on.Operate(on.ctx, on.key, ops)
			return err
		}},
		{"a range that ends before it begins", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.Where = aerostore.Range("n", 2, 1) })},
		{"a negative limit", aerostore.CodeParameter, query(func(q *aerostore.Query) { q.MaxRecords = -1 })},
		{"a negative timeout of a query", aerostore.CodeParameter, query(func(q *aerostore.Query) {
			q.Options = []aerostore.ReadOption{aerostore.Timeout(-1)}
		})},
	}
}
