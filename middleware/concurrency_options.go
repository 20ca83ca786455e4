package middleware

import (
	"fmt"
	"time"
)

// A ConcurrencyOption changes what [ConcurrencyLimit] does: a
// [ConcurrencyQueue], a [ConcurrencyRange] or a [Hook]. Of two of a kind the
// last one counts; nil is none.
type ConcurrencyOption interface {
	applyConcurrency(*concurrencyConfig)
}

// A ConcurrencyQueue says how many operations may wait for a slot, and how long
// each: by default as many as the limit is at first, 100 milliseconds.
// Without a Length none waits. ConcurrencyLimit panics if one is negative, or if
// there is a Length without a Timeout.
type ConcurrencyQueue struct {
	Length  int
	Timeout time.Duration
}

// A ConcurrencyRange lets the limit adapt itself within Min and Max, both
// included; it is at first what [ConcurrencyLimit] was given.
//
// The limit looks for where operations begin to wait for each other in the
// cluster. One operation on a single record in eight is timed. Every tenth of a
// second, or less often where fewer than ten were timed, the limit shrinks by a
// tenth if on average they took more than twice as long as when the cluster is
// not busy, or if more than one in ten failed and [BlamesCluster] says whose
// fault that is. Else it grows by one if half of it or more was in use. How long
// operations take when the cluster is not busy is the least such average. If that
// is ten seconds old it is found anew: until ten more were timed, the limit is a
// tenth of what it was.
type ConcurrencyRange struct {
	Min, Max int
}

func (o ConcurrencyQueue) applyConcurrency(c *concurrencyConfig) { c.queue = o }
func (o ConcurrencyRange) applyConcurrency(c *concurrencyConfig) { c.bounds, c.adapts = o, true }
func (h Hook) applyConcurrency(c *concurrencyConfig)             { c.hook = h }

type concurrencyConfig struct {
	limit  int
	queue  ConcurrencyQueue
	bounds ConcurrencyRange
	adapts bool
	hook   Hook
}

func newConcurrencyConfig(limit int, opts []ConcurrencyOption) concurrencyConfig {
	c := concurrencyConfig{limit: limit, queue: ConcurrencyQueue{Length: limit, Timeout: 100 * time.Millisecond}}
	for _, opt := range opts {
		if opt != nil {
			opt.applyConcurrency(&c)
		}
	}
	switch {
	case c.limit < 1:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit of %d", c.limit))
	case c.queue.Length < 0 || c.queue.Timeout < 0 || c.queue.Length > 0 && c.queue.Timeout == 0:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit with a queue of %d for %v", c.queue.Length, c.queue.Timeout))
	case c.adapts && (c.bounds.Min < 1 || c.bounds.Min > c.limit || c.bounds.Max < c.limit):
		panic(fmt.Sprintf("middleware: ConcurrencyLimit of %d, from %d to %d", c.limit, c.bounds.Min, c.bounds.Max))
	}
	return c
}
