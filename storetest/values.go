package storetest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// A value is written to a bin and read back.
type value struct {
	name    string
	in, out any
}

// notUTF8 is a valid string for a store, which keeps bytes.
const notUTF8 = "caf\xe9 \xff\xfe\xc3"

const place = aerostore.GeoJSON(`{"type":"Point","coordinates":[13.4,52.5]}`)

func kinds() []value {
	return []value{
		{"a bool", true, true},
		{"an int", 1, 1},
		{"the largest integer", math.MaxInt64, math.MaxInt64},
		{"the smallest integer", math.MinInt64, math.MinInt64},
		{"an int8", int8(-8), -8},
		{"an int16", int16(-16), -16},
		{"an int32", int32(-32), -32},
		{"an int64", int64(-64), -64},
		{"a uint", uint(1), 1},
		{"a uint8", uint8(8), 8},
		{"a uint16", uint16(16), 16},
		{"a uint32", uint32(math.MaxUint32), math.MaxUint32},
		{"a uint64", uint64(math.MaxInt64), math.MaxInt64},
		{"a float64", 1.5, 1.5},
		{"a whole float64", 5.0, 5.0},
		{"an infinite float64", math.Inf(-1), math.Inf(-1)},
		{"a string", "Zoë", "Zoë"},
		{"an empty string", "", ""},
		{"a long string", strings.Repeat("long ", 20_000), strings.Repeat("long ", 20_000)},
		{"a string with NUL bytes", "a\x00b\x00", "a\x00b\x00"},
		{"a string that is not UTF-8", notUTF8, notUTF8},
		{"a string of digits", "123", "123"},
		{"the string null", "null", "null"},
		{"a string of GeoJSON", string(place), string(place)},
		{"a byte slice", []byte{0, 1, 255}, []byte{0, 1, 255}},
		{"an empty byte slice", []byte{}, []byte{}},
		{"a GeoJSON value", place, place},
		{"a list", []any{1, "two", 3.5, true, nil, []byte{4}}, []any{1, "two", 3.5, true, nil, []byte{4}}},
		{"an empty list", []any{}, []any{}},
		{"a list of empty values", []any{"", []byte{}, []any{}, map[any]any{}, 0, 0.0, false}, []any{"", []byte{}, []any{}, map[any]any{}, 0, 0.0, false}},
		{"a list of strings", []any{"a\x00", notUTF8, "1", "true"}, []any{"a\x00", notUTF8, "1", "true"}},
		{"a list of GeoJSON values", []any{place, string(place)}, []any{place, string(place)}},
		{"a list of integers of many sizes", manyIntegers(), manyIntegers()},
		{"a list of integers of many types", []any{int8(1), uint64(2)}, []any{1, 2}},
		{"a map", map[any]any{"a": 1, 2: "b"}, map[any]any{"a": 1, 2: "b"}},
		{"an empty map", map[any]any{}, map[any]any{}},
		{"a map of empty values", map[any]any{"": "", "b": []byte{}, "l": []any{}, "m": map[any]any{}, 0: 0, "f": 0.0}, map[any]any{"": "", "b": []byte{}, "l": []any{}, "m": map[any]any{}, 0: 0, "f": 0.0}},
		{"a map of nil values", map[any]any{"a": nil, 1: nil}, map[any]any{"a": nil, 1: nil}},
		{"a map of keys that look alike", likeKeys(), likeKeys()},
		{"a map of integers of many types", map[any]any{int8(1): int16(1), uint64(2): uint(2)}, map[any]any{1: 1, 2: 2}},
		{"a map of blob keys", map[any]any{[2]byte{0, 255}: 1, [0]byte{}: 2, "\x00\xff": 3}, map[any]any{[2]byte{0, 255}: 1, [0]byte{}: 2, "\x00\xff": 3}},
		{"a map in order", inOrder(), inOrder()},
		{"a map in no order of its pairs", []aerostore.MapPair{{Key: "b", Value: 1}, {Key: "a", Value: 2}, {Key: 1, Value: 3}}, []aerostore.MapPair{{Key: 1, Value: 3}, {Key: "a", Value: 2}, {Key: "b", Value: 1}}},
		{"an empty map in order", []aerostore.MapPair{}, []aerostore.MapPair{}},
		{"a list of maps in order", []any{inOrder(), map[any]any{"o": inOrder()}}, []any{inOrder(), map[any]any{"o": inOrder()}}},
		{"an HLL", emptyHLL(), emptyHLL()},
		{"an HLL in a list", []any{emptyHLL()}, []any{[]byte(emptyHLL())}},
		{"a list of GeoJSON in a map", map[any]any{"p": []any{place}}, map[any]any{"p": []any{place}}},
		{"a []string", []string{"a", ""}, []any{"a", ""}},
		{"a []int64", []int64{1, -1}, []any{1, -1}},
		{"a map[string]any", map[string]any{"a": []any{1.0}, "b": nil}, map[any]any{"a": []any{1.0}, "b": nil}},
		{"a map[string]int", map[string]int{"a": 1}, map[any]any{"a": 1}},
		{
			"a nested value",
			map[any]any{"l": []any{map[any]any{"m": []any{[]any{int32(1)}, map[any]any{}}}}},
			map[any]any{"l": []any{map[any]any{"m": []any{[]any{1}, map[any]any{}}}}},
		},
	}
}

// inOrder returns a map in the order of its keys, in the form in which it is read.
func inOrder() []aerostore.MapPair {
	return []aerostore.MapPair{
		{Key: -1, Value: []any{1}}, {Key: 10, Value: nil}, {Key: "a", Value: map[any]any{"k": 1.5}}, {Key: []byte{1}, Value: place},
	}
}

// emptyHLL returns a HyperLogLog of 4 index bits without values: 3 bytes of flags and
// sizes, 8 of a count, and 16 registers of 6 bits.
func emptyHLL() aerostore.HLL {
	h := make(aerostore.HLL, 3+8+16*6/8)
	h[1] = 4
	return h
}

// manyIntegers returns the integers around each power of two, where encodings change.
func manyIntegers() []any {
	list := []any{math.MinInt64, math.MaxInt64}
	for bit := range 63 {
		n := 1 << bit
		list = append(list, n-1, n, n+1, -n-1, -n, -n+1)
	}
	return list
}

// likeKeys returns a map whose keys are all different.
func likeKeys() map[any]any {
	m := map[any]any{}
	for i, key := range []any{
		1, "1", -1, "-1", 0, "0", "", " ", "a", "A", "a ", "a\x00", "\xff", "\xfe", "\uFFFD", math.MaxInt64, math.MaxInt64 - 1, math.MinInt64,
	} {
		m[key] = i
	}
	return m
}

func valueCases() []testCase {
	var cases []testCase
	for _, v := range kinds() {
		cases = append(cases, testCase{
			name: v.name + " is read back as written",
			why:  "a value is read back as it was written, an integer of any type as int",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"v": v.in})
				t.holds(key, aerostore.Bins{"v": v.out})
			},
		})
	}
	return append(cases, []testCase{
		{
			name: "NaN is read back as written",
			why:  "NaN is a float64",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"v": math.NaN()})
				got, err := t.get(key).Float("v")
				t.ok(err)
				t.equal("whether it is NaN", math.IsNaN(got), true)
			},
		},
		{
			name: "negative zero is read back as written",
			why:  "a float64 keeps its sign, although -0 equals 0",
			run: func(t *trial) {
				key := t.key()
				t.put(key, aerostore.Bins{"v": math.Copysign(0, -1)})
				got, err := t.get(key).Float("v")
				t.ok(err)
				t.equal("whether it is negative", math.Signbit(got), true)
			},
		},
		{
			name: "a float64 keeps its bits in a list and in a map",
			why:  "a float64 has the same 64 bits inside another value",
			run: func(t *trial) {
				floats := []any{
					5.0, -5.0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1),
					math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, float64(1 << 53),
				}
				key := t.key()
				t.put(key, aerostore.Bins{"l": floats, "m": map[any]any{"l": floats}})
				r := t.get(key)
				list, err := r.List("l")
				t.ok(err)
				m, err := r.Map("m")
				t.ok(err)
				nested, _ := m["l"].([]any)
				for _, got := range [][]any{list, nested} {
					t.equal("the number of values", len(got), len(floats))
					for i, v := range got {
						f, ok := v.(float64)
						if want := floats[i].(float64); !ok || math.Float64bits(f) != math.Float64bits(want) {
							t.Errorf("value %d is %v (%T), want %v (float64)", i, v, v, want)
						}
					}
				}
			},
		},
		{
			name: "bin names that look alike are different",
			why:  "a store keeps every byte of a bin name, 15 at most",
			run: func(t *trial) {
				bins := aerostore.Bins{}
				names := []string{
					"a", "A", "a ", " a", "\xff", "\xfe", "\uFFFD", "\u00e9", "e\u0301", "1", "01",
					"fourteen_bytes", "fourteen_bytes1", "fourteen_bytes2",
				}
				for i, name := range names {
					bins[name] = i
				}
				key := t.key()
				t.put(key, bins)
				t.readBy(t.waysOfBins(key, names), func(r *aerostore.Record, name string) {
					t.equal("what is read by "+name, r.Bins, bins)
				})
			},
		},
		{
			name: "bin names of 0 and of 15 bytes are accepted",
			why:  "a bin name may have 0 to 15 bytes",
			run: func(t *trial) {
				key := t.key()
				bins := aerostore.Bins{"": 1, "fifteen_bytes_n": 2}
				t.put(key, bins)
				t.holds(key, bins)
			},
		},
		{
			name: "every read returns the same values",
			why:  "a value does not depend on the operation that reads it",
			run: func(t *trial) {
				key := t.key()
				in, want := allKinds()
				t.put(key, in)
				t.readBy(t.waysOfBins(key, slices.Collect(maps.Keys(in))), func(r *aerostore.Record, name string) {
					for bin, value := range want {
						t.equal(fmt.Sprintf("bin %q by %s", bin, name), r.Bins[bin], value)
					}
					t.equal("the number of bins by "+name, len(r.Bins), len(want))
				})
			},
		},
		{
			name:  "what was read can be written",
			why:   "each read returns values that a write takes, and that are read back the same",
			needs: DataTypes,
			run: func(t *trial) {
				key, again := t.key(), t.key()
				in, want := allKinds()
				t.put(key, in)
				_, err := t.store.Operate(t.Context(), key, do(
					aerostore.ListBin("list").Create(cdt.Ordered).Append(3, 1, place, []any{place}),
					aerostore.MapBin("map").Create(cdt.KeyOrdered).PutAll(map[any]any{"b": inOrder(), [1]byte{1}: 2}),
					aerostore.HLLBin("hll").Create(4, 8).Add(1, 2, 3),
				))
				t.ok(err)
				bins := t.get(key).Bins
				for name, value := range want {
					t.equal(fmt.Sprintf("bin %q", name), bins[name], value)
				}
				t.readBy(t.waysOfBins(key, slices.Collect(maps.Keys(bins))), func(r *aerostore.Record, name string) {
					t.put(again, r.Bins)
					t.equal("what was read by "+name+" and written", t.get(again).Bins, bins)
				})
			},
		},
		{
			name:  "what an operation returned can be written",
			why:   "each result is a value that a write takes, and that is read back the same",
			needs: DataTypes,
			run: func(t *trial) {
				key := t.key()
				l, m := aerostore.ListBin("l"), aerostore.MapBin("m")
				r, err := t.store.Operate(t.Context(), key, do(
					l.Append(2, 1, []any{place}), m.Create(cdt.KeyOrdered).PutAll(map[any]any{"b": inOrder(), [1]byte{1}: 2}),
					l.Get(cdt.All()), m.Get(cdt.All(), cdt.AsMap), m.Get(cdt.All(), cdt.AsOrderedMap), m.Get(cdt.All(), cdt.KeyOf),
					m.Get(cdt.All()), aerostore.HLLBin("h").Create(4, 0).Add(1), aerostore.HLLBin("h").Union(emptyHLL()),
				))
				t.ok(err)
				for i := range 9 {
					result := r.Step(i).Value()
					t.put(key, aerostore.Bins{"v": result, "l": []any{result}})
					t.equal(fmt.Sprintf("the result of operation %d, written", i), t.get(key).Bins["v"], result)
				}
			},
		},
		{
			name: "every write stores the same values",
			why:  "a value does not depend on the operation that wrote it",
			run: func(t *trial) {
				in, want := allKinds()
				var ops []aerostore.Operation
				for name, value := range in {
					ops = append(ops, aerostore.WriteBin(name, value))
				}
				keys := t.keys(3)
				_, err := t.store.Operate(t.Context(), keys[0], ops)
				t.ok(err)
				t.ok(batchError(t.store.BatchWrite(t.Context(), []aerostore.BatchItem{{Key: keys[1], Bins: in}})))
				t.ok(batchError(t.store.BatchOperate(t.Context(), keys[2:], ops)))
				for _, key := range keys {
					t.holds(key, want)
				}
			},
		},
	}...)
}

// allKinds returns bins with a value of every kind, and what is read back.
func allKinds() (in, out aerostore.Bins) {
	in, out = aerostore.Bins{}, aerostore.Bins{}
	for i, v := range kinds() {
		name := "v" + strconv.Itoa(i)
		in[name], out[name] = v.in, v.out
	}
	return in, out
}
