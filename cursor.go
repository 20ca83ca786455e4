package aerostore

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aerostore/aerostore/internal/safe"
)

// ErrStaleCursor matches the error of a query whose [Cursor] cannot resume it: the
// cursor has begun another query, or has begun it on another kind of backend, or its
// token has a later version. The error also matches [ErrInvalid]. Begin from the start.
var ErrStaleCursor error = safe.NewSentinel("the cursor is of another query", "stale_cursor")

// A Cursor is where a [Query] is to go on. The zero Cursor is the start.
//
// A query with a Cursor moves it past each record when the body of the loop has had the
// record: when it takes the next one or breaks. If the body panics, the cursor stays
// before the record. A query with the same cursor goes on there, also after an error. Its
// token resumes the query in another process:
//
//	cursor, err := aerostore.ParseCursor(token) // "" is the start
//	query.Cursor, query.MaxRecords = cursor, 100
//	for record, err := range store.Query(ctx, query) {
//		// at most 100 records
//	}
//	token = cursor.Token() // of the next page, if !cursor.Done()
//
// Records that exist throughout all parts of a query, unchanged in the bin of its Where,
// come exactly once. A record that is written or removed meanwhile may come or not, as in
// one query. On a server, a record whose indexed value changes may come twice.
// A record whose list or map has several entries that match comes once, too. For this,
// asbackend has the matching records of a partition, a 4096th of all, in memory.
//
// A Cursor resumes one query: the same namespace, set, Where and Partitions. The other
// fields may change. It may be used by one query at a time; a second one fails with
// [ErrInvalid]. Its methods may be called at any time, also by other goroutines. In the
// body of the loop, they do not count the record that the body has. Those of a nil Cursor
// are those of the start.
type Cursor struct {
	mu      sync.Mutex
	running bool // a query uses it

	begun bool            // the fields below are set
	print [printSize]byte // of the query
	first int             // partition of the query
	end   int             // the partition after its last
	done  [PartitionCount / 64]uint64
	left  int              // partitions that are not done
	at    map[int]Position // of the partitions that are begun and not done
}

// A Position is a place among the records of a partition, by which a [Resumption]
// resumes a query: after the record with this digest.
type Position struct {
	Digest [20]byte
	Value  int64 // of the record in a secondary index, 0 if the backend needs none
}

// Done reports whether the query has returned all records. A query with MaxRecords may
// return the last record and not know that it is the last. Done is then false, and the
// next query returns no record. A query whose Cursor is done returns none.
func (c *Cursor) Done() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun && c.left == 0
}

// Token returns the cursor as text, which [ParseCursor] reads. The token of the zero
// Cursor is "". A token has letters, digits, "-" and "_", so that it can be part of a URL.
//
// A token has a hash of the query and, of each partition that the query has begun and not
// finished, the digest of the last record, about 30 bytes. It is typically below 5 kB,
// below 1 kB if MaxRecords is 100, and at most 170 kB. It has no key and no value. But
// who can guess a key can find its digest: treat a token as you treat keys. It has a
// checksum and is not signed. A client that changes it can make the same query go on
// elsewhere.
func (c *Cursor) Token() string {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token()
}

// MarshalText returns what [Cursor.Token] returns. The error is always nil.
func (c *Cursor) MarshalText() ([]byte, error) { return []byte(c.Token()), nil }

// UnmarshalText sets the cursor to a token. Errors are those of [ParseCursor], and
// [ErrInvalid] while a query uses the cursor or if the cursor is nil. If it fails, the
// cursor is unchanged.
func (c *Cursor) UnmarshalText(text []byte) error {
	if c == nil {
		return &Error{Op: OpQuery, Code: CodeParameter, Err: errNoCursor}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return &Error{Op: OpQuery, Code: CodeParameter, Err: errCursorRunning}
	}
	return c.parse(text)
}

// ParseCursor returns the cursor of a token, which may come from anywhere. The cursor of
// "" is the start. The error matches [ErrInvalid], and [ErrStaleCursor] if the token has
// a version that this version of the package does not know.
func ParseCursor(token string) (*Cursor, error) {
	c := new(Cursor)
	if err := c.parse([]byte(token)); err != nil {
		return nil, err
	}
	return c, nil
}

// String returns how far the query is, without a digest, such as "17 of 4096 partitions
// done, 4 begun".
func (c *Cursor) String() string {
	if c == nil {
		return "no cursor"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun {
		return "at the start"
	}
	return fmt.Sprintf("%d of %d partitions done, %d begun", c.end-c.first-c.left, c.end-c.first, len(c.at))
}

// GoString returns what String returns, so that %#v prints no digest.
func (c *Cursor) GoString() string { return c.String() }

// LogValue returns what String returns, so that a log has no digest.
func (c *Cursor) LogValue() slog.Value { return slog.StringValue(c.String()) }

var (
	errCursorRunning = invalidf("the cursor is used by a query that is running: each query needs its own")
	errNoCursor      = invalidf("the cursor is nil: make it with new(aerostore.Cursor)")
)

// staleError is why a cursor cannot resume a query.
type staleError struct{ reason string }

func (e *staleError) Error() string { return e.reason + ": begin from the start" }

// SafeMessage returns the reason, which has no value.
func (e *staleError) SafeMessage() string { return e.Error() }

func (e *staleError) Is(target error) bool { return target == ErrStaleCursor || target == ErrInvalid }

// begin sets the cursor to the start of a query.
func (c *Cursor) begin(hash [printSize]byte, first, end int) {
	c.begun, c.print, c.first, c.end, c.left = true, hash, first, end, end-first
	c.done, c.at = [PartitionCount / 64]uint64{}, nil
}

func (c *Cursor) isDone(partition int) bool { return c.done[partition/64]>>(partition%64)&1 != 0 }

// move sets the position within a partition that is not done.
func (c *Cursor) move(partition int, p Position) {
	if c.at == nil {
		c.at = make(map[int]Position)
	}
	c.at[partition] = p
}

func (c *Cursor) finish(partition int) {
	if !c.isDone(partition) {
		c.done[partition/64] |= 1 << (partition % 64)
		c.left--
		delete(c.at, partition)
	}
}

// resume begins a query. The error is an invalidError or a staleError.
func (c *Cursor) resume(hash [printSize]byte, first, end int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.running:
		return errCursorRunning
	case !c.begun:
		c.begin(hash, first, end)
	case c.print != hash || c.first != first || c.end != end:
		return &staleError{"the cursor is of another query or backend"}
	}
	c.running = true
	return nil
}

// errNotToken is the error of a text that is no token.
var errNotToken = &invalidError{code: CodeParameter, err: errors.New("the text is not the token of a cursor, or not all of it")}
