package asbackend

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// putCommand is a command that writes to test.users.
func putCommand(ctx context.Context, s *Store) *command {
	call := aerostore.Call{Op: aerostore.OpPut, Key: aerostore.NewKey("test", "users", "secret-id")}
	return &command{request: request{store: s, ctx: ctx, call: call.WithBins(aerostore.Bins{"a": "secret-value"})}}
}

func TestErrorsOfTheClientAreTranslated(t *testing.T) {
	t.Parallel()
	s := offline(t)
	for name, c := range map[string]struct {
		err     *as.AerospikeError
		matches []error
		not     []error
		doubt   bool
		text    string
	}{
		"an answer": {
			err:     chain(nil, link{code: types.KEY_NOT_FOUND_ERROR, node: true}),
			matches: []error{aerostore.ErrNotFound},
			text:    "answered by the server (node BB9 10.0.0.9:3000)",
		},
		"an answer after waiting for a connection": {
			err:     chain(nil, link{code: types.GENERATION_ERROR, node: true}, link{code: noConnection}, link{code: noConnection}),
			matches: []error{aerostore.ErrGeneration},
			not:     []error{aerostore.CodeNoConnections},
			text:    "answered by the server",
		},
		"no connection": {
			err:     chain(nil, link{code: maxRetries, doubt: true}, link{code: noConnection, doubt: true}),
			matches: []error{aerostore.CodeMaxRetries},
			text:    "nothing was sent: NO_AVAILABLE_CONNECTIONS_TO_NODE",
		},
		"the network broke": {
			err:     chain(io.EOF, link{code: maxRetries, doubt: true, node: true}, link{code: types.NETWORK_ERROR, doubt: true, node: true}),
			matches: []error{aerostore.CodeMaxRetries, io.EOF},
			doubt:   true,
			text:    "every attempt failed: EOF",
		},
		"the server's answer to the last attempt": {
			err:     chain(nil, link{code: maxRetries}, link{code: types.INDEX_NOTFOUND, node: true}),
			matches: []error{aerostore.CodeMaxRetries, aerostore.CodeIndexNotFound},
			text:    "INDEX_NOTFOUND (201): there is no secondary index for this bin and type: create one: answered by the server (MAX_RETRIES_EXCEEDED (-16): every attempt failed)",
		},
		"a timeout under the retries": {
			err:     chain(readTimeout, link{code: maxRetries, doubt: true, node: true}, link{code: types.TIMEOUT, doubt: true, node: true}),
			matches: []error{aerostore.CodeMaxRetries, aerostore.ErrTimeout},
			doubt:   true,
			text:    "i/o timeout",
		},
		"a timeout": {
			err:     chain(readTimeout, link{code: types.TIMEOUT, doubt: true, node: true}),
			matches: []error{aerostore.ErrTimeout},
			not:     []error{context.DeadlineExceeded},
			doubt:   true,
			text:    "i/o timeout",
		},
		"no node, ever": {
			err:     chain(nil, link{code: types.INVALID_NAMESPACE}),
			matches: []error{aerostore.CodeInvalidNode},
			not:     []error{aerostore.ErrInvalidNamespace},
			text:    "nothing was sent",
		},
	} {
		err := error(putCommand(t.Context(), s).newError(c.err))
		for _, target := range c.matches {
			if !errors.Is(err, target) {
				t.Errorf("%s: %v does not match %v", name, err, target)
			}
		}
		for _, target := range c.not {
			if errors.Is(err, target) {
				t.Errorf("%s: %v matches %v", name, err, target)
			}
		}
		if aerostore.InDoubt(err) != c.doubt {
			t.Errorf("%s: in doubt is %t", name, !c.doubt)
		}
		var client *as.AerospikeError
		if !errors.As(err, &client) || client != c.err {
			t.Errorf("%s: errors.As finds %v", name, client)
		}
		text := err.Error()
		if !strings.HasPrefix(text, "aerostore: PUT test.users: ") || !strings.Contains(text, c.text) {
			t.Errorf("%s: the text is %q, want %q in it", name, text, c.text)
		}
		if strings.Contains(text, "secret") || strings.Contains(text, "\n") {
			t.Errorf("%s: the text is %q", name, text)
		}
	}
}

// TestNoErrorRepeatsItself makes errors of calls and of keys of a batch from every chain
// of the client.
func TestNoErrorRepeatsItself(t *testing.T) {
	t.Parallel()
	s := offline(t)
	code := regexp.MustCompile(`[A-Z_]{4,} \(-?\d+\)`)
	ends := []link{
		{code: types.TIMEOUT, node: true},
		{code: types.INDEX_NOTFOUND, node: true},
		{code: types.DEVICE_OVERLOAD, node: true},
		{code: types.NETWORK_ERROR, node: true},
		{code: noConnection, node: true},
		{code: types.INVALID_NODE_ERROR},
		{code: maxRetries},
		{code: types.TIMEOUT, gaveUp: true, node: true},
		{code: types.SERVER_NOT_AVAILABLE, node: true},
	}
	for _, cause := range []error{nil, io.EOF} {
		for _, outer := range ends {
			for _, middle := range ends {
				for _, inner := range ends {
					for _, links := range [][]link{{inner}, {outer, inner}, {outer, middle, inner}} {
						err := chain(cause, links...)
						call := putCommand(t.Context(), s)
						late := putCommand(t.Context(), s)
						late.retries = &retries{late: true}
						p := &part{command: *call, batch: &batch{}, records: make([]as.BatchRecordIfc, 2), err: err}
						own := as.NewBatchWrite(nil, nil)
						own.Err, own.ResultCode = err, err.ResultCode
						shared := as.NewBatchWrite(nil, nil)
						for what, e := range map[string]error{
							"a call": call.newError(err), "one without time for another attempt": late.newError(err),
							"a key": p.keyError(call.call.Key, own), "a key of a part": p.keyError(call.call.Key, shared),
						} {
							text := e.Error()
							seen := map[string]bool{}
							for _, part := range append(code.FindAllString(text, -1), regexp.MustCompile(`PUT|test\.users|\(node|in doubt:`).FindAllString(text, -1)...) {
								if seen[part] {
									t.Errorf("%s over %v: %s", what, links, text)
								}
								seen[part] = true
							}
						}
					}
				}
			}
		}
	}
}

func TestAnErrorMatchesTheContextThatEnded(t *testing.T) {
	t.Parallel()
	s := offline(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ending, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	gaveUp := chain(nil, link{code: types.TIMEOUT, gaveUp: true, doubt: true}, link{code: noConnection})
	lost := chain(readTimeout, link{code: types.TIMEOUT, doubt: true, node: true})
	serverLate := chain(nil, link{code: maxRetries, doubt: true, node: true}, link{code: types.TIMEOUT, doubt: true, node: true})
	socketLate := chain(readTimeout, link{code: maxRetries, doubt: true, node: true}, link{code: types.TIMEOUT, doubt: true, node: true})
	answer := chain(nil, link{code: types.KEY_NOT_FOUND_ERROR, node: true})

	for name, c := range map[string]struct {
		ctx       context.Context
		byContext bool
		err       *as.AerospikeError
		want      error // nil: not the context's error
		doubt     bool
	}{
		"deadline":                               {late, false, lost, context.DeadlineExceeded, true},
		"deadline, nothing sent":                 {late, false, gaveUp, context.DeadlineExceeded, false},
		"deadline a moment ahead":                {soon, true, gaveUp, context.DeadlineExceeded, false},
		"deadline a moment ahead, to the server": {ending, true, serverLate, context.DeadlineExceeded, true},
		"deadline far ahead, to the server":      {soon, true, serverLate, nil, true},
		"timeout of the policy, to the server":   {soon, false, serverLate, nil, true},
		"timeout of the socket":                  {soon, true, socketLate, nil, true},
		"timeout of the policy":                  {soon, false, lost, nil, true},
		"cancelled":                              {cancelled, false, lost, context.Canceled, true},
		"cancelled, but the server had answered": {cancelled, false, answer, nil, false},
	} {
		r := putCommand(c.ctx, s)
		r.byContext = c.byContext
		err := r.newError(c.err)
		for _, target := range []error{context.DeadlineExceeded, context.Canceled} {
			if got := errors.Is(err, target); got != (target == c.want) {
				t.Errorf("%s: errors.Is(%v, %v) is %t", name, err, target, got)
			}
		}
		if (err.Code == aerostore.CodeOK) != (c.want != nil) {
			t.Errorf("%s: the code is %v", name, err.Code)
		}
		if err.InDoubt != c.doubt {
			t.Errorf("%s: in doubt is %t", name, err.InDoubt)
		}
		var client *as.AerospikeError
		if !errors.As(err, &client) || client != c.err {
			t.Errorf("%s: errors.As finds %v", name, client)
		}
	}
}

func TestAWriteWhoseErrorHasNoCauseTimedOutIfItsTimeIsOver(t *testing.T) {
	t.Parallel()
	for begun, late := range map[time.Time]bool{time.Now(): false, time.Now().Add(-time.Hour): dropsCauses} {
		c := putCommand(t.Context(), offline(t))
		c.call.Options.Timeout = time.Minute
		c.begun = begun
		err := c.newError(chain(nil, link{code: maxRetries, doubt: true, node: true}, link{code: types.NETWORK_ERROR, doubt: true, node: true}))
		if got := errors.Is(err, aerostore.ErrTimeout); got != late || !err.InDoubt {
			t.Errorf("begun at %v: %v", begun, err)
		}
	}
}

func TestAnErrorHasTheCauseOfAContextWithALateTimer(t *testing.T) {
	t.Parallel()
	slow, s := errors.New("the page took too long"), offline(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 2*time.Millisecond, slow)
		defer cancel()
		r := putCommand(ctx, s)
		r.byContext = true
		err := r.newError(chain(nil, link{code: types.TIMEOUT, gaveUp: true}, link{code: noConnection}))
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, slow) {
			t.Errorf("the error is %v", err)
		}
		if text := err.SafeMessage(); strings.Contains(text, "page") || !strings.Contains(text, "nothing was sent") {
			t.Errorf("its safe message is %q", text)
		}
	})
}

func TestAttemptsAreCounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  *as.AerospikeError
		want int32
	}{
		"the first":              {chain(nil, link{code: types.GENERATION_ERROR}), 1},
		"the second":             {chain(nil, link{code: types.GENERATION_ERROR, attempt: 1}), 2},
		"one before it was over": {chain(nil, link{code: maxRetries, attempt: 1}), 1},
		"before any":             {chain(nil, link{code: noConnection, attempt: -1}), 1},
	} {
		if got := clientAttempts(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
