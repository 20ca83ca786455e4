package emulator

import (
	"encoding/binary"
	"fmt"
	"log/slog"

	"github.com/aerostore/aerostore"
)

// The bits that say what the entry of a key in a batch has.
const (
	batchRepeats       = 1 << 0 // all of the entry before, but for the key
	batchHasInfo       = 1 << 1
	batchHasGeneration = 1 << 2
	batchHasTTL        = 1 << 3
	batchHasInfo4      = 1 << 4

	// batchReportsAll is a bit of the batch: the error of a key does not end it.
	batchReportsAll = 1 << 2
	// batchReportsError is a bit of the batch: the error of a key that ends it is answered.
	batchReportsError = 1 << 3
)

// batch answers a command on many records: a message for each key, in their order, and one
// that says that it is the last. Each key is a command of its own.
func (c *conn) batch(m *message) error {
	b := m.field(fieldBatch)
	if b == nil {
		b = m.field(fieldBatchWithSet)
	}
	const countAndFlags = 5
	if len(b) < countAndFlags || binary.BigEndian.Uint32(b) == 0 {
		return c.failLast(aerostore.CodeParameter)
	}
	count, flags := binary.BigEndian.Uint32(b), b[4]
	if packed := m.field(fieldFilter); packed != nil {
		if _, ok := c.node.cluster.filters.of(packed); !ok {
			return c.failLast(aerostore.CodeParameter)
		}
	}
	last := aerostore.CodeOK
	s := c.stream(m)
	entry := batchEntry{of: m, rest: b[countAndFlags:], message: &c.batched}
	for range count {
		if err := entry.next(); err != nil {
			c.log().Warn("emulator: refusing the rest of a batch", slog.Any("error", err))
			last = aerostore.CodeParameter
			break
		}
		if !c.node.cluster.hasNamespace(c.batched.field(fieldNamespace)) {
			last = aerostore.CodeParameter // as a server, which ends the batch there
			break
		}
		code, err := c.receiveKey(&s, entry.index)
		if err != nil {
			return err
		}
		if flags&batchReportsAll == 0 && code != aerostore.CodeOK &&
			code != aerostore.CodeNotFound && code != aerostore.CodeFilteredOut {
			last = code
		}
		if err := s.next(); err != nil {
			return err
		}
	}
	if last != aerostore.CodeOK && flags&batchReportsError == 0 {
		s.drop()
	} else if err := s.cut(); err != nil {
		return err
	}
	c.out = appendHeader(c.out, header{code: last, info3: info3Last})
	return s.end()
}

// receiveKey does what a batch says with one key, as faults allow. An error ends the
// connection.
func (c *conn) receiveKey(s *stream, index uint32) (aerostore.ResultCode, error) {
	const toBatched = BatchedRead - Read
	command := recordCommandOf(&c.batched) + toBatched
	if f := c.receive(command, &c.batched); f != nil {
		return c.sufferKey(f, s, command, index)
	}
	return c.obeyKey(command, index), nil
}

// sufferKey lets a fault apply to a key of a batch.
func (c *conn) sufferKey(f *strike, s *stream, command Command, index uint32) (code aerostore.ResultCode, err error) {
	err = c.suffer(f, suffering{
		apply: func() error {
			code = c.obeyKey(command, index)
			return nil
		},
		fail: func() error {
			code = f.Code
			c.out = appendHeader(c.out, header{code: code, index: index})
			return nil
		},
		cut: func(start int) error {
			c.out = c.out[:start]
			return s.flush()
		},
	})
	return code, err
}

// obeyKey carries out what a batch does with one key, and appends the answer.
func (c *conn) obeyKey(command Command, index uint32) aerostore.ResultCode {
	m := &c.batched
	if m.has(fieldUDFPackage) || m.has(fieldUDFFunction) {
		c.log().Warn("emulator: refusing a user-defined function in a batch")
		c.out = appendHeader(c.out, header{code: aerostore.CodeUnsupportedFeature, index: index})
		return aerostore.CodeUnsupportedFeature
	}
	code := c.answer(m, index)
	if code == aerostore.CodeOK {
		c.node.counts.applied[command].Add(1)
	}
	return code
}

// A batchEntry is the entry of a key in a batch.
type batchEntry struct {
	of      *message
	rest    []byte // after the entry
	index   uint32
	message *message // what is done with the key
	any     bool     // there was an entry
}

// next parses the next entry.
func (e *batchEntry) next() error {
	b := e.rest
	if len(b) < 4+digestSize+1 {
		return errBatch
	}
	e.index = binary.BigEndian.Uint32(b)
	digest, has := b[4:4+digestSize], b[4+digestSize]
	b = b[4+digestSize+1:]
	m := e.message
	if has&batchRepeats == 0 {
		var err error
		if b, err = e.parse(has, b); err != nil {
			return err
		}
		if !m.has(fieldFilter) && e.of.has(fieldFilter) {
			m.setField(fieldFilter, e.of.field(fieldFilter))
		}
	} else if !e.any || m.has(fieldKey) {
		return errBatch
	}
	m.setField(fieldDigest, digest)
	e.rest, e.any = b, true
	return nil
}

// parse parses an entry that does not repeat the one before.
func (e *batchEntry) parse(has byte, b []byte) (rest []byte, err error) {
	if len(b) < entrySize(has) {
		return nil, errBatch
	}
	take := func(n int) (taken []byte) {
		taken, b = b[:n], b[n:]
		return taken
	}
	m := e.message
	m.info1 = take(1)[0] &^ (info1CompressResponse | info1XDR | info1Batch)
	m.info2, m.info3, m.info4, m.generation, m.ttl = 0, 0, 0, 0, 0
	if has&batchHasInfo != 0 {
		m.info2, m.info3 = take(1)[0], take(1)[0]
	}
	if has&batchHasInfo4 != 0 {
		m.info4 = take(1)[0]
	}
	if has&batchHasGeneration != 0 {
		m.generation = uint32(binary.BigEndian.Uint16(take(2)))
	}
	if has&batchHasTTL != 0 {
		m.ttl = binary.BigEndian.Uint32(take(4))
	}
	m.timeout = e.of.timeout
	fields, ops := binary.BigEndian.Uint16(take(2)), binary.BigEndian.Uint16(take(2))
	return m.parseParts(max(fields, 1), ops, b) // old clients do not count the namespace
}

// entrySize returns the size of an entry, without fields and operations.
func entrySize(has byte) int {
	size := 1 + 4
	if has&batchHasInfo != 0 {
		size += 2
	}
	if has&batchHasInfo4 != 0 {
		size++
	}
	if has&batchHasGeneration != 0 {
		size += 2
	}
	if has&batchHasTTL != 0 {
		size += 4
	}
	return size
}

var errBatch = fmt.Errorf("%w: the entries of a batch", errFrame)
