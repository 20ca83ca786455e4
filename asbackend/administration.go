package asbackend

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/info"
	"github.com/aerostore/aerostore/internal/safe"
)

// An administration is a command to the cluster that is sent as text. A context cannot
// interrupt the client's own methods for these.
type administration struct {
	store    *Store
	ctx      context.Context // lives no longer than the call
	newErr   func(aerostore.ResultCode, error) *aerostore.Error
	nodes    []*as.Node
	node     *aerostore.Node
	sent     bool // the command
	accepted bool // by the cluster
}

// administer calls do if the arguments are valid and the cluster has the namespace.
func (s *Store) administer(
	ctx context.Context, namespace string, check func(context.Context) error,
	newErr func(aerostore.ResultCode, error) *aerostore.Error, do func(a *administration) error,
) error {
	a := administration{store: s, ctx: ctx, newErr: newErr}
	if !s.life.acquire() {
		return a.newError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	defer s.life.release()
	defer s.life.unbounded()()
	if err := check(ctx); err != nil {
		return err
	}
	if a.nodes = s.client.GetNodes(); len(a.nodes) == 0 {
		return a.newError(aerostore.CodeInvalidNode, nil)
	}
	namespaces, err := a.info(a.nodes[0], "namespaces")
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Split(namespaces, ";"), namespace) {
		return a.newError(aerostore.CodeInvalidNamespace, nil)
	}
	return do(&a)
}

// send sends the command to a node, which passes it on to the others.
func (a *administration) send(command string) error {
	a.sent = true
	_, err := a.info(a.nodes[0], command)
	a.accepted = err == nil
	return err
}

const (
	firstPause = 10 * time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// poll calls done, with pauses that become longer, until it returns true or an error.
func (a *administration) poll(done func() (bool, error)) error {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-time.After(pause):
		case <-a.ctx.Done():
			return a.newError(aerostore.CodeOK, aerostore.ContextError(a.ctx))
		}
	}
}

// info sends an info command and returns the answer. If the server refuses the command,
// the error has its code.
func (a *administration) info(node *as.Node, command string) (string, error) {
	if err := aerostore.ContextError(a.ctx); err != nil {
		return "", a.newError(aerostore.CodeOK, err)
	}
	a.node = a.store.nodes.of(a.store.client, node)
	answer, code, cause := a.store.info(a.ctx, node, a.store.infoPolicy().Timeout, command)
	if code != aerostore.CodeOK || cause != nil {
		return "", a.newError(code, cause)
	}
	if code, cause := refusal(answer); code != aerostore.CodeOK {
		refused := a.newError(code, cause)
		refused.InDoubt = a.accepted
		return "", refused
	}
	return answer, nil
}

// refusal returns the code and cause of an answer such as "ERROR:201:no index", and CodeOK
// for any other answer. The text of the cause is safe, unlike those of Info: the command is
// not the caller's, and a server answers it with constants and the names of parameters.
func refusal(answer string) (code aerostore.ResultCode, cause error) {
	number, text := info.Refusal(answer)
	if number == 0 {
		return aerostore.CodeOK, nil
	}
	return aerostore.ResultCode(number), safe.TextError(text)
}

// newError returns an error that is in doubt if the command was sent: the cluster may
// still carry it out.
func (a *administration) newError(code aerostore.ResultCode, cause error) *aerostore.Error {
	err := a.newErr(code, cause)
	err.InDoubt, err.Node = a.sent, a.node
	return err
}

// field returns a field of an answer such as "objects=3:truncating=false", whose fields
// end at the separator. It returns "" if there is none. The last one counts: the name of a
// set, which comes before what a server says of it, may have the form of fields.
func field(answer, separator, name string) (value string) {
	for part := range strings.SplitSeq(answer, separator) {
		if v, found := strings.CutPrefix(strings.TrimRight(part, ";"), name+"="); found {
			value = v
		}
	}
	return value
}

// number returns a field that is a number, and 0 if there is none.
func number(answer, separator, name string) int64 {
	n, _ := strconv.ParseInt(field(answer, separator, name), 10, 64)
	return n
}
