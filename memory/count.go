package memory

import (
	"context"

	"github.com/aerostore/aerostore"
)

// Count implements [aerostore.Counter]. The result is exact for a moment of each part of a
// set: it leaves out records that have expired.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace], [aerostore.ErrClosed],
// and those of the context.
func (s *Store) Count(ctx context.Context, c aerostore.Counting) (int64, error) {
	if err := c.Check(ctx); err != nil {
		return 0, err
	}
	n, err := s.open(c.Namespace, c.NewError)
	if err != nil {
		return 0, err
	}
	return n.count(c.Set), nil
}

// count returns the number of records of the set, or of all sets if the name is empty.
func (n *namespace) count(name string) (count int64) {
	for set := range n.setsOf(name) {
		for i := range set.shards {
			count += int64(n.living(&set.shards[i]))
		}
	}
	return count
}

func (n *namespace) living(sh *shard) int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	count := len(sh.records.m)
	if e := sh.expiring; e != nil {
		for now, i := n.clock.instant(), 0; i < len(e.records) && !now.before(e.earliest); i++ {
			if !now.before(e.records[i].record.expires) {
				count--
			}
		}
	}
	return count
}
