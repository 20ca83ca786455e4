package asbackend_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/engine/enginetest"
	value "github.com/aerostore/aerostore/internal/value"
)

// TestOperationsFollowTheModel compares random operations on a server with package
// engine, which carries them out on values. AEROSTORE_RUNS is the number of runs, of some
// 300 operations each, and AEROSTORE_SEED the seed of the first.
func TestOperationsFollowTheModel(t *testing.T) {
	t.Parallel()
	s, set := dial(t)
	compared := 0
	for run, seed := 0, number("AEROSTORE_SEED", 1); run < number("AEROSTORE_RUNS", 15) && !t.Failed(); run++ {
		for family := enginetest.Lists; family <= enginetest.HLLs; family++ {
			m := newModel(t, s, set, uint64(seed+run), family)
			if difference := m.run(t); difference != "" {
				t.Errorf("AEROSTORE_SEED=%d AEROSTORE_RUNS=1, family %d: %s", seed+run, family, difference)
			}
			compared += m.compared
		}
	}
	t.Logf("%d operations compared", compared)
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return n
}

// A model has the value of one bin of two records.
type model struct {
	store    *asbackend.Store
	keys     []aerostore.Key
	batch    int // keys in a batch, 0: Operate
	source   *enginetest.Source
	family   enginetest.Family
	bin      any
	compared int
}

func newModel(t *testing.T, s *asbackend.Store, set string, seed uint64, family enginetest.Family) *model {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, uint64(family)))
	data := make([]byte, 3000)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	m := &model{store: s, batch: int(seed % 3), family: family, source: enginetest.NewSource(data)}
	m.source.Sendable = true
	m.bin = m.source.Bin(family)
	policy := as.NewWritePolicy(0, 0)
	policy.RecordExistsAction = as.REPLACE
	for i := range max(m.batch, 1) {
		k := key(set, fmt.Sprint(seed, family, i))
		client, err := as.NewKey(k.Namespace(), k.Set(), k.ID())
		if err != nil {
			t.Fatal(err)
		}
		bins := []*as.Bin{as.NewBin("x", 1)}
		if m.bin != nil {
			bins = append(bins, as.NewBin("b", asbackend.RawValue(m.bin)))
		}
		if err := s.Client().PutBins(policy, client, bins...); err != nil {
			t.Fatal(err)
		}
		m.keys = append(m.keys, k)
	}
	return m
}

// run carries operations out until the server and the model differ.
func (m *model) run(t *testing.T) (difference string) {
	t.Helper()
	for !m.source.Done() {
		op := m.source.Op(m.family)
		if !isDefined(op) {
			continue
		}
		if last := os.Getenv("AEROSTORE_LAST"); last != "" { // to find what ends a server
			if err := os.WriteFile(last, []byte(describe(op)+" on "+show(m.bin)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ops := []aerostore.Operation{aerostore.OperationOf("b", *op), aerostore.ReadBin("b")}
		results := m.operate(t, ops)
		if code := aerostore.CodeOf(results[0].Err); code == aerostore.CodeUnsupportedFeature || errors.Is(results[0].Err, aerostore.ErrInvalid) {
			continue // not sent
		}
		before := show(m.bin)
		after, result, failed := engine.Apply(m.bin, op, nil)
		for _, got := range results {
			if difference := m.differ(op, before, got, after, result, failed); difference != "" {
				return difference
			}
			m.compared++
		}
		if failed == nil {
			m.bin = after
		}
	}
	return ""
}

func (m *model) operate(t *testing.T, ops []aerostore.Operation) []aerostore.BatchResult {
	t.Helper()
	if m.batch == 0 {
		r, err := m.store.Operate(t.Context(), m.keys[0], ops)
		return []aerostore.BatchResult{{Record: r, Err: err}}
	}
	results, err := m.store.BatchOperate(t.Context(), m.keys, ops)
	if results == nil {
		return []aerostore.BatchResult{{Err: err}}
	}
	return results
}

func (m *model) differ(op *cdt.Op, before string, got aerostore.BatchResult, after, result any, failed error) string {
	code := aerostore.CodeOK
	if refused, ok := errors.AsType[*engine.Error](failed); ok {
		code = aerostore.ResultCode(refused.Code)
	}
	if got := aerostore.CodeOf(got.Err); got != code {
		return fmt.Sprintf("%s on %.300s: code %d (%v), the server %d", describe(op), before, code, failed, got)
	}
	if got.Err != nil {
		return ""
	}
	want := []any{plain(result), plain(after)}
	if steps := []any{plain(got.Record.Step(0).Value()), plain(got.Record.Step(1).Value())}; !alike(steps, want) {
		return fmt.Sprintf("%s on %.300s: %.400s, the server %.400s", describe(op), before, fmt.Sprintf("%#v", want), fmt.Sprintf("%#v", steps))
	}
	return ""
}

// plain returns a value as a caller reads it. A server returns a HyperLogLog as one or as
// bytes.
func plain(v any) any {
	v = value.Export(v)
	if h, ok := v.(aerostore.HLL); ok {
		return []byte(h)
	}
	return v
}

// isDefined reports whether an operation can be sent and its answer does not depend on
// the order in which a client sends a map, or on how the server searches for a wildcard.
func isDefined(op *cdt.Op) bool {
	switch {
	case op.Check() != nil,
		op.Kind == cdt.ListSetOrder && op.Stored, // much that is done to such a list ends the server
		op.Kind == cdt.ListSort && op.Flags > uint8(cdt.DropDuplicates):
		return false
	}
	for _, step := range op.Path {
		s := step.Selector()
		if s.Kind() == cdt.ByValue && (hasMap(s.Value()) || hasEdge(s.Value())) || s.Kind() == cdt.ByKey && hasEdge(s.Value()) {
			return false
		}
	}
	if s := op.Select; s != nil {
		if s.Inverted() && (s.Kind() == cdt.ByIndex || s.Kind() == cdt.ByRank || s.Kind() == cdt.ByKey) {
			return false // which only cdt.Invert makes
		}
		to, _ := s.To()
		for _, v := range append([]any{s.Value(), to}, s.Values()...) {
			if hasEdge(v) || hasMap(v) {
				return false
			}
		}
	}
	return true
}

func hasMap(v any) bool {
	switch v := v.(type) {
	case *value.List:
		for _, e := range v.Items {
			if hasMap(e) {
				return true
			}
		}
	case *value.Map:
		return true
	}
	return false
}

func hasEdge(v any) bool {
	switch v := v.(type) {
	case value.Edge:
		return true
	case *value.List:
		for _, e := range v.Items {
			if hasEdge(e) {
				return true
			}
		}
	}
	return false
}

func show(v any) string { return fmt.Sprint(value.Export(v)) }

func describe(op *cdt.Op) string {
	text := fmt.Sprintf("%s path %v select %v give %d flags %d order %d stored %v index %d count %d/%v key %v value %v values %v action %d signed %v shift %d",
		op.Kind, op.Path, op.Select, op.Give, op.Flags, op.Order, op.Stored, op.Index, op.Count, op.Counted, op.Key, op.Value, op.Values, op.Action, op.Signed, op.Shift)
	if s := op.Select; s != nil {
		to, _ := s.To()
		text += fmt.Sprintf(" (%v %v %v)", s.Value(), to, s.Values())
	}
	return text
}
