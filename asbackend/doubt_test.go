package asbackend

import (
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"
	"unsafe"

	as "github.com/aerospike/aerospike-client-go/v7"
	"github.com/aerospike/aerospike-client-go/v7/types"

	"github.com/aerostore/aerostore"
)

// A link is one error of a chain as the client makes them.
type link struct {
	code    types.ResultCode
	gaveUp  bool // it has the text with which the client gives up
	node    bool
	doubt   bool
	attempt int
}

// chain wraps the innermost error in links, the outermost first.
func chain(innermost error, links ...link) *as.AerospikeError {
	err := innermost
	for i := len(links) - 1; i >= 0; i-- {
		l := links[i]
		ae := &as.AerospikeError{}
		if l.gaveUp {
			*ae = as.ErrTimeout.AerospikeError
		}
		ae.ResultCode, ae.InDoubt, ae.Iteration = l.code, l.doubt, l.attempt
		if l.node {
			ae.Node = testNode
		}
		if err != nil {
			setUnexported(ae, "wrapped", err)
		}
		err = ae
	}
	return err.(*as.AerospikeError)
}

var testNode = func() *as.Node {
	node := &as.Node{}
	setUnexported(node, "name", "BB9")
	setUnexported(node, "host", as.NewHost("10.0.0.9", 3000))
	return node
}()

// setUnexported sets an unexported field of the client.
func setUnexported(target any, field string, value any) {
	f := reflect.ValueOf(target).Elem().FieldByName(field)
	reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().Set(reflect.ValueOf(value))
}

var (
	refused     = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	readTimeout = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
	brokenPipe  = &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
)

const (
	noConnection = types.NO_AVAILABLE_CONNECTIONS_TO_NODE
	maxRetries   = types.MAX_RETRIES_EXCEEDED
)

func TestNeverSentIsTrueOnlyIfCertain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing": {nil, true},

		"no connection":                       {chain(nil, link{code: noConnection}), true},
		"no connection, several times":        {chain(nil, link{code: maxRetries}, link{code: noConnection}, link{code: noConnection}), true},
		"no connection until the time was up": {chain(nil, link{code: types.TIMEOUT, gaveUp: true}, link{code: noConnection}), true},
		"no time from the start":              {chain(nil, link{code: types.TIMEOUT, gaveUp: true}), true},
		"no active node at any attempt":       {chain(nil, link{code: maxRetries}), true},
		"no node":                             {chain(nil, link{code: types.INVALID_NODE_ERROR}), true},
		"node not active":                     {chain(nil, link{code: types.SERVER_NOT_AVAILABLE}), true},
		"too many errors":                     {chain(nil, link{code: types.MAX_ERROR_RATE}), true},
		"no partition map":                    {chain(nil, link{code: types.INVALID_CLUSTER_PARTITION_MAP}), true},
		"a namespace the client has not":      {chain(nil, link{code: types.INVALID_NAMESPACE}), true},
		"dial refused":                        {chain(refused, link{code: types.NETWORK_ERROR}), true},
		"dial timed out":                      {chain(refused, link{code: types.TIMEOUT}), true},
		"dial refused, then no connection":    {chain(refused, link{code: noConnection}, link{code: types.NETWORK_ERROR}), true},

		"read timed out":                       {chain(readTimeout, link{code: types.TIMEOUT}), false},
		"read timed out, then no connection":   {chain(readTimeout, link{code: noConnection}, link{code: types.TIMEOUT}), false},
		"read timed out after no connection":   {chain(nil, link{code: maxRetries}, link{code: types.TIMEOUT}, link{code: noConnection}), false},
		"gave up after a read timed out":       {chain(readTimeout, link{code: types.TIMEOUT, gaveUp: true}, link{code: types.TIMEOUT}), false},
		"write broke":                          {chain(brokenPipe, link{code: types.NETWORK_ERROR}), false},
		"connection closed":                    {chain(io.EOF, link{code: types.NETWORK_ERROR}), false},
		"network error of an unknown cause":    {chain(nil, link{code: types.NETWORK_ERROR}), false},
		"network error over no connection":     {chain(nil, link{code: types.NETWORK_ERROR}, link{code: noConnection}), false},
		"the server's own timeout":             {chain(nil, link{code: types.TIMEOUT, node: true}), false},
		"a namespace the server has not":       {chain(nil, link{code: types.INVALID_NAMESPACE, node: true}), false},
		"the server's answer":                  {chain(nil, link{code: types.GENERATION_ERROR, node: true}), false},
		"an answer that could not be parsed":   {chain(nil, link{code: types.PARSE_ERROR}), false},
		"an error that is not the client's":    {errors.New("?"), false},
		"no connection around something other": {chain(errors.New("?"), link{code: noConnection}), false},
	} {
		if got := neverSent(c.err); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

func TestARefusedDialSentNothing(t *testing.T) {
	t.Parallel()
	host, err := parseHosts(closedAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	policy := as.NewClientPolicy()
	policy.Timeout = time.Second
	_, refused := as.NewConnection(policy, host[0])
	if refused == nil || !neverSent(refused) {
		t.Errorf("%v counts as sent", refused)
	}
}

func TestTheClientsTextForGivingUpIsUnchanged(t *testing.T) {
	t.Parallel()
	gave := as.ErrTimeout.AerospikeError
	gave.Node = testNode
	if gaveUpText == "" || !gaveUp(&gave) {
		t.Errorf("%q is not found in %q", gaveUpText, gave.Error())
	}
}

func TestDoubtIsClearedOnlyIfNothingWasSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  *as.AerospikeError
		want bool
	}{
		"no connection": {chain(nil, link{code: maxRetries, doubt: true}, link{code: noConnection}), false},
		"no time":       {chain(nil, link{code: types.TIMEOUT, gaveUp: true, doubt: true}), false},
		"refused by the server at the second attempt, the first had no node": {
			chain(nil, link{code: types.GENERATION_ERROR, node: true, doubt: true}, link{code: types.INVALID_NODE_ERROR, doubt: true}), false,
		},
		"refused by the server at once": {chain(nil, link{code: types.GENERATION_ERROR, node: true}), false},

		"lost after it was sent": {chain(io.EOF, link{code: maxRetries, doubt: true}, link{code: types.NETWORK_ERROR, doubt: true}), true},
		"lost, then no connection": {
			chain(io.EOF, link{code: maxRetries, doubt: true}, link{code: noConnection, doubt: true}, link{code: types.NETWORK_ERROR, doubt: true}), true,
		},
		"lost, then refused": {
			chain(io.EOF, link{code: types.GENERATION_ERROR, node: true, doubt: true}, link{code: types.NETWORK_ERROR, doubt: true}), true,
		},
		"lost, which only an inner error says": {
			chain(io.EOF, link{code: types.COMMON_ERROR}, link{code: types.NETWORK_ERROR, doubt: true}), true,
		},
		"timed out on the server": {chain(nil, link{code: types.TIMEOUT, node: true, doubt: true}), true},
	} {
		if got := inDoubt(true, c.err); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
		if inDoubt(false, c.err) {
			t.Errorf("%s: a read is in doubt", name)
		}
	}
}

// The newer client sends the only key at a node by itself, so that the key has the error that
// the others have together.
func TestAKeyThatIsRefusedLikeTheOthersIsNoAnswerToABatch(t *testing.T) {
	t.Parallel()
	refused := chain(nil, link{code: types.PARAMETER_ERROR, node: true})
	busy := chain(nil, link{code: types.KEY_BUSY, node: true})
	silent := as.NewBatchRead(nil, nil, nil)
	silent.ResultCode = types.NO_RESPONSE
	for name, c := range map[string]struct {
		own    *as.AerospikeError // of a key
		all    *as.AerospikeError // of the part
		silent bool               // the other keys have no answer
		want   bool
	}{
		"refused like the others":    {refused, refused, true, false},
		"busy, and others refused":   {busy, refused, true, true},
		"busy, and the others too":   {busy, busy, false, true},
		"refused, and others silent": {refused, chain(nil, link{code: noConnection}), true, true},
	} {
		one, other := as.NewBatchRead(nil, nil, nil), as.NewBatchRead(nil, nil, nil)
		one.Err, one.ResultCode = c.own, c.own.ResultCode
		other.BatchRecord = one.BatchRecord
		if c.silent {
			other = silent
		}
		call := &command{request: request{store: offline(t), ctx: t.Context(), call: aerostore.Call{
			Op: aerostore.OpBatchRead,
		}.WithKeys([]aerostore.Key{aerostore.NewKey("test", "set", 1), aerostore.NewKey("test", "set", 2)})}}
		p := &part{command: *call, batch: &batch{}, records: []as.BatchRecordIfc{one, other}, err: c.all}
		p.collect(make([]aerostore.BatchResult, 2))
		if p.answered != c.want {
			t.Errorf("%s: answered %t, want %t", name, p.answered, c.want)
		}
	}
}

// The client divides keys that move just before they are sent. The answer to one of them
// says nothing of those at another node.
func TestTheAnswerToAKeyLeavesOthersOfItsPartInDoubt(t *testing.T) {
	t.Parallel()
	answer := chain(nil, link{code: types.FAIL_FORBIDDEN, node: true})
	refused, silent := as.NewBatchWrite(nil, nil), as.NewBatchWrite(nil, nil)
	refused.Err, refused.ResultCode = answer, answer.ResultCode
	read := as.NewBatchRead(nil, nil, nil)
	silent.ResultCode, read.ResultCode = types.NO_RESPONSE, types.NO_RESPONSE
	for name, c := range map[string]struct {
		records []as.BatchRecordIfc
		want    []bool
	}{
		"one key is refused":      {[]as.BatchRecordIfc{refused, silent, read}, []bool{false, true, false}},
		"the command is refused":  {[]as.BatchRecordIfc{silent, silent, read}, []bool{false, false, false}},
		"all of them are refused": {[]as.BatchRecordIfc{refused, refused}, []bool{false, false}},
	} {
		call := putCommand(t.Context(), offline(t))
		p := &part{command: *call, batch: &batch{writes: true}, records: c.records, err: answer}
		p.doubt(p.leftOut(c.records, answer))
		for i, record := range c.records {
			if got := aerostore.InDoubt(p.keyError(call.call.Key, record)); got != c.want[i] {
				t.Errorf("%s: key %d in doubt: %t, want %t", name, i, got, c.want[i])
			}
		}
	}
}
