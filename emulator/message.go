package emulator

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/wire"
)

// The bits of a message's header that say what is done.
const (
	info1Read             = 1 << 0
	info1GetAll           = 1 << 1
	info1ShortQuery       = 1 << 2
	info1Batch            = 1 << 3
	info1XDR              = 1 << 4
	info1NoBins           = 1 << 5
	info1ConsistencyAll   = 1 << 6
	info1CompressResponse = 1 << 7

	info2Write          = 1 << 0
	info2Delete         = 1 << 1
	info2Generation     = 1 << 2
	info2GenerationGT   = 1 << 3
	info2DurableDelete  = 1 << 4
	info2CreateOnly     = 1 << 5
	info2RelaxLongQuery = 1 << 6
	info2RespondAllOps  = 1 << 7

	info3Last            = 1 << 0
	info3CommitMaster    = 1 << 1
	info3PartitionDone   = 1 << 2
	info3UpdateOnly      = 1 << 3
	info3CreateOrReplace = 1 << 4
	info3ReplaceOnly     = 1 << 5
	info3SCReadType      = 1 << 6
	info3SCReadRelax     = 1 << 7
)

// A fieldType is the type of a field of a message.
type fieldType uint8

const (
	fieldNamespace        fieldType = 0
	fieldSet              fieldType = 1
	fieldKey              fieldType = 2
	fieldRecordVersion    fieldType = 3 // of transactions
	fieldDigest           fieldType = 4
	fieldTransaction      fieldType = 5
	fieldDigests          fieldType = 6
	fieldTaskID           fieldType = 7
	fieldScanOptions      fieldType = 8
	fieldSocketTimeout    fieldType = 9
	fieldRecordsPerSecond fieldType = 10
	fieldPartitions       fieldType = 11
	fieldDigestsFrom      fieldType = 12 // a digest for each partition that was begun
	fieldMaxRecords       fieldType = 13
	fieldValuesFrom       fieldType = 15 // as fieldDigestsFrom, of the indexed values
	fieldIndexName        fieldType = 21
	fieldIndexRange       fieldType = 22
	fieldIndexContext     fieldType = 23
	fieldIndexExpression  fieldType = 24
	fieldIndexType        fieldType = 26
	fieldUDFPackage       fieldType = 30
	fieldUDFFunction      fieldType = 31
	fieldUDFArguments     fieldType = 32
	fieldUDFOperation     fieldType = 33
	fieldQueryBins        fieldType = 40
	fieldBatch            fieldType = 41
	fieldBatchWithSet     fieldType = 42
	fieldFilter           fieldType = 43

	fieldCount = 44
)

// messageHeader is the size of the header of a message.
const messageHeader = 22

// A message is a command. Its slices are valid as long as the frame.
type message struct {
	info1, info2, info3, info4 byte

	generation uint32
	ttl        uint32 // of a write, or the percentage of a read that touches
	timeout    uint32 // in milliseconds

	present uint64             // a bit for each field
	fields  [fieldCount][]byte // of which few are present and touched

	nops int
	ops  []byte
}

// parse parses a message of which nothing follows.
func (m *message) parse(b []byte) error {
	if len(b) < messageHeader {
		return fmt.Errorf("%w: a message of %d bytes", errFrame, len(b))
	}
	if b[0] != messageHeader {
		return fmt.Errorf("%w: the header of a message with %d bytes", errFrame, b[0])
	}
	m.info1, m.info2, m.info3, m.info4 = b[1], b[2], b[3], b[4]
	m.generation = binary.BigEndian.Uint32(b[6:])
	m.ttl = binary.BigEndian.Uint32(b[10:])
	m.timeout = binary.BigEndian.Uint32(b[14:])
	rest, err := m.parseParts(binary.BigEndian.Uint16(b[18:]), binary.BigEndian.Uint16(b[20:]), b[messageHeader:])
	if err == nil && len(rest) > 0 {
		return errTrailing
	}
	return err
}

// errTrailing is the error of a message that bytes follow. Clients that count their fields
// wrongly send them, and a server answers these.
var errTrailing = errors.New("bytes follow a message")

// parseParts parses fields and operations, and returns what follows them.
func (m *message) parseParts(nfields, nops uint16, b []byte) (rest []byte, err error) {
	for ; m.present != 0; m.present &= m.present - 1 {
		m.fields[bits.TrailingZeros64(m.present)] = nil
	}
	for range nfields {
		const size = 4
		// Clients count fields before this one twice. It is the last one.
		if len(b) > size && (fieldType(b[size]) == fieldBatch || fieldType(b[size]) == fieldBatchWithSet) {
			n := min(uint64(binary.BigEndian.Uint32(b)), uint64(len(b)-size)) //nolint:gosec // G115: not negative
			m.setField(fieldType(b[size]), b[size+1:size+max(n, 1)])
			b = b[size+max(n, 1):]
			continue
		}
		part, rest, err := takePart(b, 1)
		if err != nil {
			return nil, err
		}
		if kind := fieldType(part[0]); kind < fieldCount { // a server ignores the others, too
			m.setField(kind, part[1:])
		}
		b = rest
	}
	start := b
	for range nops {
		part, rest, err := takePart(b, 4)
		if err != nil {
			return nil, err
		}
		if int(part[3]) > len(part)-4 {
			return nil, fmt.Errorf("%w: an operation is shorter than its name", errFrame)
		}
		b = rest
	}
	m.nops, m.ops = int(nops), start[:len(start)-len(b)]
	return b, nil
}

// setField sets a field to data that is not nil.
func (m *message) setField(kind fieldType, data []byte) {
	m.present |= 1 << kind
	m.fields[kind] = data
}

// takePart returns a field or an operation, which begins with its size.
func takePart(b []byte, least uint32) (part, rest []byte, err error) {
	const size = 4
	if len(b) < size {
		return nil, nil, fmt.Errorf("%w: a message ends within a field or an operation", errFrame)
	}
	n := binary.BigEndian.Uint32(b)
	if b = b[size:]; n < least || uint64(n) > uint64(len(b)) {
		return nil, nil, fmt.Errorf("%w: a field or an operation of %d bytes, with %d left", errFrame, n, len(b))
	}
	return b[:n], b[n:], nil
}

// field returns a field, or nil if it is absent.
func (m *message) field(kind fieldType) []byte {
	if !m.has(kind) {
		return nil
	}
	return m.fields[kind]
}

// has reports whether the message has the field.
func (m *message) has(kind fieldType) bool { return m.present&(1<<kind) != 0 }

// An operation is an operation of a message.
type operation struct {
	kind     byte // such as wire.Read
	particle byte
	name     []byte
	data     []byte
}

// operations iterates over the operations of the message.
func (m *message) operations(yield func(int, operation) bool) {
	b := m.ops
	for i := range m.nops {
		part, rest, err := takePart(b, 4)
		if err != nil {
			return // parse has seen it
		}
		b = rest
		name, data := part[4:4+part[3]], part[4+part[3]:]
		if !yield(i, operation{kind: part[0], particle: part[1], name: name, data: data}) {
			return
		}
	}
}

// readsBins reports whether all operations of the message read bins by name.
func (m *message) readsBins() bool {
	if m.info1&info1GetAll != 0 {
		return false
	}
	for _, op := range m.operations {
		if op.kind != wire.Read {
			return false
		}
	}
	return true
}

// mayCreate reports whether the message can create a record.
func (m *message) mayCreate() bool {
	if m.info2&info2Write == 0 || m.info2&info2Delete != 0 {
		return false
	}
	for _, op := range m.operations {
		if op.kind != wire.Touch {
			return true
		}
	}
	return m.nops == 0
}

// A header is what the header of an answer says.
type header struct {
	info1      byte
	info3      byte
	code       aerostore.ResultCode
	generation uint32
	voidTime   uint32 // when the record expires, see voidTime
	index      uint32 // of the key in a batch
}

// appendHeader appends the header of an answer. setCounts sets how many fields and
// operations follow it.
func appendHeader(b []byte, h header) []byte {
	b = append(b, messageHeader, h.info1, 0, h.info3, 0, byte(h.code)) //nolint:gosec // G115: codes of the server have a byte
	b = binary.BigEndian.AppendUint32(b, h.generation)
	b = binary.BigEndian.AppendUint32(b, h.voidTime)
	b = binary.BigEndian.AppendUint32(b, h.index)
	return append(b, 0, 0, 0, 0)
}

// setCounts sets the number of fields and operations of the answer whose header begins at
// start.
func setCounts(b []byte, start, fields, ops int) {
	binary.BigEndian.PutUint16(b[start+18:], uint16(fields)) //nolint:gosec // G115: limited by the command
	binary.BigEndian.PutUint16(b[start+20:], uint16(ops))    //nolint:gosec // G115: limited by the command
}

// appendField appends a field of an answer.
func appendField(b []byte, kind fieldType, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)+1)) //nolint:gosec // G115: a name, a key or a digest
	return append(append(b, byte(kind)), data...)
}

// appendBin appends a bin, or what an operation returned for its bin.
func appendBin(b []byte, kind byte, name string, v any) ([]byte, error) {
	start := len(b)
	b = append(b, 0, 0, 0, 0, kind, 0, 0, byte(len(name))) //nolint:gosec // G115: 15 bytes at most
	b = append(b, name...)
	b, particle, err := wire.AppendValue(b, v)
	if err != nil {
		return b[:start], err
	}
	b[start+5] = particle
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4)) //nolint:gosec // G115: limited by the size of a record
	return b, nil
}
