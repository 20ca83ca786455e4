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
	config
	name  string
	clock *clock

	sets  sync.Map               // of *set, by name
	first atomic.Pointer[[]*set] // the first few of them, which are found there faster

	changing sync.Mutex // while an index is made or dropped

	mu       sync.Mutex                 // for the fields below and for making sets
	indexes  map[string]aerostore.Index // by name
	underway *aerostore.Index           // being made
	made     int                        // number of sets
}

func newNamespace(name string, c config, clock *clock) *namespace {
	n := &namespace{config: c, name: name, clock: clock, indexes: make(map[string]aerostore.Index)}
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

// maxSets is the largest number of named sets of a namespace on a server.
const maxSets = 4095

// makeSet returns the set of that name, a new one if there was none. It returns nil
// if there are too many sets.
func (n *namespace) makeSet(name string) *set {
	n.makeSets(name)
	return n.set(name)
}

// makeSets makes the missing ones of the sets. If there would be too many, it makes
// none and returns false.
func (n *namespace) makeSets(names ...string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return n.set(name) != nil })
	if !n.roomFor(missing...) {
		return false
	}
	for _, name := range missing {
		n.addSet(name)
	}
	return true
}

// roomFor reports whether these sets, which are missing, can be made. The namespace
// is locked.
func (n *namespace) roomFor(names ...string) bool {
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

// hasRoom reports whether the set exists or can be made.
func (n *namespace) hasRoom(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set(name) != nil || n.roomFor(name)
}

// addSet makes a missing set. The namespace is locked.
func (n *namespace) addSet(name string) {
	s := &set{namespace: n.name, name: name, clock: n.clock}
	for c, of := range n.coverageOf(name) {
		for i := range s.shards {
			s.shards[i].cover(s, c, of).complete = true
		}
	}
	n.sets.Store(name, s)
	n.made++
	if n.made <= fewSets {
		first := append(slices.Clone(*n.first.Load()), s)
		n.first.Store(&first)
	}
}

// fewSets is the number of sets that are searched one by one. For so few that is
// faster than a map.
const fewSets = 8

const shardCount = 32

// A set has the records of a set by their ids. Once an operation had a digest for a
// key, it has them by digest, too.
type set struct {
	namespace, name string
	clock           *clock
	digests         atomic.Pointer[digests]
	shards          [shardCount]shard
}

// A shard is a part of a set with its own lock. It has the size of a cache line.
type shard struct {
	mu       sync.Mutex
	records  shrinkMap[aerostore.RecordID, *record]
	births   uint64      // number of records made
	expiring *expiring   // nil if no record expires
	index    *shardIndex // the first of a list
}

// shard returns the shard of a record.
func (s *set) shard(id aerostore.RecordID) *shard {
	return &s.shards[id.Hash()%shardCount]
}

// view calls f with the record of that key, if there is one, under the lock.
func (s *set) view(key *aerostore.Key, f func(met *record)) (found bool) {
	id := key.RecordID()
	if !id.IsDigest() && s.viewAt(id, f) {
		return true
	}
	// A record that is removed and made again under another id meanwhile may be
	// missed: it was missing for a moment.
	id, found = s.digested(key)
	return found && s.viewAt(id, f)
}

func (s *set) viewAt(id aerostore.RecordID, f func(met *record)) (found bool) {
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	met := sh.records.m[id]
	if met != nil {
		f(met)
	}
	return met != nil
}

// A place is where a record is, or where it is to be made.
type place struct {
	set    *set
	shard  *shard // locked
	id     aerostore.RecordID
	met    *record     // nil if there is none
	part   *digestPart // locked if there is none and the set has digests
	digest [20]byte    // if part is not nil
}

// lock makes p the place of the record. Until p is unlocked, no other goroutine can
// make the record, under this id or another.
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
		other, known := p.part.find(&p.digest)
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
			p.part.put(&p.digest, digested{p.id, met})
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

// remove removes the record that is in this place.
func (p *place) remove() { p.set.remove(p.shard, p.id, p.met) }

// remove removes a record. The shard is locked.
func (s *set) remove(sh *shard, id aerostore.RecordID, r *record) {
	sh.records.remove(id)
	sh.unschedule(r)
	for ix := sh.index; ix != nil; ix = ix.next {
		ix.replace(id, r.birth, r.bins, nil)
	}
	if d := s.digests.Load(); d != nil {
		d.forget(s, id)
	}
	r.birth = 0 // for a query that has found it
}

// reserve makes room for that many records in empty shards.
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

// walk calls visit for each record, until visit returns false. The caller has locked
// the shard. Visit may unlock the shard and lock it again. walk skips records that
// are made meanwhile, so it visits no record twice. It visits all records that exist
// throughout.
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

// gather calls f for each record, perhaps twice for one that is removed and made
// again meanwhile. It unlocks the shard often, so that it hardly delays writers if f
// does not read every record: records are seldom in a cache.
func (sh *shard) gather(f func(id aerostore.RecordID, r *record)) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := 0
	for id, r := range sh.records.m {
		f(id, r)
		if n++; n%few == 0 {
			sh.mu.Unlock()
			runtime.Gosched() // so that goroutines that wait for the lock get it
			sh.mu.Lock()
		}
	}
}

// few is the number of records that are handled between two times unlocking the shard.
const few = 16
