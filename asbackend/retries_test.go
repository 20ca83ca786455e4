package asbackend

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// Errors of a single attempt, as the client makes them.
var (
	lost      = chain(io.EOF, link{code: maxRetries, doubt: true, attempt: 1}, link{code: types.NETWORK_ERROR, doubt: true})
	starved   = chain(nil, link{code: types.TIMEOUT, gaveUp: true, doubt: true}, link{code: noConnection, doubt: true})
	forbidden = chain(nil, link{code: types.FAIL_FORBIDDEN, node: true})
)

// putting returns a write under the policy, at its first attempt.
func putting(ctx context.Context, client *as.Client, change func(*as.WritePolicy)) *single {
	policy := as.NewWritePolicy(0, 0)
	policy.MaxRetries = 5
	change(policy)
	s := &Store{client: client, life: newLifetime(func() {}), policies: Policies{Write: policy}, minConnectionWait: minConnectionWait}
	call := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "set", 1)}
	r := &single{command: command{request: request{store: s, ctx: ctx, call: call.WithBins(aerostore.Bins{"a": 1})}}}
	r.left, _ = timeLeft(ctx)
	r.writePolicy(false)
	return r
}

// pausesOf fails the attempts with each of the errors. It returns the pauses after them,
// -1 if there is no other attempt.
func pausesOf(r *single, ends ...*as.AerospikeError) (pauses []time.Duration) {
	for _, err := range ends {
		r.retries.err = err
		begun := time.Now()
		if !r.again() {
			return append(pauses, -1)
		}
		pauses = append(pauses, time.Since(begun))
		r.writePolicy(false)
	}
	return pauses
}

func TestThePolicySaysHowLongToPauseBetweenAttempts(t *testing.T) {
	neverConnected := offline(t).client
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		change func(*as.WritePolicy)
		ends   []*as.AerospikeError
		want   []time.Duration
	}{
		"none":            {func(p *as.WritePolicy) { p.SleepBetweenRetries = 0 }, []*as.AerospikeError{lost, lost}, []time.Duration{0, 0}},
		"equal ones":      {func(p *as.WritePolicy) { p.SleepBetweenRetries = 40 * ms }, []*as.AerospikeError{lost, lost}, []time.Duration{40 * ms, 40 * ms}},
		"growing ones":    {func(p *as.WritePolicy) { p.SleepBetweenRetries, p.SleepMultiplier = 40*ms, 2 }, []*as.AerospikeError{lost, lost, lost}, []time.Duration{40 * ms, 80 * ms, 160 * ms}},
		"a single try":    {func(p *as.WritePolicy) { p.MaxRetries, p.TotalTimeout = 0, 0 }, []*as.AerospikeError{lost}, []time.Duration{-1}},
		"the last one":    {func(p *as.WritePolicy) { p.MaxRetries = 2 }, []*as.AerospikeError{lost, lost}, []time.Duration{ms, -1}},
		"a forbidden":     {func(*as.WritePolicy) {}, []*as.AerospikeError{lost, forbidden}, []time.Duration{ms, -1}},
		"beyond the time": {func(p *as.WritePolicy) { p.TotalTimeout, p.SleepBetweenRetries = 100*ms, 60*ms }, []*as.AerospikeError{lost, lost}, []time.Duration{60 * ms, -1}},
		"for connections": {
			func(p *as.WritePolicy) { p.TotalTimeout = 40 * ms },
			[]*as.AerospikeError{starved, starved, starved, starved, starved, starved, starved},
			[]time.Duration{ms, 2 * ms, 4 * ms, 8 * ms, 16 * ms, 9 * ms, -1},
		},
		"for a connection in each attempt": {
			func(*as.WritePolicy) {}, []*as.AerospikeError{starved, starved, lost, starved}, []time.Duration{ms, 2 * ms, ms, ms},
		},
		"for none, since the policy says so": {
			func(p *as.WritePolicy) { p.ExitFastOnExhaustedConnectionPool = true }, []*as.AerospikeError{starved}, []time.Duration{-1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := pausesOf(putting(t.Context(), neverConnected, c.change), c.ends...)
				if len(got) != len(c.want) {
					t.Fatalf("pauses %v, want %v", got, c.want)
				}
				for i := range got {
					if got[i] != c.want[i] {
						t.Fatalf("pauses %v, want %v", got, c.want)
					}
				}
			})
		})
	}
}

// If a batch that reads finds no connection, the client goes on to the next replica as if
// that had been an attempt.
func TestABatchThatReadsHasAllItsAttempts(t *testing.T) {
	neverConnected := offline(t).client
	ranOut, network := link{code: maxRetries}, link{code: types.NETWORK_ERROR}
	gaveUp, lacks := link{code: types.TIMEOUT, gaveUp: true}, link{code: noConnection}
	for name, c := range map[string]struct {
		ends []*as.AerospikeError
		left []int // attempts of each further send
	}{
		"lost all":              {[]*as.AerospikeError{chain(io.EOF, ranOut, network, network, network)}, nil},
		"lacked all":            {[]*as.AerospikeError{chain(nil, gaveUp, lacks), chain(nil, gaveUp, gaveUp, lacks)}, []int{3, 3}},
		"lost, then lacked":     {[]*as.AerospikeError{chain(io.EOF, link{code: types.TIMEOUT, gaveUp: true, attempt: 1}, lacks, network), chain(nil, gaveUp, lacks)}, []int{2, 2}},
		"lacked in between":     {[]*as.AerospikeError{chain(io.EOF, ranOut, network, gaveUp, network), chain(io.EOF, ranOut, network)}, []int{1}},
		"lacked at one node":    {[]*as.AerospikeError{chain(nil, ranOut, gaveUp, lacks), chain(nil, ranOut, gaveUp, lacks), chain(nil, ranOut, gaveUp, lacks)}, []int{2, 1}},
		"answered":              {[]*as.AerospikeError{forbidden}, nil},
		"lacked, then answered": {[]*as.AerospikeError{chain(nil, link{code: types.PARAMETER_ERROR, node: true}, gaveUp, lacks)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				policy := as.NewBatchPolicy()
				policy.MaxRetries = 3
				s := &Store{client: neverConnected, life: newLifetime(func() {}), policies: Policies{Batch: policy}, minConnectionWait: minConnectionWait}
				call := aerostore.Call{Op: aerostore.OpBatchRead}
				b, _ := newBatch(&request{store: s, ctx: t.Context(), call: call.WithKeys([]aerostore.Key{aerostore.NewKey("test", "set", 1)})})
				r := b.newPart(nil, nil, nil)
				r.retries = &retries{waits: true, deadline: time.Now().Add(time.Second)} // as with two nodes
				r.policy()
				var left []int
				for _, end := range c.ends {
					if r.retries.err = end; !r.again() {
						break
					}
					left = append(left, r.policy().MaxRetries)
				}
				if !slices.Equal(left, c.left) {
					t.Errorf("further sends have %v attempts, want %v", left, c.left)
				}
			})
		})
	}
}

func TestFurtherAttemptsHaveTheTimeLeft(t *testing.T) {
	neverConnected := offline(t).client
	synctest.Test(t, func(t *testing.T) {
		r := putting(t.Context(), neverConnected, func(p *as.WritePolicy) {
			p.TotalTimeout, p.SocketTimeout, p.SleepBetweenRetries = time.Second, 100*time.Millisecond, 300*time.Millisecond
		})
		for _, want := range []time.Duration{700 * time.Millisecond, 400 * time.Millisecond, 100 * time.Millisecond} {
			r.retries.err = lost
			if !r.again() {
				t.Fatal("there is no other attempt")
			}
			p := r.writePolicy(false)
			if p.TotalTimeout != want || p.SocketTimeout != 100*time.Millisecond || p.MaxRetries != 0 {
				t.Errorf("timeouts %v and %v, %d retries, want a timeout of %v", p.TotalTimeout, p.SocketTimeout, p.MaxRetries, want)
			}
		}
	})
}

func TestEachAttemptWithoutATimeoutWaitsForAConnection(t *testing.T) {
	neverConnected := offline(t).client
	synctest.Test(t, func(t *testing.T) {
		r := putting(t.Context(), neverConnected, func(p *as.WritePolicy) { p.TotalTimeout, p.SocketTimeout = 0, 0 })
		for range 2 {
			begun := time.Now()
			for r.retries.err = starved; r.again(); r.retries.err = starved {
				r.writePolicy(false)
			}
			if waited := time.Since(begun); waited != defaultConnectionWait {
				t.Errorf("it waited for %v", waited)
			}
			if pausesOf(r, lost)[0] < 0 {
				t.Fatal("there is no other attempt")
			}
		}
	})
}

func TestTheErrorSaysWhyThereIsNoOtherAttempt(t *testing.T) {
	neverConnected := offline(t).client
	for name, c := range map[string]struct {
		deadline time.Duration // of the context, 0: none
		end      func(r *single, cancel func())
		ends     []*as.AerospikeError
		matches  error
		code     aerostore.ResultCode
		text     string
		doubt    bool
		attempts int32
	}{
		"the attempts are used up": {
			ends: []*as.AerospikeError{lost, lost, lost, lost, lost}, code: aerostore.CodeMaxRetries, text: "EOF", doubt: true, attempts: 5,
		},
		"no time for another": {
			ends: []*as.AerospikeError{lost, lost, lost, lost}, code: aerostore.CodeTimeout, text: "EOF", doubt: true, attempts: 4,
		},
		"no time until the deadline": {
			deadline: 50 * time.Millisecond, ends: []*as.AerospikeError{lost}, matches: context.DeadlineExceeded, text: "EOF", doubt: true, attempts: 1,
		},
		"no connection for another": {
			end:  func(*single, func()) { time.Sleep(time.Minute) },
			ends: []*as.AerospikeError{lost, starved}, code: aerostore.CodeTimeout, text: "EOF", doubt: true, attempts: 1,
		},
		"refused at last": {
			ends: []*as.AerospikeError{lost, forbidden}, code: aerostore.CodeForbidden, text: "answered by the server", doubt: true, attempts: 2,
		},
		"refused at once": {
			ends: []*as.AerospikeError{forbidden}, code: aerostore.CodeForbidden, text: "answered by the server", attempts: 1,
		},
		"never a node": {
			ends: []*as.AerospikeError{chain(nil, link{code: maxRetries, doubt: true}, link{code: types.INVALID_NODE_ERROR})},
			end:  func(_ *single, cancel func()) { cancel() }, matches: context.Canceled, text: "nothing was sent", attempts: 1,
		},
		"cancelled in the pause": {
			end: func(_ *single, cancel func()) { cancel() }, ends: []*as.AerospikeError{lost}, matches: context.Canceled, text: "EOF", doubt: true, attempts: 1,
		},
		"closed in the pause": {
			end: func(r *single, _ func()) { r.store.life.abortQueries() }, ends: []*as.AerospikeError{lost}, matches: aerostore.ErrClosed, doubt: true, attempts: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				rest := 60 * time.Millisecond
				if c.code == aerostore.CodeMaxRetries {
					rest = 0
				}
				r := putting(ctx, neverConnected, func(p *as.WritePolicy) {
					p.TotalTimeout, p.SleepBetweenRetries = 200*time.Millisecond, rest
				})
				for i, end := range c.ends {
					r.retries.err = end
					if i == len(c.ends)-1 && c.end != nil {
						c.end(r, cancel)
					}
					if more := r.again(); more != (i < len(c.ends)-1) {
						t.Fatalf("after attempt %d: another one: %t", i+1, more)
					}
					if i < len(c.ends)-1 {
						r.writePolicy(false)
					}
				}
				made := r.attemptsUntil(r.retries.err)
				e := r.finalError()
				if c.matches != nil && !errors.Is(e, c.matches) || e.Code != c.code || e.InDoubt != c.doubt || made != c.attempts {
					t.Errorf("%v (in doubt: %t) after %d attempts, want %v %v (%t) after %d", e, e.InDoubt, made, c.matches, c.code, c.doubt, c.attempts)
				}
				if text := e.Error(); !strings.Contains(text, c.text) || c.doubt && strings.Contains(text, "nothing was sent") {
					t.Errorf("the text is %q", text)
				}
			})
		})
	}
}

func TestAnAnswerDecidesTheOutcomeOfABatch(t *testing.T) {
	t.Parallel()
	gaveUp, ranOut := link{code: types.TIMEOUT, gaveUp: true}, link{code: maxRetries, doubt: true}
	answer, late := link{code: types.PARAMETER_ERROR, node: true}, link{code: types.TIMEOUT, node: true}
	for name, c := range map[string]struct {
		links  []link
		reads  types.ResultCode // of the error that decides
		writes types.ResultCode
	}{
		"an answer": {[]link{answer, gaveUp}, types.PARAMETER_ERROR, types.PARAMETER_ERROR},
		"no connection at a node after an answer":   {[]link{gaveUp, gaveUp, answer}, types.PARAMETER_ERROR, types.PARAMETER_ERROR},
		"no attempt left at a node after an answer": {[]link{ranOut, answer}, types.PARAMETER_ERROR, maxRetries},
		"no answer": {[]link{gaveUp, ranOut}, types.TIMEOUT, types.TIMEOUT},
		"the server's timeout, after which it goes on":  {[]link{ranOut, late}, maxRetries, maxRetries},
		"an answer between attempts without connection": {[]link{gaveUp, answer, gaveUp}, types.PARAMETER_ERROR, types.PARAMETER_ERROR},
	} {
		for op, want := range map[aerostore.Op]types.ResultCode{aerostore.OpBatchRead: c.reads, aerostore.OpBatchWrite: c.writes} {
			r := command{request: request{call: aerostore.Call{Op: op}}}
			call := r.call
			if op == aerostore.OpBatchWrite {
				call = call.WithItems([]aerostore.BatchItem{{Key: aerostore.NewKey("test", "set", 1), Remove: true}})
			}
			r.call = call
			if got := newClientError(r.decisive(chain(nil, c.links...))).err.ResultCode; got != want {
				t.Errorf("%s, %v: %v decides, want %v", name, op, got, want)
			}
		}
	}
	if err := (&command{}).decisive(nil); err != nil {
		t.Errorf("success: %v", err)
	}
}
