package asbackend

import (
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func TestOperationsThatTheClientCannotSend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op   aerostore.Operation
		want string
	}{
		{aerostore.ListBin("b").With(cdt.AddUnique).Increment(0, 2), "add 1"},
		{aerostore.ListBin("b").With(cdt.NoFail).Increment(0, 1.0), "add 1"},
		{aerostore.ListBin("").Size(), "rename the bin"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.ListAppend, Values: map[any]any{}}), "must be a list"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.ListIncrement, Value: "x"}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.MapPutAll, Values: []any{1}}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.BitSet, Value: 1}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.ListGet}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.MapRemove}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: cdt.HLLMayContain}), "no such operation"},
		{aerostore.OperationOf("b", cdt.Op{Kind: 255}), "no such operation"},
	} {
		_, err := new(Store).planOf([]aerostore.Operation{c.op}, new(scratch))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: the error is %v, want %q", c.op, err, c.want)
		}
	}
}

func TestArgumentsThatAKindIgnoresMayBeAnything(t *testing.T) {
	t.Parallel()
	key := aerostore.NewKey("test", "users", 1)
	bad := &struct{}{}
	for kind := cdt.Kind(1); kind.Family() != 0; kind++ {
		fine := cdt.Op{Kind: kind, Select: cdt.All().Selector()}
		for _, v := range []any{1, []byte{1}, true} {
			for _, values := range []any{nil, map[any]any{1: 1}, []any{aerostore.HLL{}}} {
				fine.Key, fine.Value, fine.Values = 1, v, values
				for name, spoil := range map[string]func(*cdt.Op){
					"key":     func(op *cdt.Op) { op.Key = bad },
					"value":   func(op *cdt.Op) { op.Value = bad },
					"values":  func(op *cdt.Op) { op.Values = bad },
					"element": func(op *cdt.Op) { op.Values = []any{bad} },
				} {
					op := fine
					spoil(&op)
					ops := []aerostore.Operation{aerostore.OperationOf("b", op)}
					if (aerostore.Call{Op: aerostore.OpOperate, Key: key}.WithOperations(ops).Validate()) != nil {
						continue // the kind reads it
					}
					if _, err := new(Store).planOf(ops, new(scratch)); err != nil {
						t.Errorf("%s, with a %T for its %s: %v", kind, bad, name, err)
					}
				}
			}
		}
	}
}

// The forms of operations are cached, so they must not be taken for others.
func TestFormsDifferAsTheirOperationsDo(t *testing.T) {
	t.Parallel()
	l, m, b := aerostore.ListBin("b"), aerostore.MapBin("b"), aerostore.BitBin("b")
	var s Store
	seen := map[*as.Operation]aerostore.Operation{}
	for range 4 {
		for _, op := range []aerostore.Operation{
			l.Size(), aerostore.ListBin("c").Size(), m.Size(), l.Clear(), l.GetAt(0), l.GetAt(1), l.GetRange(0, 1), l.GetRange(0, cdt.ToEnd),
			l.Get(cdt.Index(0)), l.Get(cdt.Index(1)), l.Get(cdt.Rank(0)), l.Get(cdt.Index(0), cdt.Count), l.Remove(cdt.Index(0)),
			l.Get(cdt.Ranks(0, 1)), l.Get(cdt.Ranks(0, 2)), l.Get(cdt.Ranks(0, cdt.ToEnd)), l.Get(cdt.Not(cdt.Ranks(0, 1))), l.Get(cdt.Ranks(0, 0)),
			m.Get(cdt.Ranks(0, 1)), m.Get(cdt.Ranks(0, 1), cdt.KeyOf), l.Trim(0, 1), l.Sort(), l.Sort(cdt.Descending),
			l.SetOrder(cdt.Ordered), l.SetOrder(cdt.Unordered), l.WithIndex().SetOrder(cdt.Unordered), l.Increment(0, nil),
			b.GetInt(0, 8), b.GetSigned(0, 8), b.Not(0, 8), b.With(cdt.NoFail).Not(0, 8), b.ShiftLeft(0, 8, 1), b.ShiftLeft(0, 8, 2), b.Resize(1), b.Resize(2),
			l.Get(cdt.Value(1)), l.Get(cdt.Value(2)), m.Get(cdt.Key(1)), m.Get(cdt.Key(2)), m.Get(cdt.Key("1")), m.Get(cdt.Key([]byte("1"))),
			m.Get(cdt.Key(1), cdt.KeyOf), m.Remove(cdt.Key(1)), l.In(cdt.Index(0)).Size(), l.In(cdt.Index(1)).Size(), l.Append(1),
		} {
			p, err := s.planOf([]aerostore.Operation{op}, new(scratch))
			if err != nil {
				t.Fatalf("%v: %v", op, err)
			}
			if before, ok := seen[p.ops[0]]; ok && !same(before, op) {
				t.Errorf("%v has the form of another %v", op, before)
			}
			seen[p.ops[0]] = op
		}
	}
	for _, op := range []aerostore.Operation{l.Get(cdt.Ranks(-10, 10)), m.Get(cdt.Key("a player"))} {
		var forms [3]*as.Operation
		for i := range forms {
			p, _ := s.planOf([]aerostore.Operation{op}, new(scratch))
			forms[i] = p.ops[0]
		}
		if forms[0] == forms[1] {
			t.Errorf("%v: a form is kept that was wanted once", op)
		}
		if forms[1] != forms[2] {
			t.Errorf("%v: a form is not used again", op)
		}
	}
}

func same(a, b aerostore.Operation) bool {
	x, xOK := shapeOf(a)
	y, yOK := shapeOf(b)
	return xOK && yOK && x == y && a.Bin() == b.Bin() && a.CDT().Select.Equal(b.CDT().Select) && a.CDT().Index == b.CDT().Index
}
