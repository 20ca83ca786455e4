package memory

import (
	"runtime"
	"slices"
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
	withoutExpiry bool
	maxRecordSize int

	sets  sync.Map               // of *set, by name
	first atomic.Pointer[[]*set] // the first few of them, which are found there faster

	changing sync.Mutex // held while indexes are made and dropped

	mu       sync.Mutex                 // for what follows and for the making of sets
	indexes  map[string]aerostore.Index // by name
	underway *aerostore.Index           // the one that is being made
	made     int                        // sets
}

func newNamespace(name string, c config, clock *clock) *namespace {
	n := &namespace{
		name:          name,
		clock:         clock,
		defaultTTL:    c.defaultTTL,
		withoutExpiry: c.withoutExpiry,
		maxRecordSize: c.maxRecordSize,
		indexes:       make(map[string]aerostore.Index),
	}
	n.first.Store(new([]*set))
	return n
}

// set returns the set of that name, nil if there is none.
func (n *namespace) set(name string) *set {
	for _, s := range *n.first.Load() {
		if s.name == name {
			return s
		}
	}
	s, _ := n.sets.Load(name)
	found, _ := s.(*set)
	return found
}

// maxSets is how many sets with a name a namespace of a server can have.
const maxSets = 4095

// makeSet returns the set of that name and makes it if need be. It returns nil
// if there are as many as there can be.
func (n *namespace) makeSet(name string) *set {
	if s := n.set(name); s != nil {
		return s
	}
	n.makeSets(name)
	return n.set(name)
}

// makeSets makes those of the sets that there are not. It makes none and returns
// false if there would be too many.
func (n *namespace) makeSets(names ...string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return n.set(name) != nil })
	if !n.haveRoom(missing...) {
		return false
	}
	for _, name := range missing {
		n.addSet(name)
	}
	return true
}

// haveRoom reports whether those sets, which there are not, can be made. The
// namespace is locked.
func (n *namespace) haveRoom(names ...string) bool {
	named := n.made
	if n.set("") != nil {
		named--
	}
	for _, name := range names {
		if name != "" {
			named++
		}
	}
	return len(names) == 0 || named <= maxSets
}

// hasRoom reports whether the set is there or can be made.
func (n *namespace) hasRoom(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set(name) != nil || n.haveRoom(name)
}

// addSet makes the set, which there is not. The namespace is locked.
func (n *namespace) addSet(name string) {
	s := &set{namespace: n.name, name: name, clock: n.clock}
	for c := range n.coverageOf(name) {
		for i := range s.shards {
			s.shards[i].cover(c).complete = true
		}
	}
	n.sets.Store(name, s)
	n.made++
	if n.made <= fewSets {
		first := append(slices.Clone(*n.first.Load()), s)
		n.first.Store(&first)
	}
}

// fewSets is how many sets are searched for one by one, which is faster for so few
// than a map.
const fewSets = 8

const shardCount = 32

// A set holds the records of a set by key. By digest it knows them from the
// first operation on that goes by one.
type set struct {
	namespace, name string
	clock           *clock
	digests         atomic.Pointer[digests]
	shards          [shardCount]shard
}

// A shard is a part of a set under a lock of its own, the size of a cache line.
type shard struct {
	mu       sync.Mutex
	records  shrinkMap[aerostore.RecordID, *record]
	births   uint64      // records made so far
	expiring *expiring   // nil until a record that expires comes
	index    *shardIndex // the first of a list
}

// shard returns the shard of a record.
func (s *set) shard(id aerostore.RecordID) *shard {
	return &s.shards[id.Hash()%shardCount]
}

// find copies the record of that key to r.
func (s *set) find(key *aerostore.Key, r *record) (found bool) {
	id := key.RecordID()
	if !id.IsDigest() && s.at(id, r) {
		return true
	}
	// A record that moves between two ids meanwhile is removed in between, so
	// that it may be missed.
	id, found = s.digested(key)
	return found && s.at(id, r)
}

// at copies the record of that id to r.
func (s *set) at(id aerostore.RecordID, r *record) (found bool) {
	sh := s.shard(id)
	sh.mu.Lock()
	met := sh.records.m[id]
	if met != nil {
		*r = *met
	}
	sh.mu.Unlock()
	return met != nil
}

// A place is where a record is, or where it would be.
type place struct {
	set    *set
	shard  *shard // locked for writing
	id     aerostore.RecordID
	met    *record     // nil if there is none
	part   *digestPart // locked if there is none and the set knows digests
	digest [20]byte    // if part is not nil
}

// lock makes p the place of the record. Nobody else can make it, under this id
// or another, until the place is unlocked.
func (s *set) lock(key *aerostore.Key, p *place) {
	own := key.RecordID()
	p.set, p.id = s, own
	if key.IsDigest() {
		if id, known := s.digested(key); known {
			p.id = id
		}
	}
	for {
		p.shard, p.part = s.shard(p.id), nil
		p.shard.mu.Lock()
		s.sweep(p.shard)
		p.met = p.shard.records.m[p.id]
		d := s.digests.Load()
		if p.met != nil || d == nil {
			return
		}
		p.digest = key.Digest()
		p.part = d.part(&p.digest)
		p.part.mu.Lock()
		other, known := p.part.ids.m[p.digest]
		if !known && p.id == own {
			return
		}
		p.unlock()
		if p.id = own; known {
			p.id = other
		}
	}
}

func (p *place) unlock() {
	if p.part != nil {
		p.part.mu.Unlock()
	}
	p.shard.mu.Unlock()
}

// put stores the record in this place. A record that was not there is fresh, or a
// new one if fresh is nil.
func (p *place) put(r, fresh *record) {
	sh, met := p.shard, p.met
	var before []bin
	if met != nil {
		before, r.birth, r.slot = met.bins, met.birth, met.slot
	} else {
		if met = fresh; met == nil {
			met = &record{}
		}
		sh.births++
		r.birth, r.slot = sh.births, 0
		sh.records.put(p.id, met)
		if p.part != nil {
			p.part.put(&p.digest, p.id)
		}
		p.met = met
	}
	for ix := sh.index; ix != nil; ix = ix.next {
		ix.replace(p.id, r.birth, before, r.bins)
	}
	*met = *r
	if met.expires != never || met.slot != 0 {
		sh.schedule(p.id, met)
	}
}

// remove takes the record away that is in this place.
func (p *place) remove() { p.set.remove(p.shard, p.id, p.met) }

// remove takes a record away. The shard is locked for writing.
func (s *set) remove(sh *shard, id aerostore.RecordID, r *record) {
	sh.records.remove(id)
	sh.unschedule(r)
	for ix := sh.index; ix != nil; ix = ix.next {
		ix.replace(id, r.birth, r.bins, nil)
	}
	if d := s.digests.Load(); d != nil {
		d.forget(s, id)
	}
}

// reserve makes room for that many records, where there are none.
func (s *set) reserve(records int) {
	each := records / shardCount
	if each <= smallMap {
		return
	}
	for i := range s.shards {
		sh := &s.shards[i]
		room := make(map[aerostore.RecordID]*record, each+each/16)
		sh.mu.Lock()
		if sh.records.m == nil {
			sh.records.m = room
		}
		sh.mu.Unlock()
	}
}

// walk calls visit for each record, until visit returns false. The shard is
// locked by the caller. Visit may let go of the lock: those made meanwhile are
// passed by, so that no record is met twice, and those that are there all the
// time are met.
func (sh *shard) walk(visit func(id aerostore.RecordID, r *record) bool) (complete bool) {
	latest, remade := sh.births, sh.records.remade
	for id, r := range sh.records.m {
		if r.birth > latest || remade != sh.records.remade && sh.records.m[id] != r {
			continue
		}
		if !visit(id, r) {
			return false
		}
	}
	return true
}

// gather calls f for each record, and for one that is removed and created again
// meanwhile perhaps twice. It locks the shard for so little that writers hardly
// ever meet it, as long as f does not look into every record, which is seldom in
// a cache.
func (sh *shard) gather(f func(id aerostore.RecordID, r *record)) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := 0
	for id, r := range sh.records.m {
		f(id, r)
		if n++; n%few == 0 {
			sh.mu.Unlock()
			runtime.Gosched() // to who waits, if anybody
			sh.mu.Lock()
		}
	}
}

// few is how many records are looked at without letting go of the lock.
const few = 16
