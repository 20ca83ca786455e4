package asbackend_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/memory"
)

// TestExpressionsAnswerAsMemory compares random expressions, read and written, on a server
// with memory. AEROSTORE_RUNS is the number of records, with 50 calls each, and
// AEROSTORE_SEED the seed of the first.
func TestExpressionsAnswerAsMemory(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	var total evaluations
	for run, seed := 0, number("AEROSTORE_SEED", 1); run < number("AEROSTORE_RUNS", 40) && total.differences < 40; run++ {
		c := newComparison(t, s, set, uint64(seed+run))
		for range 50 {
			if difference := c.call(t); difference != "" {
				total.differences++
				t.Errorf("AEROSTORE_SEED=%d AEROSTORE_RUNS=1: %s", seed+run, difference)
				break
			}
		}
		total.evaluated += c.evaluated
		total.known += c.known
		total.refused += c.refused
	}
	t.Logf("%d expressions compared, %d of them known; %d refused before they were sent; %d differences",
		total.evaluated, total.known, total.refused, total.differences)
	if total.known < total.evaluated/10 {
		t.Error("few of the expressions have a value")
	}
}

// evaluations counts expressions.
type evaluations struct{ evaluated, known, refused, differences int }

// A comparison is a record on a server and in memory.
type comparison struct {
	evaluations

	server, memory aerostore.Store
	g              *evaltest.Generator
	key            aerostore.Key
	batch          bool
}

func newComparison(t *testing.T, server aerostore.Store, set string, seed uint64) *comparison {
	t.Helper()
	c := &comparison{server: server, memory: memory.NewT(t), g: evaltest.New(seed), key: key(set, fmt.Sprint("k", seed)), batch: seed%3 == 0}
	bins, order := aerostore.Bins{"one": 1}, []aerostore.Operation{aerostore.TouchRecord()}
	for name, v := range c.g.Bins() {
		bins[name] = value.Export(v)
		if l, ok := v.(*value.List); ok && l.Order != value.Unordered {
			order = append(order, aerostore.ListBin(name).SetOrder(cdt.Ordered))
		}
	}
	opts := []aerostore.WriteOption{aerostore.Replace}
	if seed%2 == 0 {
		opts = append(opts, aerostore.SendKey)
	}
	for _, store := range []aerostore.Store{c.server, c.memory} {
		if err := store.Put(t.Context(), c.key, bins, opts...); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Operate(t.Context(), c.key, order); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// call evaluates some expressions on both and says what differs.
func (c *comparison) call(t *testing.T) string {
	t.Helper()
	var ops []aerostore.Operation
	for range 1 + c.g.IntN(3) {
		n := c.g.Any(1 + c.g.IntN(4))
		if n.Check() != nil {
			c.refused++
			continue
		}
		ops = append(ops, c.operation(n)...)
	}
	if len(ops) == 0 {
		return ""
	}
	got, gotErr := c.operate(t, c.server, ops)
	want, wantErr := c.operate(t, c.memory, ops)
	gotCode, wantCode := aerostore.CodeOf(gotErr), aerostore.CodeOf(wantErr)
	switch {
	case gotCode != wantCode:
		return fmt.Sprintf("%s: code %d, memory has %d (%v; %v)%s", c.sources(ops), gotCode, wantCode, gotErr, wantErr, c.bins(t, ops))
	case gotErr != nil && !slices.Contains([]aerostore.ResultCode{4, 6, 17, 26}, gotCode):
		t.Fatalf("%v after %s", gotErr, c.sources(ops))
	case gotErr != nil:
		c.evaluated++
		return ""
	}
	for i, o := range ops {
		if o.Exp() != nil {
			c.evaluated++
		}
		v, w := got.Step(i).Value(), want.Step(i).Value()
		if v != nil {
			c.known++
		}
		if !alike(v, w) {
			return fmt.Sprintf("operation %d of %s: %#v, memory has %#v%s", i, c.sources(ops), v, w, c.bins(t, ops))
		}
	}
	if got.Generation != want.Generation {
		return fmt.Sprintf("%s: generation %d, memory has %d", c.sources(ops), got.Generation, want.Generation)
	}
	return ""
}

// operation returns a read of the expression, or a write and a read of the bin.
func (c *comparison) operation(n *expr.Node) []aerostore.Operation {
	e := evaltest.Of(n)
	if c.g.IntN(4) > 0 {
		if c.g.IntN(2) == 0 {
			return ops(aerostore.ReadExp("r", e))
		}
		return ops(aerostore.ReadExp("r", e, exp.EvalNoFail))
	}
	var flags []exp.WriteFlag
	for _, f := range []exp.WriteFlag{exp.CreateOnly, exp.UpdateOnly, exp.AllowDelete, exp.NoFail} {
		if c.g.IntN(4) == 0 {
			flags = append(flags, f)
		}
	}
	if c.g.IntN(3) > 0 {
		flags = append(flags, exp.EvalNoFail)
	}
	bin := evaltest.Pick(c.g, "w", "x", "y", "z", "i", "s", "l")
	return ops(aerostore.WriteExp(bin, e, flags...), read(bin))
}

func (c *comparison) operate(t *testing.T, s aerostore.Store, ops []aerostore.Operation) (*aerostore.Record, error) {
	t.Helper()
	if !c.batch {
		return s.Operate(t.Context(), c.key, ops)
	}
	missing := key(c.key.Set(), "missing") // so that the client sends a batch
	results, err := s.BatchOperate(t.Context(), []aerostore.Key{c.key, missing}, ops, aerostore.UpdateOnly)
	if err != nil {
		return nil, err
	}
	if !errors.Is(results[1].Err, aerostore.ErrNotFound) {
		t.Fatalf("a missing record: %v", results[1].Err)
	}
	return results[0].Record, results[0].Err
}

func (c *comparison) sources(ops []aerostore.Operation) string {
	var b strings.Builder
	for _, o := range ops {
		b.WriteString("\n\t" + o.Source())
	}
	return b.String()
}

// bins returns what the bins of the expressions hold.
func (c *comparison) bins(t *testing.T, ops []aerostore.Operation) string {
	t.Helper()
	var names []string
	var visit func(n *expr.Node)
	visit = func(n *expr.Node) {
		if n.Op == expr.Bin && !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
		for _, arg := range n.Args {
			visit(arg)
		}
	}
	for _, o := range ops {
		if op := o.Exp(); op != nil {
			visit(op.Expression.Node())
		}
	}
	r, err := c.memory.Get(t.Context(), c.key)
	if err != nil {
		return fmt.Sprint("\n\t", err)
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "\n\t%s = %#v", name, r.Bins[name])
	}
	return b.String()
}

// alike reports whether the values are equal. A NaN equals another. What the client cannot
// read, a HyperLogLog in a list or map, equals anything.
func alike(a, b any) bool {
	switch a := a.(type) {
	case aerostore.Unreadable:
		return true
	case float64:
		b, ok := b.(float64)
		return ok && (math.Float64bits(a) == math.Float64bits(b) || a != a && b != b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, alike)
	case []aerostore.MapPair:
		b, ok := b.([]aerostore.MapPair)
		return ok && slices.EqualFunc(a, b, func(p, q aerostore.MapPair) bool { return alike(p.Key, q.Key) && alike(p.Value, q.Value) })
	case map[any]any:
		b, ok := b.(map[any]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if w, found := b[k]; !found || !alike(v, w) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(a, b)
	}
}

// TestRegionsContainThePointsThatMemoryHas compares random points in random regions.
func TestRegionsContainThePointsThatMemoryHas(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	m, k := memory.NewT(t), key(set, 1)
	put(t, s, k, aerostore.Bins{"a": 1})
	put(t, m, k, aerostore.Bins{"a": 1})
	compared, inside := 0, 0
	for run, seed := 0, number("AEROSTORE_SEED", 1); run < number("AEROSTORE_RUNS", 40) && !t.Failed(); run++ {
		g := evaltest.New(uint64(seed + run))
		longitude, latitude := g.Float64()*360-180, g.Float64()*170-85
		size := evaltest.Pick(g, 0.01, 0.1, 1, 10, 60)
		region := exp.GeoVal(aerostore.GeoJSON(g.Region(longitude, latitude, size)))
		var ops []aerostore.Operation
		for range 20 {
			point := exp.GeoVal(aerostore.GeoJSON(g.PointNear(longitude, latitude, size)))
			ops = append(ops, aerostore.ReadExp("r", exp.Within(point, region)))
		}
		compared += sameReads(t, s, m, k, ops, seed+run, &inside)
	}
	t.Logf("%d points compared, %d of them inside", compared, inside)
}

// TestRegularExpressionsMatchAsInMemory compares random regular expressions on random texts.
func TestRegularExpressionsMatchAsInMemory(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	m, k := memory.NewT(t), key(set, 1)
	put(t, s, k, aerostore.Bins{"a": 1})
	put(t, m, k, aerostore.Bins{"a": 1})
	compared, matched := 0, 0
	for run, seed := 0, number("AEROSTORE_SEED", 1); run < number("AEROSTORE_RUNS", 40) && !t.Failed(); run++ {
		g := evaltest.New(uint64(seed + run))
		pattern, flags := g.Pattern(), g.IntN(16)
		var ops []aerostore.Operation
		for range 20 {
			text := &expr.Node{Op: expr.Const, Value: g.Subject()}
			ops = append(ops, aerostore.ReadExp("r", evaltest.Of(&expr.Node{Op: expr.Regex, Name: pattern, Flags: flags, Args: []*expr.Node{text}})))
		}
		compared += sameReads(t, s, m, k, ops, seed+run, &matched)
	}
	t.Logf("%d texts compared, %d of them match", compared, matched)
}

// sameReads reads booleans from two stores, and returns how many. It adds to those that
// are true.
func sameReads(t *testing.T, s, m aerostore.Store, k aerostore.Key, ops []aerostore.Operation, seed int, hits *int) int {
	t.Helper()
	got, gotErr := s.Operate(t.Context(), k, ops)
	want, wantErr := m.Operate(t.Context(), k, ops)
	if aerostore.CodeOf(gotErr) != aerostore.CodeOf(wantErr) {
		t.Errorf("AEROSTORE_SEED=%d: %s: %v, memory has %v", seed, ops[0].Source(), gotErr, wantErr)
	}
	if gotErr != nil || wantErr != nil {
		return 0
	}
	for i, o := range ops {
		v, w := got.Step(i).Value(), want.Step(i).Value()
		if v != w {
			t.Errorf("AEROSTORE_SEED=%d: %s: %v, memory has %v", seed, o.Source(), v, w)
		}
		if v == true {
			*hits++
		}
	}
	return len(ops)
}
