// Package tcpproxy is a TCP proxy for tests. It refuses, stalls, cuts and restores the
// connections between a client and a server, as a network does.
package tcpproxy

import (
	"net"
	"sync"
	"testing"
)

// A Proxy forwards bytes between its clients and a server. It is safe for concurrent
// use.
type Proxy struct {
	tb     testing.TB
	target string
	addr   string

	mu       sync.Mutex
	changed  *sync.Cond
	listener net.Listener // nil while connections are refused
	links    map[*link]bool
	stalled  [2]bool
	limited  [2]bool
	left     [2]int // bytes until the cut, if limited
	passed   [2]int
	pending  sync.WaitGroup
}

// A Direction is the direction of bytes.
type Direction int

// The directions.
const (
	ToServer Direction = iota
	ToClient
)

// A link is one connection through the proxy.
type link struct{ ends [2]net.Conn } // by the direction of writes

// New starts a proxy in front of the server at target, host and port. It ends with the
// test. New fails the test if it cannot listen.
func New(tb testing.TB, target string) *Proxy {
	tb.Helper()
	p := &Proxy{tb: tb, target: target, addr: "127.0.0.1:0", links: map[*link]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.Resume()
	tb.Cleanup(func() {
		p.Refuse()
		p.pending.Wait()
	})
	return p
}

// Addr returns the host and port of the proxy. They never change.
func (p *Proxy) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr
}

// Passed returns how many bytes the proxy has forwarded in that direction.
func (p *Proxy) Passed(d Direction) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.passed[d]
}

// Refuse cuts all connections and refuses new ones.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.cut()
}

// Cut cuts all connections and accepts new ones.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

func (p *Proxy) cut() {
	for l := range p.links {
		_ = l.ends[ToServer].Close()
		_ = l.ends[ToClient].Close()
		delete(p.links, l)
	}
	p.changed.Broadcast()
}

// Stall stops bytes in that direction. Connections stay open, and new ones are
// accepted.
func (p *Proxy) Stall(d Direction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled[d] = true
}

// CutAfter forwards n more bytes in that direction, over all connections together, and
// cuts all connections at the byte after them, once.
func (p *Proxy) CutAfter(d Direction, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limited[d], p.left[d] = true, n
}

// Resume undoes Refuse, Stall and CutAfter. It forwards the bytes that Stall stopped.
func (p *Proxy) Resume() {
	p.tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled, p.limited = [2]bool{}, [2]bool{}
	p.changed.Broadcast()
	if p.listener != nil {
		return
	}
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		p.tb.Fatalf("tcpproxy: %v", err)
	}
	p.listener, p.addr = l, l.Addr().String()
	p.pending.Go(func() { p.accept(l) })
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &link{ends: [2]net.Conn{ToServer: server, ToClient: client}}
		p.mu.Lock()
		if p.listener != listener {
			_ = client.Close()
			_ = server.Close()
			p.mu.Unlock()
			return
		}
		p.links[l] = true
		p.mu.Unlock()
		p.pending.Go(func() { p.forward(l, ToServer) })
		p.pending.Go(func() { p.forward(l, ToClient) })
	}
}

// forward forwards bytes in one direction until either end is closed.
func (p *Proxy) forward(l *link, d Direction) {
	from, to := l.ends[1-d], l.ends[d]
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		allowed, alive := p.admit(l, d, n)
		if _, werr := to.Write(buffer[:allowed]); werr != nil {
			err = werr
		}
		if err != nil || !alive { // the client and the server never close one direction only
			p.drop(l)
			return
		}
		if allowed < n {
			p.Cut()
			return
		}
	}
}

// admit waits until bytes may be forwarded. It returns how many may be, and whether the
// link is still open.
func (p *Proxy) admit(l *link, d Direction, n int) (allowed int, alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.stalled[d] && p.links[l] {
		p.changed.Wait()
	}
	if !p.links[l] {
		return 0, false
	}
	if p.limited[d] {
		if p.left[d] < n {
			n, p.limited[d] = p.left[d], false
		}
		p.left[d] -= n
	}
	p.passed[d] += n
	return n, true
}

func (p *Proxy) drop(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = l.ends[ToServer].Close()
	_ = l.ends[ToClient].Close()
	delete(p.links, l)
}
