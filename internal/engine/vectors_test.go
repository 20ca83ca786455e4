package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// TestVectors replays what a real server answered to operations on lists, maps,
// bits and HyperLogLogs. AEROSTORE_VECTORS names a folder of recorded files;
// without it, those of the repository are replayed.
func TestVectors(t *testing.T) {
	dir := os.Getenv("AEROSTORE_VECTORS")
	if dir == "" {
		dir = filepath.FromSlash("../../storetest/vectors/recorded")
	}
	replayed := 0
	for _, name := range []string{
		"list", "list_rt", "map", "map_get_rt", "map_remove_rt", "bit", "hll",
		"random_list", "random_map", "random_bit", "random_hll",
	} {
		t.Run(name, func(t *testing.T) {
			replayFile(t, filepath.Join(dir, name))
			replayed++
		})
	}
	if replayed == 0 {
		t.Error("no file was replayed")
	}
}

// TestWideVectors replays what a real server answered to random operations. They
// have every flag, order and return type, on lists and maps of up to 70 elements
// and HyperLogLogs of up to 60,000.
func TestWideVectors(t *testing.T) {
	for _, name := range []string{"wide_list", "wide_list_large", "wide_map", "wide_map_large", "wide_map_ranked", "hll_large"} {
		t.Run(name, func(t *testing.T) { replayFile(t, filepath.Join("testdata", "vectors", name)) })
	}
}

func replayFile(t *testing.T, path string) {
	vectors := readVectors(t, path)
	passed, skipped := 0, 0
	for _, v := range vectors {
		switch {
		case slices.Contains(v.Tags, "nan_order"), slices.Contains(v.Tags, "undefined"), rankedWildcard(v):
			skipped++
			continue
		}
		if reason := v.replay(); reason != "" {
			t.Errorf("%s: %s", v.Name, reason)
		} else {
			passed++
		}
	}
	t.Logf("%d of %d vectors pass, %d skipped", passed, len(vectors), skipped)
}

// rankedWildcard reports whether a vector looks for a wildcard in a map with an
// index of its values. The server finds some of the values then.
func rankedWildcard(v vector) bool {
	for _, s := range v.Steps {
		ops := raw(s.Ops)
		if strings.Contains(ops, "wildcard") && strings.Contains(ops, "key_value") &&
			(strings.Contains(ops, "persist_index") || strings.Contains(ops, "create_with_index")) {
			return true
		}
	}
	return false
}

type vector struct {
	Name  string
	Tags  []string
	Steps []vectorStep
}

type vectorStep struct {
	Op      string
	Key     json.RawMessage
	Keys    []json.RawMessage
	Bins    json.RawMessage
	Ops     []vectorOp
	Records []struct { // of a batch of several kinds
		Kind string
		Key  json.RawMessage
		Ops  []vectorOp
	}
	Policy vectorPolicy
	Want   struct {
		Code    int
		Bins    map[string]json.RawMessage
		Exists  *bool
		Records []json.RawMessage
	}
}

type vectorPolicy struct {
	Exists     string
	RespondAll bool `json:"respond_per_each_op"`
	Gen        *int
	Filter     json.RawMessage
}

func readVectors(t *testing.T, path string) []vector {
	t.Helper()
	var r io.Reader
	if f, err := os.Open(path + ".jsonl"); err == nil {
		defer f.Close()
		r = f
	} else if f, err := os.Open(path + ".jsonl.gz"); err == nil {
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	} else {
		t.Skip("not recorded here")
	}
	var vectors []vector
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	if lines.Err() != nil || len(vectors) == 0 {
		t.Fatal("no vectors", lines.Err())
	}
	return vectors
}

// records is a store of as little as the vectors need.
type records map[string]map[string]any

func (v *vector) replay() (reason string) {
	all := records{}
	for i, s := range v.Steps {
		defer func() {
			if r := recover(); r != nil {
				reason = fmt.Sprintf("step %d: panic: %v", i, r)
			}
		}()
		code, bins := all.do(&s)
		if code != s.Want.Code {
			return fmt.Sprintf("step %d %s: code %d, want %d", i, s.text(), code, s.Want.Code)
		}
		if strings.HasPrefix(s.Op, "batch") {
			if reason := all.batch(&s); reason != "" {
				return fmt.Sprintf("step %d %s: %s", i, s.text(), reason)
			}
			continue
		}
		if code != 0 || s.Want.Bins == nil || s.Op == "get_header" {
			continue
		}
		if want := decodeAnswer(s.Want.Bins); !sameBins(bins, want) {
			return fmt.Sprintf("step %d %s: %s, want %s", i, s.text(), show(bins), show(want))
		}
	}
	return ""
}

func raw(v any) string { b, _ := json.Marshal(v); return string(b) }

func (s *vectorStep) text() string {
	var ops []string
	for _, op := range s.Ops {
		if op.name() != "put" && op.name() != "get" {
			ops = append(ops, strings.NewReplacer(`"`, "", "op:", "").Replace(raw(op)))
		}
	}
	return s.Op + " " + strings.Join(ops, " ")
}

func show(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, k := range slices.Sorted(maps.Keys(v)) {
			fmt.Fprintf(&b, "%s=%s ", k, show(v[k]))
		}
		return b.String()
	case *value.List:
		var b strings.Builder
		for _, e := range v.Items {
			b.WriteString(show(e) + ", ")
		}
		return "[" + b.String() + "]"
	case *value.Map:
		var b strings.Builder
		for _, e := range v.Pairs {
			b.WriteString(show(e.Key) + ": " + show(e.Value) + ", ")
		}
		return fmt.Sprintf("map%d{%s}", v.Order, b.String())
	case value.Pairs:
		return show(&value.Map{Pairs: v, Order: 9})
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		return fmt.Sprintf("b:%x", v)
	case value.HLL:
		return fmt.Sprintf("hll:%x...", []byte(v[:min(len(v), 60)]))
	default:
		return fmt.Sprint(v)
	}
}

func (s *vectorStep) key() string { return string(s.Key) }

func (r records) do(s *vectorStep) (code int, bins map[string]any) {
	record, exists := r[s.key()]
	switch s.Op {
	case "get":
		if !exists {
			return 2, nil
		}
		if s.Policy.Filter != nil && filtered(s.Policy.Filter, record) {
			return 27, nil
		}
		return 0, record
	case "select":
		if !exists {
			return 2, nil
		}
		bins = map[string]any{}
		for _, name := range decodeAs[[]string](s.Bins) {
			if v, ok := record[name]; ok {
				bins[name] = v
			}
		}
		return 0, bins
	case "get_header":
		return 0, nil
	case "exists":
		if exists != *s.Want.Exists {
			return -1000, nil
		}
		return 0, nil
	case "remove":
		delete(r, s.key())
		return 0, nil
	case "put", "append", "prepend", "increment":
		values := decodeBins(s.Bins)
		if len(values) == 0 {
			return 4, nil
		}
		fresh := maps.Clone(record)
		if fresh == nil {
			fresh = map[string]any{}
		}
		for name, v := range values {
			if len(name) > 15 {
				return 21, nil
			}
			if h, ok := v.(value.HLL); ok && CheckHLL(h) != nil {
				return 4, nil
			}
			if code := modify(s.Op, fresh, name, v); code != 0 {
				return code, nil
			}
		}
		return r.store(s, fresh, exists), nil
	case "operate":
		return r.operate(s, false)
	case "batch", "batch_operate":
		return 0, nil
	case "batch_read":
		for _, key := range s.Keys { // fails as a whole, with the last key's error
			one := vectorStep{Key: key, Ops: s.Ops}
			if c, _ := r.operate(&one, true); s.Ops != nil && c != 0 && c != 2 {
				code = c
			}
		}
		return code, nil
	}
	return -1001, nil
}

// modify carries out what writes to whole bins.
func modify(op string, bins map[string]any, name string, v any) int {
	old := bins[name]
	if op == "put" {
		setBin(bins, name, value.Clone(v))
		return 0
	}
	if old == nil {
		bins[name] = v
		return 0
	}
	switch v := v.(type) {
	case int:
		if old, ok := old.(int); ok && (op == "increment" || op == "add") {
			bins[name] = old + v
			return 0
		}
	case string:
		if old, ok := old.(string); ok && op != "increment" && op != "add" {
			bins[name] = map[bool]string{true: old + v, false: v + old}[op == "append"]
			return 0
		}
	case []byte:
		if old, ok := old.([]byte); ok && op != "increment" && op != "add" {
			a, b := old, v
			if op == "prepend" {
				a, b = v, old
			}
			bins[name] = slices.Concat(a, b)
			return 0
		}
	}
	return 12
}

// batch carries out a batch and says what differs from what was recorded.
func (r records) batch(s *vectorStep) string {
	if s.Want.Code != 0 {
		return ""
	}
	var steps []vectorStep
	for _, key := range s.Keys {
		steps = append(steps, vectorStep{Op: "operate", Key: key, Ops: s.Ops})
	}
	for _, record := range s.Records {
		if record.Ops == nil {
			steps = append(steps, vectorStep{Op: "get", Key: record.Key})
		} else {
			steps = append(steps, vectorStep{Op: "operate", Key: record.Key, Ops: record.Ops})
		}
	}
	for i := range steps {
		one := &steps[i]
		if s.Op == "batch_read" && s.Ops == nil {
			one.Op = "get"
		}
		var code int
		var bins map[string]any
		if one.Op == "get" {
			code, bins = r.do(one)
		} else {
			code, bins = r.operate(one, true)
		}
		want := decodeAs[struct {
			Code   int
			Record *struct{ Bins map[string]json.RawMessage }
			Bins   map[string]json.RawMessage
		}](s.Want.Records[i])
		if want.Record != nil {
			want.Bins = want.Record.Bins
		}
		if s.Op != "batch_read" && code != want.Code {
			return fmt.Sprintf("key %d: code %d, want %d", i, code, want.Code)
		}
		if want.Bins == nil {
			if code == 0 {
				return fmt.Sprintf("key %d: a record, want none", i)
			}
			continue
		}
		if w := decodeAnswer(want.Bins); !sameBins(bins, w) {
			return fmt.Sprintf("key %d: %s, want %s", i, show(bins), show(w))
		}
	}
	return ""
}

func decodeAnswer(bins map[string]json.RawMessage) map[string]any {
	want := map[string]any{}
	for name, b := range bins {
		want[name] = decodeValue(b)
	}
	return want
}

func setBin(bins map[string]any, name string, v any) {
	if v == nil {
		delete(bins, name)
	} else {
		bins[name] = v
	}
}

func (r records) store(s *vectorStep, bins map[string]any, exists bool) int {
	if len(bins) == 0 {
		if !exists {
			return 2
		}
		delete(r, s.key())
		return 0
	}
	r[s.key()] = bins
	return 0
}

// filtered evaluates the few filters that the vectors have.
func filtered(filter json.RawMessage, bins map[string]any) bool {
	e := decodeAs[[]json.RawMessage](filter)
	if decodeAs[string](e[0]) == "bin_exists" {
		return bins[decodeAs[string](e[1])] == nil
	}
	left, right := expression(e[1], bins), expression(e[2], bins)
	if left == nil {
		return true
	}
	if decodeAs[string](e[0]) == "gt" {
		return value.Compare(left, right) <= 0
	}
	return value.Compare(left, right) != 0
}

// expression evaluates the few expressions that the vectors have, nil if
// unknown.
func expression(data json.RawMessage, bins map[string]any) any {
	e := decodeAs[[]json.RawMessage](data)
	op := &cdt.Op{}
	switch name := decodeAs[string](e[0]); name {
	case "val":
		return decodeValue(e[1])
	case "blob_bin", "hll_bin":
		return bins[decodeAs[string](e[1])]
	case "bit_count":
		op.Kind, op.Index, op.Count = cdt.BitCount, expression(e[1], bins).(int), expression(e[2], bins).(int)
	case "hll_get_count":
		op.Kind = cdt.HLLGetCount
	case "hll_may_contain":
		op.Kind, op.Values = cdt.HLLMayContain, expression(e[1], bins)
	case "hll_add_index":
		op.Kind, op.Values, op.Index, op.Shift = cdt.HLLAdd, expression(e[2], bins), expression(e[3], bins).(int), -1
	default:
		panic("expression " + name)
	}
	bin := expression(e[len(e)-1], bins)
	if bin == nil {
		return nil // an expression creates no bin
	}
	after, result, err := Apply(value.Clone(bin), op, nil)
	if err != nil {
		return nil
	}
	if op.Kind.Writes() {
		return after
	}
	return result
}

func (r records) operate(s *vectorStep, batch bool) (code int, bins map[string]any) {
	record, exists := r[s.key()]
	ops := make([]*cdt.Op, len(s.Ops))
	writes, reads, all, whole := false, false, s.Policy.RespondAll, false
	for i := range s.Ops {
		name := s.Ops[i].name()
		switch name {
		case "get_all":
			whole = true
			continue
		case "get", "get_header":
			reads = true
			continue
		case "put", "add", "append", "prepend", "delete", "touch", "exp_write":
			writes = true
			all = all || name == "exp_write"
			continue
		case "exp_read":
			reads, all = true, true
			continue
		}
		op, err := s.Ops[i].decode()
		if err != nil {
			return -1002, nil
		}
		if err := op.Check(); err != nil && op.Kind != cdt.BitLShift && op.Kind != cdt.BitRShift { // a server answered it
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		ops[i] = op
		if op.Kind.Writes() {
			writes = true
		} else {
			reads = true
		}
		all = all || op.Kind.Family() != cdt.OfLists
	}
	all = all && !batch || batch && writes
	switch {
	case len(s.Ops) == 0:
		return 4, nil
	case whole && !writes && exists: // nothing else is looked at
		if s.Policy.Filter != nil && filtered(s.Policy.Filter, record) {
			return 27, nil
		}
		return 0, record
	case whole && writes && (reads || batch) && all:
		return 4, nil
	case !writes && !exists:
		return 2, nil
	}
	if writes {
		for i := range s.Ops {
			if len(s.Ops[i].bin()) > 15 && (ops[i] == nil || ops[i].Kind.Writes()) {
				return 21, nil
			}
		}
		switch s.Policy.Exists {
		case "update_only":
			if !exists {
				return 2, nil
			}
		case "create_only":
			if exists {
				return 5, nil
			}
		case "replace", "replace_only":
			return 4, nil
		}
		if s.Policy.Gen != nil {
			return 3, nil
		}
	}
	if s.Policy.Filter != nil && exists && filtered(s.Policy.Filter, record) {
		return 27, nil
	}
	current := maps.Clone(record)
	if current == nil {
		current = map[string]any{}
	}
	results := map[string][]any{}
	var merged map[string]any
	reading := false // an operation that reads, among others that write, gives nil too
	give := func(name string, v any) {
		if v != nil || all || reading && writes {
			results[name] = append(results[name], v)
		}
	}
	var journal value.Journal
	undo := func(code int) (int, map[string]any) {
		journal.Rollback()
		return code, nil
	}
	for i := range s.Ops {
		o := &s.Ops[i]
		bin := o.bin()
		if len(bin) > 15 {
			return undo(21)
		}
		switch name := o.name(); name {
		case "get_all":
			merged = map[string]any{}
			for name, v := range current {
				merged[name] = value.Clone(v)
			}
			continue
		case "get":
			if v, ok := current[bin]; ok || all {
				give(bin, value.Clone(v))
			}
			continue
		case "get_header", "touch":
			give("", nil)
			continue
		case "delete":
			current = map[string]any{}
			give("", nil)
			continue
		case "put", "add", "append", "prepend":
			if code := modify(name, current, bin, decodeValue((*o)["value"])); code != 0 {
				return undo(code)
			}
			give(bin, nil)
			continue
		case "exp_read":
			give(bin, value.Clone(expression((*o)["exp"], current)))
			continue
		case "exp_write":
			if v := expression((*o)["exp"], current); v != nil {
				current[bin] = v
			}
			give(bin, nil)
			continue
		}
		after, result, err := Apply(current[bin], ops[i], &journal)
		if err != nil {
			return undo(int(err.(*Error).Code))
		}
		setBin(current, bin, after)
		reading = !ops[i].Kind.Writes() && after != nil
		give(bin, value.Clone(result))
		reading = false
	}
	if writes {
		if code := r.store(s, current, exists); code != 0 {
			return code, nil
		}
	}
	if merged != nil {
		return 0, merged
	}
	bins = map[string]any{}
	for name, given := range results {
		if len(given) == 1 {
			bins[name] = given[0]
		} else {
			bins[name] = value.NewList(given...)
		}
	}
	return 0, bins
}

// sameBins compares what a caller reads: the order of a list does not show,
// of maps only whether they have one.
func sameBins(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		v, ok := b[name]
		if !ok || !sameRead(a[name], v) {
			return false
		}
	}
	return true
}

func sameRead(a, b any) bool {
	switch a := a.(type) {
	case *value.List:
		b, ok := b.(*value.List)
		return ok && slices.EqualFunc(a.Items, b.Items, sameRead)
	case value.Pairs:
		b, ok := b.(value.Pairs)
		return ok && slices.EqualFunc(a, b, func(a, b value.MapPair) bool { return sameRead(a.Key, b.Key) && sameRead(a.Value, b.Value) })
	case *value.Map:
		if a.Order != value.Unordered {
			return sameRead(value.Pairs(a.Pairs), b)
		}
		b, ok := b.(*value.Map)
		return ok && sameRead(value.Pairs(a.Pairs), value.Pairs(b.Pairs))
	case float64:
		b, ok := b.(float64)
		return ok && (math.Float64bits(a) == math.Float64bits(b) || a != a && b != b)
	case value.HLL: // inside a list or map of results it is bytes
		switch b := b.(type) {
		case value.HLL:
			return bytes.Equal(a, b)
		case []byte:
			return bytes.Equal(a, b)
		}
		return false
	default:
		return value.Identical(a, b)
	}
}

func decodeBins(data json.RawMessage) map[string]any {
	var fields map[string]json.RawMessage
	must(json.Unmarshal(data, &fields))
	bins := map[string]any{}
	for name, v := range fields {
		bins[name] = decodeValue(v)
	}
	return bins
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func decodeAs[T any](data json.RawMessage) (v T) {
	must(json.Unmarshal(data, &v))
	return v
}

func decodeValue(data json.RawMessage) any {
	for kind, raw := range decodeAs[map[string]json.RawMessage](data) {
		switch kind {
		case "i":
			return decodeAs[int](raw)
		case "f":
			switch string(raw) {
			case `"NaN"`:
				return math.NaN()
			case `"+Inf"`:
				return math.Inf(1)
			case `"-Inf"`:
				return math.Inf(-1)
			case `"-0"`:
				return math.Copysign(0, -1)
			}
			return decodeAs[float64](raw)
		case "s":
			return decodeAs[string](raw)
		case "s_b64":
			return string(decodeAs[[]byte](raw))
		case "b":
			return decodeAs[[]byte](raw)
		case "bool":
			return decodeAs[bool](raw)
		case "nil":
			return nil
		case "geo":
			return value.GeoJSON(decodeAs[string](raw))
		case "hll":
			return value.HLL(decodeAs[[]byte](raw))
		case "inf":
			return cdt.Infinity
		case "wildcard":
			return cdt.Wildcard
		case "list", "op_results":
			l := &value.List{Items: []any{}}
			for _, e := range decodeAs[[]json.RawMessage](raw) {
				v := decodeValue(e)
				if h, ok := v.(value.HLL); ok {
					v = []byte(h)
				}
				l.Items = append(l.Items, v)
			}
			return l
		case "map", "pairs":
			var pairs value.Pairs
			for _, e := range decodeAs[[][]json.RawMessage](raw) {
				v := decodeValue(e[1])
				if h, ok := v.(value.HLL); ok {
					v = []byte(h)
				}
				pairs = append(pairs, value.MapPair{Key: decodeValue(e[0]), Value: v})
			}
			if kind == "pairs" {
				return pairs
			}
			m, err := value.NewMap(value.Unordered, pairs...)
			must(err)
			return m
		}
	}
	panic("no value: " + string(data))
}

type vectorOp map[string]json.RawMessage

func (o vectorOp) str(name string) string {
	if o[name] == nil {
		return ""
	}
	return decodeAs[string](o[name])
}
func (o vectorOp) name() string { return o.str("op") }
func (o vectorOp) bin() string  { return o.str("bin") }

func (o vectorOp) num(name string) int {
	if o[name] == nil {
		return 0
	}
	if o[name][0] == '{' {
		return decodeValue(o[name]).(int)
	}
	return decodeAs[int](o[name])
}

func (o vectorOp) val(name string) any {
	if o[name] == nil {
		return nil
	}
	return decodeValue(o[name])
}

func (o vectorOp) vals(name string) []any {
	out := []any{}
	if o[name] == nil {
		return out
	}
	for _, e := range decodeAs[[]json.RawMessage](o[name]) {
		out = append(out, decodeValue(e))
	}
	return out
}

func (o vectorOp) truth(name string) bool {
	return o[name] != nil && (string(o[name]) == "true" || o[name][0] == '{' && decodeValue(o[name]).(bool))
}

var giveNumbers = map[string]uint8{
	"none": 0, "index": 1, "reverse_index": 2, "rank": 3, "reverse_rank": 4, "count": 5,
	"key": 6, "value": 7, "key_value": 8, "exists": 13, "unordered_map": 16, "ordered_map": 17,
}

var flagNumbers = map[string]int{
	"list add_unique": 1, "list insert_bounded": 2, "list no_fail": 4, "list partial": 8,
	"create_only": 1, "update_only": 2, "no_fail": 4, "partial": 8, "allow_fold": 8,
	"from_front": 1, "grow_only": 2, "shrink_only": 4,
	"descending": 1, "drop_duplicates": 2,
	"add_unique": 1, "insert_bounded": 2,
}

func flagsOf(data json.RawMessage) (flags uint8) {
	if data == nil {
		return 0
	}
	for _, f := range decodeAs[[]any](data) {
		switch f := f.(type) {
		case string:
			n, ok := flagNumbers[f]
			if !ok {
				panic("flag " + f)
			}
			flags |= uint8(n)
		case float64:
			flags |= uint8(f)
		}
	}
	return flags
}

var orders = map[string]value.Order{"": 0, "unordered": 0, "ordered": 1, "key": 1, "key_value": 3}

func (o vectorOp) path() (steps []cdt.Step) {
	if o["ctx"] == nil {
		return nil
	}
	for _, c := range decodeAs[[][]json.RawMessage](o["ctx"]) {
		switch kind := decodeAs[string](c[0]); kind {
		case "list_index":
			steps = append(steps, cdt.Index(decodeAs[int](c[1])))
		case "list_rank":
			steps = append(steps, cdt.Rank(decodeAs[int](c[1])))
		case "list_value":
			steps = append(steps, cdt.Value(decodeValue(c[1])))
		case "map_index":
			steps = append(steps, cdt.Index(decodeAs[int](c[1])).InMap())
		case "map_rank":
			steps = append(steps, cdt.Rank(decodeAs[int](c[1])).InMap())
		case "map_value":
			steps = append(steps, cdt.Value(decodeValue(c[1])).InMap())
		case "map_key":
			steps = append(steps, cdt.Key(decodeValue(c[1])))
		case "list_index_create":
			steps = append(steps, listCreate(decodeAs[int](c[1]), decodeAs[string](c[2]), decodeAs[bool](c[3])))
		case "map_key_create":
			steps = append(steps, cdt.Key(decodeValue(c[1])).Create(cdt.MapOrder(orders[decodeAs[string](c[2])])))
		default:
			panic("ctx " + kind)
		}
	}
	return steps
}

func listCreate(at int, order string, pad bool) cdt.Step {
	switch {
	case order == "ordered":
		return cdt.Index(at).Create(cdt.Ordered)
	case pad:
		return cdt.Index(at).CreatePadded()
	default:
		return cdt.Index(at).Create(cdt.Unordered)
	}
}

// creating makes the last step of a path create, as the client does for an
// operation that creates at a path.
func creating(path []cdt.Step, order string, pad bool) []cdt.Step {
	last := path[len(path)-1]
	flags := map[string]int{"": 1, "unordered": 1, "ordered": 3, "key": 2, "key_value": 3}[order]
	if pad && order != "ordered" {
		flags = 2
	}
	if in := last.Creation(); in != 0 { // the client adds the flags to those of the step
		was := map[value.Order]int{0: 1, 1: 2, 3: 3}[in.Order()]
		if !in.IsMap() {
			was = map[value.Order]int{0: 1, 1: 3}[in.Order()]
			if in.Pads() {
				was = 2
			}
		}
		flags |= was
	}
	switch s := last.Selector(); {
	case s.Kind() == cdt.ByIndex && !last.OfMap() && s.At() < 0: // must not be sent: see Op.Check
	case s.Kind() == cdt.ByIndex && !last.OfMap():
		path[len(path)-1] = listCreate(s.At(), map[bool]string{true: "ordered"}[flags == 3], flags == 2)
	case s.Kind() == cdt.ByKey:
		path[len(path)-1] = cdt.Key(s.Value()).Create(cdt.MapOrder([]value.Order{1: 0, 2: 1, 3: 3}[flags]))
	}
	return path
}

// selector makes the selector of a _by_ operation from its name.
func (o vectorOp) selector(name string) *cdt.Selector {
	_, by, _ := strings.Cut(name, "_by_")
	var s interface{ Selector() *cdt.Selector }
	inverted := strings.HasPrefix(o.str("rt"), "!")
	n := o.num("count")
	switch by {
	case "index":
		s = cdt.Index(o.num("index"))
	case "rank":
		s = cdt.Rank(o.num("rank"))
	case "key":
		s = cdt.Key(o.val("key"))
	case "value":
		s = cdt.Value(o.val("value"))
	case "index_range":
		s = cdt.Indexes(o.num("index"), cdt.ToEnd)
	case "index_range_count":
		s = cdt.Indexes(o.num("index"), n)
	case "rank_range":
		s = cdt.Ranks(o.num("rank"), cdt.ToEnd)
	case "rank_range_count":
		s = cdt.Ranks(o.num("rank"), n)
	case "value_list":
		s = cdt.Values(o.vals("values")...)
	case "key_list":
		s = cdt.Keys(o.vals("keys")...)
	case "value_range":
		if o.val("end") != nil { // the client sends none for nil
			s = cdt.Between(o.val("begin"), o.val("end"))
		} else {
			s = cdt.From(o.val("begin"))
		}
	case "key_range":
		if o.val("end") != nil { // the client sends none for nil
			s = cdt.KeyBetween(o.val("begin"), o.val("end"))
		} else {
			s = cdt.KeyFrom(o.val("begin"))
		}
	case "value_rel_rank_range":
		s = cdt.RanksNear(o.val("value"), o.num("rank"), cdt.ToEnd)
	case "value_rel_rank_range_count":
		s = cdt.RanksNear(o.val("value"), o.num("rank"), n)
	case "key_rel_index_range":
		s = cdt.IndexesNear(o.val("key"), o.num("index"), cdt.ToEnd)
	case "key_rel_index_range_count":
		s = cdt.IndexesNear(o.val("key"), o.num("index"), n)
	default:
		panic("selector " + by)
	}
	if !inverted {
		return s.Selector()
	}
	return s.Selector().Invert()
}

func (o vectorOp) decode() (op *cdt.Op, err error) {
	name := o.name()
	op = &cdt.Op{Path: o.path()}
	var policy struct {
		Order   string
		Flags   json.RawMessage
		Mode    string
		Persist bool `json:"persist_index"`
	}
	if o["policy"] != nil {
		policy = decodeAs[struct {
			Order   string
			Flags   json.RawMessage
			Mode    string
			Persist bool `json:"persist_index"`
		}](o["policy"])
	}
	op.Order, op.Flags, op.Stored = orders[policy.Order], flagsOf(policy.Flags), policy.Persist
	if strings.HasPrefix(name, "list_get_by_") || strings.HasPrefix(name, "list_remove_by_") ||
		strings.HasPrefix(name, "map_get_by_") || strings.HasPrefix(name, "map_remove_by_") {
		op.Kind = map[string]cdt.Kind{"list_get": cdt.ListGet, "list_rem": cdt.ListRemove, "map_get_": cdt.MapGet, "map_remo": cdt.MapRemove}[name[:8]]
		op.Select = o.selector(name)
		op.Give = giveNumbers[strings.TrimPrefix(o.str("rt"), "!")]
		return op, nil
	}
	op.Index, op.Count, op.Counted = o.num("index"), o.num("count"), o["count"] != nil
	op.Key = o.val("key")
	switch name {
	case "list_append", "list_append_plain", "list_insert", "list_insert_plain":
		op.Kind = cdt.ListAppend
		if strings.HasPrefix(name, "list_insert") {
			op.Kind = cdt.ListInsert
		}
		if values := o.vals("values"); len(values) == 1 {
			op.Value = values[0]
		} else {
			op.Values = values
		}
	case "list_create", "list_create_with_index", "list_set_order", "list_set_order_with_index":
		op.Kind = cdt.ListSetOrder
		op.Order, op.Stored = orders[o.str("order")], strings.HasSuffix(name, "_with_index")
		if strings.HasPrefix(name, "list_create") && op.Path != nil {
			op.Path = creating(op.Path, o.str("order"), o.truth("pad"))
			op.Stored = false
		}
	case "list_pop":
		op.Kind = cdt.ListPop
	case "list_pop_range", "list_pop_range_from":
		op.Kind = cdt.ListPopRange
		if op.Counted && op.Count == 1 { // the client sends another operation and drops the path
			op.Kind, op.Path = cdt.ListPop, nil
		}
	case "list_remove":
		op.Kind = cdt.ListRemoveAt
	case "list_remove_range", "list_remove_range_from":
		op.Kind = cdt.ListRemoveRange
		if op.Counted && op.Count == 1 {
			op.Kind, op.Path = cdt.ListRemoveAt, nil
		}
	case "list_set", "list_set_with_policy":
		op.Kind = cdt.ListSet
		op.Value = o.val("value")
	case "list_trim":
		op.Kind = cdt.ListTrim
	case "list_clear":
		op.Kind = cdt.ListClear
	case "list_increment", "list_increment_by_one":
		op.Kind, op.Value = cdt.ListIncrement, o.val("value")
	case "list_increment_with_policy":
		// The client sends the flags where the server reads the order.
		op.Kind, op.Value = cdt.ListIncrement, o.val("value")
		op.Order, op.Flags = value.Order(op.Flags), 0
	case "list_increment_by_one_with_policy":
		op.Kind, op.Value = cdt.ListIncrement, 1
	case "list_size":
		op.Kind = cdt.ListSize
	case "list_get":
		op.Kind = cdt.ListGetAt
	case "list_get_range", "list_get_range_from":
		op.Kind = cdt.ListGetRange
	case "list_sort":
		op.Kind, op.Flags = cdt.ListSort, flagsOf(o["sort_flags"])

	case "map_create", "map_create_with_index":
		op.Kind = cdt.MapSetOrder
		op.Order, op.Stored = orders[o.str("order")], name == "map_create_with_index"
		if len(op.Path) > 0 {
			op.Path = creating(op.Path, o.str("order"), false)
		}
	case "map_set_policy":
		op.Kind = cdt.MapSetOrder
		if len(op.Path) > 0 {
			op.Stored = false
		}
	case "map_put":
		op.Kind, op.Value = cdt.MapPut, o.val("value")
		switch policy.Mode {
		case "update_only":
			op.Kind = cdt.MapReplace
		case "create_only":
			op.Kind = cdt.MapAdd
		}
	case "map_put_items":
		op.Kind, op.Values = cdt.MapPutAll, o.val("items")
		switch policy.Mode {
		case "update_only":
			op.Kind = cdt.MapReplaceAll
		case "create_only":
			op.Kind = cdt.MapAddAll
		}
	case "map_increment":
		op.Kind, op.Value, op.Flags = cdt.MapIncrement, o.val("value"), 0
	case "map_decrement":
		op.Kind, op.Value, op.Flags = cdt.MapDecrement, o.val("value"), 0
	case "map_clear":
		op.Kind = cdt.MapClear
	case "map_size":
		op.Kind = cdt.MapSize
	default:
		return o.decodeRest(op)
	}
	return op, nil
}

func (o vectorOp) decodeRest(op *cdt.Op) (*cdt.Op, error) {
	name := o.name()
	if kind, ok := bitKinds[name]; ok {
		op.Kind = kind
		op.Index, op.Count = o.num("bit_offset"), o.num("bit_size")
		switch kind {
		case cdt.BitResize:
			op.Count, op.Action = o.num("byte_size"), flagsOf(o["resize_flags"])
		case cdt.BitInsert, cdt.BitRemove:
			op.Index, op.Count = o.num("byte_offset"), o.num("byte_size")
		}
		op.Value, op.Signed, op.Shift = o.val("value"), o.truth("signed"), o.num("shift")
		if kind == cdt.BitAdd || kind == cdt.BitSubtract {
			switch action := string(o["action"]); action {
			case "", `"fail"`:
			case `"saturate"`:
				op.Action = 2
			case `"wrap"`:
				op.Action = 4
			default:
				op.Action = uint8(o.num("action"))
			}
		}
		return op, nil
	}
	kind, ok := hllKinds[name]
	if !ok {
		return nil, fmt.Errorf("operation %s", name)
	}
	op.Kind = kind
	op.Index, op.Shift = o.num("index_bits"), o.num("minhash_bits")
	op.Values = o.vals("values")
	if kind == cdt.HLLAdd && op.Values == nil {
		op.Values = []any{}
	}
	if o["hlls"] != nil {
		op.Values = o.vals("hlls")
	}
	return op, nil
}

var bitKinds = map[string]cdt.Kind{
	"bit_resize": cdt.BitResize, "bit_insert": cdt.BitInsert, "bit_remove": cdt.BitRemove, "bit_set": cdt.BitSet, "bit_or": cdt.BitOr,
	"bit_xor": cdt.BitXor, "bit_and": cdt.BitAnd, "bit_not": cdt.BitNot, "bit_lshift": cdt.BitLShift, "bit_rshift": cdt.BitRShift,
	"bit_add": cdt.BitAdd, "bit_subtract": cdt.BitSubtract, "bit_set_int": cdt.BitSetInt, "bit_get": cdt.BitGet,
	"bit_count": cdt.BitCount, "bit_lscan": cdt.BitLScan, "bit_rscan": cdt.BitRScan, "bit_get_int": cdt.BitGetInt,
}

var hllKinds = map[string]cdt.Kind{
	"hll_init": cdt.HLLInit, "hll_add": cdt.HLLAdd, "hll_set_union": cdt.HLLSetUnion, "hll_refresh_count": cdt.HLLRefreshCount,
	"hll_fold": cdt.HLLFold, "hll_get_count": cdt.HLLGetCount, "hll_get_union": cdt.HLLGetUnion,
	"hll_get_union_count": cdt.HLLGetUnionCount, "hll_get_intersect_count": cdt.HLLGetIntersectCount,
	"hll_get_similarity": cdt.HLLGetSimilarity, "hll_describe": cdt.HLLDescribe,
}
