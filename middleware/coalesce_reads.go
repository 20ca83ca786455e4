package middleware

import (
	"context"
	"hash/maphash"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A sharedRead is one read with the callers that wait for it.
type sharedRead struct {
	shard  *readShard
	ctx    context.Context // of the read, without a deadline
	cancel context.CancelFunc
	call   aerostore.Call
	done   chan struct{} // closed when outcome is set
	outcome
	attemptsTaken atomic.Bool // another caller has the attempts, if the first one left

	// Guarded by the shard:
	next      *sharedRead // another read of the same record
	callers   int         // callers that wait
	shared    bool        // there was more than one caller
	firstLeft bool        // the first caller left before the end
	finished  bool
}

// sameAs reports whether the call is the same read.
func (r *sharedRead) sameAs(call aerostore.Call) bool {
	return r.call.Op == call.Op && r.call.Options.Equal(call.Options) &&
		slices.Equal(r.call.BinNames(), call.BinNames()) &&
		sameOperations(r.call.Operations(), call.Operations())
}

// sameOperations compares by value, and first what differs most often.
func sameOperations(a, b []aerostore.Operation) bool {
	sameName := func(a, b aerostore.Operation) bool { return a.Bin() == b.Bin() && a.Name() == b.Name() }
	return slices.EqualFunc(a, b, sameName) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

// readShards are the reads that may be joined and the writes that prevent it, by
// record.
type readShards struct {
	seed maphash.Seed
	all  [16]readShard
}

// A readShard has some of the records.
type readShard struct {
	mu        sync.Mutex
	reads     map[aerostore.Key]*sharedRead
	writes    map[aerostore.Key]int // that run
	anyWrites int                   // writes that run and may be to any record
}

func (s *readShards) init() {
	s.seed = maphash.MakeSeed()
	for i := range s.all {
		s.all[i].reads = map[aerostore.Key]*sharedRead{}
		s.all[i].writes = map[aerostore.Key]int{}
	}
}

func (s *readShards) of(key aerostore.Key) *readShard {
	return &s.all[maphash.Comparable(s.seed, key)%uint64(len(s.all))]
}

// join joins a shared read or begins one. It returns nil if the read must go
// alone.
func (s *readShard) join(ctx context.Context, call aerostore.Call) (r *sharedRead, joined bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.anyWrites > 0 || s.writes[call.Key] > 0 {
		return nil, false
	}
	first := s.reads[call.Key]
	for r = first; r != nil; r = r.next {
		if r.sameAs(call) {
			r.callers++
			r.shared = true
			return r, true
		}
	}
	r = &sharedRead{shard: s, call: call.Clone(), done: make(chan struct{}), next: first, callers: 1}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.reads[call.Key] = r
	return r, false
}

// forget prevents that others join the read. The lock is held.
func (r *sharedRead) forget() {
	reads := r.shard.reads
	at := reads[r.call.Key]
	if at == r {
		if r.next == nil {
			delete(reads, r.call.Key)
		} else {
			reads[r.call.Key] = r.next
		}
		return
	}
	for ; at != nil; at = at.next {
		if at.next == r {
			at.next = r.next
			return
		}
	}
}

// finish sets the outcome and reports whether a caller waits for it.
func (r *sharedRead) finish(o outcome) bool {
	r.outcome = o
	r.shard.mu.Lock()
	r.forget()
	r.finished = true
	awaited := r.callers > 0
	r.shard.mu.Unlock()
	close(r.done)
	r.cancel()
	return awaited
}

// leave removes a caller. The last one cancels the read. It returns false if the
// read has finished.
func (r *sharedRead) leave(joined bool) bool {
	r.shard.mu.Lock()
	if r.finished {
		r.shard.mu.Unlock()
		return false
	}
	r.callers--
	r.firstLeft = r.firstLeft || !joined
	last := r.callers == 0
	if last {
		r.forget()
	}
	r.shard.mu.Unlock()
	if last {
		r.cancel()
	}
	return true
}

// resultFor returns the outcome of a finished read for one of its callers. If there
// are several, each gets a copy of the record and one gets the attempts.
func (r *sharedRead) resultFor(joined bool) (aerostore.Result, error) {
	result, err := r.deliver()
	if !r.shared {
		return result, err
	}
	if record := result.Record(); record != nil {
		result = result.WithRecord(record.Clone())
	}
	if joined && !r.takesAttempts() {
		result.Attempts = 0
	}
	return result, err
}

// takesAttempts reports whether a caller that joined gets the attempts.
func (r *sharedRead) takesAttempts() bool {
	return r.firstLeft && r.attemptsTaken.CompareAndSwap(false, true)
}

// beginWrite prevents that reads of the record are joined until endWrite is called.
func (s *readShard) beginWrite(key aerostore.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes[key]++
	delete(s.reads, key)
}

func (s *readShard) endWrite(key aerostore.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writes[key]--; s.writes[key] == 0 {
		delete(s.writes, key)
	}
}

// beginAnyWrite is beginWrite for a write that may be to any record.
func (s *readShards) beginAnyWrite() {
	for i := range s.all {
		shard := &s.all[i]
		shard.mu.Lock()
		shard.anyWrites++
		clear(shard.reads)
		shard.mu.Unlock()
	}
}

func (s *readShards) endAnyWrite() {
	for i := range s.all {
		shard := &s.all[i]
		shard.mu.Lock()
		shard.anyWrites--
		shard.mu.Unlock()
	}
}
