package memory

import (
	"maps"
	"slices"

	"github.com/aerostore/aerostore"
)

func (n *namespace) put(key aerostore.Key, bins aerostore.Bins, o aerostore.Options) aerostore.ResultCode {
	if replaces(o) {
		for _, value := range bins {
			if code := admit(aerostore.OperationWrite, value, o); code != aerostore.CodeOK {
				return code
			}
		}
	}
	_, code := n.update(key, o, false, func(d draft) (draft, aerostore.ResultCode) {
		if d == nil {
			d = make(draft, 0, len(bins))
		}
		for name, value := range bins {
			var code aerostore.ResultCode
			if d, code = d.write(name, value); code != aerostore.CodeOK {
				return d, code
			}
		}
		return d, aerostore.CodeOK
	})
	return code
}

func (n *namespace) touch(key aerostore.Key, o aerostore.Options) aerostore.ResultCode {
	if code := admit(aerostore.OperationTouch, nil, o); code != aerostore.CodeOK {
		return code
	}
	_, code := n.update(key, o, true, func(d draft) (draft, aerostore.ResultCode) { return d, aerostore.CodeOK })
	return code
}

// modify carries out Append, Prepend and Increment, in the order of the bins'
// names, so that the same call always fails with the same code.
func (n *namespace) modify(
	kind aerostore.OperationKind, key aerostore.Key, bins aerostore.Bins, o aerostore.Options,
) aerostore.ResultCode {
	if code := admit(kind, nil, o); code != aerostore.CodeOK {
		return code
	}
	_, code := n.update(key, o, false, func(d draft) (draft, aerostore.ResultCode) {
		for _, name := range slices.Sorted(maps.Keys(bins)) {
			var code aerostore.ResultCode
			if d, code = d.modify(kind, name, bins[name]); code != aerostore.CodeOK {
				return d, code
			}
		}
		return d, aerostore.CodeOK
	})
	return code
}

// remove takes a record away, an expired one too (see linger), whatever the
// options say about existing records.
func (n *namespace) remove(key aerostore.Key, o aerostore.Options) (existed bool, code aerostore.ResultCode) {
	if o.DurableDelete {
		return false, aerostore.CodeEnterpriseOnly // durable_delete in basic.jsonl: of missing records, too
	}
	set := n.set(key.Set())
	if set == nil {
		return false, aerostore.CodeOK
	}
	sh, x := set.lock(&key)
	defer sh.mu.Unlock()
	sh.sweep(n.clock)
	r := sh.records[x]
	if r == nil {
		return false, aerostore.CodeOK
	}
	if !generationFits(o, r.generation) {
		return false, aerostore.CodeGeneration
	}
	delete(sh.records, x)
	return true, aerostore.CodeOK
}

// admit says whether a server takes the operation at all: who replaces a record
// may set bins and read them, nothing else. It looks at no record, so that the
// code is the same with and without one (exists_replace_* in basic.jsonl).
func admit(kind aerostore.OperationKind, value any, o aerostore.Options) aerostore.ResultCode {
	if !replaces(o) {
		return aerostore.CodeOK
	}
	switch kind {
	case aerostore.OperationRead, aerostore.OperationReadAll, aerostore.OperationReadHeader:
		return aerostore.CodeOK
	case aerostore.OperationWrite:
		if value != nil {
			return aerostore.CodeOK
		}
	}
	return aerostore.CodeParameter
}

func replaces(o aerostore.Options) bool {
	return o.Exists == aerostore.Replace || o.Exists == aerostore.ReplaceOnly
}

// update changes one record by what apply does to a draft of its bins, all of
// it or nothing. The draft is nil where the record begins anew. update returns
// the record as it is then; one that is gone has no bins and generation 0.
func (n *namespace) update(
	key aerostore.Key, o aerostore.Options, mustExist bool,
	apply func(draft) (draft, aerostore.ResultCode),
) (record, aerostore.ResultCode) {
	gone := record{expires: never}
	sh, x := n.makeSet(key.Set()).lock(&key)
	defer sh.mu.Unlock()
	sh.sweep(n.clock)

	met := sh.records[x]
	old := met
	if met != nil {
		if _, alive := n.left(met.expires); !alive {
			old = nil
		}
	}
	if code := precondition(old, o, mustExist); code != aerostore.CodeOK {
		return gone, code
	}
	var d draft
	if old != nil && !replaces(o) {
		d = draftOf(old.bins)
	}
	d, code := apply(d)
	if code != aerostore.CodeOK {
		return gone, code
	}
	if len(d) == 0 {
		return gone, sh.vanish(x, old, o)
	}
	r := record{
		bins:       d.compact(),
		expires:    n.expiry(o.TTL, old),
		sentKey:    sentKey(key, old, o),
		generation: nextGeneration(old),
	}
	if r.size(key) > n.maxRecordSize {
		return gone, aerostore.CodeRecordTooBig
	}
	sh.put(x, met, r)
	return r, aerostore.CodeOK
}

// precondition says whether the options let the write happen, in the order in
// which a server checks (filter_gen_order and exists_*_gen_* in policy.jsonl).
func precondition(old *record, o aerostore.Options, mustExist bool) aerostore.ResultCode {
	generation := uint32(0)
	if old == nil {
		if mustExist || o.Exists == aerostore.UpdateOnly || o.Exists == aerostore.ReplaceOnly {
			return aerostore.CodeNotFound
		}
	} else {
		if o.Exists == aerostore.CreateOnly {
			return aerostore.CodeExists
		}
		generation = old.generation
	}
	if !generationFits(o, generation) {
		return aerostore.CodeGeneration
	}
	return aerostore.CodeOK
}

func generationFits(o aerostore.Options, generation uint32) bool {
	switch o.GenerationCheck {
	case aerostore.GenerationMustEqual:
		return generation == o.Generation
	case aerostore.GenerationMustBeLess:
		return generation < o.Generation
	default:
		return true
	}
}

// vanish ends a write that left no bins: the record is gone, and if there was
// none before, it was not found (nil_bin_missing_record in basic.jsonl).
func (sh *shard) vanish(x id, old *record, o aerostore.Options) aerostore.ResultCode {
	if old == nil {
		return aerostore.CodeNotFound
	}
	if o.DurableDelete {
		return aerostore.CodeEnterpriseOnly
	}
	delete(sh.records, x)
	return aerostore.CodeOK
}

// sentKey returns the key to keep beside the record: once sent it stays.
func sentKey(key aerostore.Key, old *record, o aerostore.Options) *aerostore.Key {
	if old != nil && old.sentKey != nil {
		return old.sentKey
	}
	if !o.SendKey || key.ID() == nil {
		return nil
	}
	sent := key // not &key, which would cost every write an allocation
	return &sent
}
