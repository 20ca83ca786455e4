package middleware

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aerostore/aerostore"
)

// A flight is one read with all the callers that wait for it.
type flight struct {
	shard  *flightShard
	ctx    context.Context // of the read, which nobody's deadline ends
	cancel context.CancelFunc
	call   aerostore.Call
	landed chan struct{} // closed when outcome is there
	outcome
	inherited atomic.Bool // by whom the attempts count for, if orphaned

	// Guarded by the shard:
	next     *flight // of another read of the same record that can be joined
	members  int     // callers that wait
	shared   bool    // there was more than one
	orphaned bool    // the first of them left before the end
	finished bool
}

// reads reports whether the flight is for the same read.
func (f *flight) reads(call aerostore.Call) bool {
	return f.call.Op == call.Op && f.call.Options == call.Options &&
		slices.Equal(f.call.BinNames(), call.BinNames())
}

// flightShards are the reads that can be joined, and the writes that forbid it,
// by record.
type flightShards struct {
	seed maphash.Seed
	all  [16]flightShard
}

// A flightShard holds some of the records. A read can be joined if it began when
// no write to its record was under way and none has begun since.
type flightShard struct {
	mu      sync.Mutex
	flights map[aerostore.Key]*flight
	writes  map[aerostore.Key]int // under way
	blanket int                   // writes under way that may be to any record
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

// board joins the flight for the call or makes one that begins now. It returns
// nil if the read has to go alone.
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

// forget keeps others from joining the flight. The lock is held.
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

// land takes in how the flight ended and reports whether anybody waits for it.
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

// leave takes a caller off the flight, which ends with the last one. It returns
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

// share returns what a caller is answered when the flight has landed: where there
// are several, with a record of its own, and with the attempts for one of them.
func (f *flight) share(joined bool) (aerostore.Result, error) {
	result, err := f.give()
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

// inherits reports whether the attempts are for a caller that joined to count.
func (f *flight) inherits() bool {
	return f.orphaned && f.inherited.CompareAndSwap(false, true)
}

// begin keeps reads of the record from being joined until end is called.
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
