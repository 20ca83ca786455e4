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

type digestPart struct {
	of  *digests
	mu  sync.Mutex
	ids shrinkMap[[20]byte, aerostore.RecordID]
}

// newDigests returns digests with room for that many records.
func newDigests(records int) *digests {
	d := &digests{}
	for i := range d.parts {
		d.parts[i].of = d
		if room := records / shardCount; room > smallMap {
			d.parts[i].ids.m = make(map[[20]byte]aerostore.RecordID, room+room/16)
		}
	}
	return d
}

func (d *digests) part(digest *[20]byte) *digestPart {
	return &d.parts[digest[0]%shardCount]
}

// put adds a record. The part and the shard of the record are locked.
func (p *digestPart) put(digest *[20]byte, id aerostore.RecordID) {
	if id.IsDigest() {
		p.of.unnamed.Add(1)
	}
	p.ids.put(*digest, id)
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
	p.ids.remove(digest)
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
	id, found = p.ids.m[digest]
	return id, found
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
	for i := range d.learning {
		if err := s.learnShard(ctx, d, i); err != nil {
			return err
		}
	}
	d.learned.Store(true)
	return nil
}

func (s *set) learnShard(ctx context.Context, d *digests, i int) error {
	state := &d.learning[i]
	state.mu.Lock()
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
		if sh.records.m[id] != nil {
			p.mu.Lock()
			p.ids.put(digest, id)
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
