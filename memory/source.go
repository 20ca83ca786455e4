package memory

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	"github.com/aerostore/aerostore/internal/eval"
	"github.com/aerostore/aerostore/internal/expr"
	value "github.com/aerostore/aerostore/internal/value"
)

// A source finds in a record what a coverage is over, if that is not the whole of its bin:
// at a path in the bin, or by an expression. It is nil for the whole bin.
type source struct {
	steps   []cdt.Step    // of the path
	program *eval.Program // nil for a path
	reads   []string      // bins that the program reads
}

func sourceOf(index aerostore.Index) *source {
	if index.Expression == nil {
		return sourceAt(index.Path)
	}
	n := index.Expression.Node()
	program, _ := eval.Memoized(n) // checked before
	return &source{program: program, reads: expr.UsesOf(n).Bins}
}

func sourceAt(path []cdt.Step) *source {
	if len(path) == 0 {
		return nil
	}
	return &source{steps: path}
}

// isExpression reports whether the source is an expression.
func (s *source) isExpression() bool { return s != nil && s.program != nil }

// each calls yield for what a coverage is over in a record with these bins, of any type,
// until yield returns false. The values must not be modified.
func (s *source) each(c *coverage, in *set, id aerostore.RecordID, bins []bin, yield func(v any) bool) {
	var v any
	switch i := indexOf(bins, c.bin); {
	case len(bins) == 0:
		return // there is no record
	case s.isExpression():
		var err error
		if v, err = s.program.Value(&indexed{set: in, id: id, bins: bins}); err != nil {
			return
		}
	case i < 0:
		return
	case s != nil:
		var found bool
		if v, found = engine.At(bins[i].value, s.steps); !found {
			return
		}
	default:
		v = bins[i].value
	}
	switch c.in {
	case aerostore.IndexDefault:
		yield(v)
	case aerostore.IndexList:
		if list, ok := v.(*value.List); ok {
			for _, e := range list.Items {
				if !yield(e) {
					return
				}
			}
		}
	default:
		for _, pair := range pairsOf(v) {
			e := pair.Value
			if c.in == aerostore.IndexMapKeys {
				e = pair.Key
			}
			if !yield(e) {
				return
			}
		}
	}
}

// pairsOf returns the entries of a map, nil for another value.
func pairsOf(v any) []value.MapPair {
	switch v := v.(type) {
	case *value.Map:
		return v.Pairs
	case value.Pairs: // that an expression selected
		return v
	default:
		return nil
	}
}

// isSame reports whether two versions of a record have the same in an index. It is false
// for a record that is made or removed, which may be in an index without its bins.
func (ix *shardIndex) isSame(old, bins []bin) bool {
	if !ix.isExpression() {
		return sameIn(ix.bin, old, bins)
	}
	if len(old) == 0 || len(bins) == 0 {
		return false
	}
	for _, name := range ix.reads {
		if !sameIn(name, old, bins) {
			return false
		}
	}
	return true
}

// sameIn reports whether two versions of a record have the same in a bin.
func sameIn(name string, old, bins []bin) bool {
	i, j := indexOf(old, name), indexOf(bins, name)
	return i < 0 && j < 0 || i >= 0 && j >= 0 && value.Same(old[i].value, bins[j].value)
}

// An indexed record is one as the expressions of indexes see it: its bins and its digest.
type indexed struct {
	set    *set
	id     aerostore.RecordID
	bins   []bin
	digest [20]byte
}

var _ eval.Record = (*indexed)(nil)

// Bin implements [eval.Record].
func (r *indexed) Bin(name string) any {
	if i := indexOf(r.bins, name); i >= 0 {
		return r.bins[i].value
	}
	return nil
}

// Digest implements [eval.Record].
func (r *indexed) Digest() *[20]byte {
	key := r.id.Key(r.set.namespace, r.set.name)
	r.digest = key.Digest()
	return &r.digest
}

// Key implements [eval.Record]. No index has it.
func (*indexed) Key() any { return nil }

// Set implements [eval.Record]. No index has it.
func (*indexed) Set() string { return "" }

// Number implements [eval.Record]. No index has it.
func (*indexed) Number(expr.Op) int { return 0 }
