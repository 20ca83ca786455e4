package asbackend

import (
	"reflect"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

func TestAFilterOfAllPartitionsKeepsNothingOfItsQuery(t *testing.T) {
	t.Parallel()
	var pool partitionPool
	all := pool.get(1)
	for i := range all.statuses {
		all.statuses[i] = as.PartitionStatus{Id: i, Digest: []byte{1}, BVal: 2}
	}
	all.filter.Done, all.filter.Retry = true, false
	pool.put(all)
	if all = pool.get(1); all.filter.Done || !all.filter.Retry {
		t.Errorf("Done is %t and Retry %t", all.filter.Done, all.filter.Retry)
	}
	for i, status := range all.filter.Partitions {
		if want := (as.PartitionStatus{Id: i, Retry: true}); !reflect.DeepEqual(*status, want) {
			t.Fatalf("partition %d: %+v, want %+v", i, *status, want)
		}
	}
}

func TestTheClientMakesRoomForTheShareOfANode(t *testing.T) {
	t.Parallel()
	var pool partitionPool
	for nodes, want := range map[int]int{0: 4096, 1: 4096, 2: 2560, 3: 1706, 100: 50} {
		all := pool.get(nodes)
		if all.filter.Count != want || len(all.filter.Partitions) != aerostore.PartitionCount {
			t.Errorf("%d nodes: room for %d of %d partitions, want %d of all", nodes, all.filter.Count, len(all.filter.Partitions), want)
		}
	}
}
