package asbackend

import (
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	particleType "github.com/aerospike/aerospike-client-go/v7/types/particle_type"

	"github.com/aerostore/aerostore"
)

// The orders of records within their partition for cursors.
const (
	serverOrder = "aerospike"         // by digest, or by value and digest if an index finds them
	wholeOrder  = "aerospike digests" // by digest, of a partition that is read as a whole
)

// pages is a query with a cursor. It reads some partitions at a time, in rounds. The
// client does not say which partitions are done before it has read them all, so that all
// those of a round may have to be in the cursor. A round has few partitions, unless they
// have few records.
//
// The client's own cursor is not used. It moves when the client has parsed a record, which
// may be some before the caller has it.
type pages struct {
	command
	query     *aerostore.Query
	statement *as.Statement
	nodes     int
	whole     bool // see wholeRound
	run       *aerostore.Resumption
	rows      int
}

const (
	fewPartitions  = 16  // of the first round of a page
	somePartitions = 128 // of the first round of a query without a limit; with records, of any round
	growth         = 8   // of a round to the next
)

// read reads rounds until the page is full or all is read.
func (p *pages) read() error {
	order, size := serverOrder, somePartitions
	switch {
	case p.whole:
		order, size = wholeOrder, 1
	case p.query.MaxRecords > 0:
		size = fewPartitions
	}
	run, err := p.call.Resume(order)
	if err != nil {
		return err
	}
	defer run.End()
	p.run = run
	policy := p.queryPolicy(p.query, p.nodes)
	if p.query.MaxRecords > 0 && len(p.query.Bins) > 0 && !p.whole {
		policy.FilterExpression = withAnyBin(policy.FilterExpression, p.query.Bins)
	}
	until := time.Now().Add(policy.TotalTimeout)
	read := p.round
	if p.whole {
		read = p.wholeRound
	}
	for !run.Done() && (p.rows == 0 || p.rows != p.query.MaxRecords) {
		one := *policy // the client keeps it
		if policy.TotalTimeout > 0 {
			if one.TotalTimeout = time.Until(until); one.TotalTimeout <= 0 {
				return p.late()
			}
			one.SocketTimeout = min(one.SocketTimeout, one.TotalTimeout)
		}
		more, next, err := read(&one, size)
		if err != nil || !more {
			return err
		}
		size = next
	}
	return p.interrupted()
}

func (p *pages) late() error {
	if p.byContext {
		return p.call.NewContextError(deadlineError(p.ctx))
	}
	return p.call.NewError(aerostore.CodeTimeout, nil)
}

// round reads up to so many partitions. It returns how many the next round should have.
func (p *pages) round(policy *as.QueryPolicy, size int) (more bool, next int, err error) {
	r := round{command: p.command, policy: policy, nodes: p.nodes, run: p.run}
	if p.query.MaxRecords > 0 {
		r.limit = p.query.MaxRecords - p.rows
		policy.MaxRecords = int64(r.limit) // which the client divides among the nodes
	}
	partitions, n, begun := p.partitions(size, r.limit > 0)
	more, err = r.read(p.statement, partitions)
	p.rows += r.rows
	if err != nil || !more {
		return false, 0, err
	}
	whole := true
	for _, status := range partitions.Partitions {
		state, _ := p.run.Partition(status.Id)
		switch {
		case state == aerostore.PartitionDone:
		case r.limit > 0 && (partitions.Retry || status.Retry):
			whole = false // its node may have returned as many records as it was to
		default:
			p.run.Finish(status.Id)
		}
	}
	switch {
	case !whole:
		return true, size, nil
	case begun > 0: // how many records the partitions have is not known
		return true, min(2*size, somePartitions), nil
	default:
		return true, p.nextSize(n, r.rows), nil
	}
}

// nextSize returns the number of partitions of the round after one that read so many
// records of n partitions, which is all that they have.
func (p *pages) nextSize(n, rows int) int {
	size := n * growth
	if rows > 0 {
		size = min(size, somePartitions*n/min(n, rows))
		if p.query.MaxRecords > 0 {
			size = min(size, max((p.query.MaxRecords-p.rows)*n/rows+1, fewPartitions))
		}
	}
	return min(size, aerostore.PartitionCount)
}

// partitions returns the client's filter for the next partitions that are not done, up
// to size, their number, and how many of them are begun. Only with a limit does the
// client leave out partitions that are between them.
func (p *pages) partitions(size int, limited bool) (filter *as.PartitionFilter, n, begun int) {
	first, count := p.run.Range()
	begin := p.run.Next(first)
	filter = as.NewPartitionFilterByRange(begin, 1)
	for next := begin; next < first+count && n < size; next = p.run.Next(next + 1) {
		for id := begin + len(filter.Partitions); id < next; id++ {
			if !limited {
				return filter, n, begun
			}
			filter.Partitions = append(filter.Partitions, &as.PartitionStatus{Id: id})
		}
		status := &as.PartitionStatus{Id: next, Retry: true}
		if state, at := p.run.Partition(next); state == aerostore.PartitionBegun && !p.whole {
			status.Digest, status.BVal = at.Digest[:], at.Value
			begun++
		}
		filter.Partitions = append(filter.Partitions, status)
		filter.Count = len(filter.Partitions)
		n++
	}
	return filter, n, begun
}

// withAnyBin returns a filter for records that match the filter, nil for any, and have one
// of the bins. A server counts what it leaves out otherwise, so that a page would end early.
func withAnyBin(filter *as.Expression, bins []string) *as.Expression {
	each := make([]*as.Expression, len(bins))
	for i, name := range bins {
		each[i] = as.ExpNotEq(as.ExpBinType(name), as.ExpIntVal(particleType.NULL))
	}
	anyBin := each[0]
	if len(each) > 1 {
		anyBin = as.ExpOr(each...)
	}
	if filter == nil {
		return anyBin
	}
	return as.ExpAnd(filter, anyBin)
}
