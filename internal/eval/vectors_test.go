package eval

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

	aerostore "github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/internal/vectorop"
)

// TestVectors replays what a real server answered to expressions. AEROSTORE_VECTORS
// names a folder of recorded files; without it, those of the repository are replayed.
func TestVectors(t *testing.T) {
	dir := os.Getenv("AEROSTORE_VECTORS")
	if dir == "" {
		dir = filepath.FromSlash("../../storetest/vectors/recorded")
	}
	for _, name := range []string{"exp", "exp2", "random_exp"} {
		t.Run(name, func(t *testing.T) {
			vectors := readVectors(t, filepath.Join(dir, name))
			passed, steps := 0, 0
			for _, v := range vectors {
				if why := skipped[v.Name]; why != "" {
					t.Logf("%s: skipped: %s", v.Name, why)
					continue
				}
				n, reason := v.replay()
				if reason != "" {
					t.Errorf("%s: %s", v.Name, reason)
					continue
				}
				steps += n
				passed++
			}
			t.Logf("%d of %d vectors pass, %d steps", passed, len(vectors), steps)
		})
	}
}

// skipped are vectors that say nothing of expressions, or that are left out.
var skipped = map[string]string{
	"exp_read_names":          "an operation with an empty name",
	"x_set_name":              "names of sets that are too long",
	"x_policies":              "policies of operate",
	"x_read_bin_names":        "operations with empty names",
	"x_filter_calls_no_bool":  "codes of a batch whose filter is refused",
	"x_filter_calls_mismatch": "codes of a batch whose filter is refused",
	"x_write_nested":          "the client cannot read a list that holds an HLL",
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
	Ops     []map[string]json.RawMessage
	NS      string
	Set     string
	Records []vectorStep
	Kind    string
	Header  bool
	Policy  vectorPolicy
	Want    vectorWant
}

type vectorWant struct {
	Code    int
	Bins    map[string]json.RawMessage
	Record  *json.RawMessage
	Exists  json.RawMessage
	Records []json.RawMessage
	Key     json.RawMessage
}

type vectorPolicy struct {
	Exists        string
	RespondAll    bool `json:"respond_per_each_op"`
	SendKey       bool `json:"send_key"`
	DurableDelete bool `json:"durable_delete"`
	TTL           json.RawMessage
	Gen           *int
	GenPolicy     string `json:"gen_policy"`
	Filter        json.RawMessage
}

func readVectors(t *testing.T, path string) []vector {
	t.Helper()
	vectors, err := vectorop.ReadFile[vector](path)
	if err != nil {
		t.Fatal(err)
	}
	return vectors
}

// A record is a record of the vectors.
type record struct {
	bins    map[string]any
	key     any // stored
	set     string
	digest  [20]byte
	gen     int
	expires bool
}

func (r *record) Bin(name string) any { return r.bins[name] }
func (r *record) Key() any            { return r.key }
func (r *record) Digest() *[20]byte   { return &r.digest }
func (r *record) Set() string         { return r.set }

// Number gives what the vectors compare: only what always holds.
func (r *record) Number(op expr.Op) int {
	const now = 1_700_000_000_000_000_000
	switch op {
	case expr.DeviceSize, expr.RecordSize, expr.MemorySize:
		return 100
	case expr.SinceUpdate:
		return 5
	case expr.LastUpdate:
		return now
	case expr.VoidTime:
		if !r.expires {
			return -1
		}
		return now + 100_000_000_000
	case expr.TTL:
		if !r.expires {
			return -1
		}
		return 100
	default:
		return 0
	}
}

type records map[string]*record

func (v *vector) replay() (steps int, reason string) {
	all := records{}
	for i := range v.Steps {
		s := &v.Steps[i]
		defer func() {
			if r := recover(); r != nil {
				reason = fmt.Sprintf("step %d %s: panic: %v", i, s.text(), r)
			}
		}()
		if why := all.check(s); why != "" {
			return 0, fmt.Sprintf("step %d %s: %s", i, s.text(), why)
		}
	}
	return len(v.Steps), ""
}

func (s *vectorStep) text() string {
	var out []string
	for _, op := range s.Ops {
		out = append(out, strings.ReplaceAll(raw(op), `"`, ""))
	}
	if s.Policy.Filter != nil {
		out = append(out, "filter", strings.ReplaceAll(string(s.Policy.Filter), `"`, ""))
	}
	return s.Op + " " + strings.Join(out, " ")
}

func raw(v any) string { b, _ := json.Marshal(v); return string(b) }

// check carries a step out and says what differs from what was recorded.
func (r records) check(s *vectorStep) string {
	switch s.Op {
	case "sleep", "truncate", "create_index", "drop_index":
		return ""
	case "batch_read", "batch_header", "batch_exists", "batch_operate", "batch_remove", "batch", "batch_write":
		return r.batch(s)
	case "query", "scan":
		return r.query(s)
	}
	code, bins := r.do(s)
	if code != s.Want.Code {
		return fmt.Sprintf("code %d, want %d", code, s.Want.Code)
	}
	if s.Want.Bins == nil || code != 0 || strings.Contains(raw(s.Ops), `["hll_bin","h"],["val",{"list":`) {
		return "" // the client cannot read a list that holds an HLL
	}
	return different(bins, s.Want.Bins)
}

func different(bins map[string]any, answer map[string]json.RawMessage) string {
	want := map[string]any{}
	for name, b := range answer {
		want[name] = decodeValue(b)
	}
	if len(bins) == len(want) {
		same := true
		for name, v := range bins {
			w, ok := want[name]
			same = same && ok && sameRead(v, w)
		}
		if same {
			return ""
		}
	}
	return fmt.Sprintf("%s, want %s", show(bins), show(want))
}

func (s *vectorStep) filtered(rec *record) (out bool, code int) {
	if s.Policy.Filter == nil {
		return false, 0
	}
	p, err := compiledOf(s.Policy.Filter)
	switch {
	case err != nil, !p.Boolean():
		return true, 4
	case !p.Matches(rec):
		return true, 27
	}
	return false, 0
}

// compiledOf compiles a recorded expression, from its packed form.
func compiledOf(data json.RawMessage) (*Program, error) {
	n, err := vectorop.Expression(data)
	must(err)
	packed, err := n.Pack()
	if err != nil {
		return nil, err
	}
	parsed, err := expr.Parse(packed)
	if err != nil {
		return nil, err
	}
	again, err := parsed.Pack()
	if err != nil || !bytes.Equal(packed, again) {
		panic(fmt.Sprintf("packed %x, then %x (%v)", packed, again, err))
	}
	return Compile(parsed)
}

func (r records) keyOf(data json.RawMessage) (k string, fresh *record) {
	key := decodeAs[struct {
		NS, Set string
		ID      json.RawMessage
	}](data)
	id := decodeValue(key.ID)
	named, err := aerostore.KeyOf(key.NS, key.Set, id)
	if err != nil {
		named = aerostore.NewKey("invalid", "", string(data))
	}
	digest := named.Digest()
	return key.NS + "/" + string(digest[:]), &record{set: key.Set, digest: digest, bins: map[string]any{}, key: id}
}

func key(r records, data json.RawMessage) string { k, _ := r.keyOf(data); return k }

func (r records) do(s *vectorStep) (code int, bins map[string]any) {
	k, fresh := r.keyOf(s.Key)
	if key := decodeAs[struct{ NS string }](s.Key); key.NS != "test" && key.NS != "bar" {
		return 20, nil
	}
	rec, exists := r[k]
	sent := fresh.key
	fresh.key = nil
	before := func(writes bool) int { // what is checked before the filter
		if !exists {
			return 0
		}
		if writes {
			switch {
			case s.Policy.Exists == "create_only":
				return 5
			case s.Policy.Gen != nil && s.Policy.GenPolicy == "equal" && *s.Policy.Gen != rec.gen,
				s.Policy.Gen != nil && s.Policy.GenPolicy == "greater" && *s.Policy.Gen <= rec.gen:
				return 3
			}
		}
		if out, code := s.filtered(rec); out {
			return code
		}
		return 0
	}
	switch s.Op {
	case "get", "select", "get_header", "exists":
		switch {
		case !exists && (s.Op == "get_header" || s.Op == "exists"):
			return 0, nil
		case !exists:
			return 2, nil
		}
		if code := before(false); code != 0 {
			return code, nil
		}
		if s.Op == "get" {
			return 0, rec.bins
		}
		bins = map[string]any{}
		if s.Op == "select" {
			for _, name := range decodeAs[[]string](s.Bins) {
				if v, ok := rec.bins[name]; ok {
					bins[name] = v
				}
			}
		}
		return 0, bins
	case "remove":
		if !exists {
			return 0, nil
		}
		if code := before(true); code != 0 {
			return code, nil
		}
		delete(r, k)
		return 0, nil
	case "touch":
		if !exists {
			return 2, nil
		}
		if code := before(true); code != 0 {
			return code, nil
		}
		rec.gen++
		return 0, nil
	case "put", "append", "prepend", "increment":
		return r.write(s, k, fresh, sent, before)
	case "operate":
		return r.operate(s, k, fresh, sent, before)
	}
	panic("step " + s.Op)
}

func (r records) write(s *vectorStep, k string, fresh *record, sent any, before func(bool) int) (int, map[string]any) {
	rec, exists := r[k]
	var fields map[string]json.RawMessage
	must(json.Unmarshal(s.Bins, &fields))
	if len(fields) == 0 {
		return 4, nil
	}
	for name := range fields {
		if len(name) > 15 {
			return 21, nil
		}
	}
	switch {
	case !exists && strings.HasSuffix(s.Policy.Exists, "_only") && s.Policy.Exists != "create_only":
		return 2, nil
	case !exists && s.Policy.Gen != nil && s.Policy.GenPolicy == "equal" && *s.Policy.Gen != 0:
		return 3, nil
	}
	if code := before(true); code != 0 {
		return code, nil
	}
	if exists {
		fresh.key, fresh.gen = rec.key, rec.gen
		if !strings.HasPrefix(s.Policy.Exists, "replace") {
			fresh.bins = maps.Clone(rec.bins)
		}
	}
	for name, v := range fields {
		if code := modify(s.Op, fresh.bins, name, decodeValue(v)); code != 0 {
			return code, nil
		}
	}
	return r.store(s, k, fresh, sent), nil
}

// store stores a record after a write.
func (r records) store(s *vectorStep, k string, fresh *record, sent any) int {
	_, exists := r[k]
	if len(fresh.bins) == 0 {
		if !exists {
			return 2
		}
		delete(r, k)
		return 0
	}
	if s.Policy.SendKey {
		fresh.key = sent
	}
	fresh.gen++
	if string(s.Policy.TTL) == `"dont_update"` && exists {
		fresh.expires = r[k].expires
	} else {
		fresh.expires = s.Policy.TTL != nil && s.Policy.TTL[0] != '"'
	}
	r[k] = fresh
	return 0
}

func modify(op string, bins map[string]any, name string, v any) int {
	old := bins[name]
	if op == "put" {
		setBin(bins, name, v)
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
	}
	return 12
}

func setBin(bins map[string]any, name string, v any) {
	if v == nil {
		delete(bins, name)
	} else {
		bins[name] = v
	}
}

// operate carries out the operations of the vectors of expressions.
func (r records) operate(s *vectorStep, k string, fresh *record, sent any, before func(bool) int) (int, map[string]any) {
	rec, exists := r[k]
	writes, all, whole := false, s.Policy.RespondAll, false
	for _, op := range s.Ops {
		switch name := decodeAs[string](op["op"]); name {
		case "get", "get_header":
		case "get_all":
			whole = true
		case "exp_read":
			all = true
		default:
			writes = true
			all = all || name == "exp_write" || strings.HasPrefix(name, "map_")
		}
	}
	if whole && writes && all {
		return 4, nil
	}
	if !writes {
		if !exists {
			return 2, nil
		}
	} else {
		if s.Policy.DurableDelete {
			return 25, nil // Enterprise only
		}
		switch s.Policy.Exists {
		case "replace", "replace_only":
			if decodeAs[string](s.Ops[0]["op"]) != "exp_write" {
				return 4, nil
			}
		case "update_only":
			if !exists {
				return 2, nil
			}
		}
		if !exists && s.Policy.Gen != nil && *s.Policy.Gen != 0 && s.Policy.GenPolicy == "equal" {
			return 3, nil
		}
		for _, op := range s.Ops {
			if len(decodeAs[string](binName(op))) > 15 {
				return 21, nil
			}
		}
	}
	if code := before(writes); code != 0 {
		return code, nil
	}
	if exists {
		fresh.bins, fresh.key, fresh.gen, fresh.expires = maps.Clone(rec.bins), rec.key, rec.gen, rec.expires
	}
	if whole {
		return 0, rec.bins
	}
	for _, op := range s.Ops {
		if len(decodeAs[string](binName(op))) > 15 {
			return 21, nil
		}
	}
	if writes && s.Policy.SendKey {
		fresh.key = sent
	}
	results := map[string][]any{}
	give := func(name string, v any) {
		if v != nil || all {
			results[name] = append(results[name], v)
		}
	}
	for _, op := range s.Ops {
		bin := decodeAs[string](binName(op))
		var program *Program
		if op["exp"] != nil { // each is compiled when it is its turn
			allowed := 16
			if decodeAs[string](op["op"]) == "exp_write" {
				allowed = 31
			}
			var err error
			if program, err = compiledOf(op["exp"]); err != nil || flags(op["flags"])&^allowed != 0 {
				return 4, nil
			}
		}
		switch name := decodeAs[string](op["op"]); name {
		case "get":
			if bin == "" {
				for name, v := range fresh.bins {
					give(name, v)
				}
			} else if v, ok := fresh.bins[bin]; ok || all {
				give(bin, v)
			}
		case "get_header", "touch":
			give("", nil)
		case "delete":
			fresh.bins = map[string]any{}
			give("", nil)
		case "put", "add", "append", "prepend":
			if code := modify(name, fresh.bins, bin, decodeValue(op["value"])); code != 0 {
				return code, nil
			}
			give(bin, nil)
		case "exp_read":
			v, err := program.Value(fresh)
			if err != nil && flags(op["flags"])&16 == 0 {
				return 26, nil
			}
			results[bin] = append(results[bin], v)
		case "exp_write":
			after, code := program.Write(fresh, fresh.bins[bin], uint8(flags(op["flags"])))
			if code != 0 {
				return int(code), nil
			}
			setBin(fresh.bins, bin, after)
			give(bin, nil)
		default:
			after, result, err := engine.Apply(value.Clone(fresh.bins[bin]), recordedOp(op), nil)
			if err != nil {
				return int(err.(*engine.Error).Code), nil
			}
			setBin(fresh.bins, bin, after)
			give(bin, result)
		}
	}
	if writes {
		if code := r.store(s, k, fresh, sent); code != 0 {
			return code, nil
		}
	}
	bins := map[string]any{}
	for name, given := range results {
		if len(given) == 1 {
			bins[name] = given[0]
		} else {
			bins[name] = value.NewList(given...)
		}
	}
	return 0, bins
}

func binName(op map[string]json.RawMessage) json.RawMessage {
	if op["bin"] == nil {
		return json.RawMessage(`""`)
	}
	return op["bin"]
}

// recordedOp returns an operation on a list, a map, bits or a HyperLogLog.
func recordedOp(op map[string]json.RawMessage) *cdt.Op {
	_, decoded, err := vectorop.Decode([]byte(raw(op)), vectorop.Value)
	must(err)
	return &decoded
}

func decodeAs[T any](data json.RawMessage) (v T) {
	must(json.Unmarshal(data, &v))
	return v
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func decodeValue(data json.RawMessage) any {
	v, err := vectorop.Value(data)
	must(err)
	return v
}

func flags(data json.RawMessage) int {
	n, err := vectorop.ExpressionFlags(data)
	must(err)
	return n
}

// batch carries out a batch, one key after the other.
func (r records) batch(s *vectorStep) string {
	var steps []vectorStep
	for _, key := range s.Keys {
		one := vectorStep{Op: "get", Key: key, Policy: s.Policy, Ops: s.Ops}
		switch {
		case s.Op == "batch_header", s.Op == "batch_exists":
			one.Op = "get_header"
		case s.Op == "batch_remove":
			one.Op = "remove"
		case s.Ops != nil:
			one.Op = "operate"
		case s.Bins != nil:
			one.Op, one.Bins = "select", s.Bins
		}
		steps = append(steps, one)
	}
	for _, b := range s.Records {
		one := vectorStep{Op: "get", Key: b.Key, Policy: b.Policy, Ops: b.Ops}
		if one.Policy.Filter == nil {
			one.Policy.Filter = s.Policy.Filter
		}
		switch {
		case b.Kind == "remove":
			one.Op = "remove"
		case b.Ops != nil:
			one.Op = "operate"
		case b.Bins != nil:
			one.Op, one.Bins = "select", b.Bins
		case b.Header:
			one.Op = "get_header"
		}
		steps = append(steps, one)
	}
	if s.Want.Code != 0 && len(s.Want.Records) == 0 {
		return ""
	}
	for i := range steps {
		_, exists := r[key(r, steps[i].Key)]
		code, bins := r.do(&steps[i])
		if !exists && (steps[i].Op == "remove" || steps[i].Op == "get_header") {
			code = 2
		}
		if s.Op == "batch_exists" {
			continue
		}
		if string(s.Want.Records[i]) == "null" {
			if code == 0 && bins != nil {
				return fmt.Sprintf("key %d: a record, want none", i)
			}
			continue
		}
		want := decodeAs[struct {
			Code   int
			Record *struct{ Bins map[string]json.RawMessage }
			Bins   map[string]json.RawMessage
		}](s.Want.Records[i])
		if want.Record != nil {
			want.Bins = want.Record.Bins
		}
		if code != want.Code {
			return fmt.Sprintf("key %d %s: code %d, want %d", i, steps[i].text(), code, want.Code)
		}
		if code == 0 && want.Bins != nil && steps[i].Op != "remove" && steps[i].Op != "operate" {
			if why := different(bins, want.Bins); why != "" {
				return fmt.Sprintf("key %d: %s", i, why)
			}
		}
		if code == 0 && steps[i].Op == "operate" {
			for name, v := range bins { // how several results, and nil ones, come differs in a batch
				if w, ok := want.Bins[name]; ok && v != nil && !strings.Contains(string(w), "op_results") && !sameRead(v, decodeValue(w)) {
					return fmt.Sprintf("key %d: %s is %s, want %s", i, name, show(v), w)
				}
			}
		}
	}
	return ""
}

// query compares which records a scan or query finds, and their bins.
func (r records) query(s *vectorStep) string {
	found := map[string]map[string]any{}
	for k, rec := range r {
		if !strings.HasPrefix(k, s.NS+"/") || s.Set != "" && rec.set != s.Set {
			continue
		}
		if out, code := s.filtered(rec); out {
			if code == 4 {
				if s.Want.Code != 4 {
					return fmt.Sprintf("code 4, want %d", s.Want.Code)
				}
				return ""
			}
			continue
		}
		bins := rec.bins
		if s.Bins != nil {
			bins = map[string]any{}
			for _, name := range decodeAs[[]string](s.Bins) {
				if v, ok := rec.bins[name]; ok {
					bins[name] = v
				}
			}
			if len(bins) == 0 {
				continue
			}
		}
		found[k] = bins
	}
	if s.Want.Code != 0 {
		return ""
	}
	if len(found) != len(s.Want.Records) {
		return fmt.Sprintf("%d records, want %d", len(found), len(s.Want.Records))
	}
	for _, w := range s.Want.Records {
		want := decodeAs[vectorWant](w)
		k, _ := r.keyOf(want.Key)
		bins, ok := found[k]
		if !ok {
			return fmt.Sprintf("no record %s", want.Key)
		}
		if why := different(bins, want.Bins); why != "" {
			return why
		}
	}
	return ""
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
		return fmt.Sprintf("list%d[%s]", v.Order, b.String())
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
	default:
		return fmt.Sprint(v)
	}
}

// sameRead compares what a caller reads: the order of a list does not show, of maps only
// whether they have one.
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
	case value.HLL: // in a list of results it is bytes
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
