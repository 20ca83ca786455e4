package aerostore

// PartitionCount is the number of partitions into which the digests of keys divide the
// records of a namespace. Every cluster has as many.
const PartitionCount = 4096

// Partition returns the partition of the record, from 0 to 4095. Like [Key.Digest], it
// computes the digest.
func (k Key) Partition() int {
	digest := k.Digest()
	return partitionOf(&digest)
}

// partitionOf returns the partition of a digest: its first 12 bits, the lowest first.
func partitionOf(digest *[20]byte) int {
	return int(digest[0]) | int(digest[1])<<8&(PartitionCount-1)
}

// A PartitionRange is a range of partitions. The zero PartitionRange is all of them.
type PartitionRange struct {
	First int // from 0 to 4095
	Count int // from 1 to 4096 - First
}

// bounds returns the first partition and the one after the last.
func (r PartitionRange) bounds() (first, end int) {
	if r == (PartitionRange{}) {
		return 0, PartitionCount
	}
	return r.First, r.First + r.Count
}

func (r PartitionRange) check() *invalidError {
	first, end := r.bounds()
	if first < 0 || r.Count < 0 || first >= end || r.Count > PartitionCount || end > PartitionCount {
		return invalidf("partitions %d, %d of them: the first is from 0 to %d, and there are 1 to %d minus the first",
			r.First, r.Count, PartitionCount-1, PartitionCount)
	}
	return nil
}

// Split returns queries that together select what q selects, each from other partitions.
// They can run side by side, in other processes too. There are n of them, or as many as
// q has partitions if these are fewer. An n below 1 counts as 1.
//
// The limits of q, such as MaxRecords, apply to each of them. They have no Cursor: two
// queries cannot share one, so set one for each that is to be resumed.
func (q Query) Split(n int) []Query {
	q.Cursor = nil
	if q.Partitions.check() != nil {
		return []Query{q} // which Query refuses
	}
	first, end := q.Partitions.bounds()
	n = min(max(n, 1), end-first)
	parts := make([]Query, n)
	for i := range parts {
		from, to := first+(end-first)*i/n, first+(end-first)*(i+1)/n
		parts[i] = q
		parts[i].Partitions = PartitionRange{First: from, Count: to - from}
	}
	return parts
}
