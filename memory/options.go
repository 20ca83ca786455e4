package memory

import (
	"fmt"
	"slices"
	"time"

	"github.com/aerostore/aerostore"
)

// An Option changes a default of [New]. Nil options are ignored.
type Option func(*config)

type config struct {
	namespaces    []string
	now           func() time.Time // nil for time.Now
	defaultTTL    aerostore.TTL
	withoutExpiry bool
	maxRecordSize int
	maxQueries    int
	randomOrder   bool // of batches
	orderSeed     uint64
}

func defaults() config {
	return config{
		namespaces:    []string{"test", "bar"},
		defaultTTL:    aerostore.NeverExpire,
		maxRecordSize: 1 << 20,
	}
}

// WithNamespaces sets the namespaces of the store, instead of "test" and "bar".
// Operations on other namespaces fail with [aerostore.ErrInvalidNamespace].
//
// It panics if there are no names or if one is empty.
func WithNamespaces(names ...string) Option {
	if len(names) == 0 || slices.Contains(names, "") {
		panic("memory: WithNamespaces without a name: pass at least one, and none that is empty")
	}
	names = slices.Clone(names)
	return func(c *config) { c.namespaces = names }
}

// WithClock sets the clock for TTLs and for the times that expressions know, instead of
// time.Now. The store calls now from
// many goroutines, with locks held. It must not call the store.
//
// It panics if now is nil.
func WithClock(now func() time.Time) Option {
	if now == nil {
		panic("memory: WithClock with a nil function")
	}
	return func(c *config) { c.now = now }
}

const second = aerostore.TTL(time.Second)

// maxTTL is the longest TTL that a server accepts.
const (
	maxTTLSeconds = 10 * 365 * 24 * 60 * 60
	maxTTL        = maxTTLSeconds * second
)

// WithDefaultTTL sets the TTL of records that are written without one, instead of
// [aerostore.NeverExpire]. It is the default-ttl of a server's namespace.
//
// It panics unless ttl is NeverExpire or whole seconds, from one second to ten
// years.
func WithDefaultTTL(ttl aerostore.TTL) Option {
	if ttl != aerostore.NeverExpire && (ttl < second || ttl > maxTTL || ttl%second != 0) {
		panic(fmt.Sprintf("memory: WithDefaultTTL of %v: must be NeverExpire, or whole seconds from one second to ten years", time.Duration(ttl)))
	}
	return func(c *config) { c.defaultTTL = ttl }
}

// WithMaxRecordSize sets the largest size of a record in bytes, instead of 1 MiB. A
// write that makes a larger one fails with [aerostore.ErrRecordTooBig]. The size is
// that of the record on a server, which is somewhat larger than its values.
//
// It panics unless bytes is positive.
func WithMaxRecordSize(bytes int) Option {
	if bytes <= 0 {
		panic(fmt.Sprintf("memory: WithMaxRecordSize of %d: must be positive", bytes))
	}
	return func(c *config) { c.maxRecordSize = bytes }
}

// WithoutExpiry makes the store refuse TTLs, as a server does in a namespace with
// nsup-period 0, where nothing removes expired records. A write that would set a TTL
// fails with [aerostore.CodeForbidden]: a write with a TTL, and with
// [WithDefaultTTL] also a write without. Writes with NeverExpire, writes with
// KeepTTL to an existing record, reads and removals succeed.
func WithoutExpiry() Option {
	return func(c *config) { c.withoutExpiry = true }
}

// WithMaxQueries limits the store to n concurrent queries. A query over the limit
// fails with [aerostore.CodeForbidden] before its first record. A server limits the
// threads of queries instead (query-threads-limit, 128 by default), and a query uses
// several. By default there is no limit.
//
// It panics unless n is positive.
func WithMaxQueries(n int) Option {
	if n <= 0 {
		panic(fmt.Sprintf("memory: WithMaxQueries of %d: must be positive", n))
	}
	return func(c *config) { c.maxQueries = n }
}

// WithBatchOrder makes the store carry out the operations of a batch in random order,
// instead of the order of the keys. A server defines no order. Use it in a test to
// find code that has a key more than once in a batch and relies on their order. The
// results are always in the order of the keys. For calls from one goroutine, the same
// seed produces the same orders.
func WithBatchOrder(seed uint64) Option {
	return func(c *config) { c.randomOrder, c.orderSeed = true, seed }
}
