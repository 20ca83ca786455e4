package memory

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/engine"
	value "github.com/aerostore/aerostore/internal/value"
)

// A draft is the bins of a record that a write changes. They are in any order. Their
// values are shared with the record. [draft.carryOut] says which of them it changes in
// place.
type draft struct {
	bins   []bin
	shared bool // with the record: to be copied before the first change
	names  finder
	sized  int // size includes that many bins, from the first on
	size   int
}

// draftOf returns a draft that begins with those bins.
func draftOf(bins []bin) draft { return draft{bins: bins, shared: true} }

// unshare copies the bins if they are shared, with room for some more.
func (d *draft) unshare(more int) {
	if d.shared {
		d.bins = append(make([]bin, 0, len(d.bins)+more), d.bins...)
		d.shared = false
	}
}

// compact returns the bins without much room to spare.
func (d *draft) compact() []bin {
	const spare = 2
	if !d.shared && cap(d.bins)-len(d.bins) > spare {
		return append(make([]bin, 0, len(d.bins)), d.bins...)
	}
	return d.bins
}

// binsSize returns the size of the bins; see sizeOfBins.
func (d *draft) binsSize() int {
	return d.size + sizeOfBins(d.bins[d.sized:])
}

// write sets a bin to a value, which it keeps; nil deletes it.
func (d *draft) write(name string, value any) {
	i := d.names.find(d.bins, name)
	if value == nil {
		d.remove(i)
		return
	}
	d.set(i, name, value)
}

// modify adds, appends or prepends to a bin. A missing bin is set to the operand,
// which is kept, of any type (append_missing_bin in basic.jsonl).
func (d *draft) modify(kind aerostore.OperationKind, name string, operand any) aerostore.ResultCode {
	if operand == nil {
		return aerostore.CodeParameter
	}
	i := d.names.find(d.bins, name)
	if i < 0 {
		if bad, ok := operand.(unstorable); ok {
			return aerostore.ResultCode(bad)
		}
		d.set(i, name, operand)
		return aerostore.CodeOK
	}
	value, code := combine(kind, d.bins[i].value, operand)
	if code == aerostore.CodeOK {
		d.set(i, name, value)
	}
	return code
}

// carryOut carries out an operation on a list, map, bits or HyperLogLog. It changes a
// list or map in place, unless it is lent, and records that in the journal. The shard
// is locked.
func (d *draft) carryOut(name string, op *cdt.Op, j *value.Journal) (result any, err error) {
	i := d.names.find(d.bins, name)
	var before any
	if i >= 0 {
		before = d.bins[i].value
	}
	if !op.Kind.Writes() {
		_, result, err = engine.Apply(before, op, nil)
		return result, err
	}
	if i >= 0 {
		before = d.own(i)
	}
	grown := j.Growth()
	after, result, err := engine.Apply(before, op, j)
	switch {
	case err != nil:
		return nil, err
	case value.Same(before, after):
		j.Grow(after, j.Growth()-grown)
	case after != nil:
		value.Measure(after)
		d.set(i, name, after)
	}
	return result, nil
}

// own returns the value of a bin to be changed. A list or map that is lent is replaced
// by a copy.
func (d *draft) own(i int) any {
	v := d.bins[i].value
	lent, bound := false, uint32(0)
	switch v := v.(type) {
	case *value.List:
		lent, bound = v.Lent, v.Bound
	case *value.Map:
		lent, bound = v.Lent, v.Bound
	}
	if !lent {
		return v
	}
	v = value.Clone(v)
	switch v := v.(type) {
	case *value.List:
		v.Bound = bound
	case *value.Map:
		v.Bound = bound
	}
	d.unshare(0)
	d.bins[i].value = v
	return v
}

// set stores a value, which it does not copy, at i, or at the end if i is negative.
func (d *draft) set(i int, name string, value any) {
	if i < 0 {
		d.unshare(1)
		d.names.moved(name, len(d.bins))
		d.bins = append(d.bins, bin{name, value})
		return
	}
	d.unshare(0)
	d.bins[i].value = value
}

// remove removes the bin at i, if i is not negative.
func (d *draft) remove(i int) {
	if i < 0 {
		return
	}
	d.unshare(0)
	last := len(d.bins) - 1
	d.names.removed(d.bins[i].name)
	if i != last {
		d.bins[i] = d.bins[last]
		d.names.moved(d.bins[i].name, i)
	}
	d.bins[last] = bin{}
	d.bins = d.bins[:last]
}

// clear removes all bins.
func (d *draft) clear() { *d = draft{} }

// A written is the bins of a Put, imported and checked before any lock is taken.
type written struct {
	draft                        // without the bins that are deleted
	deleted []string             // the names of these bins
	code    aerostore.ResultCode // CodeOK if a server stores them
}

func (w *written) read(bins aerostore.Bins) {
	w.bins = make([]bin, 0, len(bins))
	for name, value := range bins {
		if value == nil {
			w.deleted = append(w.deleted, name)
			continue
		}
		if value, w.code = imported(value); w.code != aerostore.CodeOK {
			return
		}
		w.bins = append(w.bins, bin{name, value})
	}
	w.sized, w.size = len(w.bins), sizeOfBins(w.bins)
}

// apply writes the bins to a record.
func (w *written) apply(d *draft) aerostore.ResultCode {
	if w.code != aerostore.CodeOK {
		return w.code
	}
	old := d.bins
	*d = w.draft
	if len(old) == 0 {
		return aerostore.CodeOK
	}
	var deleted map[string]bool
	if len(w.deleted) > 0 {
		deleted = make(map[string]bool, len(w.deleted))
		for _, name := range w.deleted {
			deleted[name] = true
		}
	}
	var in finder
	for i := range old {
		if b := &old[i]; in.find(w.bins, b.name) < 0 && !deleted[b.name] {
			d.bins = append(d.bins, *b)
		}
	}
	return aerostore.CodeOK
}
