package asbackend

import (
	"context"
	"fmt"
	"strings"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// Dial connects to a cluster and returns a Store that owns its client. The hosts are a
// comma-separated list of host, host:port or host:tlsname:port. The default port is
// 3000. IPv6 addresses are written in brackets. One host that answers is enough: the
// client finds the other nodes.
//
// If ctx ends first, Dial returns the context's error. The client's attempt then ends
// within the Timeout of its policy, 30 s by default, and its connections are closed. The
// deadline of ctx does not shorten that Timeout, which the client uses for every
// connection that it opens later; see [WithClientPolicy].
//
// Dial returns an error that matches [aerostore.ErrInvalid], before it connects, if hosts
// or an option is invalid. If no node answers, the error says in one line which hosts
// were tried and why they failed. errors.As finds the client's own error.
func Dial(ctx context.Context, hosts string, opts ...Option) (*Store, error) {
	if ctx == nil {
		return nil, invalid("the context is nil")
	}
	seeds, err := parseHosts(hosts)
	if err != nil {
		return nil, err
	}
	c := configOf(opts)
	if c.address.Name == "" {
		c.address = *seeds[0]
	}
	policy, err := c.clientPolicy()
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	clientLog.clientStarts()
	client, err := connect(ctx, policy, seeds)
	if err != nil {
		return nil, err
	}
	c.policy = *policy
	return newStore(client, c, client.Close), nil
}

// connect returns a client. The client's constructor cannot be interrupted, so it runs
// on a goroutine, which outlives ctx by at most the client's timeout. It closes the
// client if connect has returned.
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
		// With FailIfNotConnected switched off there is a client and an error.
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

// connectError says in one line why no node could be reached.
type connectError struct {
	hosts string
	cause *clientError
}

func (e *connectError) Error() string {
	return "asbackend: cannot connect to " + e.hosts + ": " + e.cause.reason(e.cause.root()) +
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
