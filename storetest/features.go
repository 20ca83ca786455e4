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

// A Feature is an ability that some stores lack; see [Without].
type Feature string

// The features. Run expects a store to have each of them unless [Without] names it.
const (
	// DurableDelete is the removal of records with [aerostore.DurableDelete]. A
	// store without it must refuse such a removal as the Community Edition does,
	// with [aerostore.CodeEnterpriseOnly].
	DurableDelete Feature = "durable delete"

	// Expiry is the expiry of records. A server needs nsup-period for it.
	Expiry Feature = "expiry"

	// Namespaces is the refusal of a namespace that does not exist. The cases use
	// "storetest_nons".
	Namespaces Feature = "namespaces"

	// SeveralNamespaces is a second namespace: "bar", or that of
	// [WithOtherNamespace].
	SeveralNamespaces Feature = "several namespaces"

	// Indexes is an [aerostore.Indexer] that [aerostore.As] finds in the store,
	// and queries by the secondary indexes that it creates.
	Indexes Feature = "indexes"

	// Pinging is an [aerostore.Pinger] that [aerostore.As] finds in the store.
	Pinging Feature = "pinging"

	// SocketTimeouts is the end of an operation by [aerostore.SocketTimeout], which
	// a store without a network lacks. The cases use the stores of [WithStalled].
	SocketTimeouts Feature = "socket timeouts"

	// Closing is an [io.Closer] that [aerostore.As] finds in the store.
	Closing Feature = "closing"
)

var features = []Feature{DurableDelete, Expiry, Namespaces, SeveralNamespaces, Indexes, Pinging, SocketTimeouts, Closing}

// An Option describes the stores to [Run].
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

// Without leaves out the cases of a feature that the stores lack. The reason is
// logged. Without panics if the feature is unknown or the reason is empty.
func Without(feature Feature, reason string) Option {
	if !slices.Contains(features, feature) {
		panic(fmt.Sprintf("storetest: Without: feature %q is unknown", feature))
	}
	if reason == "" {
		panic(fmt.Sprintf("storetest: Without(%q): the reason is empty", feature))
	}
	return func(c *config) { c.without[feature] = reason }
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

// A tally records the cases that were left out, by reason.
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
