package memory

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
)

// The contents of a namespace and a set, in order, as Snapshot and Dump write
// them.
type (
	namespaceContents struct {
		name    string
		sets    []setContents // those that have records
		indexes []aerostore.Index
	}
	setContents struct {
		namespace *namespace
		set       *set
		ids       []listedID // of the records that lived when they were gathered
	}
)

// contents returns what is in the store. The records of a set are gathered
// first and read afterwards, one by one: others may change while that goes on.
func (s *Store) contents() []namespaceContents {
	var all []namespaceContents
	for _, n := range s.namespaces {
		c := namespaceContents{name: n.name, indexes: n.sortedIndexes()}
		sets := slices.SortedFunc(n.setsOf(""), func(a, b *set) int { return strings.Compare(a.name, b.name) })
		for _, set := range sets {
			if ids := n.ids(set); len(ids) > 0 {
				c.sets = append(c.sets, setContents{n, set, ids})
			}
		}
		all = append(all, c)
	}
	return all
}

// ids returns the ids of the records of a set, in order: of the key that each was
// sent with, else the one that the set has. There are none if all records
// expired.
func (n *namespace) ids(set *set) []listedID {
	ids := make([]listedID, 0, set.count())
	alive := false
	for i := range set.shards {
		set.shards[i].gather(func(id aerostore.RecordID, r *record) {
			alive = alive || n.alive(r) != nil
			if id.IsDigest() && r.sentKey != nil {
				id = r.sentKey.RecordID()
			}
			ids = append(ids, listedID{RecordID: id})
		})
	}
	if !alive {
		return nil
	}
	for i := range ids {
		ids[i].shown = idOf(ids[i].RecordID)
	}
	slices.SortFunc(ids, func(a, b listedID) int { return a.shown.compare(b.shown) })
	return slices.Compact(ids)
}

type listedID struct {
	aerostore.RecordID
	shown id
}

// An entry is a record as Snapshot and Dump write it.
type entry struct {
	id     id
	record record
	ttl    aerostore.TTL
}

// entries returns the records that are still there, each as it is when its turn
// comes.
func (c *setContents) entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for _, id := range c.ids {
			key := id.Key(c.set.namespace, c.set.name)
			r, ttl, found := c.namespace.find(&key)
			if found && !yield(entry{id.shown, r, ttl}) {
				return
			}
		}
	}
}

func (n *namespace) sortedIndexes() []aerostore.Index {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(maps.Values(n.indexes), func(a, b aerostore.Index) int {
		return strings.Compare(a.Name, b.Name)
	})
}
