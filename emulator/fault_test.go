package emulator_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/emulator"
)

// once is the policy of a write with one attempt, which waits as long as a slow machine may
// need, unless no answer is to come.
func once(action emulator.Action) *as.WritePolicy {
	policy := as.NewWritePolicy(0, 0)
	policy.MaxRetries, policy.SocketTimeout, policy.TotalTimeout = 0, 20*time.Second, 20*time.Second
	if action == emulator.Hang {
		policy.SocketTimeout, policy.TotalTimeout = 100*time.Millisecond, 200*time.Millisecond
	}
	return policy
}

func TestAFaultAppliesACommandOrNotAndLosesTheAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   emulator.Fault
		fails   bool
		applied bool
	}{
		"no failure":               {emulator.Fault{Delay: time.Millisecond}, false, true},
		"the zero fault":           {emulator.Fault{}, true, false},
		"a code":                   {emulator.Fault{Code: aerostore.CodeDeviceOverload}, true, false},
		"a code, applied":          {emulator.Fault{Code: aerostore.CodeTimeout, Applied: true}, true, true},
		"close":                    {emulator.Fault{Action: emulator.Close}, true, false},
		"close, applied":           {emulator.Fault{Action: emulator.Close, Applied: true}, true, true},
		"cut":                      {emulator.Fault{Action: emulator.Cut}, true, false},
		"cut, applied":             {emulator.Fault{Action: emulator.Cut, Applied: true}, true, true},
		"hang":                     {emulator.Fault{Action: emulator.Hang}, true, false},
		"hang, applied":            {emulator.Fault{Action: emulator.Hang, Applied: true}, true, true},
		"restart":                  {emulator.Fault{Action: emulator.Restart}, true, false},
		"restart, applied":         {emulator.Fault{Action: emulator.Restart, Applied: true}, true, true},
		"of another command":       {emulator.Fault{Commands: []emulator.Command{emulator.Delete}}, false, true},
		"of no command that comes": {emulator.Fault{Match: func(r emulator.Request) bool { return r.Set != "faults" }}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := connect(t)
			key := newKey(t, "faults", 1)
			if err := client.Put(nil, key, as.BinMap{"n": 0}); err != nil { // which opens a connection
				t.Fatal(err)
			}
			before := s.Count(emulator.Write)
			injected := s.Inject(c.fault)
			err := client.Add(once(c.fault.Action), key, as.BinMap{"n": 1})
			if (err != nil) != c.fails {
				t.Errorf("the client got %v", err)
			}
			injected.Stop()
			if c.fault.Code != 0 && !err.Matches(types.ResultCode(c.fault.Code)) {
				t.Errorf("the client got %v", err)
			}
			want := int64(0)
			if c.applied {
				want = 1
			}
			r, err2 := s.Store().Get(t.Context(), aerostore.NewKey("test", "faults", 1))
			if err2 != nil {
				t.Fatal(err2)
			}
			if n, _ := r.Int("n"); int64(n) != want {
				t.Errorf("the record has %d, want %d", n, want)
			}
			after := s.Count(emulator.Write)
			if after.Received-before.Received != 1 || after.Applied-before.Applied != want {
				t.Errorf("counts before %+v and after %+v", before, after)
			}
			policy := as.NewPolicy()
			policy.MaxRetries, policy.SleepBetweenRetries, policy.TotalTimeout = 1000, 5*time.Millisecond, 10*time.Second
			if _, err := client.Get(policy, key); err != nil { // also after a restart
				t.Error(err)
			}
		})
	}
}

func TestTimesIsExactForManyConnections(t *testing.T) {
	t.Parallel()
	client, s := connect(t)
	const goroutines, each, times = 16, 50, 37
	injected := s.Inject(emulator.Fault{Code: aerostore.CodeForbidden, Skip: 100, Times: times, Commands: []emulator.Command{emulator.Write}})
	policy := as.NewWritePolicy(0, 0)
	policy.MaxRetries = 0
	policy.TotalTimeout, policy.SocketTimeout = 0, 0
	var failed atomic.Int64
	var all sync.WaitGroup
	for range goroutines {
		key := newKey(t, "faults", 1)
		all.Go(func() {
			for range each {
				if err := client.Add(policy, key, as.BinMap{"n": 1}); err != nil {
					failed.Add(1)
					if !err.Matches(types.FAIL_FORBIDDEN) {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if failed.Load() != times || injected.Strikes() != times {
		t.Errorf("%d writes failed, %d strikes, want %d", failed.Load(), injected.Strikes(), times)
	}
	if got, want := s.Count(emulator.Write), (emulator.Count{Received: goroutines * each, Applied: goroutines*each - times}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestASeedChoosesTheSameCommands(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		var outcomes strings.Builder
		client, s := connect(t)
		s.Inject(emulator.Fault{Code: aerostore.CodeForbidden, Probability: 0.5, Seed: seed})
		for i := range 40 {
			if err := client.Put(once(emulator.Answer), newKey(t, "faults", i), as.BinMap{"n": 1}); err == nil {
				outcomes.WriteByte('+')
			} else {
				outcomes.WriteByte('-')
			}
		}
		return outcomes.String()
	}
	first := run(1)
	if second := run(1); first != second || !strings.Contains(first, "+") || !strings.Contains(first, "-") {
		t.Errorf("%s and %s", first, second)
	}
	if other := run(2); other == first {
		t.Errorf("another seed chose the same: %s", other)
	}
}

// node sends a request for the name of the node.
func node(c net.Conn) error {
	if _, err := c.Write(frame(1, []byte("node\n")...)); err != nil {
		return err
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err := io.ReadFull(c, make([]byte, 8+len("node\tE1\n")))
	return err
}

func TestAServerAcceptsOneConnectionAndRefusesTheNext(t *testing.T) {
	t.Parallel()
	for _, action := range []emulator.Action{emulator.Answer, emulator.Close, emulator.Cut} {
		s := emulator.RunT(t)
		s.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Connect}, Action: action, Skip: 1, Times: 1})
		for i, accepted := range []bool{true, false, true} {
			c, err := net.Dial("tcp", s.Addr())
			if err == nil { // else it is refused that early
				err = node(c)
				_ = c.Close()
			}
			if (err == nil) != accepted {
				t.Errorf("%v: connection %d: %v", action, i, err)
			}
		}
		if got := s.Count(emulator.Connect); got.Received != 3 || got.Applied != 2 {
			t.Errorf("%v: %+v", action, got)
		}
	}
}

func TestAFaultMeetsAKeyOfABatch(t *testing.T) {
	t.Parallel()
	second := func(t *testing.T) func(emulator.Request) bool {
		digest := [20]byte(newKey(t, "faults", 1).Digest())
		return func(r emulator.Request) bool { return r.Digest == digest }
	}
	for name, c := range map[string]struct {
		fault   emulator.Fault
		codes   [3]types.ResultCode // types.NO_RESPONSE for keys that are not answered
		applied [3]int
	}{
		"a code":          {emulator.Fault{Code: aerostore.CodeForbidden}, [3]types.ResultCode{0, types.FAIL_FORBIDDEN, 0}, [3]int{1, 0, 1}},
		"a code, applied": {emulator.Fault{Code: aerostore.CodeTimeout, Applied: true}, [3]types.ResultCode{0, types.TIMEOUT, 0}, [3]int{1, 1, 1}},
		"cut":             {emulator.Fault{Action: emulator.Cut}, [3]types.ResultCode{0, types.NO_RESPONSE, types.NO_RESPONSE}, [3]int{1, 0, 0}},
		"cut, applied":    {emulator.Fault{Action: emulator.Cut, Applied: true}, [3]types.ResultCode{0, types.NO_RESPONSE, types.NO_RESPONSE}, [3]int{1, 1, 0}},
		"close":           {emulator.Fault{Action: emulator.Close}, [3]types.ResultCode{types.NO_RESPONSE, types.NO_RESPONSE, types.NO_RESPONSE}, [3]int{1, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, s := connect(t)
			c.fault.Commands, c.fault.Match = []emulator.Command{emulator.BatchedWrite}, second(t)
			injected := s.Inject(c.fault)
			var records []as.BatchRecordIfc
			for i := range 3 {
				records = append(records, as.NewBatchWrite(nil, newKey(t, "faults", i), as.AddOp(as.NewBin("n", 1))))
			}
			policy := as.NewBatchPolicy()
			policy.MaxRetries, policy.TotalTimeout, policy.SocketTimeout = 0, 20*time.Second, 20*time.Second
			_ = client.BatchOperate(policy, records)
			for i, r := range records {
				if got := r.BatchRec().ResultCode; got != c.codes[i] {
					t.Errorf("key %d: code %d, want %d", i, got, c.codes[i])
				}
				record, err := s.Store().Get(t.Context(), aerostore.NewKey("test", "faults", i))
				n := 0
				if err == nil {
					n, _ = record.Int("n")
				}
				if n != c.applied[i] {
					t.Errorf("key %d was applied %d times, want %d", i, n, c.applied[i])
				}
			}
			if n := injected.Strikes(); n != 1 {
				t.Errorf("%d strikes", n)
			}
		})
	}
}

// A node that stops ends what hangs and what waits, and does not apply it.
func TestStopEndsDelaysAndHangs(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Fault{{Delay: time.Hour}, {Action: emulator.Hang}} {
		s := emulator.RunT(t)
		struck := make(chan struct{})
		f.Commands = []emulator.Command{emulator.Info}
		f.Hook = func(emulator.Request) { close(struck) }
		s.Inject(f)
		c := dial(t, s)
		failed := make(chan error)
		go func() { failed <- node(c) }()
		<-struck
		s.Node(0).Stop()
		if err := <-failed; err == nil || errors.Is(err, net.ErrClosed) {
			t.Errorf("%v: %v", f.Action, err)
		}
		if got := s.Count(emulator.Info); got.Received != 1 || got.Applied != 0 {
			t.Errorf("%v: %+v", f.Action, got)
		}
	}
}

func TestHalfOfAnAnswerIsSent(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t)
	s.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Info}, Action: emulator.Cut, Applied: true})
	c := dial(t, s)
	if _, err := c.Write(frame(1, []byte("node\n")...)); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || len(got) != 8 || binary.BigEndian.Uint64(got)&0xffff != uint64(len("node\tE1\n")) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestInfoRequestsAndLoginsFail(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t, emulator.WithUser("ann", "secret"))
	login := s.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Login}, Code: aerostore.CodeInvalidUser})
	policy := as.NewClientPolicy()
	policy.User, policy.Password = "ann", "secret"
	policy.Timeout = time.Second
	if client, err := as.NewClientWithPolicy(policy, s.Host(), s.Port()); err == nil {
		client.Close()
		t.Error("the login succeeded")
	}
	if login.Strikes() == 0 {
		t.Error("the fault met no login")
	}
	login.Stop()
	s.Inject(emulator.Fault{Commands: []emulator.Command{emulator.Info}, Code: aerostore.CodeServer, Times: 1})
	c := dial(t, s)
	_, _ = c.Write(frame(1, []byte("node\nbuild\n")...))
	answer := make([]byte, 8+len("node\tERROR:1:a fault was injected\nbuild\tERROR:1:a fault was injected\n"))
	if _, err := io.ReadFull(c, answer); err != nil || !strings.HasPrefix(string(answer[8:]), "node\tERROR:1:") {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestInjectPanicsOnInvalidFaults(t *testing.T) {
	t.Parallel()
	s, other := emulator.RunT(t), emulator.RunT(t)
	for name, f := range map[string]emulator.Fault{
		"command":         {Commands: []emulator.Command{99}},
		"mixed commands":  {Commands: []emulator.Command{emulator.Connect, emulator.Read}},
		"applied connect": {Commands: []emulator.Command{emulator.Connect}, Applied: true},
		"node":            {Node: other.Node(0)},
		"probability":     {Probability: 2},
		"skip":            {Skip: -1},
		"times":           {Times: -1},
		"delay":           {Delay: -1},
		"action":          {Action: 99},
		"code":            {Code: aerostore.CodeMaxRetries},
		"code of a hang":  {Action: emulator.Hang, Code: aerostore.CodeServer},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Inject does not panic", name)
				}
			}()
			s.Inject(f)
		}()
	}
}

func ExampleServer_Inject() {
	server, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	defer server.Close()
	// The next write is applied, and its answer is lost.
	server.Inject(emulator.Fault{
		Commands: []emulator.Command{emulator.Write},
		Times:    1,
		Applied:  true,
		Action:   emulator.Close,
	})
}
