package asbackend_test

import (
	"errors"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/exp"
)

// dialCluster returns a Store of a cluster, which soon notices when nodes change. The client
// waits for a node as long as the timeout, and looks at no other one meanwhile.
func dialCluster(t *testing.T, server *emulator.Server, timeout time.Duration, opts ...asbackend.Option) *asbackend.Store {
	t.Helper()
	policy := as.NewClientPolicy()
	policy.TendInterval, policy.Timeout, policy.MaxErrorRate = 10*time.Millisecond, timeout, 0
	s, err := asbackend.Dial(t.Context(), server.Addrs(), append([]asbackend.Option{asbackend.WithClientPolicy(policy)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// generous returns policies under which a command has one attempt, and time on a busy
// machine.
func generous() asbackend.Option { return timed(1, 10*time.Second) }

// knows reports whether the client sends the key to the node.
func knows(s *asbackend.Store, k aerostore.Key, n *emulator.Node) func() bool {
	return func() bool { return s.ByNode(aerostore.Call{Op: aerostore.OpPut, Key: k}) == n.Name() }
}

// keysOn returns a key for each node, of whose partition it is the master.
func keysOn(server *emulator.Server) []aerostore.Key {
	keys := make([]aerostore.Key, len(server.Nodes()))
	for id, found := 0, 0; found < len(keys); id++ {
		k := key("set", id)
		for i, n := range server.Nodes() {
			if server.Master(k.Partition()) == n && keys[i] == (aerostore.Key{}) {
				keys[i] = k
				found++
			}
		}
	}
	return keys
}

// works fails unless keys can be written and read, one by one and in a batch.
func works(t *testing.T, s *asbackend.Store, keys []aerostore.Key) {
	t.Helper()
	for _, k := range keys {
		put(t, s, k, aerostore.Bins{"n": 1})
		wantBins(t, s, k, aerostore.Bins{"n": 1})
	}
	results, err := s.BatchRead(t.Context(), keys, nil)
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Errorf("key %d of a batch: %v", i, r.Err)
		}
	}
}

func TestOtherNodesTakeOverFromOneThatStops(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 3)
	s := dialCluster(t, server, 10*time.Second, generous())
	keys := keysOn(server)
	works(t, s, keys)
	stopped := server.Node(2)
	stopped.Stop()
	heir := server.Master(keys[2].Partition())
	until(t, "the client sends the key to another node", knows(s, keys[2], heir))
	works(t, s, keys)
	if err := stopped.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the client sends the key to the node again", knows(s, keys[2], stopped))
	works(t, s, keys)
	if got := stopped.Count(emulator.Write); got.Received != 2 || got.Applied != 2 {
		t.Errorf("the node that stopped: %+v", got)
	}
}

// Nobody takes over from a node that is cut off. Writes to it are not sent, and reads go to
// the replica.
func TestANodeIsCutOff(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 2)
	s := dialTo(t, server.Addr(), timed(4, time.Second))
	keys := keysOn(server)
	works(t, s, keys)
	before := server.Count(emulator.Write)
	cut := server.Node(1)
	cut.CutOff()
	if err := s.Put(t.Context(), keys[1], aerostore.Bins{"n": 2}); err == nil || !aerostore.InDoubt(err) {
		t.Errorf("a write on a connection that was cut: %v (in doubt: %t)", err, aerostore.InDoubt(err))
	}
	if err := s.Put(t.Context(), keys[1], aerostore.Bins{"n": 2}); err == nil || aerostore.InDoubt(err) {
		t.Errorf("a write to a node that is cut off: %v (in doubt: %t)", err, aerostore.InDoubt(err))
	}
	put(t, s, keys[0], aerostore.Bins{"n": 2})
	if after := server.Count(emulator.Write); after.Applied != before.Applied+1 {
		t.Errorf("%d writes were applied, want 1", after.Applied-before.Applied)
	}
	wantBins(t, s, keys[1], aerostore.Bins{"n": 1})
	if err := cut.Start(); err != nil {
		t.Fatal(err)
	}
	works(t, s, keys)
}

func TestANodeReturnsAtAnotherAddress(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 3)
	s := dialCluster(t, server, 10*time.Second, generous())
	keys := keysOn(server)
	works(t, s, keys)
	moved := server.Node(1)
	address := moved.Addr()
	moved.Stop()
	until(t, "the client has lost the node", func() bool { return len(s.Client().GetNodes()) == 2 })
	if err := moved.Move("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	until(t, "the client sends the key to the node again", knows(s, keys[1], moved))
	works(t, s, keys)
	if moved.Addr() == address {
		t.Error("the address is the same")
	}
}

// Between two tends the client sends keys where they were. The node passes them on.
func TestPartitionsMoveWithoutAnError(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
	s := dialTo(t, server.Addr(), generous())
	keys := keysOn(server)
	works(t, s, keys)
	before := server.Node(0).Count(emulator.Write)
	for _, k := range keys {
		server.Node(0).TakeOver(k.Partition())
	}
	works(t, s, keys)
	if got := server.Node(0).Count(emulator.Write); got.Received != before.Received+1 {
		t.Errorf("the client has noticed: %+v, before %+v", got, before)
	}
}

func TestPartitionsMoveInTheMiddleOfABatch(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
	s := dialCluster(t, server, 10*time.Second, generous())
	var keys []aerostore.Key
	var partitions []int
	for i := range 40 {
		keys = append(keys, key("set", i))
		partitions = append(partitions, keys[i].Partition())
	}
	moved := server.Inject(emulator.Fault{
		Commands: []emulator.Command{emulator.BatchedWrite}, Node: server.Node(1), Skip: 5, Times: 1,
		Hook: func(emulator.Request) {
			server.Node(0).TakeOver(partitions...)
		},
	})
	results, err := s.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.AddBin("n", 1)})
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Errorf("key %d: %v", i, r.Err)
		}
		record, err := server.Store().Get(t.Context(), keys[i])
		if n, _ := record.Int("n"); n != 1 || err != nil {
			t.Errorf("key %d was written %d times, %v", i, n, err)
		}
	}
	if moved.Strikes() != 1 {
		t.Error("nothing moved")
	}
	for _, k := range keys {
		until(t, "the client sends all keys to the first node", knows(s, k, server.Node(0)))
	}
}

func TestPartitionsMoveInTheMiddleOfAQuery(t *testing.T) {
	t.Parallel()
	server := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
	s := dialCluster(t, server, 10*time.Second, timed(20, 10*time.Second))
	want := map[aerostore.Key]bool{}
	var partitions []int
	for i := range 200 {
		k := key("set", i)
		put(t, server.Store(), k, aerostore.Bins{"n": i}, aerostore.SendKey)
		want[k] = true
		partitions = append(partitions, k.Partition())
	}
	for name, c := range map[string]emulator.Fault{
		"moves":              {Hook: func(emulator.Request) { server.Node(0).TakeOver(partitions...) }},
		"fails in a part":    {Code: aerostore.CodePartitionUnavailable},
		"ends in the middle": {Action: emulator.Cut},
		"is not answered":    {Action: emulator.Close},
	} {
		c.Commands, c.Node, c.Skip, c.Times = []emulator.Command{emulator.QueriedPartition}, server.Node(0), 10, 1
		if c.Hook != nil {
			c.Node = server.Node(1)
		}
		server.Node(1).TakeOver(partitions[:100]...)
		until(t, "the client knows where partitions are", knows(s, key("set", 0), server.Node(1)))
		injected := server.Inject(c)
		found := map[aerostore.Key]int{}
		for r, err := range s.Query(t.Context(), aerostore.Query{Namespace: namespace, Set: "set"}) {
			if err != nil {
				t.Errorf("a query that %s: %v", name, err)
				break
			}
			found[r.Key]++
		}
		for k := range want {
			if found[k] != 1 {
				t.Errorf("a query that %s found a record %d times", name, found[k])
			}
		}
		if injected.Strikes() != 1 {
			t.Errorf("a query that %s: %d strikes", name, injected.Strikes())
		}
		injected.Stop()
	}
}

// A Store without connections reads the keys of one node from several, as the first of them
// get connections.
func TestAKeyThatIsRefusedLeavesTheOthersOfABatch(t *testing.T) {
	server := emulator.RunClusterT(t, 2)
	var keys []aerostore.Key
	for id := 0; len(keys) < 3; id++ {
		if k := key("set", id); server.Master(k.Partition()) == server.Nodes()[0] {
			keys = append(keys, k)
		}
	}
	unknown := []aerostore.Operation{aerostore.ReadExp("r", exp.IntBin("gone"))}
	for range 50 {
		s := dialCluster(t, server, 10*time.Second)
		for _, k := range keys[:2] {
			if err := server.Store().Put(t.Context(), k, aerostore.Bins{"n": 1}); err != nil {
				t.Fatal(err)
			}
		}
		results, err := s.BatchOperate(t.Context(), keys, unknown)
		for i, want := range []aerostore.ResultCode{aerostore.CodeOpNotApplicable, aerostore.CodeOpNotApplicable, aerostore.CodeNotFound} {
			if i >= len(results) || !errors.Is(results[i].Err, want) {
				t.Fatalf("key %d: %v, %v, want %v", i, results, err, want)
			}
		}
		s.Close()
	}
}
