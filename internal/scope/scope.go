// Package scope says of a call on a memory store what [aerostore.Call] and
// [aerostore.Execute] cannot, for what emulates a server.
package scope

import "context"

type (
	partitionsKey struct{}
	repeatsKey    struct{}
)

// WithPartitions returns a context in which a job changes only records of partitions for
// which has returns true: each node of an emulated cluster changes those of its own.
func WithPartitions(ctx context.Context, has func(partition int) bool) context.Context {
	return context.WithValue(ctx, partitionsKey{}, has)
}

// Partitions returns the function of WithPartitions, nil for all partitions.
func Partitions(ctx context.Context) func(partition int) bool {
	has, _ := ctx.Value(partitionsKey{}).(func(partition int) bool)
	return has
}

// WithRepeats returns a context in which a query about the shapes in a list or map yields a
// record several times, as a server returns it.
func WithRepeats(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatsKey{}, true)
}

// Repeats reports whether the context is one of WithRepeats.
func Repeats(ctx context.Context) bool {
	repeats, _ := ctx.Value(repeatsKey{}).(bool)
	return repeats
}
