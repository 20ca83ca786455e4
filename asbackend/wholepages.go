package asbackend

import (
	"bytes"
	"cmp"
	"slices"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// manyRecords is about how many records a round of whole partitions has without a limit.
// One partition may have more.
const manyRecords = 1000

// wholeRound reads up to so many partitions as a whole and yields their records in the
// order of digests, from the cursor on. It returns how many the next round should have.
//
// A query that repeats records is read so. The place of a record in the index does not
// say whether an earlier page has had it. The digest of the last record of a partition
// does. A page reads the rest of its first partition again, a 4096th of what matches.
func (p *pages) wholeRound(policy *as.QueryPolicy, size int) (more bool, next int, err error) {
	policy.MaxRecords = 0
	var records []*as.Result
	r := round{command: p.command, policy: policy, nodes: p.nodes, seen: make(seen), held: &records}
	partitions, n, _ := p.partitions(size, false)
	if more, err = r.read(p.statement, partitions); err != nil || !more {
		return false, 0, err
	}
	slices.SortFunc(records, func(a, b *as.Result) int {
		a1, b1 := a.Record.Key, b.Record.Key
		return cmp.Or(cmp.Compare(a1.PartitionId(), b1.PartitionId()), bytes.Compare(a1.Digest(), b1.Digest()))
	})
	found := len(records)
	for _, status := range partitions.Partitions {
		end := 0
		for end < len(records) && records[end].Record.Key.PartitionId() == status.Id {
			end++
		}
		if more, err = p.yieldWhole(status.Id, records[:end]); err != nil || !more {
			return false, 0, err
		}
		records = records[end:]
	}
	return true, p.nextWhole(n, found), nil
}

// yieldWhole yields the records of a partition that come after the cursor, up to the
// limit of the query.
func (p *pages) yieldWhole(partition int, records []*as.Result) (more bool, _ error) {
	state, at := p.run.Partition(partition)
	if state == aerostore.PartitionBegun {
		next, met := slices.BinarySearchFunc(records, at.Digest[:], func(r *as.Result, digest []byte) int {
			return bytes.Compare(r.Record.Key.Digest(), digest)
		})
		if met {
			next++
		}
		records = records[next:]
	}
	for _, result := range records {
		if p.query.MaxRecords > 0 && p.rows == p.query.MaxRecords {
			return false, p.interrupted()
		}
		if err := p.aborted(); err != nil {
			return false, err
		}
		p.rows++
		more = p.call.Yield(storeRecord(storeKey(result.Record.Key), result.Record))
		p.run.Move(aerostore.Position{Digest: [20]byte(result.Record.Key.Digest())})
		if !more {
			return false, nil
		}
	}
	p.run.Finish(partition)
	return true, nil
}

// nextWhole returns the number of partitions of the round after one that found so many
// records in n partitions.
func (p *pages) nextWhole(n, found int) int {
	size := n * growth
	if found > 0 {
		want := manyRecords
		if p.query.MaxRecords > 0 {
			want = min(want, p.query.MaxRecords-p.rows)
		}
		size = min(size, want*n/found+1)
	}
	return min(size, aerostore.PartitionCount)
}
