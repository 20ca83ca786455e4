package asbackend

import (
	"context"
	"fmt"
	"strings"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// Dial connects to the cluster that the hosts belong to and returns a Store
// that owns its client. Hosts are host, host:port or host:tlsname:port,
// separated by commas; the port is 3000 unless given, an IPv6 address stands
// in brackets. One that answers is enough: the client finds the other nodes.
//
// Dial returns when ctx ends, with the context's error. What the client had
// begun by then ends within the Timeout of its policy, 30 s unless
// [WithClientPolicy] sets another, and is closed. The deadline of ctx does not
// change that Timeout, under which the client opens connections all its life.
//
// Errors: hosts and options that make no sense match [aerostore.ErrInvalid],
// before anything is sent. Where no node answers, a single line says which
// hosts were tried and why none would do; the client's own error is in its
// chain for errors.As.
func Dial(ctx context.Context, hosts string, opts ...Option) (*Store, error) {
	if ctx == nil {
		return nil, invalid("the context is nil")
	}
	seeds, err := parseHosts(hosts)
	if err != nil {
		return nil, err
	}
	c := configOf(opts)
	if c.seed.Name == "" {
		c.seed = *seeds[0]
	}
	policy, err := c.clientPolicy()
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	client, err := connect(ctx, policy, seeds)
	if err != nil {
		return nil, err
	}
	c.policy = *policy
	return newStore(client, c, client.Close), nil
}

// connect makes a client. Its constructor blocks, so that it runs on a
// goroutine of its own: one that outlives ctx by the client's timeout at most
// and closes the client if nobody waits for it any more.
func connect(ctx context.Context, policy *as.ClientPolicy, seeds []*as.Host) (*as.Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, gaveUpError(seeds, err)
	}
	type outcome struct {
		client *as.Client
		err    as.Error
	}
	result := make(chan outcome)
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		// There may be a client beside an error: see FailIfNotConnected.
		client, err := as.NewClientWithPolicyAndHost(policy, seeds...)
		select {
		case result <- outcome{client, err}:
		case <-gone:
			if client != nil {
				client.Close()
			}
		}
	}()
	select {
	case o := <-result:
		if o.client == nil {
			return nil, &connectError{hosts: joinHosts(seeds), cause: newClientError(o.err)}
		}
		return o.client, nil
	case <-ctx.Done():
		return nil, gaveUpError(seeds, ctx.Err())
	}
}

func gaveUpError(seeds []*as.Host, err error) error {
	return fmt.Errorf("asbackend: cannot connect to %s: %w", joinHosts(seeds), err)
}

// connectError says in one line why no node would do.
type connectError struct {
	hosts string
	cause *clientError
}

func (e *connectError) Error() string {
	return "asbackend: cannot connect to " + e.hosts + ": " + reason(e.cause.root()) +
		": check hosts and ports, that the servers run and that they accept this client"
}

func (e *connectError) Unwrap() error { return e.cause }

func joinHosts(hosts []*as.Host) string {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.String()
	}
	return strings.Join(names, ",")
}
