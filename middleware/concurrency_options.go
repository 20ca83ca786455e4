package middleware

import (
	"fmt"
	"time"
)

// A ConcurrencyOption changes what [ConcurrencyLimit] does: a
// [ConcurrencyQueue] or a [Hook]. Of two of a kind the last one counts; nil is
// none.
type ConcurrencyOption interface {
	applyConcurrency(*concurrencyConfig)
}

// A ConcurrencyQueue says how many operations may wait for a slot, and how long
// each. Zero keeps the default: as many as the limit, and 100 milliseconds. With
// [None] for the Length nothing waits. ConcurrencyLimit panics if one is negative
// otherwise.
type ConcurrencyQueue struct {
	Length  int
	Timeout time.Duration
}

func (o ConcurrencyQueue) applyConcurrency(c *concurrencyConfig) { c.queue = o }
func (h Hook) applyConcurrency(c *concurrencyConfig)             { c.hook = h }

type concurrencyConfig struct {
	limit int
	queue ConcurrencyQueue
	hook  Hook
}

func newConcurrencyConfig(limit int, opts []ConcurrencyOption) concurrencyConfig {
	c := concurrencyConfig{limit: limit}
	for _, opt := range opts {
		if opt != nil {
			opt.applyConcurrency(&c)
		}
	}
	switch {
	case c.limit < 1:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit of %d", c.limit))
	case c.queue.Length < None || c.queue.Timeout < 0:
		panic(fmt.Sprintf("middleware: ConcurrencyLimit with a queue of %d for %v", c.queue.Length, c.queue.Timeout))
	}
	c.queue.Length = orDefault(c.queue.Length, c.limit)
	c.queue.Timeout = orDefault(c.queue.Timeout, 100*time.Millisecond)
	return c
}
