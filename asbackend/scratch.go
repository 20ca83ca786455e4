package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// A scratch holds what only the time of an Operate needs.
type scratch struct {
	ops      []*as.Operation
	siblings []sibling
	one      [1]any // of an operation with one value
	policy   as.WritePolicy
}

// A scratchPool holds scratches for reuse.
type scratchPool struct {
	unused sync.Pool // of *scratch
}

func (p *scratchPool) get() *scratch {
	if s, ok := p.unused.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

// put adds a scratch to the pool. Nothing may refer to it afterwards.
func (p *scratchPool) put(s *scratch) {
	clear(s.ops[:cap(s.ops)])
	s.ops, s.siblings, s.one[0] = s.ops[:0], s.siblings[:0], nil
	s.policy = as.WritePolicy{}
	p.unused.Put(s)
}
