package storetest

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aerostore/aerostore"
)

// subtle are ways to break a store that show with few inputs only.
func subtle() []sabotage {
	return slices.Concat(subtleKeys(), subtleValues(), subtleNumbers(), subtleTimes(), subtleSteps(), subtleResults(), subtleExpressions(), subtleIndexes(), subtleFilters(), subtlePredicates())
}

func subtleKeys() []sabotage {
	return []sabotage{
		{"has one namespace", inOneNamespace, []string{
			"key/one id in two namespaces names two records", "key/a query returns records of its namespace only",
		}},
		{"joins set and id with a colon", onSets(joining(":")), []string{"key/set and id are not joined"}},
		{"joins set and id with a slash", onSets(joining("/")), []string{"key/set and id are not joined"}},
		{"takes the empty id for 0", onIDs(func(id any) any {
			if id == "" {
				return 0
			}
			return id
		}), []string{"key/an empty id and a zero id are ids"}},
		{"takes no bytes for no text", onIDs(func(id any) any {
			if b, ok := id.([]byte); ok && len(b) == 0 {
				return ""
			}
			return id
		}), []string{"key/an empty id and a zero id are ids"}},
		{"mangles ids", onIDs(texts(mangled)), []string{"key/ids that look alike are different", "options/a query returns stored ids of every kind"}},
		{"mangles sets", onSets(func(set, id string) (string, string) { return mangled(set), id }), []string{"key/sets that look alike are different"}},
		{"has small ids only", onIDs(texts(strings.ToLower)), []string{"key/ids that look alike are different"}},
		{"has small sets only", onSets(func(set, id string) (string, string) { return strings.ToLower(set), id }), []string{"key/sets that look alike are different"}},
		{"trims ids", onIDs(texts(strings.TrimSpace)), []string{"key/ids that look alike are different"}},
		{"trims sets", onSets(func(set, id string) (string, string) { return strings.TrimSpace(set), id }), []string{"key/sets that look alike are different"}},
		{"cuts ids after 1,024 bytes", onIDs(texts(func(id string) string { return id[:min(len(id), 1024)] })), []string{"key/ids that look alike are different"}},
		{"cuts sets after 62 bytes", onSets(func(set, id string) (string, string) { return set[:min(len(set), 62)], id }), []string{"key/sets that look alike are different"}},
		{"takes integers as ids for float64", onIDs(func(id any) any {
			if n, ok := id.(int64); ok && n > 1<<54 {
				return n &^ 1023
			}
			return id
		}), []string{"key/integer ids that look alike are different"}},
		{"forgets the sign of ids", onIDs(func(id any) any {
			if n, ok := id.(int64); ok && n < 0 {
				return -n
			}
			return id
		}), []string{"key/integer ids that look alike are different"}},
		{"stores no empty ids", onRecords(func(r *aerostore.Record) {
			if id := r.Key.ID(); id == "" || id == int64(0) {
				r.Key = aerostore.DigestKey(r.Key.Namespace(), r.Key.Set(), r.Key.Digest())
			}
		}), []string{"key/an empty id and a zero id are ids"}},
		{"knows no digests in batches", onCalls(func(call aerostore.Call) aerostore.Call {
			keys := slices.Clone(call.Keys())
			for i, key := range keys {
				if key.IsDigest() {
					keys[i] = aerostore.NewKey(key.Namespace(), key.Set(), "unknown")
				}
			}
			if call.IsBatch() && call.Op != aerostore.OpBatchWrite {
				call = call.WithKeys(keys)
			}
			return call
		}), []string{"key/a digest key names the record of its key in a batch"}},
		{"writes a batch where its first key is", onItems(func(items []aerostore.BatchItem, i int) {
			key, first := items[i].Key, items[0].Key
			if text, ok := key.ID().(string); ok {
				items[i].Key = aerostore.NewKey(first.Namespace(), first.Set(), text)
			}
		}), []string{"batch read/BatchRead reads keys of several sets", "key/a batch handles keys of several namespaces"}},
	}
}

func subtleValues() []sabotage {
	return []sabotage{
		{"mangles strings", onValues(texts(mangled)), []string{
			"value/a string that is not UTF-8 is read back as written", "value/a list of strings is read back as written", "value/a map of keys that look alike is read back as written",
		}},
		{"cuts strings at a NUL byte", onValues(texts(func(s string) string {
			s, _, _ = strings.Cut(s, "\x00")
			return s
		})), []string{"value/a string with NUL bytes is read back as written", "value/a list of strings is read back as written"}},
		{"mangles bin names", onNames(mangled), []string{"value/bin names that look alike are different"}},
		{"trims bin names", onNames(strings.TrimSpace), []string{"value/bin names that look alike are different"}},
		{"has small bin names only", onNames(strings.ToLower), []string{"value/bin names that look alike are different"}},
		{"cuts bytes after 1 KiB", onValues(func(v any) any {
			if b, ok := v.([]byte); ok {
				return b[:min(len(b), 1024)]
			}
			return v
		}), []string{"size/strings and byte slices of many lengths are read back as written", "size/a record of nearly 1 MiB is read back as written", "size/Append and Prepend join long values"}},
		{"cuts values after 200,000 bytes", onValues(texts(func(s string) string { return s[:min(len(s), 200_000)] })), []string{
			"size/a record of nearly 1 MiB is read back as written", "size/Append and Prepend join long values",
		}},
		{"cuts lists after 65,535 values", onValues(func(v any) any {
			if list, ok := v.([]any); ok {
				return list[:min(len(list), math.MaxUint16)]
			}
			return v
		}), []string{"size/lists and maps of many lengths are read back as written"}},
		{"nests 32 levels", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				r.Bins[name] = nested(v, 32)
			}
		}), []string{"size/256 levels of lists and maps are read back as written"}},
		{"has 255 bins", onRecords(func(r *aerostore.Record) {
			for name := range r.Bins {
				if len(r.Bins) > 255 {
					delete(r.Bins, name)
				}
			}
		}), []string{"size/a record of 1,000 bins is read back as written"}},
		{"takes empty values inside others for nil", inValues(func(v any) any {
			if b, ok := v.([]byte); ok && len(b) == 0 {
				return nil
			}
			return v
		}), []string{"value/a list of empty values is read back as written", "value/a map of empty values is read back as written"}},
		{"drops nil from maps", onValues(func(v any) any {
			m, ok := v.(map[any]any)
			if !ok {
				return v
			}
			for key, value := range m {
				if value == nil {
					delete(m, key)
				}
			}
			return m
		}), []string{"value/a map of nil values is read back as written"}},
		{"takes digits for a number", onValues(texts(nil, func(s string) any {
			if n, err := strconv.Atoi(s); err == nil {
				return n
			}
			return s
		})), []string{"value/a string of digits is read back as written", "value/a list of strings is read back as written", "value/a map of keys that look alike is read back as written"}},
		{"takes null for nil", onValues(texts(nil, func(s string) any {
			if s == "null" {
				return nil
			}
			return s
		})), []string{"value/the string null is read back as written"}},
		{"takes a place for GeoJSON", onValues(texts(nil, func(s string) any {
			if strings.Contains(s, `"type":"Point"`) {
				return aerostore.GeoJSON(s)
			}
			return s
		})), []string{"value/a string of GeoJSON is read back as written", "value/a list of GeoJSON values is read back as written"}},
		{"stores integers in lists as float64", inValues(func(v any) any {
			if n, ok := v.(int); ok && n > 1<<53 {
				return n &^ 1023
			}
			return v
		}), []string{"value/a list of integers of many sizes is read back as written"}},
		{"stores whole float64 in lists as integers", inValues(func(v any) any {
			if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				return int(f)
			}
			return v
		}), []string{"value/a float64 keeps its bits in a list and in a map", "value/a list of empty values is read back as written"}},
		{"forgets the sign of zero in lists", inValues(func(v any) any {
			if v == 0.0 {
				return 0.0
			}
			return v
		}), []string{"value/a float64 keeps its bits in a list and in a map"}},
	}
}

func subtleNumbers() []sabotage {
	return []sabotage{
		{"ends queries after 1,000 records", ending(1000), []string{"size/a scan returns 5,500 records", "size/an index query returns 5,500 records"}},
		{"ends queries after 5,000 records", ending(5000), []string{"size/a scan returns 5,500 records", "size/an index query returns 5,500 records"}},
		{"has limits of 1,000 records at most", onQueries(func(q *aerostore.Query) {
			if q.MaxRecords > 0 {
				q.MaxRecords = min(q.MaxRecords, 1000)
			}
		}), []string{"size/a scan returns 5,500 records", "size/an index query returns 5,500 records"}},
		{"answers 100 keys of a batch", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			for i := range r.Batch() {
				if i >= 100 {
					r.Batch()[i] = aerostore.BatchResult{Key: r.Batch()[i].Key}
				}
			}
			return r, err
		}), []string{"size/a batch of 2,500 keys returns 2,500 results"}},
		{"returns 100 results of a batch", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if len(r.Batch()) > 100 {
				r = r.WithBatch(r.Batch()[:100])
			}
			return r, err
		}), []string{"size/a batch of 2,500 keys returns 2,500 results"}},
		{"muddles batches of over 1,000 keys", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if all := r.Batch(); len(all) > 1000 {
				all[0].Record, all[1000].Record = all[1000].Record, all[0].Record
			}
			return r, err
		}), []string{"size/a batch of 2,500 keys returns 2,500 results"}},
		{"counts generations in a byte", onRecords(func(r *aerostore.Record) { r.Generation &= math.MaxUint8 }), []string{
			"write/the generation exceeds 255",
		}},
		{"returns no bin that is named twice", onCalls(func(call aerostore.Call) aerostore.Call {
			if call.Op == aerostore.OpBatchRead && call.BinNames() != nil {
				return call.WithBinNames(named(call.BinNames()))
			}
			if q := call.Query(); q != nil && q.Bins != nil {
				once := *q
				once.Bins = named(q.Bins)
				return call.WithQuery(once, call.Yield)
			}
			return call
		}), []string{"batch read/BatchRead returns a bin named twice once", "query/a query returns a bin named twice once"}},
	}
}

func subtleTimes() []sabotage {
	return []sabotage{
		{"rounds TTLs to 30 seconds", onRecords(func(r *aerostore.Record) {
			if r.TTL > 30*second {
				r.TTL -= r.TTL % (30 * second)
			}
		}), []string{"options/PUT honours TTL", "ttl/every read returns the TTL", "batch write/BatchWrite applies the TTL of each item"}},
		{"applies options to the first key of a batch", around(onFirstKey), []string{
			"batch write/BATCH WRITE applies its options to every key", "batch write/BATCH OPERATE applies its options to every key",
			"batch write/BATCH REMOVE applies its options to every key",
		}},
		{"has one TTL for a batch", onItems(func(items []aerostore.BatchItem, i int) {
			first := items[0].Resolve(aerostore.Options{}).TTL
			items[i].Options = slices.Concat(items[i].Options, []aerostore.WriteOption{first})
		}), []string{"batch write/BatchWrite applies the TTL of each item"}},
		{"has no keys or generations of items", onItems(func(items []aerostore.BatchItem, i int) {
			o := items[i].Resolve(aerostore.Options{})
			o.GenerationCheck, o.SendKey = aerostore.GenerationIgnored, false
			items[i].Options = []aerostore.WriteOption{o}
		}), []string{"batch write/BatchWrite applies GenerationEqual and SendKey of each item"}},
		{"keeps TTLs in all but Put", onCalls(func(call aerostore.Call) aerostore.Call {
			if o := &call.Options; call.Op != aerostore.OpPut && (o.TTL == 0 || o.TTL == aerostore.NamespaceTTL) {
				o.TTL = aerostore.KeepTTL
			}
			return call
		}), []string{"ttl/TOUCH without a TTL sets the default TTL", "ttl/BATCH OPERATE without a TTL sets the default TTL"}},
		{"removes records before their time", onAnswers(func(call aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			if call.Op == aerostore.OpExists {
				return r.WithExisted(false), err
			}
			return r, err
		}), []string{"ttl/a record exists until it expires"}},
		{"gives what is read more time", around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
			r, err := next(ctx, call)
			if call.Op == aerostore.OpSelect && err == nil {
				_, err = next(ctx, aerostore.Call{Op: aerostore.OpTouch, Key: call.Key, Options: aerostore.Options{TTL: day}})
			}
			return r, err
		}), []string{"ttl/a read does not extend the TTL"}},
	}
}

func subtleSteps() []sabotage {
	return []sabotage{
		{"compares generations before it writes", checking(func(o *aerostore.Options) bool {
			compares := o.GenerationCheck == aerostore.GenerationMustEqual
			o.GenerationCheck = aerostore.GenerationIgnored
			return compares
		}), []string{
			"concurrency/one concurrent PUT with GenerationEqual succeeds", "concurrency/one concurrent TOUCH with GenerationEqual succeeds",
			"concurrency/one concurrent BATCH WRITE with GenerationEqual succeeds",
		}},
		{"looks for a record before it creates one", checking(func(o *aerostore.Options) bool {
			creates := o.Exists == aerostore.CreateOnly
			o.Exists = aerostore.CreateOrUpdate
			return creates
		}), []string{
			"concurrency/one concurrent PUT with CreateOnly succeeds", "concurrency/one concurrent OPERATE with CreateOnly succeeds",
			"concurrency/one concurrent BATCH WRITE with CreateOnly succeeds",
		}},
		{"looks for a record before it updates it", checking(func(o *aerostore.Options) bool {
			updates := o.Exists == aerostore.UpdateOnly
			o.Exists = aerostore.CreateOrUpdate
			return updates
		}), []string{
			"concurrency/PUT with UpdateOnly does not create a removed record", "concurrency/INCREMENT with UpdateOnly does not create a removed record",
			"concurrency/BATCH OPERATE with UpdateOnly does not create a removed record",
		}},
		{"touches what is removed", around(touching), []string{"concurrency/TOUCH with UpdateOnly does not create a removed record"}},
		{"applies operations of one record in two steps", around(halves), []string{
			"concurrency/a concurrent read sees all of a write by Operate or nothing", "concurrency/a concurrent read sees all of a write by BatchOperate or nothing", "concurrency/a concurrent read sees all of a write by BatchWrite or nothing",
		}},
		{"returns one record for a key that is twice in a batch", onAnswers(func(_ aerostore.Call, r aerostore.Result, err error) (aerostore.Result, error) {
			records := make(map[aerostore.Key]*aerostore.Record)
			for i, b := range r.Batch() {
				if records[b.Key] != nil {
					r.Batch()[i].Record = records[b.Key]
				}
				records[b.Key] = b.Record
			}
			return r, err
		}), []string{"copy/results of a key given twice are copies"}},
		{"shares the bytes of a batch", around(sharingBytes()), []string{"copy/a value written to several records is not shared"}},
		{"returns the record itself", around(living()), []string{"copy/a write does not change a record that was read"}},
		{"returns what was written meanwhile again", around(returning), []string{"query/a query returns each record once during writes"}},
		{"does not look at the context after the last record", around(heedless), []string{
			"query/a context cancelled at the last record fails the query",
		}},
		{"finds what a batch removed", around(remembering()), []string{"query/a query returns no record that BATCH REMOVE removed"}},
	}
}

func subtleIndexes() []sabotage {
	return []sabotage{
		{"indexes new records only", func(next aerostore.Store) aerostore.Store {
			return &lateIndex{layer: layer{next}, old: make(map[[20]byte]uint32)}
		}, []string{"index/an index includes earlier records"}},
		{"indexes what Put writes", around(unindexed()), []string{"index/an index follows every kind of write"}},
		{"indexes every set", around(everySet), []string{"index/an index has the records of its set only"}},
		{"has ranges without their end", onQueries(func(q *aerostore.Query) {
			begin, end := q.Where.Bounds()
			if q.Where.Kind() == aerostore.PredicateIntRange && end == math.MaxInt64 && begin < end {
				q.Where = aerostore.Range(q.Where.Bin(), begin, end-1)
			}
		}), []string{"index/Range covers all integers of 64 bits"}},
		{"has indexes of 32 bits", onQueries(func(q *aerostore.Query) {
			begin, end := q.Where.Bounds()
			if q.Where.Kind() == aerostore.PredicateIntRange {
				q.Where = aerostore.Range(q.Where.Bin(), max(begin, math.MinInt32), max(min(end, math.MaxInt32), max(begin, math.MinInt32)))
			}
		}), []string{"index/Range covers all integers of 64 bits"}},
		{"looks strings up without their case", onQueries(func(q *aerostore.Query) {
			if q.Where.Kind() == aerostore.PredicateStringEqual {
				q.Where = aerostore.Equal(q.Where.Bin(), strings.ToLower(q.Where.Text()))
			}
		}), []string{"index/Equal distinguishes strings that look alike"}},
		{"drops all indexes over a bin", func(next aerostore.Store) aerostore.Store { return dropping{layer{next}} }, []string{
			"index/DropIndex leaves another index of the bin",
		}},
	}
}

func mangled(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// texts applies a change to strings, or one to another type.
func texts(change func(string) string, other ...func(string) any) func(any) any {
	return func(v any) any {
		s, ok := v.(string)
		switch {
		case !ok:
			return v
		case change == nil:
			return other[0](s)
		default:
			return change(s)
		}
	}
}

// onIDs changes the ids of keys, those of digests excepted.
func onIDs(change func(id any) any) aerostore.Middleware {
	return onKeys(func(key aerostore.Key) aerostore.Key {
		if changed, err := aerostore.KeyOf(key.Namespace(), key.Set(), change(key.ID())); err == nil {
			return changed
		}
		return key
	})
}

// onSets changes the sets and ids of keys whose ids are strings.
func onSets(change func(set, id string) (string, string)) aerostore.Middleware {
	return onKeys(func(key aerostore.Key) aerostore.Key {
		id, ok := key.ID().(string)
		if !ok {
			return key
		}
		set, id := change(key.Set(), id)
		return aerostore.NewKey(key.Namespace(), set, id)
	})
}

// joining takes a set and an id apart at the first separator in them.
func joining(separator string) func(set, id string) (string, string) {
	return func(set, id string) (string, string) {
		set, id, _ = strings.Cut(set+separator+id, separator)
		return set, id
	}
}

// onKeys changes the keys of calls and answers with those of the caller.
func onKeys(change func(aerostore.Key) aerostore.Key) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		outer := call
		switch {
		case call.Op == aerostore.OpBatchWrite:
			items := slices.Clone(call.Items())
			for i := range items {
				items[i].Key = change(items[i].Key)
			}
			call = call.WithItems(items)
		case call.IsBatch():
			keys := slices.Clone(call.Keys())
			for i := range keys {
				keys[i] = change(keys[i])
			}
			call = call.WithKeys(keys)
		default:
			call.Key = change(call.Key)
		}
		r, err := next(ctx, call)
		if r.Record() != nil {
			r.Record().Key = outer.Key
		}
		for i, b := range r.Batch() {
			r.Batch()[i].Key = outer.KeyAt(i)
			if b.Record != nil {
				b.Record.Key = outer.KeyAt(i)
			}
		}
		return r, err
	})
}

// inOneNamespace keeps all records in the first of two namespaces.
func inOneNamespace(next aerostore.Store) aerostore.Store {
	return aerostore.Chain(next, onKeys(func(key aerostore.Key) aerostore.Key {
		if id, ok := key.ID().(string); ok && key.Namespace() == "bar" {
			return aerostore.NewKey("test", key.Set(), id)
		}
		return key
	}), onQueries(func(q *aerostore.Query) {
		if q.Namespace == "bar" {
			q.Namespace = "test"
		}
	}))
}

// onItems changes the items of a BatchWrite.
func onItems(change func(items []aerostore.BatchItem, i int)) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		if call.Op != aerostore.OpBatchWrite {
			return next(ctx, call)
		}
		outer, items := call, slices.Clone(call.Items())
		for i := range items {
			change(items, i)
		}
		r, err := next(ctx, call.WithItems(items))
		for i := range r.Batch() {
			r.Batch()[i].Key = outer.KeyAt(i)
		}
		return r, err
	})
}

// onValues changes the values that are read, those inside others first.
func onValues(change func(any) any) aerostore.Middleware {
	return onRecords(func(r *aerostore.Record) {
		for name, v := range r.Bins {
			r.Bins[name] = change(within(v, change))
		}
	})
}

// inValues changes the values inside others.
func inValues(change func(any) any) aerostore.Middleware {
	return onRecords(func(r *aerostore.Record) {
		for name, v := range r.Bins {
			r.Bins[name] = within(v, change)
		}
	})
}

func within(v any, change func(any) any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = change(within(v[i], change))
		}
	case map[any]any:
		changed := make(map[any]any, len(v))
		for key, value := range v {
			changed[change(key)] = change(within(value, change))
		}
		return changed
	}
	return v
}

// nested cuts off what is nested deeper.
func nested(v any, levels int) any {
	switch v := v.(type) {
	case []any:
		if levels == 0 {
			return nil
		}
		for i := range v {
			v[i] = nested(v[i], levels-1)
		}
	case map[any]any:
		if levels == 0 {
			return nil
		}
		for key := range v {
			v[key] = nested(v[key], levels-1)
		}
	}
	return v
}

// onNames changes the names of the bins that are read.
func onNames(change func(string) string) aerostore.Middleware {
	return onRecords(func(r *aerostore.Record) {
		changed := make(aerostore.Bins, len(r.Bins))
		for name, v := range r.Bins {
			changed[change(name)] = v
		}
		r.Bins = changed
	})
}

// named returns the names that are there once.
func named(names []string) []string {
	once := []string{}
	for i, name := range names {
		if !slices.Contains(names[:i], name) && !slices.Contains(names[i+1:], name) {
			once = append(once, name)
		}
	}
	return once
}

// onFirstKey drops the options of a batch for all keys but the first.
func onFirstKey(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if !call.IsBatch() || call.Len() < 2 {
		return next(ctx, call)
	}
	var first, rest aerostore.Call
	if call.Op == aerostore.OpBatchWrite {
		first, rest = call.WithItems(call.Items()[:1]), call.WithItems(call.Items()[1:])
	} else {
		first, rest = call.WithKeys(call.Keys()[:1]), call.WithKeys(call.Keys()[1:])
	}
	rest.Options = aerostore.Options{}
	one, err := next(ctx, first)
	if err != nil {
		return one, err
	}
	others, err := next(ctx, rest)
	return others.WithBatch(append(one.Batch(), others.Batch()...)), err
}

// ending ends queries after n records.
func ending(n int) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		if q := call.Query(); q != nil {
			outer, left := call, n
			call = call.WithQuery(*q, func(r *aerostore.Record) bool {
				left--
				return outer.Yield(r) && left > 0
			})
		}
		return next(ctx, call)
	})
}

// checking reads whether the condition of a write on one key holds, and then
// writes without it. unconditional takes the condition out of the options and
// reports whether there was one.
func checking(unconditional func(*aerostore.Options) bool) aerostore.Middleware {
	return around(func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		o := call.Options
		if call.Len() != 1 || !unconditional(&call.Options) {
			return next(ctx, call)
		}
		r, err := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: call.KeyAt(0)})
		var code aerostore.ResultCode
		switch {
		case o.GenerationCheck == aerostore.GenerationMustEqual && err != nil:
			code = aerostore.CodeNotFound
		case o.GenerationCheck == aerostore.GenerationMustEqual && r.Record().Generation != o.Generation:
			code = aerostore.CodeGeneration
		case o.Exists == aerostore.CreateOnly && err == nil:
			code = aerostore.CodeExists
		case o.Exists == aerostore.UpdateOnly && err != nil:
			code = aerostore.CodeNotFound
		default:
			return next(ctx, call)
		}
		return aerostore.Result{}, call.NewError(code, errors.New("it was so"))
	})
}

// touching reads a record and writes it, to touch it.
func touching(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	if call.Op != aerostore.OpTouch {
		return next(ctx, call)
	}
	r, err := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: call.Key})
	if err != nil {
		return aerostore.Result{}, err
	}
	return next(ctx, aerostore.Call{Op: aerostore.OpPut, Key: call.Key, Options: aerostore.Options{TTL: call.Options.TTL}}.WithBins(r.Record().Bins))
}

// halves carries the first of two operations out before the second.
func halves(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	var first, second aerostore.Call
	switch {
	case call.Op == aerostore.OpBatchWrite && len(call.Items()) == 1 && len(call.Items()[0].Bins) == 2:
		item := call.Items()[0]
		var parts []aerostore.BatchItem
		for name, value := range item.Bins {
			parts = append(parts, aerostore.BatchItem{Key: item.Key, Bins: aerostore.Bins{name: value}})
		}
		first, second = call.WithItems(parts[:1]), call.WithItems(parts[1:])
	case len(call.Operations()) == 2 && call.Operations()[0].Writes() && call.Operations()[1].Writes():
		first, second = call.WithOperations(call.Operations()[:1]), call.WithOperations(call.Operations()[1:])
	default:
		return next(ctx, call)
	}
	if r, err := next(ctx, first); err != nil {
		return r, err
	}
	return next(ctx, second)
}

// sharingBytes appends to the bytes of a batch in place.
func sharingBytes() func(context.Context, aerostore.Call, aerostore.Handler) (aerostore.Result, error) {
	shared := make(map[aerostore.Key][]byte)
	return func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		switch b, known := shared[call.Key]; {
		case call.Op == aerostore.OpBatchWrite:
			if b, ok := call.Items()[0].Bins["b"].([]byte); ok {
				b = append(make([]byte, 0, 100), b...)
				for _, item := range call.Items() {
					shared[item.Key] = b
				}
			}
		case call.Op == aerostore.OpAppend && known:
			shared[call.Key] = append(b, call.Bins()["b"].([]byte)...)
		case call.Op == aerostore.OpGet && known:
			r, err := next(ctx, call)
			if err == nil {
				r.Record().Bins = aerostore.Bins{"b": b}
			}
			return r, err
		}
		return next(ctx, call)
	}
}

// living changes what Get returned as the record changes.
func living() func(context.Context, aerostore.Call, aerostore.Handler) (aerostore.Result, error) {
	var given sync.Map
	return func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		r, err := next(ctx, call)
		switch {
		case err != nil:
		case call.Op == aerostore.OpGet:
			given.Store(call.Key, r.Record())
		case call.Op == aerostore.OpAppend:
			if old, ok := given.Load(call.Key); ok {
				now, err := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: call.Key})
				if err == nil {
					*old.(*aerostore.Record) = *now.Record()
				}
			}
		}
		return r, err
	}
}

// returning ends a query with those of its records that were written since it
// returned them.
func returning(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	q := call.Query()
	if q == nil || q.MaxRecords > 0 {
		return next(ctx, call)
	}
	generations := make(map[aerostore.Key]uint32)
	outer := call
	r, err := next(ctx, call.WithQuery(*q, func(r *aerostore.Record) bool {
		generations[r.Key] = r.Generation
		return outer.Yield(r)
	}))
	for key, generation := range generations {
		again, missing := next(ctx, aerostore.Call{Op: aerostore.OpGet, Key: key})
		if missing == nil && again.Record().Generation != generation && !outer.Yield(again.Record()) {
			break
		}
	}
	return r, err
}

// heedless runs queries to their end where they have one record.
func heedless(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	result, err := next(ctx, call)
	if call.Op == aerostore.OpQuery && call.Rows() == 1 {
		return result, nil
	}
	return result, err
}

// remembering begins a query with what batches removed.
func remembering() func(context.Context, aerostore.Call, aerostore.Handler) (aerostore.Result, error) {
	var removed []aerostore.Key
	return func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		if call.Op == aerostore.OpBatchRemove {
			removed = append(removed, call.Keys()...)
		}
		if call.Op == aerostore.OpQuery {
			for _, key := range removed {
				if !call.Yield(&aerostore.Record{Key: key}) {
					return aerostore.Result{}, nil
				}
			}
		}
		return next(ctx, call)
	}
}

// lateIndex finds by an index what was written after it was made.
type lateIndex struct {
	layer

	old map[[20]byte]uint32 // by digest, with their generations
}

func (l *lateIndex) CreateIndex(ctx context.Context, index aerostore.Index) error {
	for r, err := range l.Store.Query(ctx, aerostore.Query{Namespace: index.Namespace, Set: index.Set}) {
		if err != nil {
			return err
		}
		l.old[r.Key.Digest()] = r.Generation
	}
	indexer, _ := aerostore.As[aerostore.Indexer](l.Store)
	return indexer.CreateIndex(ctx, index)
}

func (l *lateIndex) DropIndex(ctx context.Context, index aerostore.Index) error {
	indexer, _ := aerostore.As[aerostore.Indexer](l.Store)
	return indexer.DropIndex(ctx, index)
}

func (l *lateIndex) Query(ctx context.Context, q aerostore.Query) iter.Seq2[*aerostore.Record, error] {
	return func(yield func(*aerostore.Record, error) bool) {
		for r, err := range l.Store.Query(ctx, q) {
			if err == nil && q.Where.Kind() != aerostore.PredicateNone && l.old[r.Key.Digest()] == r.Generation {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// unindexed leaves out of index queries what another operation than Put wrote
// last.
func unindexed() func(context.Context, aerostore.Call, aerostore.Handler) (aerostore.Result, error) {
	others := make(map[[20]byte]bool)
	return func(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
		for i := range call.Len() {
			if call.Writes() {
				others[call.KeyAt(i).Digest()] = call.Op != aerostore.OpPut
			}
		}
		if q := call.Query(); q != nil && q.Where.Kind() != aerostore.PredicateNone {
			outer := call
			call = call.WithQuery(*q, func(r *aerostore.Record) bool { return others[r.Key.Digest()] || outer.Yield(r) })
		}
		return next(ctx, call)
	}
}

// everySet finds by an index what other sets have in the same bin.
func everySet(ctx context.Context, call aerostore.Call, next aerostore.Handler) (aerostore.Result, error) {
	r, err := next(ctx, call)
	q := call.Query()
	if err != nil || q == nil || q.Where.Kind() == aerostore.PredicateNone || q.Set == "" {
		return r, err
	}
	all := aerostore.Query{Namespace: q.Namespace, Bins: []string{q.Where.Bin()}}
	return next(ctx, call.WithQuery(all, func(r *aerostore.Record) bool {
		return r.Key.Set() == q.Set || call.Yield(r)
	}))
}

// dropping drops the index over the integers of a bin with any other.
type dropping struct{ layer }

func (d dropping) CreateIndex(ctx context.Context, index aerostore.Index) error {
	indexer, _ := aerostore.As[aerostore.Indexer](d.Store)
	return indexer.CreateIndex(ctx, index)
}

func (d dropping) DropIndex(ctx context.Context, index aerostore.Index) error {
	indexer, _ := aerostore.As[aerostore.Indexer](d.Store)
	other := index
	other.Name, other.Type = index.Bin, aerostore.IndexInt
	return errors.Join(indexer.DropIndex(ctx, index), indexer.DropIndex(ctx, other))
}
