package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// An Option describes the stores to [Run]. Nil options are ignored.
type Option func(*config)

type config struct {
	namespace      string
	otherNamespace string
	advance        func(aerostore.Store, time.Duration)
	stalled        func(testing.TB) aerostore.Store
	without        map[Feature]string
	skipped        tally
}

func newConfig(opts []Option) *config {
	c := &config{namespace: "test", otherNamespace: "bar", without: make(map[Feature]string)}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}

// WithNamespace sets the namespace of the cases. The default is "test".
func WithNamespace(name string) Option {
	return func(c *config) { c.namespace = name }
}

// WithOtherNamespace sets the second namespace, which few cases use. The default is
// "bar".
func WithOtherNamespace(name string) Option {
	return func(c *config) { c.otherNamespace = name }
}

// WithAdvance sets a function that moves the clock of a store ahead by d, for the
// cases about expiry. Without it each of them waits about two seconds, and is
// skipped under -short.
func WithAdvance(advance func(store aerostore.Store, d time.Duration)) Option {
	return func(c *config) { c.advance = advance }
}

// WithStalled sets a function that returns stores that do not answer, for the cases
// about timeouts. An operation on such a store ends with its context or its
// timeouts only. Run calls newStore once for each of these cases. Without it they
// are skipped.
//
// A store of package memory does not answer after
// Inject(memory.Fault{Delay: time.Hour}), nor does a server behind a proxy that
// keeps its answers.
func WithStalled(newStore func(tb testing.TB) aerostore.Store) Option {
	return func(c *config) { c.stalled = newStore }
}

// excuse returns why the case is left out, "" if it is not.
func (c *config) excuse(tc testCase) string {
	if reason, ok := c.without[tc.needs]; ok {
		return fmt.Sprintf("without %s: %s", tc.needs, reason)
	}
	if tc.waits && c.advance == nil && testing.Short() {
		return "the case waits for records to expire: run it without -short or with WithAdvance"
	}
	if tc.stalls && c.stalled == nil {
		return "the case needs a store that does not answer: use WithStalled"
	}
	return ""
}
