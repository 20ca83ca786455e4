package emulator_test

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// connectTo returns an official client of a cluster, which looks for changes of the nodes
// that often.
func connectTo(t testing.TB, s *emulator.Server, tend time.Duration) *as.Client {
	t.Helper()
	policy := as.NewClientPolicy()
	policy.TendInterval, policy.Timeout = tend, 20*time.Second
	client, err := as.NewClientWithPolicy(policy, s.Host(), s.Port())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	wait(client)
	return client
}

// eventually waits until the condition is true.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for range 2000 {
		if condition() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("after 10 s it is still not true that %s", what)
}

func nodesOf(client *as.Client, n int) func() bool {
	return func() bool { return len(client.GetNodes()) == n }
}

// putAll puts n records and reads them.
func putAll(t testing.TB, client *as.Client, n int) {
	t.Helper()
	for i := range n {
		key := newKey(t, "cluster", i)
		if err := client.Put(nil, key, as.BinMap{"n": i}); err != nil {
			t.Fatal(err)
		}
		if r, err := client.Get(nil, key); err != nil || r.Bins["n"] != i {
			t.Fatalf("record %d: %v, %v", i, r, err)
		}
	}
}

func TestAClientFindsAllNodesAndSendsEachItsPartitions(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 3)
	client := connectTo(t, s, time.Hour)
	if names := client.GetNodeNames(); len(names) != 3 {
		t.Fatalf("the client knows %v", names)
	}
	putAll(t, client, 300)
	for _, n := range s.Nodes() {
		if got := n.Count(emulator.Write); got.Received < 50 || got.Applied != got.Received {
			t.Errorf("node %s: %+v", n.Name(), got)
		}
	}
	if got := s.Count(emulator.Write, emulator.Read); got.Received != 600 || got.Applied != 600 {
		t.Errorf("all nodes: %+v", got)
	}
	policy := *client.DefaultPolicy
	policy.ReplicaPolicy = as.MASTER_PROLES // in turn
	key := newKey(t, "cluster", 0)
	master := s.Master(key.PartitionId())
	before := master.Count(emulator.Read).Received
	const reads = 8
	for range reads {
		if _, err := client.Get(&policy, key); err != nil {
			t.Fatal(err)
		}
	}
	if got := master.Count(emulator.Read).Received - before; got == 0 || got == reads {
		t.Errorf("the master got %d of %d reads, and the replica the others", got, reads)
	}
}

func TestTheOthersTakeOverFromANodeUntilItReturns(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 3)
	client := connectTo(t, s, 10*time.Millisecond)
	putAll(t, client, 50)
	second := s.Node(1)
	address := second.Addr()
	second.Stop()
	second.Stop()
	if c, err := net.Dial("tcp", address); err == nil {
		_ = c.Close()
		t.Error("a node that was stopped accepts a connection")
	}
	eventually(t, "the client has lost a node", nodesOf(client, 2))
	putAll(t, client, 50)
	for range 2 {
		if err := second.Start(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the client has found the node", nodesOf(client, 3))
	before := second.Count(emulator.Write).Received
	eventually(t, "the node gets writes", func() bool {
		putAll(t, client, 50)
		return second.Count(emulator.Write).Received > before
	})
	if second.Addr() != address {
		t.Errorf("it was at %s and is at %s", address, second.Addr())
	}
}

func TestANodeMovesToAnotherAddress(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2)
	client := connectTo(t, s, 10*time.Millisecond)
	second := s.Node(1)
	address := second.Addr()
	second.Stop()
	eventually(t, "the client has lost a node", nodesOf(client, 1))
	taken, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip(err)
	}
	defer taken.Close()
	if err := second.Start(); err == nil {
		t.Error("it started at an address that is taken")
	}
	if err := second.Move("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the client has found the node", func() bool {
		for _, n := range client.GetNodes() {
			if n.GetName() == second.Name() {
				return n.GetHost().String() == second.Addr()
			}
		}
		return false
	})
	if second.Addr() == address {
		t.Error("the address is the same")
	}
	putAll(t, client, 50)
}

// The client does not look for changes here. It sends everything to the node that was the
// master at first.
func TestANodePassesOnWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
	client := connectTo(t, s, time.Hour)
	key := newKey(t, "cluster", 1)
	partition := key.PartitionId()
	from, to := s.Master(partition), s.Node(0)
	if from == to {
		to = s.Node(1)
	}
	to.TakeOver(partition)
	if s.Master(partition) != to {
		t.Fatal("the partition has not moved")
	}
	if err := client.Put(nil, key, as.BinMap{"n": 1}); err != nil {
		t.Fatal(err)
	}
	if got := from.Count(emulator.Write); got.Received != 1 || got.Applied != 1 {
		t.Errorf("the node that was the master: %+v", got)
	}
	to.CutOff()
	if err := client.Put(once(emulator.Answer), key, as.BinMap{"n": 2}); err == nil || !err.Matches(types.PARTITION_UNAVAILABLE) {
		t.Errorf("while the master is cut off: %v", err)
	}
	if s.Master(partition) != to {
		t.Error("the partition of the node that is cut off has moved")
	}
	if err := to.Start(); err != nil {
		t.Fatal(err)
	}
	if r, err := client.Get(nil, key); err != nil || r.Bins["n"] != 1 {
		t.Errorf("afterwards: %v, %v", r, err)
	}
}

func TestPartitionsMoveInTheMiddleOfABatch(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2, emulator.WithReplicas(1))
	client := connectTo(t, s, 10*time.Millisecond)
	putAll(t, client, 40)
	all := make([]int, aerostore.PartitionCount)
	for p := range all {
		all[p] = p
	}
	moved := s.Inject(emulator.Fault{
		Commands: []emulator.Command{emulator.BatchedRead}, Skip: 10, Times: 1,
		Hook: func(emulator.Request) { s.Node(1).TakeOver(all...) },
	})
	keys := make([]*as.Key, 40)
	for i := range keys {
		keys[i] = newKey(t, "cluster", i)
	}
	records, err := client.BatchGet(nil, keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if r == nil || r.Bins["n"] != i {
			t.Errorf("record %d: %v", i, r)
		}
	}
	if moved.Strikes() != 1 {
		t.Errorf("%d strikes", moved.Strikes())
	}
	before := s.Node(1).Count(emulator.Write).Received
	eventually(t, "the second node gets all writes", func() bool {
		seen := s.Node(0).Count(emulator.Write).Received
		putAll(t, client, 10)
		return s.Node(0).Count(emulator.Write).Received == seen
	})
	if s.Node(1).Count(emulator.Write).Received == before {
		t.Error("the second node got no write")
	}
}

func TestAServerWhoseNodesAreAllStoppedStartsAgain(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2)
	for _, n := range s.Nodes() {
		n.Stop()
	}
	if s.Master(0) != nil {
		t.Error("there is a master")
	}
	for _, n := range s.Nodes() {
		if err := n.Start(); err != nil {
			t.Fatal(err)
		}
	}
	putAll(t, connectTo(t, s, time.Hour), 10)
}

func TestNothingStartsAfterClose(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2)
	s.Node(0).Stop()
	_ = s.Close()
	if err := s.Node(0).Start(); err == nil {
		t.Error("a node started")
	}
}

// Connections, nodes and partitions change while commands run, for the race detector.
func TestNodesChangeUnderLoad(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 3)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 30 {
			n := s.Node(1 + i%2)
			switch i % 5 {
			case 0:
				n.Stop()
			case 1:
				n.CutOff()
			case 2:
				n.TakeOver(i, i+1, i+2)
			case 3:
				_ = n.Move("127.0.0.1:0")
			case 4:
				s.Inject(emulator.Fault{Action: emulator.Restart, Times: 1})
			}
			_ = n.Start()
		}
	}()
	for i := 0; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		c, err := net.Dial("tcp", s.Node(i%3).Addr())
		if err != nil {
			continue
		}
		_, _ = c.Write(frame(1, []byte("replicas\npeers-clear-std\npartition-generation\n")...))
		_, _ = io.ReadFull(c, make([]byte, 8))
		_ = c.Close()
	}
}

func ExampleStartCluster() {
	server, err := emulator.StartCluster(3)
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := as.NewClient(server.Host(), server.Port())
	if err != nil {
		panic(err)
	}
	defer client.Close()
	fmt.Println(len(client.GetNodes()), "nodes")
	server.Node(2).Stop()
	fmt.Println("partition 2 went to", server.Master(2).Name())
	// Output:
	// 3 nodes
	// partition 2 went to E1
}

func TestEachNodeAnswersForItsPartitions(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2, emulator.WithReplicas(2))
	client := connectTo(t, s, 10*time.Millisecond)
	eventually(t, "the client knows both nodes", nodesOf(client, 2))
	const records = 300
	putAll(t, client, records)
	count := func() (masters, all int) {
		for _, node := range client.GetNodes() {
			answers, err := node.RequestInfo(as.NewInfoPolicy(), "namespace/test", "sets/test/cluster")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range strings.Split(answers["namespace/test"], ";") {
				if n, ok := strings.CutPrefix(f, "master_objects="); ok {
					m, _ := strconv.Atoi(n)
					masters += m
				}
			}
			n, _, _ := strings.Cut(strings.TrimPrefix(answers["sets/test/cluster"], "objects="), ":")
			m, _ := strconv.Atoi(n)
			all += m
		}
		return masters, all
	}
	if masters, all := count(); masters != records || all != 2*records {
		t.Errorf("the nodes have %d records as masters, %d with replicas", masters, all)
	}
	task, err := client.QueryExecute(nil, nil, as.NewStatement("test", "cluster"), as.AddOp(as.NewBin("more", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-task.OnComplete(); err != nil {
		t.Fatal(err)
	}
	result, err := client.ScanAll(nil, "test", "cluster")
	got := read(t, result, err)
	if len(got) != records {
		t.Errorf("the scan returned %d records", len(got))
	}
	for n, r := range got {
		if r.Bins["more"] != 1 {
			t.Errorf("record %d was changed %v times", n, r.Bins["more"])
		}
	}
}

// The client looks for the rest of the records on the other node.
func TestPartitionsMoveInTheMiddleOfAQuery(t *testing.T) {
	t.Parallel()
	s := emulator.RunClusterT(t, 2)
	client := connectTo(t, s, 10*time.Millisecond)
	eventually(t, "the client knows both nodes", nodesOf(client, 2))
	const records = 3000
	putAll(t, client, records)
	policy := as.NewQueryPolicy()
	policy.RecordQueueSize, policy.MaxRetries, policy.SleepBetweenRetries = 1, 100, 20*time.Millisecond
	result, err := client.Query(policy, as.NewStatement("test", "cluster"))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, aerostore.PartitionCount)
	for p := range all {
		all[p] = p
	}
	seen := make(map[any]bool)
	for r := range result.Results() {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if n := r.Record.Bins["n"]; seen[n] {
			t.Fatalf("record %v comes twice", n)
		} else if seen[n] = true; len(seen) == 10 {
			s.Nodes()[1].TakeOver(all...)
		}
	}
	if len(seen) != records {
		t.Errorf("%d records came", len(seen))
	}
}
