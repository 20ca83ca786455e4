package emulator

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"

	"github.com/aerostore/aerostore"
)

// A conn is a connection of a client. One goroutine serves it.
type conn struct {
	node   *Node
	net    net.Conn
	once   sync.Once
	closed chan struct{} // when the server has closed net

	in         []byte // in[next:] was received and not handled
	next       int
	out        []byte // not sent
	keep       bool   // do not send out yet, see suffer
	names      names
	message    message
	batched    message               // a key of a batch
	operations []aerostore.Operation // see operationsOf
	selected   []string              // see binNames
	user       string                // that has logged in
}

const (
	// smallBuffer is the size of the buffers of a connection. Those that had to grow are
	// dropped as soon as they are empty.
	smallBuffer = 4 << 10
	largeBuffer = 64 << 10
)

func newConn(n *Node, nc net.Conn) *conn {
	return &conn{node: n, net: nc, closed: make(chan struct{})}
}

// close closes the connection. It may be called more than once, and by any goroutine.
func (c *conn) close() {
	c.once.Do(func() {
		close(c.closed)
		_ = c.net.Close()
	})
}

// serve handles one frame after another until the connection ends. The fault is that of
// the connection, or nil.
func (c *conn) serve(f *strike) {
	if f != nil {
		if err := c.sufferConnect(f); err != nil {
			return
		}
	}
	c.node.counts.applied[Connect].Add(1)
	for {
		kind, body, err := c.read()
		if err == nil {
			err = c.handle(kind, body)
		}
		if err == nil {
			err = c.flush()
		}
		if err != nil {
			c.logEnd(err)
			return
		}
	}
}

// logEnd logs why a connection ends, unless the client or the server has closed it.
func (c *conn) logEnd(err error) {
	if errors.Is(err, errFrame) {
		c.log().Warn("emulator: closing a connection", slog.Any("error", err), slog.String("client", c.net.RemoteAddr().String()))
	}
}

func (c *conn) log() *slog.Logger { return c.node.cluster.config.logger }

func (c *conn) handle(kind frameType, body []byte) error {
	switch kind {
	case frameInfo:
		if f := c.receive(Info, nil); f != nil {
			return c.sufferAll(f, func() error { return c.info(body) }, func() error { return c.refuseInfo(body, f.Code) })
		}
		return c.info(body)
	case frameAdmin:
		if f := c.receive(Login, nil); f != nil {
			return c.sufferAll(f, func() error { return c.admin(body) }, func() error { return c.answerAdmin(f.Code) })
		}
		return c.admin(body)
	case frameCompressed:
		return c.compressed(body)
	default:
		return c.command(body)
	}
}

// receive counts a command and returns the fault that applies to it, or nil. The message is
// nil if it is not a command on records.
func (c *conn) receive(command Command, m *message) *strike {
	c.node.counts.received[command].Add(1)
	if log := c.log(); log.Enabled(context.Background(), slog.LevelDebug) {
		c.logCommand(log, command, m)
	}
	return c.node.strikes(command, m)
}

func (c *conn) logCommand(log *slog.Logger, command Command, m *message) {
	attrs := []slog.Attr{slog.String("node", c.node.name), slog.String("command", command.String())}
	if m != nil {
		attrs = append(attrs, slog.String("namespace", string(m.field(fieldNamespace))), slog.String("set", string(m.field(fieldSet))))
	}
	log.LogAttrs(context.Background(), slog.LevelDebug, "emulator: received", attrs...)
}

// read returns the next frame, which is valid until the next call.
func (c *conn) read() (frameType, []byte, error) {
	if c.next == len(c.in) {
		c.next, c.in = 0, c.in[:0]
		if cap(c.in) > largeBuffer {
			c.in = nil
		}
	}
	if err := c.fill(frameHeader); err != nil {
		return 0, nil, err
	}
	kind, size, err := parseFrame(c.in[c.next:])
	if err != nil {
		return 0, nil, err
	}
	if err := c.fill(frameHeader + size); err != nil {
		return 0, nil, err
	}
	body := c.in[c.next+frameHeader : c.next+frameHeader+size]
	c.next += frameHeader + size
	return kind, body, nil
}

// fill receives until there are n bytes. Memory is taken as they come.
func (c *conn) fill(n int) error {
	for len(c.in)-c.next < n {
		if len(c.in) == cap(c.in) || cap(c.in)-c.next < min(n, smallBuffer) {
			pending := c.in[c.next:]
			room := min(max(2*len(pending), smallBuffer), max(n, smallBuffer))
			c.in = append(make([]byte, 0, room), pending...)
			c.next = 0
		}
		got, err := c.net.Read(c.in[len(c.in):cap(c.in)])
		c.in = c.in[:len(c.in)+got]
		if err != nil && len(c.in)-c.next < n {
			if errors.Is(err, io.EOF) && len(c.in) > c.next {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// flush sends what was appended to c.out.
func (c *conn) flush() error {
	if len(c.out) == 0 || c.keep {
		return nil
	}
	_, err := c.net.Write(c.out)
	c.out = c.out[:0]
	if cap(c.out) > largeBuffer {
		c.out = nil
	}
	return err
}

// names keeps names of sets and bins, so that not every command allocates them.
type names map[string]string

// maxNames is how many names a connection keeps.
const maxNames = 1024

// of returns the name as a string.
func (n *names) of(name []byte) string {
	if len(name) == 0 {
		return ""
	}
	if kept, ok := (*n)[string(name)]; ok {
		return kept
	}
	if *n == nil || len(*n) >= maxNames {
		*n = make(names)
	}
	kept := string(name)
	(*n)[kept] = kept
	return kept
}
