package storetest

import (
	"github.com/aerostore/aerostore"
)

// partitionCases returns the cases about parts of a query.
func partitionCases() []testCase {
	return []testCase{
		{
			name: "the parts of a query have each record once",
			why:  "Split cuts a query into parts that share no record and lose none",
			run: func(t *trial) {
				keys := t.numberedSet()
				for _, n := range []int{1, 2, 3, 7} {
					found := make(map[[20]byte]int)
					for _, part := range (aerostore.Query{Namespace: t.namespace, Set: otherSet}).Split(n) {
						for r, err := range t.store.Query(t.Context(), part) {
							t.ok(err)
							p := r.Key.Partition()
							if first := part.Partitions.First; p < first || p >= first+part.Partitions.Count {
								t.Errorf("a query of partitions %v returned a record of %d", part.Partitions, p)
							}
							found[r.Key.Digest()]++
						}
					}
					t.once(found, keys)
				}
			},
		}, {
			name: "a query of one partition returns its records",
			why:  "as many parts as there are partitions have each record, too",
			run: func(t *trial) {
				keys := t.numberedSet()
				for _, n := range []int{aerostore.PartitionCount, aerostore.PartitionCount + 904} {
					parts := (aerostore.Query{Namespace: t.namespace, Set: otherSet}).Split(n)
					t.equal("the number of parts", len(parts), aerostore.PartitionCount)
					for _, key := range keys[:10] {
						found := t.ownOf(t.store.Query(t.Context(), parts[key.Partition()]), keys...)
						if found[key] == nil {
							t.Errorf("the query of a record's partition did not return it")
						}
					}
				}
			},
		}, {
			name: "parts are resumed each by itself",
			why:  "a cursor resumes a query of some partitions",
			run: func(t *trial) {
				keys := t.numberedSet()
				found := make(map[[20]byte]int)
				for _, part := range (aerostore.Query{Namespace: t.namespace, Set: otherSet, MaxRecords: 7}).Split(3) {
					part.Cursor = new(aerostore.Cursor)
					t.readPages(part, found)
				}
				t.once(found, keys)
			},
		}, {
			name: "partitions that do not exist are refused",
			why:  "partitions are from 0 to 4095",
			run: func(t *trial) {
				for _, r := range []aerostore.PartitionRange{{First: -1, Count: 1}, {First: 4096, Count: 1}, {First: 1}, {Count: 4097}, {Count: -1}} {
					_, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: mainSet, Partitions: r}))
					t.fails(err, aerostore.ErrInvalid)
				}
			},
		},
	}
}
