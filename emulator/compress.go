package emulator

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/aerostore/aerostore"
)

// compressed handles a compressed message: the size of the frame that it contains, and the
// frame in the format of zlib.
func (c *conn) compressed(body []byte) error {
	if !c.node.cluster.config.compression {
		return c.fail(aerostore.CodeEnterpriseOnly)
	}
	const sizeOfSize = 8
	if len(body) < sizeOfSize {
		return fmt.Errorf("%w: a compressed frame of %d bytes", errFrame, len(body))
	}
	size := binary.BigEndian.Uint64(body)
	if size < frameHeader || size > maxFrame {
		return fmt.Errorf("%w: a compressed frame that contains one of %d bytes", errFrame, size)
	}
	inflated, err := inflate(body[sizeOfSize:], int64(size))
	if err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	kind, n, err := parseFrame(inflated)
	if err != nil {
		return err
	}
	if kind != frameMessage || n != len(inflated)-frameHeader {
		return fmt.Errorf("%w: a compressed frame that contains one of type %d and %d bytes", errFrame, kind, n)
	}
	return c.command(inflated[frameHeader:])
}

// inflate takes memory as the bytes come, so that a small frame cannot make it take much.
func inflate(deflated []byte, size int64) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(deflated))
	if err != nil {
		return nil, err
	}
	inflated, err := io.ReadAll(io.LimitReader(r, size+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(inflated)) != size:
		return nil, fmt.Errorf("it contains another number of bytes than %d", size)
	default:
		return inflated, nil
	}
}

// compressThreshold is the size in bytes above which answers are compressed.
const compressThreshold = 128

// endAnswer ends the frame that begins at start, and compresses it if the client
// accepts that.
func (c *conn) endAnswer(m *message, start int) error {
	endFrame(c.out, start)
	if m.info1&info1CompressResponse == 0 || !c.node.cluster.config.compression || len(c.out)-start <= compressThreshold {
		return nil
	}
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	_, _ = w.Write(c.out[start:]) // a buffer does not fail
	_ = w.Close()
	size := len(c.out) - start
	c.out = appendFrame(c.out[:start], frameCompressed)
	c.out = binary.BigEndian.AppendUint64(c.out, uint64(size)) //nolint:gosec // G115: not negative
	c.out = append(c.out, deflated.Bytes()...)
	endFrame(c.out, start)
	return nil
}
