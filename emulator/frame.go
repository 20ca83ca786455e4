package emulator

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A frame is what a connection carries in both directions: eight bytes that have a version,
// a type and the size of the rest, and the rest.
const (
	frameHeader  = 8
	frameVersion = 2

	// maxFrame is the largest frame that a server accepts.
	maxFrame = 128 << 20
	// maxInfo is the largest frame for the types that have no need of large ones.
	maxInfo = 1 << 20
)

// A frameType is the type of a frame.
type frameType uint8

const (
	frameInfo       frameType = 1
	frameAdmin      frameType = 2
	frameMessage    frameType = 3
	frameCompressed frameType = 4
)

var errFrame = errors.New("malformed frame")

// parseFrame returns the type and the size of a frame whose header is complete.
func parseFrame(header []byte) (frameType, int, error) {
	h := binary.BigEndian.Uint64(header)
	version, kind, size := byte(h>>56), frameType(h>>48), h&(1<<48-1) //nolint:gosec // G115: cut to the bits that they are stored in
	most := uint64(maxFrame)
	switch kind {
	case frameInfo, frameAdmin:
		most = maxInfo
	case frameMessage, frameCompressed:
	default:
		return 0, 0, fmt.Errorf("%w: type %d", errFrame, kind)
	}
	switch {
	case version != frameVersion:
		return 0, 0, fmt.Errorf("%w: version %d", errFrame, version)
	case size > most:
		return 0, 0, fmt.Errorf("%w: type %d with %d bytes, %d at most", errFrame, kind, size, most)
	}
	return kind, int(size), nil
}

// appendFrame appends the header of a frame. endFrame sets the size once the rest follows.
func appendFrame(b []byte, kind frameType) []byte {
	return binary.BigEndian.AppendUint64(b, frameVersion<<56|uint64(kind)<<48)
}

// endFrame sets the size of a frame that begins at start and ends with b.
func endFrame(b []byte, start int) {
	size := uint64(len(b) - start - frameHeader) //nolint:gosec // G115: not negative
	binary.BigEndian.PutUint64(b[start:], binary.BigEndian.Uint64(b[start:])&^(1<<48-1)|size)
}
