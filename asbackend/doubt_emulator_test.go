package asbackend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
)

// A call is an operation on a record that exists.
type call struct {
	name  string
	reads bool
	do    func(context.Context, aerostore.Store, aerostore.Key) error
}

var calls = []call{
	{"Put", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return s.Put(ctx, k, aerostore.Bins{"n": 1})
	}},
	{"Append", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return s.Append(ctx, k, aerostore.Bins{"text": "x"})
	}},
	{"Increment", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return s.Increment(ctx, k, aerostore.Bins{"n": 1})
	}},
	{"Touch", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error { return s.Touch(ctx, k) }},
	{"Remove", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Remove(ctx, k)
		return err
	}},
	{"Operate that writes", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")})
		return err
	}},
	{"BatchWrite", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return firstOf(s.BatchWrite(ctx, []aerostore.BatchItem{{Key: k, Bins: aerostore.Bins{"n": 1}}, {Key: missing, Bins: aerostore.Bins{"n": 1}}}, aerostore.UpdateOnly))
	}},
	{"BatchOperate that writes", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return firstOf(s.BatchOperate(ctx, []aerostore.Key{k, missing}, []aerostore.Operation{aerostore.AddBin("n", 1)}, aerostore.UpdateOnly))
	}},
	{"BatchRemove", false, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return firstOf(s.BatchRemove(ctx, []aerostore.Key{k, missing}))
	}},
	{"Get", true, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Get(ctx, k)
		return err
	}},
	{"Exists", true, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Exists(ctx, k)
		return err
	}},
	{"Operate that reads", true, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		_, err := s.Operate(ctx, k, []aerostore.Operation{aerostore.ReadBin("n")})
		return err
	}},
	{"BatchRead", true, func(ctx context.Context, s aerostore.Store, k aerostore.Key) error {
		return firstOf(s.BatchRead(ctx, []aerostore.Key{k, missing}, nil))
	}},
}

// missing is the key of no record.
var missing = key("set", "missing")

// firstOf returns the error of the first key, or else that of the batch.
func firstOf(results []aerostore.BatchResult, err error) error {
	if len(results) > 0 && results[0].Err != nil {
		return results[0].Err
	}
	if errors.Is(err, aerostore.ErrNotFound) { // the second key
		return nil
	}
	return err
}

// The commands that a call can be, and those of them that change records.
var (
	ofRecords = []emulator.Command{emulator.Read, emulator.Write, emulator.Delete, emulator.BatchedRead, emulator.BatchedWrite, emulator.BatchedDelete}
	ofWrites  = []emulator.Command{emulator.Write, emulator.Delete, emulator.BatchedWrite, emulator.BatchedDelete}
)

// Each way in which a command can fail meets each operation. An operation that changed
// the record without saying so must be in doubt. One that was refused must not be.
func TestDoubtByFaultAndOperation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   emulator.Fault
		cutOff  bool
		want    error // nil: success
		doubt   bool  // of a write
		applied bool
	}{
		"no fault":                     {fault: emulator.Fault{Delay: 1}, applied: true},
		"a refusal":                    {fault: emulator.Fault{Code: aerostore.CodeForbidden}, want: aerostore.CodeForbidden},
		"a busy key":                   {fault: emulator.Fault{Code: aerostore.CodeKeyBusy}, want: aerostore.CodeKeyBusy},
		"an unavailable partition":     {fault: emulator.Fault{Code: aerostore.CodePartitionUnavailable}, want: aerostore.CodePartitionUnavailable},
		"the server's timeout":         {fault: emulator.Fault{Code: aerostore.CodeTimeout}, want: aerostore.ErrTimeout, doubt: true},
		"the server's timeout, late":   {fault: emulator.Fault{Code: aerostore.CodeTimeout, Applied: true}, want: aerostore.ErrTimeout, doubt: true, applied: true},
		"a command that is lost":       {fault: emulator.Fault{Action: emulator.Close}, want: aerostore.CodeMaxRetries, doubt: true},
		"an answer that is lost":       {fault: emulator.Fault{Action: emulator.Close, Applied: true}, want: aerostore.CodeMaxRetries, doubt: true, applied: true},
		"half of an error":             {fault: emulator.Fault{Action: emulator.Cut}, want: aerostore.CodeMaxRetries, doubt: true},
		"half of an answer":            {fault: emulator.Fault{Action: emulator.Cut, Applied: true}, want: aerostore.CodeMaxRetries, doubt: true, applied: true},
		"a node that hangs":            {fault: emulator.Fault{Action: emulator.Hang}, want: aerostore.ErrTimeout, doubt: true},
		"a node that hangs afterwards": {fault: emulator.Fault{Action: emulator.Hang, Applied: true}, want: aerostore.ErrTimeout, doubt: true, applied: true},
		"a restart":                    {fault: emulator.Fault{Action: emulator.Restart}, want: aerostore.CodeMaxRetries, doubt: true},
		"a restart afterwards":         {fault: emulator.Fault{Action: emulator.Restart, Applied: true}, want: aerostore.CodeMaxRetries, doubt: true, applied: true},
		"a node that is cut off":       {cutOff: true, want: aerostore.ErrTimeout},
	} {
		for _, call := range calls {
			t.Run(name+"/"+call.name, func(t *testing.T) {
				t.Parallel()
				server := emulator.RunT(t)
				policies := generous()
				if c.cutOff || c.fault.Action == emulator.Hang {
					policies = tries(1)
				}
				s := dialTo(t, server.Addr(), policies, asbackend.WithConnections(1, 2))
				k := key("set", 1)
				put(t, server.Store(), k, aerostore.Bins{"n": 1, "text": "x"})
				injected := server.Inject(c.fault)
				if c.cutOff {
					server.Node(0).CutOff()
				}

				err := call.do(t.Context(), s, k)
				injected.Stop()

				if !errors.Is(err, c.want) {
					t.Errorf("the error is %v, want %v", err, c.want)
				}
				if got, want := aerostore.InDoubt(err), c.doubt && !call.reads; got != want {
					t.Errorf("in doubt: %t, want %t: %v", got, want, err)
				}
				strikes := 1
				if c.cutOff {
					strikes = 0
				}
				if n := injected.Strikes(); n != strikes {
					t.Errorf("the fault met %d commands, want %d", n, strikes)
				}
				if applied := server.Count(ofRecords...).Applied > 0; applied != c.applied {
					t.Errorf("the server has applied it: %t, want %t", applied, c.applied)
				}
				record, err := server.Store().Get(t.Context(), k)
				if err != nil && !errors.Is(err, aerostore.ErrNotFound) {
					t.Fatal(err)
				}
				changed := err != nil || record.Generation != 1
				if changed != (c.applied && !call.reads) || changed != (server.Count(ofWrites...).Applied == 1) {
					t.Errorf("the record has changed: %t; the server has applied %d writes", changed, server.Count(ofWrites...).Applied)
				}
			})
		}
	}
}

// A command that comes late is applied, though the client has given up.
func TestAWriteThatIsAppliedAfterItsTimeoutIsInDoubt(t *testing.T) {
	t.Parallel()
	server := emulator.RunT(t)
	s := dialTo(t, server.Addr(), tries(1), asbackend.WithConnections(1, 2))
	gone := make(chan struct{})
	server.Inject(emulator.Fault{Times: 1, Hook: func(emulator.Request) { <-gone }})
	err := s.Increment(t.Context(), key("set", 1), aerostore.Bins{"n": 1})
	close(gone)
	if !errors.Is(err, aerostore.ErrTimeout) || !aerostore.InDoubt(err) {
		t.Errorf("the error is %v", err)
	}
	until(t, "the write is applied", func() bool { return server.Count(emulator.Write).Applied == 1 })
}

// A key of a batch can fail alone, in doubt or not. The others say what became of them.
func TestDoubtOfOneKeyOfABatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault emulator.Fault
		doubt [3]bool
		fails [3]bool
	}{
		"a refusal":            {emulator.Fault{Code: aerostore.CodeForbidden}, [3]bool{}, [3]bool{false, true, false}},
		"the server's timeout": {emulator.Fault{Code: aerostore.CodeTimeout, Applied: true}, [3]bool{false, true, false}, [3]bool{false, true, false}},
		"an answer that ends":  {emulator.Fault{Action: emulator.Cut, Applied: true}, [3]bool{false, true, true}, [3]bool{false, true, true}},
		"no answer":            {emulator.Fault{Action: emulator.Close, Applied: true}, [3]bool{true, true, true}, [3]bool{true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.RunT(t)
			s := dialTo(t, server.Addr(), generous(), asbackend.WithConnections(1, 2))
			keys := []aerostore.Key{key("set", 1), key("set", 2), key("set", 3)}
			c.fault.Commands, c.fault.Skip, c.fault.Times = []emulator.Command{emulator.BatchedWrite}, 1, 1
			server.Inject(c.fault)
			results, err := s.BatchOperate(t.Context(), keys, []aerostore.Operation{aerostore.AddBin("n", 1)})
			if failed := c.fails[0]; (err != nil) != failed || aerostore.InDoubt(err) != failed { // else one was answered
				t.Errorf("the batch: %v", err)
			}
			acknowledged, doubtful := 0, 0
			for i, r := range results {
				err := r.Err
				if (err != nil) != c.fails[i] || aerostore.InDoubt(err) != c.doubt[i] {
					t.Errorf("key %d: %v (in doubt: %t)", i, err, aerostore.InDoubt(err))
				}
				if err == nil {
					acknowledged++
				} else if aerostore.InDoubt(err) {
					doubtful++
				}
			}
			if n := int(server.Count(emulator.BatchedWrite).Applied); n < acknowledged || n > acknowledged+doubtful {
				t.Errorf("the server has applied %d, %d were acknowledged and %d in doubt", n, acknowledged, doubtful)
			}
		})
	}
}

func TestDoubtOfAJob(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   emulator.Fault
		doubt   bool
		applied bool
	}{
		"a refusal":              {emulator.Fault{Code: aerostore.CodeForbidden}, false, false},
		"a job that is lost":     {emulator.Fault{Action: emulator.Close}, true, false},
		"an answer that is lost": {emulator.Fault{Action: emulator.Close, Applied: true}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.RunT(t)
			s := dialTo(t, server.Addr(), generous())
			k := key("set", 1)
			put(t, server.Store(), k, aerostore.Bins{"n": 1})
			c.fault.Commands = []emulator.Command{emulator.Job}
			injected := server.Inject(c.fault)
			_, err := aerostore.Execute(t.Context(), s, aerostore.Query{Namespace: namespace, Set: "set"}, []aerostore.Operation{aerostore.AddBin("n", 1)})
			if err == nil || aerostore.InDoubt(err) != c.doubt {
				t.Errorf("the error is %v (in doubt: %t)", err, aerostore.InDoubt(err))
			}
			if injected.Strikes() == 0 {
				t.Error("the fault met no job")
			}
			// One that has begun is stopped, before or after it changes the record.
			if applied := server.Count(emulator.Job).Applied > 0; applied != c.applied {
				t.Errorf("the server has applied it: %t, want %t", applied, c.applied)
			}
			r, err := server.Store().Get(t.Context(), k)
			if err != nil || r.Generation > 1 && !c.applied {
				t.Errorf("the record is %v, %v", r, err)
			}
		})
	}
}

// until waits until the condition is true.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for range 4000 {
		if condition() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("after 20 s it is still not true that %s", what)
}
