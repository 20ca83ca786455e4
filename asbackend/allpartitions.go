package asbackend

import (
	"sync"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// allPartitions is the client's filter for all partitions, with the state of each. Without
// a filter the client makes the same for each query, of 300 KB in 4,096 allocations. That
// is half of what a query of fifty records allocates.
type allPartitions struct {
	filter   as.PartitionFilter
	pointers [aerostore.PartitionCount]*as.PartitionStatus
	statuses [aerostore.PartitionCount]as.PartitionStatus
}

// A partitionPool holds filters for reuse.
type partitionPool struct {
	unused sync.Pool // of *allPartitions
}

// get returns a filter for a query of so many nodes.
func (p *partitionPool) get(nodes int) *allPartitions {
	all, ok := p.unused.Get().(*allPartitions)
	if !ok {
		all = new(allPartitions)
		all.reset()
	}
	// The client makes room for Count partitions for each node. It reads all that are in
	// Partitions.
	share := aerostore.PartitionCount / max(nodes, 1)
	all.filter = as.PartitionFilter{
		Count: min(share+share/4, aerostore.PartitionCount), Partitions: all.pointers[:], Retry: true,
	}
	return all
}

// put adds a filter to the pool. The client must be done with it.
func (p *partitionPool) put(all *allPartitions) {
	all.reset()
	p.unused.Put(all)
}

func (a *allPartitions) reset() {
	for i := range a.statuses {
		a.statuses[i] = as.PartitionStatus{Id: i, Retry: true}
		a.pointers[i] = &a.statuses[i]
	}
}
