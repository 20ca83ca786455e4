package emulator

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/draw"
)

// A Fault makes commands fail on the wire, to test what a client makes of it. It selects
// commands, and says what happens to them instead of what they want. See
// [memory.Store.Inject] for faults of the store.
//
// The zero Fault answers commands on records with [aerostore.CodeServer], without applying
// them. A Fault that has nothing but a Delay, a Hook or both is not a failure: the command
// is applied and answered.
type Fault struct {
	// Commands are the commands that the fault selects. The default is all on records
	// that a client sends: Read, Write, Delete, Batch, Query and Job.
	Commands []Command

	// Node is the node that receives the commands. The default is all nodes.
	Node *Node

	// Match selects from these commands, all by default. It must be safe for concurrent
	// use, and must not call Inject.
	Match func(Request) bool

	// Probability is the fraction of the selected commands that the fault applies to, from
	// 0 to 1. The default is 1. Seed determines the random sequence: if commands come one
	// after another, the same seed chooses the same ones.
	Probability float64
	Seed        uint64

	// Skip is how many of the selected commands come first to which the fault does not
	// apply. Times is the maximum to which it does. Zero means no maximum. Both are exact,
	// whatever number of connections the commands come from.
	Skip, Times int

	// Hook, if not nil, is called when the fault applies to a command, before anything
	// else happens to it. It can change the nodes: so partitions move in the middle of a
	// batch or a query. Commands on other connections are answered meanwhile. It must not
	// call [Server.Close].
	Hook func(Request)

	// Delay is the time that the command waits before it is applied. If the node stops in
	// this time, the command is not applied. If the client leaves, it is.
	Delay time.Duration

	// Applied applies the command before it fails. Without it, the command is not applied.
	// It does not matter for a QueriedPartition.
	Applied bool

	// Action is how the command fails, and Code the code of [Answer]. The default is
	// CodeServer.
	Action Action
	Code   aerostore.ResultCode

	fails bool // it does more than delay
}

// An Action is how a command fails.
type Action int

// The actions. For a command that is Connect, all of them but Hang and Restart close the
// connection at once.
const (
	// Answer answers with Fault.Code. The answer to a Batch has no keys. That to a key of
	// a batch is for this key alone, and that to a partition of a query for this partition.
	Answer Action = iota

	// Close closes the connection instead of answering.
	Close

	// Cut sends the first half of the answer and closes the connection. If the fault does
	// not apply the command, that is half of an error. For a key of a batch or a partition
	// of a query, the answers before it are sent.
	Cut

	// Hang sends nothing. The connection stays open until the client or the node closes
	// it.
	Hang

	// Restart stops the node, without an answer, and starts it again.
	Restart

	actionCount
)

// String returns the name, such as "Hang".
func (a Action) String() string {
	if a < 0 || a >= actionCount {
		return fmt.Sprintf("Action(%d)", int(a))
	}
	return [actionCount]string{"Answer", "Close", "Cut", "Hang", "Restart"}[a]
}

// A Request is a command that a fault may apply to.
type Request struct {
	// Node is the node that received it.
	Node *Node

	// Command is what it is.
	Command Command

	// Namespace and Set are empty if the command has none. A batch has its own for each
	// key.
	Namespace, Set string

	// Digest is that of the key of a command on one record, and zero for others. Compare it
	// with [aerostore.Key.Digest].
	Digest [20]byte
}

// Inject adds a fault to the commands that arrive from then on. If several faults select a
// command, the first one added applies. The others do not count it.
//
// Inject panics if
//   - Commands has an unknown command, or both Connect and others,
//   - Node is one of another server,
//   - Probability is not between 0 and 1,
//   - Skip, Times or Delay is negative,
//   - Action or Code is unknown, or Code is set with another Action than Answer,
//   - Applied is set, and Commands has Connect.
func (s *Server) Inject(f Fault) *Injection {
	f.check(s.cluster)
	f.Commands = slices.Clone(f.Commands)
	if len(f.Commands) == 0 {
		f.Commands = []Command{Read, Write, Delete, Batch, Query, Job}
	}
	f.fails = f.Action != Answer || f.Code != aerostore.CodeOK || f.Applied || f.Delay == 0 && f.Hook == nil
	if f.fails && f.Action == Answer && f.Code == aerostore.CodeOK {
		f.Code = aerostore.CodeServer
	}
	in := &Injection{fault: f, of: &s.cluster.faults, draw: draw.New(f.Probability, f.Seed, f.Skip, f.Times)}
	s.cluster.faults.change(func(all []*Injection) []*Injection { return append(all, in) })
	return in
}

func (f *Fault) check(cl *cluster) {
	for _, c := range f.Commands {
		if !c.isValid() {
			panic(fmt.Sprintf("emulator: Commands has the unknown command %d", int(c)))
		}
	}
	connects := slices.Contains(f.Commands, Connect)
	switch {
	case connects && slices.ContainsFunc(f.Commands, func(c Command) bool { return c != Connect }):
		panic("emulator: Commands has Connect and others: inject two faults")
	case connects && f.Applied:
		panic("emulator: Applied is set for Connect")
	case f.Node != nil && f.Node.cluster != cl:
		panic("emulator: Node is one of another server")
	case !(0 <= f.Probability && f.Probability <= 1): // refuses NaN, too
		panic(fmt.Sprintf("emulator: Probability %v is not between 0 and 1", f.Probability))
	case f.Skip < 0:
		panic(fmt.Sprintf("emulator: Skip %d is negative", f.Skip))
	case f.Times < 0:
		panic(fmt.Sprintf("emulator: Times %d is negative", f.Times))
	case f.Delay < 0:
		panic(fmt.Sprintf("emulator: Delay %v is negative", f.Delay))
	case f.Action < 0 || f.Action >= actionCount:
		panic(fmt.Sprintf("emulator: Action %d is unknown", int(f.Action)))
	case f.Code < 0 || f.Code > 255:
		panic(fmt.Sprintf("emulator: Code %d is not one that a server sends", int(f.Code)))
	case f.Code != aerostore.CodeOK && f.Action != Answer:
		panic(fmt.Sprintf("emulator: Code %d is set, and Action is %v", int(f.Code), f.Action))
	}
}

// An Injection is a [Fault] in a [Server]. It is safe for concurrent use.
type Injection struct {
	fault Fault
	of    *faults
	draw  *draw.Draw
}

// Stop removes the fault. It applies to no command after Stop returns, and commands that it
// applies to already go on as it says. Stop may be called more than once. A fault is also
// removed after its Times.
func (in *Injection) Stop() {
	in.draw.Stop()
	in.of.change(func(all []*Injection) []*Injection {
		return slices.DeleteFunc(all, func(other *Injection) bool { return other == in })
	})
}

// Strikes returns how many commands the fault has applied to.
func (in *Injection) Strikes() int { return in.draw.Hits() }

// faults are the faults of a server, in the order of Inject.
type faults struct {
	mu  sync.Mutex
	all atomic.Pointer[[]*Injection] // nil if there are none; replaced under mu
}

func (fs *faults) change(f func([]*Injection) []*Injection) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var all []*Injection
	if now := fs.all.Load(); now != nil {
		all = slices.Clone(*now)
	}
	if all = f(all); len(all) == 0 {
		fs.all.Store(nil)
		return
	}
	fs.all.Store(&all)
}

// A strike is a fault and the command that it applies to.
type strike struct {
	*Fault
	request Request
}

// strikes returns the fault that applies to a command, or nil. The message may be nil.
func (n *Node) strikes(command Command, m *message) *strike {
	all := n.cluster.faults.all.Load()
	if all == nil {
		return nil
	}
	request := Request{Node: n, Command: command}
	if m != nil {
		request.Namespace, request.Set = string(m.field(fieldNamespace)), string(m.field(fieldSet))
		if digest := m.field(fieldDigest); len(digest) == digestSize {
			request.Digest = [digestSize]byte(digest)
		}
	}
	for _, in := range *all {
		if f := &in.fault; slices.Contains(f.Commands, command) && (f.Node == nil || f.Node == n) && (f.Match == nil || f.Match(request)) {
			hit, last := in.draw.Next()
			if last {
				in.Stop()
			}
			if hit {
				return &strike{f, request}
			}
		}
	}
	return nil
}
