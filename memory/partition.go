package memory

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// order is that of records for cursors: by digest within their partition, also those
// that an index finds. A record keeps its place while its bins change.
const order = "memory"

// A found is a record of a partition. It has no pointer to the record if an index found it.
type found struct {
	digest [20]byte
	set    *set
	digested
}

func (f *found) partition() int { return partitionOf(&f.digest) }

// runInOrder visits records partition by partition, from the cursor on.
func (sc *scan) runInOrder() {
	run, err := sc.call.Resume(order)
	if err != nil {
		sc.err = err
		return
	}
	defer run.End()
	if run.Done() {
		return
	}
	partitions, err := sc.partitions(run)
	if err != nil {
		sc.err = sc.call.NewContextError(err)
		return
	}
	for partition, records := range partitions {
		if !sc.mayGoOn() {
			return
		}
		state, at := run.Partition(partition)
		if state == aerostore.PartitionBegun {
			next, met := slices.BinarySearchFunc(records, at.Digest, compareDigest)
			if met {
				next++
			}
			records = records[next:]
		}
		for i := range records {
			if !sc.runOne(run, &records[i]) {
				return
			}
		}
		run.Finish(partition)
	}
}

// runOne visits a record, unless it is gone, and moves the cursor past it.
func (sc *scan) runOne(run *aerostore.Resumption, f *found) (more bool) {
	sh := f.set.shard(f.id)
	var now record
	sh.mu.Lock()
	r := f.record
	if r == nil {
		r = sh.records.m[f.id]
	}
	if r != nil && r.birth != 0 && (sc.where == nil || sc.where.matches(f.set, f.id, r.bins)) && !sc.excludes(f.set, f.id, r) {
		r.lend()
		now = *r
	}
	sh.mu.Unlock()
	if now.birth == 0 {
		return true
	}
	sc.digest = &f.digest
	more = sc.visit(f.set, f.id, &now)
	if sc.err != nil {
		return false
	}
	run.Move(aerostore.Position{Digest: f.digest})
	return more
}

// partitions returns the records of each partition that is not done, in order. A slice is
// valid until the next. The error is that of the context.
func (sc *scan) partitions(run *aerostore.Resumption) (iter.Seq2[int, []found], error) {
	sets := slices.Collect(sc.namespace.setsOf(sc.query.Set))
	if records, ok := sc.lookUp(run, sets); ok {
		return eachPartition(run, func(partition int, _ []found) []found {
			n := 0
			for n < len(records) && records[n].partition() == partition {
				n++
			}
			here := records[:n]
			records = records[n:]
			return here
		}), nil
	}
	for _, set := range sets {
		if err := set.learnDigests(sc.ctx); err != nil {
			return nil, aerostore.ContextError(sc.ctx)
		}
	}
	return eachPartition(run, func(partition int, room []found) []found {
		for _, set := range sets {
			room = set.appendPartition(room, partition)
		}
		slices.SortFunc(room, func(a, b found) int { return compareFound(&a, &b) })
		return room
	}), nil
}

// eachPartition calls of with each partition that is not done, and with room.
func eachPartition(run *aerostore.Resumption, of func(partition int, room []found) []found) iter.Seq2[int, []found] {
	return func(yield func(int, []found) bool) {
		var room []found
		first, count := run.Range()
		for partition := run.Next(first); partition < first+count; partition = run.Next(partition + 1) {
			room = of(partition, room[:0])
			if !yield(partition, room) {
				return
			}
		}
	}
}

// lookUp returns the records of the partitions that are not done that an index finds, in
// order. It returns false if there is no index, or if it finds so many that visiting all
// records costs less.
func (sc *scan) lookUp(run *aerostore.Resumption, sets []*set) (records []found, ok bool) {
	if sc.where == nil {
		return nil, false
	}
	most := sc.mostLookedUp(run, sets)
	first, count := run.Range()
	for i := range shardCount {
		var ids []found
		for _, set := range sets {
			seq, ok := set.shards[i].lookup(sc.where)
			if !ok {
				return nil, false
			}
			if seq == nil {
				continue
			}
			for id := range seq {
				if ids = append(ids, found{set: set, digested: digested{id: id}}); len(ids) > most {
					return nil, false
				}
			}
		}
		// The shards have about as many each.
		if most -= len(ids); len(ids) > few && most < len(ids)*(shardCount-1-i) {
			return nil, false
		}
		for _, f := range ids {
			f.digest = f.id.Key(f.set.namespace, f.set.name).Digest()
			if p := f.partition(); p >= first && p < first+count && run.Next(p) == p {
				records = append(records, f)
			}
		}
	}
	slices.SortFunc(records, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.partition(), b.partition()), compareFound(&a, &b))
	})
	return slices.CompactFunc(records, func(a, b found) bool { return a.digest == b.digest && a.set == b.set }), true
}

// mostLookedUp returns how many records an index may find before visiting all records of
// the partitions costs less. Of n records of which the index finds k, a page of m visits
// m*n/k.
func (sc *scan) mostLookedUp(run *aerostore.Resumption, sets []*set) int {
	all := 0
	for _, set := range sets {
		all += set.count()
	}
	_, count := run.Range()
	most := float64(all) * float64(count) / aerostore.PartitionCount
	if page := sc.query.MaxRecords; page > 0 {
		most = min(most, math.Sqrt(float64(page)*float64(all)))
	}
	const fewest = shardCount * few
	return max(int(most), fewest)
}

// appendPartition appends the records of a partition, in no order.
func (s *set) appendPartition(records []found, partition int) []found {
	part := s.digests.Load().partOf(partition)
	part.mu.Lock()
	defer part.mu.Unlock()
	if part.partitions == nil {
		return records
	}
	ids := part.partitions[partition/shardCount].m
	records = slices.Grow(records, len(ids))
	for digest, d := range ids {
		records = append(records, found{digest, s, d})
	}
	return records
}

// compareFound compares two records of a partition, whose first bytes are the same.
func compareFound(a, b *found) int {
	if a, b := binary.BigEndian.Uint64(a.digest[1:]), binary.BigEndian.Uint64(b.digest[1:]); a != b {
		return cmp.Compare(a, b)
	}
	return compareDigest(*a, b.digest)
}

func compareDigest(f found, digest [20]byte) int { return bytes.Compare(f.digest[:], digest[:]) }

// pace waits until the next record may be returned. It returns false if the scan ends.
func (sc *scan) pace() bool {
	next := sc.began.Add(time.Duration(float64(sc.rows) / float64(sc.query.RecordsPerSecond) * float64(time.Second)))
	late := !sc.until.IsZero() && !next.Before(sc.until)
	if late {
		next = sc.until
	}
	if wait := time.Until(next); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-sc.ctx.Done():
			sc.err = sc.stopped()
			return false
		}
	}
	if late {
		sc.err = sc.call.NewError(aerostore.CodeTimeout, nil)
	}
	return !late
}
