package memory

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// digests has the ids of a set's records by their digests. The lock of a shard of
// the set is taken before that of a part.
type digests struct {
	parts   [shardCount]digestPart
	unnamed atomic.Int64 // records of which only the digest is known

	learned  atomic.Bool // all records of the set are here
	learning [shardCount]struct {
		mu   sync.Mutex
		done bool // the records of that shard of the set are here
	}
}

// A digestPart has the partitions whose numbers have the same remainder, each by
// itself: queries read partition by partition.
type digestPart struct {
	of         *digests
	mu         sync.Mutex
	partitions *[aerostore.PartitionCount / shardCount]digestMap // nil before the first record
}

type digestMap = shrinkMap[[20]byte, digested]

// digested is a record and its id.
type digested struct {
	id     aerostore.RecordID
	record *record
}

// newDigests returns digests with room for that many records.
func newDigests(records int) *digests {
	d := &digests{}
	room := records / aerostore.PartitionCount
	for i := range d.parts {
		part := &d.parts[i]
		part.of = d
		if room <= smallMap {
			continue
		}
		part.partitions = new([aerostore.PartitionCount / shardCount]digestMap)
		for j := range part.partitions {
			part.partitions[j].m = make(map[[20]byte]digested, room+room/4)
		}
	}
	return d
}

func (d *digests) part(digest *[20]byte) *digestPart { return d.partOf(partitionOf(digest)) }

func (d *digests) partOf(partition int) *digestPart { return &d.parts[partition%shardCount] }

// partitionOf returns the partition of a digest, as [aerostore.Key.Partition] does.
func partitionOf(digest *[20]byte) int {
	return int(digest[0]) | int(digest[1])<<8&(aerostore.PartitionCount-1)
}

// find returns the id of the record with that digest. The part is locked, as for the
// methods below.
func (p *digestPart) find(digest *[20]byte) (id aerostore.RecordID, found bool) {
	if p.partitions == nil {
		return aerostore.RecordID{}, false
	}
	d, found := p.partitions[partitionOf(digest)/shardCount].m[*digest]
	return d.id, found
}

// put adds a record, whose shard is locked, too.
func (p *digestPart) put(digest *[20]byte, d digested) {
	if d.id.IsDigest() {
		p.of.unnamed.Add(1)
	}
	p.learn(digest, d)
}

// learn adds a record that is not known by digest alone.
func (p *digestPart) learn(digest *[20]byte, d digested) {
	if p.partitions == nil {
		p.partitions = new([aerostore.PartitionCount / shardCount]digestMap)
	}
	p.partitions[partitionOf(digest)/shardCount].put(*digest, d)
}

func (p *digestPart) remove(digest *[20]byte) {
	if p.partitions == nil {
		return
	}
	ids := &p.partitions[partitionOf(digest)/shardCount]
	if ids.remove(*digest); len(ids.m) == 0 {
		*ids = digestMap{} // even a small map counts, of so many
	}
}

// forget drops a record. Its shard is locked for writing.
func (d *digests) forget(s *set, id aerostore.RecordID) {
	if id.IsDigest() {
		d.unnamed.Add(-1)
	}
	digest := id.Key(s.namespace, s.name).Digest()
	p := d.part(&digest)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(&digest)
}

// digested returns the id of the record with the digest of the key. For a key with
// an id, it finds only a record that was made by digest.
func (s *set) digested(key *aerostore.Key) (id aerostore.RecordID, found bool) {
	if key.IsDigest() {
		_ = s.learnDigests(context.Background())
	}
	d := s.digests.Load()
	if d == nil || !key.IsDigest() && d.unnamed.Load() == 0 {
		return aerostore.RecordID{}, false
	}
	digest := key.Digest()
	p := d.part(&digest)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.find(&digest)
}

// learnDigests computes the digests of all records of the set. Once it has begun,
// writes add and remove the digests of their records. learnDigests adds the
// others one by one, without delaying other operations.
func (s *set) learnDigests(ctx context.Context) error {
	d := s.digests.Load()
	if d == nil {
		s.digests.CompareAndSwap(nil, newDigests(s.count()))
		d = s.digests.Load()
	}
	if d.learned.Load() {
		return nil
	}
	// First the shards that no other goroutine is at, so that several learn side by side.
	for _, wait := range []bool{false, true} {
		for i := range d.learning {
			if err := s.learnShard(ctx, d, i, wait); err != nil {
				return err
			}
		}
	}
	d.learned.Store(true)
	return nil
}

// learnShard leaves out a shard that another goroutine is at, unless it is to wait.
func (s *set) learnShard(ctx context.Context, d *digests, i int, wait bool) error {
	state := &d.learning[i]
	if wait {
		state.mu.Lock()
	} else if !state.mu.TryLock() {
		return nil
	}
	defer state.mu.Unlock()
	if state.done {
		return nil
	}
	sh := &s.shards[i]
	var ids []aerostore.RecordID
	sh.gather(func(id aerostore.RecordID, _ *record) {
		if !id.IsDigest() { // one that was made since is there already
			ids = append(ids, id)
		}
	})
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		digest := id.Key(s.namespace, s.name).Digest()
		p := d.part(&digest)
		sh.mu.Lock()
		if r := sh.records.m[id]; r != nil {
			p.mu.Lock()
			p.learn(&digest, digested{id, r})
			p.mu.Unlock()
		}
		sh.mu.Unlock()
	}
	state.done = true
	return nil
}

// count returns the number of records, including expired ones.
func (s *set) count() int {
	n := 0
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		n += len(sh.records.m)
		sh.mu.Unlock()
	}
	return n
}

// digestKey returns the key as a digest.
func digestKey(key aerostore.Key) aerostore.Key {
	return aerostore.DigestKey(key.Namespace(), key.Set(), key.Digest())
}
