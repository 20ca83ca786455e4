package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aerostore/aerostore"
)

func sizeCases() []testCase {
	const whole = "a size at which an encoding changes is no limit"
	return []testCase{
		{
			name: "a record of nearly 1 MiB is read back as written",
			why:  "1 MiB is the default limit of a server",
			run: func(t *trial) {
				key := t.key()
				bins := aerostore.Bins{
					"bytes": noise(400_000), "string": string(noise(300_000)),
					"list": []any{noise(100_000), string(noise(100_000))}, "map": map[any]any{"k": noise(100_000)},
				}
				t.put(key, bins)
				t.readBy(t.waysOfBins(key, []string{"bytes", "string", "list", "map"}), func(r *aerostore.Record, name string) {
					t.equal("what is read by "+name, r.Bins, bins)
				})
			},
		},
		{
			name: "strings and byte slices of many lengths are read back as written",
			why:  whole,
			run: func(t *trial) {
				bins := aerostore.Bins{}
				var list []any
				for i, n := range []int{1, 31, 32, 127, 128, 255, 256, 1024, 4096, 32767, 32768, 65535, 65536} {
					data := noise(n)
					bins["b"+strconv.Itoa(i)], bins["s"+strconv.Itoa(i)] = data, string(data)
					list = append(list, data, string(data))
				}
				keys := t.keys(2)
				t.put(keys[0], bins)
				t.holds(keys[0], bins)
				t.put(keys[1], aerostore.Bins{"list": list})
				t.holds(keys[1], aerostore.Bins{"list": list})
			},
		},
		{
			name: "lists and maps of many lengths are read back as written",
			why:  whole,
			run: func(t *trial) {
				for _, n := range []int{1, 15, 16, 255, 256, 32768, 65535, 65536} {
					list, m := make([]any, n), make(map[any]any, n)
					for i := range n {
						list[i], m[i] = i, i%2 == 0
					}
					key := t.key()
					t.put(key, aerostore.Bins{"list": list, "map": m})
					r := t.get(key)
					gotList, isList := r.Bins["list"].([]any)
					gotMap, isMap := r.Bins["map"].(map[any]any)
					// reflect.DeepEqual takes seconds for these, under the race detector.
					if !isList || !slices.Equal(gotList, list) {
						t.Errorf("a list of %d values is %s", n, show(r.Bins["list"]))
					}
					if !isMap || !maps.Equal(gotMap, m) {
						t.Errorf("a map of %d entries is %s", n, show(r.Bins["map"]))
					}
					t.equal("the number of bins", len(r.Bins), 2)
				}
			},
		},
		{
			name: "256 levels of lists and maps are read back as written",
			why:  "256 levels are the limit for nested values",
			run: func(t *trial) {
				value := func() (v any) {
					v = "in the middle"
					for i := range 256 {
						if i%2 == 0 {
							v = []any{v}
						} else {
							v = map[any]any{"k": v}
						}
					}
					return v
				}
				key := t.key()
				t.put(key, aerostore.Bins{"v": value()})
				t.holds(key, aerostore.Bins{"v": value()})
			},
		},
		{
			name: "a record of 1,000 bins is read back as written",
			why:  "a server accepts 32,767 bins",
			run: func(t *trial) {
				key, bins := t.key(), aerostore.Bins{}
				var names []string
				for i := range 1000 {
					names = append(names, fmt.Sprintf("bin_%d", i))
					bins[names[i]] = i
				}
				t.put(key, bins)
				t.readBy(t.waysOfBins(key, names), func(r *aerostore.Record, name string) {
					t.equal("what is read by "+name, r.Bins, bins)
				})
			},
		},
		{
			name: "Append and Prepend join long values",
			why:  "Append and Prepend join values of any length",
			run: func(t *trial) {
				const length = 100_000
				head, middle, tail := noise(length), noise(2 * length)[length:], noise(3 * length)[2*length:]
				want := slices.Concat(head, middle, tail)
				key := t.key()
				t.put(key, aerostore.Bins{"b": middle, "s": string(middle)})
				t.ok(t.store.Append(t.Context(), key, aerostore.Bins{"b": tail, "s": string(tail)}))
				t.ok(t.store.Prepend(t.Context(), key, aerostore.Bins{"b": head, "s": string(head)}))
				t.holds(key, aerostore.Bins{"b": want, "s": string(want)})
			},
		},
		{
			name: "a batch of 2,500 keys returns 2,500 results",
			why:  "a batch has one result for each key, in order, however many there are",
			run: func(t *trial) {
				t.batchesOver(t.manyKeys(2500))
			},
		},
		{
			name: "a scan returns 5,500 records",
			why:  "a query ends when there are no more records, whatever the size of a buffer",
			run: func(t *trial) {
				bin := t.bin()
				t.writesMany(5500, bin)
				for _, q := range []aerostore.Query{
					{Set: manySet}, {Set: manySet, Bins: []string{bin}}, {Bins: []string{bin}},
				} {
					t.numbered(q, bin, 5500)
				}
				t.equal("the number of records with a limit", t.count(aerostore.Query{Set: manySet, MaxRecords: 5000}), 5000)
			},
		},
		{
			name:  "an index query returns 5,500 records",
			why:   "a query ends when there are no more records, whatever the size of a buffer",
			needs: Indexes,
			run: func(t *trial) {
				bin := t.index(aerostore.IndexInt, manySet)
				t.writesMany(5500, bin)
				t.numbered(aerostore.Query{Set: manySet, Where: aerostore.Range(bin, 0, 5499)}, bin, 5500)
				limited := aerostore.Query{Set: manySet, Where: aerostore.Range(bin, 0, 5499), MaxRecords: 5000}
				t.equal("the number of records with a limit", t.count(limited), 5000)
			},
		},
	}
}

// noise returns n bytes that do not repeat.
func noise(n int) []byte {
	b := make([]byte, n)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte(state >> 24)
	}
	return b
}
