package memory

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aerostore/aerostore"
	value "github.com/aerostore/aerostore/internal/value"
)

func (n *namespace) put(key *aerostore.Key, bins aerostore.Bins, o *aerostore.Options) aerostore.ResultCode {
	if replaces(o) {
		for name, value := range bins {
			if code := admit(aerostore.WriteBin(name, value), o); code != aerostore.CodeOK {
				return code
			}
		}
	}
	var w written
	w.read(bins)
	var r record
	return n.update(key, o, &change{heavy: w.size > heavySize, put: &w}, &r)
}

func (n *namespace) touch(key *aerostore.Key, o *aerostore.Options) aerostore.ResultCode {
	if code := admit(aerostore.TouchRecord(), o); code != aerostore.CodeOK {
		return code
	}
	var r record
	return n.update(key, o, &change{mustExist: true}, &r)
}

// modify carries out Append, Prepend and Increment, in the order of the bins'
// names, so that the same call always fails with the same code.
func (n *namespace) modify(
	kind aerostore.OperationKind, key *aerostore.Key, bins aerostore.Bins, o *aerostore.Options,
) aerostore.ResultCode {
	if replaces(o) {
		return aerostore.CodeParameter
	}
	heavy := 0
	operands := make([]bin, 0, len(bins))
	for _, name := range slices.Sorted(maps.Keys(bins)) {
		operand, size := operandOf(bins[name])
		operands = append(operands, bin{name, operand})
		heavy += size
	}
	var r record
	return n.update(key, o, &change{heavy: heavy > heavySize, modify: &modified{kind, operands}}, &r)
}

// A modified is what Append, Prepend and Increment do to bins.
type modified struct {
	kind     aerostore.OperationKind
	operands []bin
}

func (m *modified) apply(d *draft) aerostore.ResultCode {
	for _, operand := range m.operands {
		if code := d.modify(m.kind, operand.name, operand.value); code != aerostore.CodeOK {
			return code
		}
	}
	return aerostore.CodeOK
}

// remove removes a record, even one that expired a moment ago (see linger). The
// Exists option has no effect.
func (n *namespace) remove(key *aerostore.Key, o *aerostore.Options) (existed bool, code aerostore.ResultCode) {
	if o.DurableDelete {
		return false, aerostore.CodeEnterpriseOnly // durable_delete in basic.jsonl: for missing records, too
	}
	set := n.set(key.Set())
	if set == nil {
		return false, aerostore.CodeOK
	}
	var p place
	set.lock(key, &p)
	defer p.unlock()
	if p.met == nil {
		return false, aerostore.CodeOK
	}
	if p.met.gone(n.clock) {
		p.remove()
		return false, aerostore.CodeOK
	}
	if !generationFits(o, uint32(p.met.generation)) {
		return false, aerostore.CodeGeneration
	}
	if code := n.filtered(o.Filter, key, p.met); code != aerostore.CodeOK {
		return false, code
	}
	p.remove()
	return true, aerostore.CodeOK
}

// admit returns the code with which a server refuses the operation, else CodeOK: a
// write that replaces a record may only set and read bins. The code does not depend
// on the record (exists_replace_* in basic.jsonl, x_policies in exp2.jsonl).
func admit(op aerostore.Operation, o *aerostore.Options) aerostore.ResultCode {
	if !replaces(o) || !op.Writes() {
		return aerostore.CodeOK
	}
	if op.Kind() == aerostore.OperationExp || op.Kind() == aerostore.OperationWrite && op.Value() != nil {
		return aerostore.CodeOK
	}
	return aerostore.CodeParameter
}

func replaces(o *aerostore.Options) bool {
	return o.Exists == aerostore.Replace || o.Exists == aerostore.ReplaceOnly
}

// A change is what a write does to a record: one of the first three, or nothing. They
// are no interface, which would cost every Put an allocation.
type change struct {
	put     *written
	modify  *modified
	operate *running

	mustExist bool
	heavy     bool // takes long, even if the record is not heavy

	// where is the condition of the job that makes the change, nil for none.
	where *search

	// journal is of changes in place, which are undone if the change fails. It is nil
	// if there are none. Such a change is made under the lock.
	journal *value.Journal
}

// apply makes the change to the draft of the record, or of an empty one if the record is
// replaced. It is called again if the record has changed meanwhile.
func (c *change) apply(d *draft) aerostore.ResultCode {
	switch {
	case c.put != nil:
		return c.put.apply(d)
	case c.modify != nil:
		return c.modify.apply(d)
	case c.operate != nil:
		return c.operate.apply(d, c.journal)
	default:
		return aerostore.CodeOK
	}
}

// undo undoes what apply did in place.
func (c *change) undo() {
	if c.journal != nil {
		c.journal.Rollback()
	}
}

// update makes a change to one record and copies the record to r. A record that the
// change removed has no bins and generation 0. A change that fails has no effect.
func (n *namespace) update(key *aerostore.Key, o *aerostore.Options, c *change, r *record) aerostore.ResultCode {
	set := n.set(key.Set())
	if set == nil {
		if !n.hasRoom(key.Set()) {
			return cmp.Or(precondition(nil, o, c.mustExist), aerostore.CodeParameter)
		}
		// A refused write must not make the set.
		code := n.revise(key, nil, o, c, r)
		c.undo()
		if code != aerostore.CodeOK {
			return code
		}
		if set = n.makeSet(key.Set()); set == nil {
			return aerostore.CodeParameter
		}
	}
	var p place
	set.lock(key, &p)
	old := n.alive(p.met)
	switch {
	case c.journal == nil && (c.heavy || old != nil && old.heavy):
		return n.updateHeavy(&p, key, o, c, r)
	case c.journal != nil && old != nil:
		old.mark()
		p.shard.lendIndexed(old)
	}
	code := n.revise(key, old, o, c, r)
	if code == aerostore.CodeOK {
		p.store(r)
	} else {
		c.undo()
	}
	p.unlock()
	return code
}

// updateHeavy is update for a change that takes long. It makes the change without a
// lock and stores the result if the record is unchanged. It unlocks the place.
func (n *namespace) updateHeavy(p *place, key *aerostore.Key, o *aerostore.Options, c *change, r *record) aerostore.ResultCode {
	const attempts = 4
	for range attempts {
		var old *record
		if alive := n.alive(p.met); alive != nil {
			alive.lend()
			seen := *alive
			old = &seen
		}
		p.unlock()
		if code := n.revise(key, old, o, c, r); code != aerostore.CodeOK {
			return code
		}
		p.set.lock(key, p)
		if n.alive(p.met).is(old) {
			p.store(r)
			p.unlock()
			return aerostore.CodeOK
		}
	}
	code := n.revise(key, n.alive(p.met), o, c, r) // others were faster each time: keep the lock
	if code == aerostore.CodeOK {
		p.store(r)
	}
	p.unlock()
	return code
}

// store puts the record into the place. If r has no bins, it removes the record that
// is there.
func (p *place) store(r *record) {
	if len(r.bins) > 0 {
		p.put(r, nil)
	} else {
		p.remove()
	}
}

// alive returns the record, or nil if it is nil or has expired.
func (n *namespace) alive(r *record) *record {
	if r == nil {
		return nil
	}
	if _, alive := n.left(r.expires); !alive {
		return nil
	}
	return r
}

// revise sets r to the record after the change. Old is nil if there is none. A record
// that is to be removed has no bins and generation 0.
func (n *namespace) revise(
	key *aerostore.Key, old *record, o *aerostore.Options, c *change, r *record,
) aerostore.ResultCode {
	*r = record{expires: never}
	if code := precondition(old, o, c.mustExist); code != aerostore.CodeOK {
		return code
	}
	if old != nil {
		if code := n.filtered(o.Filter, key, old); code != aerostore.CodeOK {
			return code
		}
		if c.where != nil && !c.where.matches(n.set(key.Set()), key.RecordID(), old.bins) {
			return aerostore.CodeNotFound
		}
	}
	if n.withoutExpiry && n.refuses(o.TTL, old) {
		return aerostore.CodeForbidden
	}
	d := draftOf(nil)
	if old != nil && !replaces(o) {
		d = draftOf(old.bins)
	}
	if c.operate != nil && c.operate.plan.evaluates {
		c.operate.meetWrite(n, key, old, o)
	}
	if code := c.apply(&d); code != aerostore.CodeOK {
		return code
	}
	if len(d.bins) == 0 {
		return n.vanish(key, old, o)
	}
	r.bins = d.compact()
	r.lent = old != nil && old.lent
	r.updated = n.clock.instant()
	r.expires = n.expiry(o.TTL, old, r.updated)
	r.sentKey = sentKey(key, old, o)
	r.generation = nextGeneration(old)
	size := r.size(key, d.binsSize())
	if size > n.maxRecordSize {
		size = r.size(key, exactSizeOfBins(r.bins))
	}
	if size > n.maxRecordSize {
		*r = record{expires: never}
		return aerostore.CodeRecordTooBig
	}
	r.heavy = size > heavySize
	return aerostore.CodeOK
}

// precondition returns the code with which the options prevent the write, else
// CodeOK. It checks them in the order of a server (filter_gen_order and
// exists_*_gen_* in policy.jsonl).
func precondition(old *record, o *aerostore.Options, mustExist bool) aerostore.ResultCode {
	generation := uint32(0)
	if old == nil {
		if mustExist || o.Exists == aerostore.UpdateOnly || o.Exists == aerostore.ReplaceOnly {
			return aerostore.CodeNotFound
		}
	} else {
		if o.Exists == aerostore.CreateOnly {
			return aerostore.CodeExists
		}
		generation = uint32(old.generation)
	}
	if !generationFits(o, generation) {
		return aerostore.CodeGeneration
	}
	return aerostore.CodeOK
}

func generationFits(o *aerostore.Options, generation uint32) bool {
	switch o.GenerationCheck {
	case aerostore.GenerationMustEqual:
		return generation == o.Generation
	case aerostore.GenerationMustBeLess:
		return generation < o.Generation
	default:
		return true
	}
}

// vanish returns the code of a write that left no bins. Such a write removes the
// record, and fails with CodeNotFound if there was none (nil_bin_missing_record in
// basic.jsonl). A server that replaces a record does not read it, and finds none then,
// unless an index has the record.
func (n *namespace) vanish(key *aerostore.Key, old *record, o *aerostore.Options) aerostore.ResultCode {
	if old == nil || replaces(o) && !n.hasIndexed(n.set(key.Set()), key.RecordID(), old.bins) {
		return aerostore.CodeNotFound
	}
	if o.DurableDelete {
		return aerostore.CodeEnterpriseOnly
	}
	return aerostore.CodeOK
}

// sentKey returns the key to store with the record. Once sent, it stays.
func sentKey(key *aerostore.Key, old *record, o *aerostore.Options) *aerostore.Key {
	if old != nil && old.sentKey != nil {
		return old.sentKey
	}
	if !o.SendKey || key.IsDigest() {
		return nil
	}
	sent := *key // not key, which would cost every write an allocation
	return &sent
}
