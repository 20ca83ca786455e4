package aerostore

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
)

// A token is, in base64: the version; the hash of the query; the first partition and
// the number of partitions; runs of partitions in the same state, each with its state
// and length, followed by the positions of those that are begun; and a checksum.
const (
	tokenVersion = 1
	printSize    = 8

	// restSize is the part of a digest that its partition does not imply.
	restSize = 19

	// maxToken is more than any token has: each partition is a run, with a value.
	maxToken = (1 + printSize + 2*binary.MaxVarintLen16 + PartitionCount*(1+restSize+binary.MaxVarintLen64) + crc32.Size) * 4 / 3
)

// The states of a run.
const (
	runNew    = iota // not begun
	runDone          // all records were read
	runDigest        // begun, positions without values
	runValue         // begun, positions with values
	runStates
)

// token returns the text of the cursor.
func (c *Cursor) token() string {
	if !c.begun {
		return ""
	}
	b := append(make([]byte, 0, 64+len(c.at)*(restSize+4)), tokenVersion)
	b = append(b, c.print[:]...)
	b = binary.AppendUvarint(b, uint64(c.first))       //nolint:gosec // G115: a partition
	b = binary.AppendUvarint(b, uint64(c.end-c.first)) //nolint:gosec // G115: a number of partitions
	for p := c.first; p < c.end; {
		state, from := c.state(p), p
		for p++; p < c.end && c.state(p) == state; p++ {
		}
		b = binary.AppendUvarint(b, uint64((p-from)*runStates+state)) //nolint:gosec // G115: at most 4 * 4096
		for i := from; i < p && state >= runDigest; i++ {
			at := c.at[i]
			b = append(b, at.Digest[len(at.Digest)-restSize:]...)
			if state == runValue {
				b = binary.AppendVarint(b, at.Value)
			}
		}
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c *Cursor) state(partition int) int {
	if c.isDone(partition) {
		return runDone
	}
	at, begun := c.at[partition]
	switch {
	case !begun:
		return runNew
	case at.Value == 0:
		return runDigest
	default:
		return runValue
	}
}

// parse sets the cursor to a token. If it fails, the cursor is unchanged.
func (c *Cursor) parse(text []byte) error {
	if len(text) == 0 {
		c.begin([printSize]byte{}, 0, 0)
		c.begun = false
		return nil
	}
	var parsed Cursor
	if err := parsed.decode(text); err != nil {
		return &Error{Op: OpQuery, Code: CodeParameter, Err: err}
	}
	c.begin(parsed.print, parsed.first, parsed.end)
	c.done, c.left, c.at = parsed.done, parsed.left, parsed.at
	return nil
}

func (c *Cursor) decode(text []byte) error {
	if len(text) > maxToken {
		return errNotToken
	}
	b, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || len(b) < 1+printSize+crc32.Size {
		return errNotToken
	}
	if b[0] > tokenVersion {
		return &staleError{"the cursor has a version that this program does not know"}
	}
	body, sum := b[:len(b)-crc32.Size], b[len(b)-crc32.Size:]
	if b[0] != tokenVersion || binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) {
		return errNotToken
	}
	r := tokenReader{rest: body[1+printSize:]}
	first, count := r.number(), r.number()
	if r.failed || count == 0 || first+count > PartitionCount {
		return errNotToken
	}
	c.begin([printSize]byte(body[1:]), first, first+count)
	for p := first; p < c.end; {
		run := r.number()
		n, state := run/runStates, run%runStates
		if r.failed || n == 0 || n > c.end-p {
			return errNotToken
		}
		for range n {
			switch state {
			case runDone:
				c.finish(p)
			case runDigest, runValue:
				c.move(p, r.position(p, state == runValue))
			}
			p++
		}
	}
	if r.failed || len(r.rest) > 0 {
		return errNotToken
	}
	return nil
}

// A tokenReader reads a token. Once it has failed, it returns zeros.
type tokenReader struct {
	rest   []byte
	failed bool
}

// number returns a number up to 4 * 4096 and a bit.
func (r *tokenReader) number() int {
	v, n := binary.Uvarint(r.rest)
	if r.failed = r.failed || n <= 0 || v > (PartitionCount+1)*runStates; r.failed {
		return 0
	}
	r.rest = r.rest[n:]
	return int(v) //nolint:gosec // G115: checked above
}

func (r *tokenReader) position(partition int, withValue bool) (p Position) {
	if r.failed = r.failed || len(r.rest) < restSize; r.failed {
		return p
	}
	p.Digest[0] = byte(partition) //nolint:gosec // G115: the low bits are what is wanted
	copy(p.Digest[len(p.Digest)-restSize:], r.rest)
	r.rest = r.rest[restSize:]
	if r.failed = partitionOf(&p.Digest) != partition; r.failed || !withValue {
		return p
	}
	v, n := binary.Varint(r.rest)
	if r.failed = n <= 0 || v == 0; !r.failed {
		p.Value, r.rest = v, r.rest[n:]
	}
	return p
}

// fingerprint returns a hash of what a cursor resumes, on a backend with this order of
// records.
func (q *Query) fingerprint(order string) [printSize]byte {
	b := make([]byte, 0, 256)
	for _, text := range []string{order, q.Namespace, q.Set} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	sum := sha256.Sum256(q.Where.appendIdentity(b))
	return [printSize]byte(sum[:])
}

// appendIdentity appends bytes that differ for two predicates that differ. The index that
// one with a bin names is no part of it: another index finds the same records.
func (p Predicate) appendIdentity(b []byte) []byte {
	begin, end := p.Bounds()
	path, _ := packPath(p.Path())                                               // nil for none; the check of the query refuses others
	b = append(append(b, byte(p.kind), byte(p.in), byte(len(p.bin))), p.bin...) //nolint:gosec // G115: 15 bytes at most
	b = append(binary.AppendUvarint(b, uint64(len(path))), path...)
	b = binary.AppendVarint(binary.AppendVarint(b, begin), end)
	texts := []string{p.Text(), string(p.Bytes()), string(p.GeoJSON())}
	if p.bin == "" {
		texts = append(texts, p.IndexName())
	}
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}
