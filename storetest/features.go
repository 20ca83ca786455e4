package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
)

// A Feature is something that not every store can do; see [Without].
type Feature string

// The features. Stores are expected to have all of them.
const (
	// DurableDelete is removing with [aerostore.DurableDelete]. From a store
	// without it the cases expect the answer of the Community Edition,
	// [aerostore.CodeEnterpriseOnly].
	DurableDelete Feature = "durable delete"

	// Expiry is records that expire. Servers need nsup-period for it.
	Expiry Feature = "expiry"

	// Namespaces is refusing a namespace that does not exist. That of the
	// cases is "storetest_nons".
	Namespaces Feature = "namespaces"

	// SeveralNamespaces is having a second namespace: "bar", or that of
	// [WithOtherNamespace].
	SeveralNamespaces Feature = "several namespaces"

	// Indexes is queries by secondary index, made by an [aerostore.Indexer]
	// that [aerostore.As] finds under any layers.
	Indexes Feature = "indexes"

	// Pinging is an [aerostore.Pinger] that [aerostore.As] finds under any
	// layers.
	Pinging Feature = "pinging"

	// SocketTimeouts is waiting for a network, which
	// [aerostore.SocketTimeout] bounds. Cases try it on the stores of
	// [WithStalled] only.
	SocketTimeouts Feature = "socket timeouts"

	// Closing is an [io.Closer] that [aerostore.As] finds under any layers.
	Closing Feature = "closing"
)

var features = []Feature{DurableDelete, Expiry, Namespaces, SeveralNamespaces, Indexes, Pinging, SocketTimeouts, Closing}

// An Option tells [Run] about the stores.
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
		opt(c)
	}
	return c
}

// Without says that the stores do not have a feature, and why. It panics if
// there is no such feature or no reason.
func Without(feature Feature, reason string) Option {
	if !slices.Contains(features, feature) {
		panic(fmt.Sprintf("storetest: Without of an unknown feature %q", feature))
	}
	if reason == "" {
		panic(fmt.Sprintf("storetest: Without(%q) has no reason", feature))
	}
	return func(c *config) { c.without[feature] = reason }
}

// WithNamespace sets the namespace to use instead of "test".
func WithNamespace(name string) Option {
	return func(c *config) { c.namespace = name }
}

// WithOtherNamespace sets the second namespace to use instead of "bar". Few
// cases write to it.
func WithOtherNamespace(name string) Option {
	return func(c *config) { c.otherNamespace = name }
}

// WithAdvance gives the cases about expiry a way to let time pass for a store.
// Without it they wait about two seconds each, and are skipped under -short.
func WithAdvance(advance func(store aerostore.Store, d time.Duration)) Option {
	return func(c *config) { c.advance = advance }
}

// WithStalled gives the cases about timeouts a second kind of store: one that takes
// every operation and does not answer, so that the operation ends with its context
// or its timeouts only. newStore is called once for each of these cases, which are
// skipped without it. A store of package memory stalls after
// Inject(memory.Fault{Delay: time.Hour}), a server behind a proxy that holds its
// answers back.
func WithStalled(newStore func(tb testing.TB) aerostore.Store) Option {
	return func(c *config) { c.stalled = newStore }
}

// excuse says why the case is left out, "" if it is not.
func (c *config) excuse(tc testCase) string {
	if reason, ok := c.without[tc.needs]; ok {
		return fmt.Sprintf("without %s: %s", tc.needs, reason)
	}
	if tc.waits && c.advance == nil && testing.Short() {
		return "it waits for records to expire: run it without -short or with WithAdvance"
	}
	if tc.stalls && c.stalled == nil {
		return "it needs a store that does not answer: give one by WithStalled"
	}
	return ""
}

// A tally is the cases that were left out, by reason.
type tally struct {
	mu    sync.Mutex
	names map[string][]string
}

func (y *tally) add(reason, name string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.names == nil {
		y.names = make(map[string][]string)
	}
	y.names[reason] = append(y.names[reason], name)
}

func (y *tally) log(tb testing.TB) {
	tb.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, reason := range slices.Sorted(maps.Keys(y.names)) {
		names := y.names[reason]
		slices.Sort(names)
		tb.Logf("skipped %d, %s:\n\t%s", len(names), reason, strings.Join(names, "\n\t"))
	}
}
