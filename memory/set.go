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
	clock         *clock
	defaultTTL    aerostore.TTL
	maxRecordSize int

	sets atomic.Pointer[map[string]*set] // replaced as a whole under mu

	mu      sync.Mutex
	indexes map[string]aerostore.Index // by name
}

func newNamespace(c config, clock *clock) *namespace {
	n := &namespace{
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
	s := &set{}
	s.table.Store(newTable(false))
	sets[name] = s
	n.sets.Store(&sets)
	return s
}

// A set holds the records of a set, in a table that knows them by key until
// somebody comes with a digest, and by digest from then on.
type set struct {
	rekeying sync.Mutex
	table    atomic.Pointer[table]
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
	records  map[aerostore.Key]*record
	earliest instant // no record expires before
	_        [16]byte
}

func newTable(byDigest bool) *table {
	t := &table{byDigest: byDigest, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].earliest = never
	}
	return t
}

// shard returns the shard of a record, by the key under which the table holds
// it.
func (t *table) shard(home *aerostore.Key) *shard {
	// A string alone hashes faster than the key around it.
	if id, ok := home.ID().(string); ok {
		return &t.shards[maphash.String(t.seed, id)%shardCount]
	}
	return &t.shards[maphash.Comparable(t.seed, *home)%shardCount]
}

// put stores the record in the place of one that was met under that key, nil
// for none. The shard is locked for writing.
func (sh *shard) put(home aerostore.Key, met *record, r record) {
	if met == nil {
		if sh.records == nil {
			sh.records = make(map[aerostore.Key]*record)
		}
		met = new(record)
		sh.records[home] = met
	}
	*met = r
	sh.earliest = min(sh.earliest, r.expires)
}

// locate returns the shard of a record and changes the key to the one under
// which the shard holds it.
func (s *set) locate(key *aerostore.Key) *shard {
	t := s.table.Load()
	if !t.byDigest && key.ID() == nil {
		t = s.rekey(t)
	}
	if t.byDigest {
		*key = digestKey(*key)
	}
	return t.shard(key)
}

// find returns the record of that key.
func (s *set) find(key aerostore.Key) (r record, found bool) {
	for {
		sh := s.locate(&key)
		sh.mu.RLock()
		met, retired := sh.records[key], sh.retired
		if met != nil {
			r = *met
		}
		sh.mu.RUnlock()
		if !retired {
			return r, met != nil
		}
	}
}

// lock returns the shard of the key, locked for writing, and the key under
// which it holds the record.
func (s *set) lock(key aerostore.Key) (*shard, aerostore.Key) {
	for {
		sh := s.locate(&key)
		sh.mu.Lock()
		if !sh.retired {
			return sh, key
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
		for key, r := range sh.records {
			home := digestKey(key)
			t.shard(&home).put(home, nil, *r)
		}
	}
	s.table.Store(t)
	return t
}

func digestKey(key aerostore.Key) aerostore.Key {
	return aerostore.DigestKey(key.Namespace(), key.Set(), key.Digest())
}
