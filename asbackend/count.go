package asbackend

import (
	"context"

	"github.com/aerostore/aerostore"
)

// Count implements [aerostore.Counter] by the statistics of all nodes. It returns
// [aerostore.ErrInvalidNamespace] if the cluster does not have the namespace.
func (s *Store) Count(ctx context.Context, c aerostore.Counting) (int64, error) {
	var count int64
	err := s.administer(ctx, c.Namespace, c.Check, c.NewError, func(a *administration) (err error) {
		if c.Set == "" {
			count, err = a.sum(c.Namespace, "", "master_objects")
			return err
		}
		objects, err := a.sum(c.Namespace, c.Set, "objects")
		if err != nil || objects == 0 {
			return err
		}
		copies, err := a.sum(c.Namespace, "", "effective_replication_factor")
		// The mean over the nodes: they differ for a moment when one joins.
		count = (objects*int64(len(a.nodes)) + copies/2) / max(copies, 1)
		return err
	})
	return count, err
}

// sum returns the sum of a statistic of a set over all nodes, or of a namespace if set is
// empty.
func (a *administration) sum(namespace, set, name string) (sum int64, err error) {
	command, separator := scopeCommand(namespace, set)
	for _, node := range a.nodes {
		answer, err := a.info(node, command)
		if err != nil {
			return 0, err
		}
		sum += number(answer, separator, name)
	}
	return sum, nil
}
