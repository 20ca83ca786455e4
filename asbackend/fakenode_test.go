package asbackend_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/aerostore/aerostore"
)

// A fakeNode speaks as much of the protocol as the client needs to find a
// cluster of one node, and answers commands on single records as a script says,
// for what no real server can be made to do when it is wanted.
type fakeNode struct {
	listener net.Listener
	done     sync.WaitGroup

	mu       sync.Mutex
	script   []answer // for the commands to come; the last one stands for all after it
	received int      // whole commands
	conns    map[net.Conn]bool
}

// answer is what the node does with a command: it answers with the code, hangs
// up or says nothing.
type answer int

const (
	hangsUp   answer = -1
	saysNone  answer = -2
	answersOK        = answer(0)
)

func newFakeNode(t testing.TB) *fakeNode {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &fakeNode{listener: l, script: []answer{answersOK}, conns: map[net.Conn]bool{}}
	n.done.Go(n.accept)
	t.Cleanup(func() {
		l.Close()
		n.mu.Lock()
		for c := range n.conns {
			c.Close()
		}
		n.mu.Unlock()
		n.done.Wait()
	})
	return n
}

func (n *fakeNode) addr() string { return n.listener.Addr().String() }

// will sets the script anew.
func (n *fakeNode) will(script ...answer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.script = script
}

// got returns how many whole commands on records have come in.
func (n *fakeNode) got() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.received
}

func (n *fakeNode) next() answer {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.received++
	a := n.script[0]
	if len(n.script) > 1 {
		n.script = n.script[1:]
	}
	return a
}

func (n *fakeNode) accept() {
	for {
		c, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.mu.Lock()
		n.conns[c] = true
		n.mu.Unlock()
		n.done.Go(func() {
			n.serve(c)
			n.mu.Lock()
			delete(n.conns, c)
			n.mu.Unlock()
			c.Close()
		})
	}
}

const (
	protocolVersion = 2
	infoMessage     = 1
	recordMessage   = 3
	sizeMask        = 1<<48 - 1
)

func (n *fakeNode) serve(c net.Conn) {
	for {
		var header [8]byte
		if _, err := io.ReadFull(c, header[:]); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint64(header[:])&sizeMask)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		var reply []byte
		switch header[1] {
		case infoMessage:
			reply = []byte(info(string(body)))
		case recordMessage:
			switch a := n.next(); a {
			case hangsUp:
				return
			case saysNone:
				continue
			default:
				reply = make([]byte, 22)
				reply[0], reply[5] = 22, byte(a)
			}
		}
		binary.BigEndian.PutUint64(header[:], uint64(protocolVersion)<<56|uint64(header[1])<<48|uint64(len(reply)))
		if _, err := c.Write(append(header[:], reply...)); err != nil {
			return
		}
	}
}

// info answers what is asked of a node: all partitions of the namespace are its
// own, and it has no peers.
func info(commands string) string {
	answers := map[string]string{
		"build": "8.1.0.3", "node": "BB9FAKE00000001", "features": "pscans;batch-any;pquery;query-show",
		"partition-generation": "1", "peers-generation": "1", "rebalance-generation": "1",
		"peers-clear-std": "1,3000,[]", "cluster-name": "fake", "namespaces": namespace,
		"replicas": namespace + ":0,1," + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 512)),
	}
	var all strings.Builder
	for name := range strings.Lines(commands) {
		name = strings.TrimSpace(name)
		all.WriteString(name + "\t" + answers[name] + "\n")
	}
	return all.String()
}

func TestTheFakeNodeIsOneToTheClient(t *testing.T) {
	t.Parallel()
	n := newFakeNode(t)
	s := dialTo(t, n.addr())
	k := key("set", 1)
	put(t, s, k, aerostore.Bins{"a": 1})
	n.will(13)
	wantError(t, s.Put(t.Context(), k, aerostore.Bins{"a": 1}), aerostore.ErrRecordTooBig)
	if n.got() != 2 {
		t.Errorf("%d commands came in, want 2", n.got())
	}
}
