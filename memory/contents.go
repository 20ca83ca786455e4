package memory

import (
	"maps"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
)

// The contents of a namespace, a set and a record, in order, as Snapshot and
// Dump tell of them.
type (
	namespaceContents struct {
		name    string
		sets    []setContents // those that have records
		indexes []aerostore.Index
	}
	setContents struct {
		name    string
		entries []entry // those that live
	}
	entry struct {
		id     id // of the key that it was sent with, else the one that the table has
		record record
		ttl    aerostore.TTL
	}
)

// contents returns what is in the store. Each record is whole, but others may
// change while it goes through them.
func (s *Store) contents() []namespaceContents {
	var all []namespaceContents
	for _, name := range slices.Sorted(maps.Keys(s.namespaces)) {
		n := s.namespaces[name]
		c := namespaceContents{name: name, indexes: n.sortedIndexes()}
		sets := *n.sets.Load()
		for _, name := range slices.Sorted(maps.Keys(sets)) {
			if entries := n.entries(sets[name]); len(entries) > 0 {
				c.sets = append(c.sets, setContents{name, entries})
			}
		}
		all = append(all, c)
	}
	return all
}

// entries returns the living records of a set.
func (n *namespace) entries(set *set) []entry {
	var entries []entry
	for complete := false; !complete; {
		entries, complete = n.collect(set.table.Load())
	}
	for i := range entries {
		if sent := entries[i].record.sentKey; sent != nil {
			entries[i].id = idOf(sent)
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.id.compare(b.id) })
	return entries
}

// collect returns the living records of a table, incomplete if the set moved
// on to another.
func (n *namespace) collect(t *table) (entries []entry, complete bool) {
	for i := range t.shards {
		sh := &t.shards[i]
		sh.mu.RLock()
		for x, r := range sh.records {
			if ttl, alive := n.left(r.expires); alive {
				entries = append(entries, entry{id: x, record: *r, ttl: ttl})
			}
		}
		retired := sh.retired
		sh.mu.RUnlock()
		if retired {
			return nil, false
		}
	}
	return entries, true
}

func (n *namespace) sortedIndexes() []aerostore.Index {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(maps.Values(n.indexes), func(a, b aerostore.Index) int {
		return strings.Compare(a.Name, b.Name)
	})
}
