package memory

import (
	"fmt"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// An Option changes a default of [New].
type Option func(*config)

type config struct {
	namespaces    []string
	now           func() time.Time
	defaultTTL    aerostore.TTL
	withoutExpiry bool
	maxRecordSize int
	maxQueries    int
	drawsOrder    bool
	orderSeed     uint64
}

func defaults() config {
	return config{
		namespaces:    []string{"test", "bar"},
		now:           time.Now,
		defaultTTL:    aerostore.NeverExpire,
		maxRecordSize: 1 << 20,
	}
}

// WithNamespaces sets the namespaces that exist, instead of "test" and "bar".
// Operations on any other fail with [aerostore.ErrInvalidNamespace].
//
// It panics without names or with an empty one.
func WithNamespaces(names ...string) Option {
	if len(names) == 0 || slices.Contains(names, "") {
		panic("memory: WithNamespaces without a name")
	}
	names = slices.Clone(names)
	return func(c *config) { c.namespaces = names }
}

// WithClock sets the clock that TTLs go by, instead of time.Now. It is called
// from many goroutines, with locks held, and must not call the store.
//
// It panics if now is nil.
func WithClock(now func() time.Time) Option {
	if now == nil {
		panic("memory: WithClock of nil")
	}
	return func(c *config) { c.now = now }
}

const second = aerostore.TTL(time.Second)

// maxTTL is the longest TTL that a server accepts.
const (
	maxTTLSeconds = 10 * 365 * 24 * 60 * 60
	maxTTL        = maxTTLSeconds * second
)

// WithDefaultTTL sets the TTL of records written without one, as default-ttl
// does for the namespaces of a server, instead of [aerostore.NeverExpire].
//
// It panics unless ttl is NeverExpire or whole seconds, from one second to ten
// years.
func WithDefaultTTL(ttl aerostore.TTL) Option {
	if ttl != aerostore.NeverExpire && (ttl < second || ttl > maxTTL || ttl%second != 0) {
		panic(fmt.Sprintf("memory: WithDefaultTTL of %v", time.Duration(ttl)))
	}
	return func(c *config) { c.defaultTTL = ttl }
}

// WithMaxRecordSize sets the size in bytes over which a write fails with
// [aerostore.ErrRecordTooBig], instead of 1 MiB. What counts is what a server
// would store, which is somewhat more than the values.
//
// It panics unless bytes is positive.
func WithMaxRecordSize(bytes int) Option {
	if bytes <= 0 {
		panic(fmt.Sprintf("memory: WithMaxRecordSize of %d", bytes))
	}
	return func(c *config) { c.maxRecordSize = bytes }
}

// WithoutExpiry has the store refuse TTLs as a server does whose namespace has
// nsup-period 0, for which nothing removes expired records: a write that would
// give a record a time to live fails with [aerostore.CodeForbidden]. That is a
// write with a TTL, and, beside [WithDefaultTTL], one without. NeverExpire and
// the KeepTTL of a record that is there pass, and so do reads and removals.
func WithoutExpiry() Option {
	return func(c *config) { c.withoutExpiry = true }
}

// WithMaxQueries has the store run n queries at once, at most: one more fails
// with [aerostore.CodeForbidden] before its first record. A server has such a
// limit, but for threads (query-threads-limit, 128 unless configured), of which a
// query takes some. Without the option there is no limit.
//
// It panics unless n is positive.
func WithMaxQueries(n int) Option {
	if n <= 0 {
		panic(fmt.Sprintf("memory: WithMaxQueries of %d", n))
	}
	return func(c *config) { c.maxQueries = n }
}

// WithBatchOrder carries out each batch in an order of its keys that is drawn,
// instead of the order in which they are given. A server defines none. A test
// with this option finds code that has a key in a batch more than once and relies
// on which of them comes first. Results are in the order of the keys all the
// same. Where one goroutine calls the store, the same seed draws the same orders.
func WithBatchOrder(seed uint64) Option {
	return func(c *config) { c.drawsOrder, c.orderSeed = true, seed }
}
