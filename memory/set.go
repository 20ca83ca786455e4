package memory

import (
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A namespace holds sets, made by the first write to them, and the secondary
// indexes over them.
type namespace struct {
	name          string
	clock         *clock
	defaultTTL    aerostore.TTL
	maxRecordSize int

	sets atomic.Pointer[map[string]*set] // replaced as a whole under mu

	mu      sync.Mutex
	indexes map[string]aerostore.Index // by name
}

func newNamespace(name string, c config, clock *clock) *namespace {
	n := &namespace{
		name:          name,
		clock:         clock,
		defaultTTL:    c.defaultTTL,
		maxRecordSize: c.maxRecordSize,
		indexes:       make(map[string]aerostore.Index),
	}
	n.sets.Store(&map[string]*set{})
	return n
}

// set returns the set of that name, nil if there is none.
func (n *namespace) set(name string) *set { return (*n.sets.Load())[name] }

// makeSet returns the set of that name and makes it if need be.
func (n *namespace) makeSet(name string) *set {
	if s := n.set(name); s != nil {
		return s
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s := n.set(name); s != nil {
		return s
	}
	sets := maps.Clone(*n.sets.Load())
	s := newSet(n.name, name)
	sets[name] = s
	n.sets.Store(&sets)
	return s
}

// A set holds the records of a set, in a table that knows them by key until
// somebody comes with a digest, and by digest from then on.
type set struct {
	namespace, name string

	rekeying sync.Mutex
	table    atomic.Pointer[table]
}

func newSet(namespace, name string) *set {
	s := &set{namespace: namespace, name: name}
	s.table.Store(newTable(false))
	return s
}

const shardCount = 32

type table struct {
	byDigest bool
	seed     maphash.Seed
	shards   [shardCount]shard
}

// A shard is a part of a table under a lock of its own, padded to a cache line.
type shard struct {
	mu       sync.RWMutex
	retired  bool // the set has another table: look there
	records  map[id]*record
	earliest instant // no record expires before
	births   uint64  // records made so far
	_        [8]byte
}

func newTable(byDigest bool) *table {
	t := &table{byDigest: byDigest, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].earliest = never
	}
	return t
}

// shard returns the shard of a record.
func (t *table) shard(x *id) *shard {
	// A string alone hashes faster than the struct around it.
	if x.kind == idInt {
		return &t.shards[maphash.Comparable(t.seed, x.num)%shardCount]
	}
	return &t.shards[maphash.String(t.seed, x.text)%shardCount]
}

// put stores the record in the place of one that was met under that id, nil
// for none. The shard is locked for writing.
func (sh *shard) put(x id, met *record, r record) {
	if met == nil {
		if sh.records == nil {
			sh.records = make(map[id]*record)
		}
		sh.births++
		met = &record{birth: sh.births}
		sh.records[x] = met
	}
	r.birth = met.birth
	*met = r
	sh.earliest = min(sh.earliest, r.expires)
}

// locate returns the shard of a record and the id under which the shard holds
// it.
func (s *set) locate(key *aerostore.Key) (*shard, id) {
	t := s.table.Load()
	x := idOf(key)
	if !t.byDigest && x.kind == idDigest {
		t = s.rekey(t)
	}
	if t.byDigest && x.kind != idDigest {
		x = digestOf(key)
	}
	return t.shard(&x), x
}

// find returns the record of that key.
func (s *set) find(key *aerostore.Key) (r record, found bool) {
	for {
		sh, x := s.locate(key)
		sh.mu.RLock()
		met, retired := sh.records[x], sh.retired
		if met != nil {
			r = *met
		}
		sh.mu.RUnlock()
		if !retired {
			return r, met != nil
		}
	}
}

// lock returns the shard of the key, locked for writing, and the id under
// which it holds the record.
func (s *set) lock(key *aerostore.Key) (*shard, id) {
	for {
		sh, x := s.locate(key)
		sh.mu.Lock()
		if !sh.retired {
			return sh, x
		}
		sh.mu.Unlock()
	}
}

// rekey moves the records from a table by key to one by digest, which it
// returns. The old table keeps its records for the scans that are at it.
func (s *set) rekey(old *table) *table {
	s.rekeying.Lock()
	defer s.rekeying.Unlock()
	if t := s.table.Load(); t != old {
		return t
	}
	t := newTable(true)
	for i := range old.shards {
		sh := &old.shards[i]
		sh.mu.Lock()
		defer sh.mu.Unlock()
		sh.retired = true
		for x, r := range sh.records {
			key := x.key(s.namespace, s.name)
			digest := digestOf(&key)
			t.shard(&digest).put(digest, nil, *r)
		}
	}
	s.table.Store(t)
	return t
}
