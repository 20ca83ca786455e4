package middleware

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A flight is one read with the callers that wait for it.
type flight struct {
	shard  *flightShard
	ctx    context.Context // of the read, without a deadline
	cancel context.CancelFunc
	call   aerostore.Call
	landed chan struct{} // closed when outcome is set
	outcome
	inherited atomic.Bool // another caller has the attempts, if the first one left

	// Guarded by the shard:
	next     *flight // another flight for the same record
	members  int     // callers that wait
	shared   bool    // there was more than one caller
	orphaned bool    // the first caller left before the end
	finished bool
}

// reads reports whether the call is the same read as the flight's.
func (f *flight) reads(call aerostore.Call) bool {
	return f.call.Op == call.Op && f.call.Options == call.Options &&
		slices.Equal(f.call.BinNames(), call.BinNames())
}

// flightShards are the reads that may be joined and the writes that prevent it, by
// record.
type flightShards struct {
	seed maphash.Seed
	all  [16]flightShard
}

// A flightShard has some of the records.
type flightShard struct {
	mu      sync.Mutex
	flights map[aerostore.Key]*flight
	writes  map[aerostore.Key]int // that run
	blanket int                   // writes that run and may be to any record
}

func (s *flightShards) init() {
	s.seed = maphash.MakeSeed()
	for i := range s.all {
		s.all[i].flights = map[aerostore.Key]*flight{}
		s.all[i].writes = map[aerostore.Key]int{}
	}
}

func (s *flightShards) of(key aerostore.Key) *flightShard {
	return &s.all[maphash.Comparable(s.seed, key)%uint64(len(s.all))]
}

// board joins a flight for the call or makes one. It returns nil if the read must
// go alone.
func (s *flightShard) board(ctx context.Context, call aerostore.Call) (f *flight, joined bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blanket > 0 || s.writes[call.Key] > 0 {
		return nil, false
	}
	first := s.flights[call.Key]
	for f = first; f != nil; f = f.next {
		if f.reads(call) {
			f.members++
			f.shared = true
			return f, true
		}
	}
	f = &flight{shard: s, call: call.Clone(), landed: make(chan struct{}), next: first, members: 1}
	f.ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.flights[call.Key] = f
	return f, false
}

// forget prevents that others join the flight. The lock is held.
func (f *flight) forget() {
	flights := f.shard.flights
	at := flights[f.call.Key]
	if at == f {
		if f.next == nil {
			delete(flights, f.call.Key)
		} else {
			flights[f.call.Key] = f.next
		}
		return
	}
	for ; at != nil; at = at.next {
		if at.next == f {
			at.next = f.next
			return
		}
	}
}

// land sets the outcome and reports whether a caller waits for it.
func (f *flight) land(o outcome) bool {
	f.outcome = o
	f.shard.mu.Lock()
	f.forget()
	f.finished = true
	awaited := f.members > 0
	f.shard.mu.Unlock()
	close(f.landed)
	f.cancel()
	return awaited
}

// leave removes a caller from the flight. The last one ends the flight. It returns
// false if the flight has landed.
func (f *flight) leave(joined bool) bool {
	f.shard.mu.Lock()
	if f.finished {
		f.shard.mu.Unlock()
		return false
	}
	f.members--
	f.orphaned = f.orphaned || !joined
	last := f.members == 0
	if last {
		f.forget()
	}
	f.shard.mu.Unlock()
	if last {
		f.cancel()
	}
	return true
}

// share returns the outcome of a flight that has landed to one of its callers. If
// there are several, each gets a copy of the record and one gets the attempts.
func (f *flight) share(joined bool) (aerostore.Result, error) {
	result, err := f.deliver()
	if !f.shared {
		return result, err
	}
	if record := result.Record(); record != nil {
		result = result.WithRecord(record.Clone())
	}
	if joined && !f.inherits() {
		result.Attempts = 0
	}
	return result, err
}

// inherits reports whether a caller that joined gets the attempts.
func (f *flight) inherits() bool {
	return f.orphaned && f.inherited.CompareAndSwap(false, true)
}

// begin prevents that reads of the record are joined until end is called.
func (s *flightShard) begin(key aerostore.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes[key]++
	delete(s.flights, key)
}

func (s *flightShard) end(key aerostore.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writes[key]--; s.writes[key] == 0 {
		delete(s.writes, key)
	}
}

// beginAny is begin for a write that may be to any record.
func (s *flightShards) beginAny() {
	for i := range s.all {
		shard := &s.all[i]
		shard.mu.Lock()
		shard.blanket++
		clear(shard.flights)
		shard.mu.Unlock()
	}
}

func (s *flightShards) endAny() {
	for i := range s.all {
		shard := &s.all[i]
		shard.mu.Lock()
		shard.blanket--
		shard.mu.Unlock()
	}
}
