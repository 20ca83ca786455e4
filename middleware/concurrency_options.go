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
// each: by default as many as the limit, 100 milliseconds. Without a Length none
// waits. ConcurrencyLimit panics if one is negative, or if there is a Length
// without a Timeout.
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
	}
	return c
}
