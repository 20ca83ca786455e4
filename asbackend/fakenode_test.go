package asbackend_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/internal/tcpproxy"
)

// A fakeNode implements as much of the protocol as the client needs to find a cluster. It
// answers commands as its script says, for faults that a real server does not produce on
// demand. It answers a batch as a whole, unless the script has answers for keys.
type fakeNode struct {
	listener net.Listener
	done     sync.WaitGroup
	name     string

	mu         sync.Mutex
	peers      string
	replicas   [][partitions / 8]byte // of which it is the master, the first replica and so on: a bit for each partition
	generation int                    // of that
	script     []answer               // for the next commands; the last answer repeats
	received   int                    // whole commands
	keys       []int                  // of each command, 0 if it is not a batch
	commands   [][]byte               // that were received, without their headers
	conns      map[net.Conn]bool
}

// An answer is what the node does with a command: it answers with the code, hangs up or
// does nothing.
type answer int

const (
	hangsUp      answer = -1
	saysNone     answer = -2
	answersFirst answer = -3 // of the keys of a batch, and hangs up
	answersOK           = answer(0)
	eachKey      answer = 1000 // and a code for each
)

// newFakeNode returns a cluster of one node.
func newFakeNode(t testing.TB) *fakeNode {
	t.Helper()
	n := listen(t, 1)
	for p := range partitions {
		n.hold(0, p)
	}
	return n
}

const partitions = 4096

// newFakeCluster returns n nodes, each the master of every n-th partition, with the next
// node as its replica. It also returns the proxies in front of them, whose addresses the
// nodes report.
func newFakeCluster(t testing.TB, n int) ([]*fakeNode, []*tcpproxy.Proxy) {
	t.Helper()
	nodes := make([]*fakeNode, n)
	proxies := make([]*tcpproxy.Proxy, n)
	for i := range nodes {
		nodes[i] = listen(t, 2)
		nodes[i].name = fmt.Sprintf("BB9FAKE0000000%d", i+1)
		for p := range partitions {
			switch {
			case p%n == i:
				nodes[i].hold(0, p)
			case (p+1)%n == i:
				nodes[i].hold(1, p)
			}
		}
		proxies[i] = tcpproxy.New(t, nodes[i].addr())
	}
	for i := range nodes {
		var peers []string
		for j, p := range proxies {
			if i != j {
				peers = append(peers, fmt.Sprintf("[%s,,[%s]]", nodes[j].name, p.Addr()))
			}
		}
		nodes[i].mu.Lock()
		nodes[i].peers = strings.Join(peers, ",")
		nodes[i].mu.Unlock()
	}
	return nodes, proxies
}

// keysOf returns a key for each node of a cluster.
func keysOf(nodes int) []aerostore.Key {
	keys := make([]aerostore.Key, nodes)
	for found, id := 0, 0; found < nodes; id++ {
		k := key("set", id)
		if i := partitionOf(k) % nodes; keys[i] == (aerostore.Key{}) {
			keys[i] = k
			found++
		}
	}
	return keys
}

func partitionOf(k aerostore.Key) int {
	digest := k.Digest()
	return int(binary.LittleEndian.Uint16(digest[:]) % partitions)
}

func listen(t testing.TB, replicas int) *fakeNode {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &fakeNode{listener: l, name: "BB9FAKE00000001", script: []answer{answersOK}, conns: map[net.Conn]bool{}, replicas: make([][partitions / 8]byte, replicas)}
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

func (n *fakeNode) hold(replica, partition int) {
	n.replicas[replica][partition/8] |= 0x80 >> (partition % 8)
}

// takeOver makes the node the master of a key's partition instead of another node. It
// waits until the client has noticed.
func (n *fakeNode) takeOver(t *testing.T, s *asbackend.Store, from *fakeNode, k aerostore.Key) {
	t.Helper()
	partition := partitionOf(k)
	for node, change := range map[*fakeNode]func(b *byte, bit byte){
		from: func(b *byte, bit byte) { *b &^= bit },
		n:    func(b *byte, bit byte) { *b |= bit },
	} {
		node.mu.Lock()
		change(&node.replicas[0][partition/8], 0x80>>(partition%8))
		node.generation++
		node.mu.Unlock()
	}
	for s.ByNode(aerostore.Call{Op: aerostore.OpPut, Key: k}) != n.name {
		if t.Context().Err() != nil {
			t.Fatal("the client never noticed")
		}
		time.Sleep(time.Millisecond)
	}
}

func (n *fakeNode) addr() string { return n.listener.Addr().String() }

// will sets the script.
func (n *fakeNode) will(script ...answer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.script = script
}

// got returns the number of whole commands on records that were received.
func (n *fakeNode) got() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.received
}

// batches returns the number of keys of each command that was received.
func (n *fakeNode) batches() []int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.keys)
}

// contains returns how often the text occurs in the commands that were received.
func (n *fakeNode) contains(text string) (times int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.commands {
		times += bytes.Count(c, []byte(text))
	}
	return times
}

func (n *fakeNode) next(command []byte, keys int) answer {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.commands = append(n.commands, command)
	n.received++
	n.keys = append(n.keys, keys)
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
	last            = 1 // of the messages that answer a batch
	messageHeader   = 22
	batchField      = 41
)

// message returns an answer to a command, or to the i-th key of a batch.
func message(a answer, flags byte, i int) []byte {
	m := make([]byte, messageHeader)
	m[0], m[3], m[5] = messageHeader, flags, byte(a)
	binary.BigEndian.PutUint32(m[14:], uint32(i))
	return m
}

// keysIn returns the number of keys of a batch, 0 for any other command.
func keysIn(command []byte) int { return len(placesIn(command)) }

// placesIn returns the indexes of the keys in the client's batch.
func placesIn(command []byte) (places []int) {
	fields := command[messageHeader:]
	for range binary.BigEndian.Uint16(command[18:]) {
		size := binary.BigEndian.Uint32(fields)
		if fields[4] == batchField {
			rest := fields[10:]
			for range binary.BigEndian.Uint32(fields[5:]) {
				places = append(places, int(binary.BigEndian.Uint32(rest)))
				rest = afterKey(rest)
			}
			return places
		}
		fields = fields[4+size:]
	}
	return nil
}

// afterKey skips a key of a batch: its index and digest, then flags that repeat the rest
// of the key before, or flags, fields and operations.
func afterKey(b []byte) []byte {
	const sameAsBefore, withGeneration, withTTL = 1, 4, 8
	flags := b[24]
	b = b[25:]
	if flags&sameAsBefore != 0 {
		return b
	}
	b = b[3:]
	if flags&withGeneration != 0 {
		b = b[2:]
	}
	if flags&withTTL != 0 {
		b = b[4:]
	}
	parts := binary.BigEndian.Uint16(b) + binary.BigEndian.Uint16(b[2:])
	b = b[4:]
	for range parts {
		b = b[4+binary.BigEndian.Uint32(b):]
	}
	return b
}

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
		leaves := false
		switch header[1] {
		case infoMessage:
			reply = []byte(n.info(string(body)))
		case recordMessage:
			keys := keysIn(body)
			switch a := n.next(body, keys); {
			case a == hangsUp:
				return
			case a == saysNone:
				continue
			case a == answersFirst:
				reply, leaves = message(answersOK, 0, 0), true
			case a >= eachKey && keys == 0:
				reply = message(a-eachKey, last, 0)
			case a >= eachKey:
				for _, i := range placesIn(body) {
					reply = append(reply, message(a-eachKey, 0, i)...)
				}
				reply = append(reply, message(answersOK, last, 0)...)
			default:
				reply = message(a, last, 0)
			}
		}
		binary.BigEndian.PutUint64(header[:], uint64(protocolVersion)<<56|uint64(header[1])<<48|uint64(len(reply)))
		if _, err := c.Write(append(header[:], reply...)); err != nil || leaves {
			return
		}
	}
}

// info answers info commands.
func (n *fakeNode) info(commands string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	replicas := fmt.Sprintf("%s:0,%d", namespace, len(n.replicas))
	for _, held := range n.replicas {
		replicas += "," + base64.StdEncoding.EncodeToString(held[:])
	}
	answers := map[string]string{
		"build": "8.1.0.3", "node": n.name, "features": "pscans;batch-any;pquery;query-show",
		"partition-generation": strconv.Itoa(n.generation), "peers-generation": "1", "rebalance-generation": "1",
		"peers-clear-std": "1,3000,[" + n.peers + "]", "cluster-name": "fake", "namespaces": namespace,
		"replicas": replicas,
	}
	var all strings.Builder
	for name := range strings.Lines(commands) {
		name = strings.TrimSpace(name)
		all.WriteString(name + "\t" + answers[name] + "\n")
	}
	return all.String()
}

func TestTheClientAcceptsTheFakeNode(t *testing.T) {
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
