package emulator

import (
	"errors"
	"io"
	"net"
	"time"
)

// errFault ends a connection on purpose.
var errFault = errors.New("a fault was injected")

// A suffering is how a command that a fault applies to is carried out and answered.
type suffering struct {
	apply func() error          // appends the answer
	fail  func() error          // appends an answer with Fault.Code
	cut   func(start int) error // sends a part of the answer, which begins at start
}

// suffer lets a fault apply to a command. An error ends the connection.
func (c *conn) suffer(f *strike, how suffering) error {
	if f.Hook != nil {
		f.Hook(f.request)
	}
	if !c.wait(f.Delay) {
		return net.ErrClosed
	}
	if !f.fails {
		return how.apply()
	}
	start := len(c.out)
	if f.Applied {
		c.keep = true
		err := how.apply()
		c.keep = false
		if err != nil {
			return err
		}
	}
	switch f.Action {
	case Answer:
		c.out = c.out[:start]
		return how.fail()
	case Cut:
		if !f.Applied {
			if err := how.fail(); err != nil {
				return err
			}
		}
		if err := how.cut(start); err != nil {
			return err
		}
	case Hang:
		_, _ = io.Copy(io.Discard, c.net)
	case Restart:
		c.node.restart()
	default:
	}
	return errFault
}

// sufferAll lets a fault apply to a command that is answered with a frame of its own.
func (c *conn) sufferAll(f *strike, apply, fail func() error) error {
	return c.suffer(f, suffering{apply: apply, fail: fail, cut: func(start int) error {
		c.out = c.out[:start+(len(c.out)-start)/2]
		return c.flush()
	}})
}

// sufferConnect lets a fault apply to the connection itself.
func (c *conn) sufferConnect(f *strike) error {
	err := c.suffer(f, suffering{
		apply: func() error { return nil },
		fail:  func() error { return errFault },
		cut:   func(int) error { return errFault },
	})
	if tcp, ok := c.net.(*net.TCPConn); ok && err != nil {
		_ = tcp.SetLinger(0) // the client sees a reset, as if it were refused
	}
	return err
}

// wait waits for some time. It returns false if the connection is closed by the server
// meanwhile.
func (c *conn) wait(d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.closed:
		return false
	}
}
