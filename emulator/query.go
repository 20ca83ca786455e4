package emulator

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"log/slog"
	"maps"
	"math"
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/scope"
	"github.com/aerostore/aerostore/internal/wire"
)

// query answers a scan or a query: a message for each record and for each partition that
// the node does not have, and one that says that it is the last.
func (c *conn) query(m *message) error {
	if !m.has(fieldPartitions) && !m.has(fieldDigestsFrom) {
		return c.refuse(m, aerostore.CodeUnsupportedFeature, "a query without partitions")
	}
	q, code := c.selection(m)
	if code != aerostore.CodeOK {
		return c.fail(code)
	}
	if q.Bins = nil; m.info1&info1NoBins != 0 {
		q.Bins = []string{}
	} else if m.nops > 0 {
		// No record has a bin with a longer name.
		q.Bins = slices.DeleteFunc(c.binNames(m), func(name string) bool { return len(name) > maxBinName })
		if len(q.Bins) == 0 {
			return c.failLast(aerostore.CodeOK)
		}
	}
	indexed := q.Where.Kind() != aerostore.PredicateNone
	wanted, code := partitionsOf(m, indexed)
	if code != aerostore.CodeOK {
		return c.fail(code)
	}
	filter, code := c.filter(m)
	if code != aerostore.CodeOK {
		return c.fail(code)
	}
	run := queryRun{c: c, m: m, stream: c.stream(m), indexed: indexed}
	if indexed && q.Where.Kind() == aerostore.PredicateIntRange && q.Where.Collection() == aerostore.IndexDefault &&
		q.Where.Bin() != "" && len(q.Where.Path()) == 0 {
		run.sort(&q, wanted)
	}
	run.begin(wanted)
	call := aerostore.Call{Op: aerostore.OpQuery, Options: aerostore.Options{Filter: filter}}
	q.Partitions, q.Cursor = wanted.bounds(), new(aerostore.Cursor)
	call = call.WithQuery(q, run.yield)
	if err := wanted.resume(call); err != nil {
		return err
	}
	_, err := c.node.cluster.handler(scope.WithRepeats(c.node.cluster.background.ctx), call)
	return run.end(err)
}

// selection returns the namespace, set, condition and limits of a query or job.
func (c *conn) selection(m *message) (q aerostore.Query, code aerostore.ResultCode) {
	namespace, ok := c.node.cluster.namespace(m.field(fieldNamespace))
	if !ok {
		return q, aerostore.CodeInvalidNamespace
	}
	q = aerostore.Query{Namespace: namespace, Set: c.names.of(m.field(fieldSet))}
	most, ok := m.number(fieldMaxRecords, 8)
	perSecond, also := m.number(fieldRecordsPerSecond, 4)
	if !ok || !also || !m.isNumber(fieldTaskID, 8) || !m.isNumber(fieldSocketTimeout, 4) {
		return q, aerostore.CodeParameter
	}
	q.MaxRecords = int(min(most, math.MaxInt32))
	q.RecordsPerSecond = int(min(perSecond, math.MaxInt32))
	if m.has(fieldIndexRange) {
		q.Where, code = c.condition(m, &q)
	}
	return q, code
}

// filter returns the filter of a query or job.
func (c *conn) filter(m *message) (f aerostore.Filter, code aerostore.ResultCode) {
	packed := m.field(fieldFilter)
	if packed == nil {
		return f, aerostore.CodeOK
	}
	f, ok := c.node.cluster.filters.of(packed)
	if !ok {
		return f, aerostore.CodeParameter
	}
	return f, aerostore.CodeOK
}

// number returns the number of a field of that size, 0 if it is absent.
func (m *message) number(kind fieldType, size int) (n uint64, ok bool) {
	b := m.field(kind)
	if b == nil {
		return 0, true
	}
	if len(b) != size {
		return 0, false
	}
	for _, digit := range b {
		n = n<<8 | uint64(digit)
	}
	return n, true
}

// isNumber reports whether a field has that size or is absent.
func (m *message) isNumber(kind fieldType, size int) bool {
	_, ok := m.number(kind, size)
	return ok
}

// A queryRun is a query that is being answered.
type queryRun struct {
	c       *conn
	m       *message
	stream  stream
	indexed bool // an index finds the records
	records int
	sorted  *sortedRun // nil if the records come in the order of their digests

	partition int   // of the record before
	gone      bool  // that partition has left the node
	err       error // of the connection
	failed    error // of a record
}

// A sortedRun is a query whose records come in the order of the integers that an index has
// of them, partition by partition, as from a server.
type sortedRun struct {
	bin   string
	names []string // of the bins to answer, nil for all
	most  int      // records, 0 for no limit
	after map[int]aerostore.Position
	held  []sortedRecord // of the partition
}

type sortedRecord struct {
	record *aerostore.Record
	at     aerostore.Position
}

// sort makes the query one that is sorted, which begins after the integers of the message.
func (r *queryRun) sort(q *aerostore.Query, wanted *partitions) {
	s := &sortedRun{bin: q.Where.Bin(), names: q.Bins, most: q.MaxRecords, after: make(map[int]aerostore.Position)}
	values := r.m.field(fieldValuesFrom)
	for digests := wanted.begun; len(digests) > 0; digests, values = digests[digestSize:], values[valueSize:] {
		s.after[partitionOf(digests)] = aerostore.Position{
			Digest: [digestSize]byte(digests),
			Value:  int64(binary.LittleEndian.Uint64(values)), //nolint:gosec // G115: the bits are what is wanted
		}
	}
	wanted.begun = nil
	q.Bins, q.MaxRecords = nil, 0
	r.sorted = s
}

// position returns where a record is in the index.
func (s *sortedRun) position(r *aerostore.Record) aerostore.Position {
	n, _ := r.Bins[s.bin].(int)
	return aerostore.Position{Digest: r.Key.Digest(), Value: int64(n)}
}

func comparePositions(a, b aerostore.Position) int {
	return cmp.Or(cmp.Compare(a.Value, b.Value), bytes.Compare(a.Digest[:], b.Digest[:]))
}

// release answers the records that are held. It returns false if the query ends.
func (r *queryRun) release() bool {
	s := r.sorted
	slices.SortFunc(s.held, func(a, b sortedRecord) int { return comparePositions(a.at, b.at) })
	after, begun := s.after[r.partition]
	for _, held := range s.held {
		if begun && comparePositions(held.at, after) <= 0 || !s.narrow(held.record) {
			continue
		}
		if !r.answer(held.record, held.at.Value) {
			return false
		}
	}
	s.held = s.held[:0]
	return true
}

// narrow drops the bins that are not wanted. It returns false if the record has none that
// is.
func (s *sortedRun) narrow(r *aerostore.Record) bool {
	if s.names == nil {
		return true
	}
	r.Bins = maps.Clone(r.Bins)
	maps.DeleteFunc(r.Bins, func(name string, _ any) bool { return !slices.Contains(s.names, name) })
	return len(s.names) == 0 || len(r.Bins) > 0
}

// begin answers for the partitions that the node does not have. They are no longer wanted.
func (r *queryRun) begin(wanted *partitions) {
	r.partition = -1
	owned := r.c.node.cluster.partitions.Load()
	for p, w := range wanted.wanted {
		if w && !owned.has(r.c.node, p) {
			wanted.wanted[p] = false
			r.endPartition(p, aerostore.CodePartitionUnavailable)
		}
	}
}

// endPartition answers that the client has to get a partition elsewhere.
func (r *queryRun) endPartition(partition int, code aerostore.ResultCode) {
	r.c.out = appendHeader(r.c.out, header{
		code: code, info3: info3PartitionDone,
		generation: uint32(partition), //nolint:gosec // G115: below 4096
	})
}

// enter begins with a partition, as faults allow, and notes whether the node has it.
func (r *queryRun) enter(partition int) error {
	r.gone = false
	if f := r.c.receive(QueriedPartition, r.m); f != nil {
		err := r.c.suffer(f, suffering{
			apply: func() error { return nil },
			fail: func() error {
				r.gone = true
				r.endPartition(partition, f.Code)
				return nil
			},
			cut: func(start int) error {
				r.c.out = r.c.out[:start]
				return r.stream.flush()
			},
		})
		if err != nil || r.gone {
			return err
		}
	}
	if r.gone = !r.c.node.serves(partition); r.gone {
		r.endPartition(partition, aerostore.CodePartitionUnavailable)
		return nil
	}
	r.c.node.counts.applied[QueriedPartition].Add(1)
	return nil
}

// yield answers a record. It returns false if the connection has ended.
func (r *queryRun) yield(record *aerostore.Record) bool {
	if p := record.Key.Partition(); p != r.partition {
		if r.sorted != nil && !r.release() {
			return false
		}
		r.partition = p
		if r.err = r.enter(p); r.err != nil {
			return false
		}
	}
	switch {
	case r.gone:
		return true
	case r.sorted != nil:
		r.sorted.held = append(r.sorted.held, sortedRecord{record, r.sorted.position(record)})
		return true
	default:
		return r.answer(record, 0)
	}
}

// answer appends a record, of which an index has the value. It returns false if the query
// ends.
func (r *queryRun) answer(record *aerostore.Record, value int64) bool {
	if r.failed = r.append(record, value); r.failed != nil {
		return false
	}
	r.records++
	r.err = r.stream.next()
	return r.err == nil && (r.sorted == nil || r.records != r.sorted.most)
}

func (r *queryRun) append(record *aerostore.Record, value int64) error {
	c, start := r.c, len(r.c.out)
	h := header{generation: record.Generation, voidTime: voidTime(record)}
	if r.m.info1&info1NoBins != 0 {
		h.info1 = info1NoBins
	}
	c.out = appendHeader(c.out, h)
	fields := 0
	field := func(kind fieldType, data []byte) {
		c.out = appendField(c.out, kind, data)
		fields++
	}
	key := &record.Key
	digest := key.Digest()
	field(fieldNamespace, []byte(key.Namespace()))
	field(fieldDigest, digest[:])
	if key.Set() != "" {
		field(fieldSet, []byte(key.Set()))
	}
	if !key.IsDigest() {
		id, err := appendID(nil, key.ID())
		if err != nil {
			c.out = c.out[:start]
			return err
		}
		field(fieldKey, id)
	}
	if r.indexed {
		field(fieldValuesFrom, binary.LittleEndian.AppendUint64(nil, uint64(value))) //nolint:gosec // G115: the bits are what is wanted
	}
	bins, err := c.appendBins(record)
	if err != nil {
		c.out = c.out[:start]
		return err
	}
	setCounts(c.out, start, fields, bins)
	return nil
}

// appendID appends a user's key as a field has it, which begins with its type.
func appendID(b []byte, id any) ([]byte, error) {
	start := len(b)
	b, particle, err := wire.AppendValue(append(b, 0), id)
	if err != nil {
		return b[:start], err
	}
	b[start] = particle
	return b, nil
}

// end ends the answer of a query that returned err.
func (r *queryRun) end(err error) error {
	if r.sorted != nil && err == nil && r.err == nil && r.failed == nil && (r.sorted.most == 0 || r.records < r.sorted.most) {
		r.release()
	}
	if r.err != nil {
		return r.err
	}
	if r.failed != nil {
		r.c.log().Error("emulator: cannot answer", slog.Any("error", r.failed))
		err = r.failed
	}
	h := header{info3: info3Last}
	if err != nil {
		h.code = queryCode(err)
		if r.records == 0 { // it has not begun
			r.stream.drop()
			h.info3 = 0
		}
	}
	// The last message has a frame of its own, as that of a server.
	if len(r.c.out) > r.stream.start+frameHeader {
		if err := r.stream.cut(); err != nil {
			return err
		}
	}
	r.c.out = appendHeader(r.c.out, h)
	return r.stream.end()
}

// queryCode returns the code with which an error of a query is answered. The store returns
// the error of a client that has repeated a query without an index in vain.
func queryCode(err error) aerostore.ResultCode {
	if of, ok := errors.AsType[*aerostore.Error](err); ok && of.Code == aerostore.CodeMaxRetries {
		err = of.Err
	}
	if code := codeOf(err); code != aerostore.CodeBinNameTooLong {
		return code
	}
	return aerostore.CodeParameter // of the condition
}

// maxBinName is the size of the longest name of a bin.
const maxBinName = 15

// partitions are the partitions that a query wants, and where it begins in them.
type partitions struct {
	wanted [aerostore.PartitionCount]bool
	begun  []byte // digests
}

// partitionsOf returns the partitions of a query. An index finds its records or not.
func partitionsOf(m *message, indexed bool) (*partitions, aerostore.ResultCode) {
	p := &partitions{begun: m.field(fieldDigestsFrom)}
	ids := m.field(fieldPartitions)
	values, begun := m.field(fieldValuesFrom), len(p.begun)/digestSize
	const idSize = 2
	switch {
	case len(ids)%idSize != 0, len(p.begun)%digestSize != 0, len(ids)+len(p.begun) == 0,
		ids != nil && len(ids) == 0, p.begun != nil && begun == 0,
		indexed && len(values) != begun*valueSize:
		return nil, aerostore.CodeParameter
	}
	for ; len(ids) > 0; ids = ids[idSize:] {
		if !p.want(int(binary.LittleEndian.Uint16(ids))) {
			return nil, aerostore.CodeParameter
		}
	}
	for i := range begun {
		if !p.want(partitionOf(p.begun[i*digestSize:])) {
			return nil, aerostore.CodeParameter
		}
	}
	return p, aerostore.CodeOK
}

// valueSize is the size of an integer that an index has.
const valueSize = 8

// want returns false for a partition that does not exist or is wanted already.
func (p *partitions) want(partition int) bool {
	if partition >= len(p.wanted) || p.wanted[partition] {
		return false
	}
	p.wanted[partition] = true
	return true
}

// bounds returns the range of the partitions.
func (p *partitions) bounds() aerostore.PartitionRange {
	first, last := 0, 0
	for i, w := range p.wanted {
		if w {
			if !p.wanted[first] {
				first = i
			}
			last = i
		}
	}
	return aerostore.PartitionRange{First: first, Count: last - first + 1}
}

// storeOrder is the order of the records of a memory store for cursors.
const storeOrder = "memory"

// resume sets the cursor of a query to where it begins.
func (p *partitions) resume(call aerostore.Call) error {
	run, err := call.Resume(storeOrder)
	if err != nil {
		return err
	}
	defer run.End()
	first, count := run.Range()
	for partition := first; partition < first+count; partition++ {
		if !p.wanted[partition] {
			run.Finish(partition)
		}
	}
	for b := p.begun; len(b) > 0; b = b[digestSize:] {
		run.Move(aerostore.Position{Digest: [digestSize]byte(b)})
	}
	return nil
}
