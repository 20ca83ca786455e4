package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/internal/vectorop"
)

// TestVectors replays what a real server answered to operations on lists, maps,
// bits and HyperLogLogs. AEROSTORE_VECTORS names a folder of recorded files;
// without it, those of the repository are replayed.
func TestVectors(t *testing.T) {
	dir := os.Getenv("AEROSTORE_VECTORS")
	if dir == "" {
		dir = filepath.FromSlash("../../storetest/vectors/recorded")
	}
	for _, name := range []string{
		"list", "list_rt", "map", "map_get_rt", "map_remove_rt", "bit", "hll",
		"random_list", "random_map", "random_bit", "random_hll",
	} {
		t.Run(name, func(t *testing.T) { replayFile(t, filepath.Join(dir, name)) })
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
		case slices.Contains(v.Tags, "nan_order"), rankedWildcard(v):
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
	vectors, err := vectorop.ReadFile[vector](path)
	if err != nil {
		t.Fatal(err)
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
		if err := op.Check(); err != nil { // a server answered it
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
	v, err := vectorop.Value(data)
	must(err)
	return v
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

func (o vectorOp) decode() (*cdt.Op, error) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	_, op, err := vectorop.Decode(data, func(v json.RawMessage) (any, error) { return decodeValue(v), nil })
	return &op, err
}
