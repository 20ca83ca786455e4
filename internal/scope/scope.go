// Package scope limits a job of a memory store to some partitions, which [aerostore.Execute]
// cannot say: each node of an emulated cluster changes the records of its own partitions.
package scope

import "context"

type key struct{}

// WithPartitions returns a context in which a job changes only records of partitions for
// which has returns true.
func WithPartitions(ctx context.Context, has func(partition int) bool) context.Context {
	return context.WithValue(ctx, key{}, has)
}

// Partitions returns the function of WithPartitions, nil for all partitions.
func Partitions(ctx context.Context) func(partition int) bool {
	has, _ := ctx.Value(key{}).(func(partition int) bool)
	return has
}
