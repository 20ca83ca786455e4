package asbackend

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// An Option configures a [Store]. A later option overrides an earlier one. Other options
// override [WithClientPolicy], whatever their order. Nil is ignored.
type Option func(*config)

// config holds the options of Dial and New.
type config struct {
	address      as.Host // that Describe returns
	policy       as.ClientPolicy
	changes      []func(*as.ClientPolicy) // that other options make to policy
	fault        error                    // of a file that an option could not read
	policies     Policies
	abandons     bool // WithAbandonOnCancel was given
	maxAbandoned int
	dialOnly     string // the name of an option that New refuses
}

func configOf(opts []Option) config {
	c := config{policy: *as.NewClientPolicy()}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	return c
}

// check returns an error if an option that is not the client's is invalid.
func (c *config) check() error {
	if c.abandons && c.maxAbandoned < 1 {
		return invalid("WithAbandonOnCancel with a limit of %d: at least one command must be allowed", c.maxAbandoned)
	}
	return c.policies.check()
}

// forDial returns an option that changes the client's own policy.
func forDial(name string, change func(*as.ClientPolicy)) Option {
	return func(c *config) {
		c.dialOnly = name
		c.changes = append(c.changes, change)
	}
}

// WithServerAddress sets the host and port that [Store.Describe] returns, which telemetry
// reports as the server's address. It does not change where the client connects.
// [Dial] and [New] take the option.
func WithServerAddress(host string, port int) Option {
	return func(c *config) { c.address = as.Host{Name: host, Port: port} }
}

// WithUser sets the user and password with which [Dial] logs in to a cluster that
// requires it. No error contains the password.
func WithUser(user, password string) Option {
	return forDial("WithUser", func(p *as.ClientPolicy) { p.User, p.Password = user, password })
}

// WithAuthMode sets how [Dial] logs in: as.AuthModeInternal, the default;
// as.AuthModeExternal for LDAP; or as.AuthModePKI for certificates without a password.
// The last two need TLS.
func WithAuthMode(mode as.AuthMode) Option {
	return forDial("WithAuthMode", func(p *as.ClientPolicy) { p.AuthMode = mode })
}

// WithTLS makes [Dial] connect with TLS. The servers' certificates must have the TLS
// names in the hosts. Without these they must have the cluster's name, or else the
// names of the hosts.
func WithTLS(tlsConfig *tls.Config) Option {
	return forDial("WithTLS", func(p *as.ClientPolicy) { p.TlsConfig = tlsConfig })
}

// WithTLSFiles is [WithTLS] with certificates from PEM files. caFile has the authorities
// to trust. If it is "", the system's are used. certFile and keyFile have the client's
// certificate and key. Both are "" if the servers do not require one. [Dial] reads the
// files once.
func WithTLSFiles(caFile, certFile, keyFile string) Option {
	return func(c *config) {
		tlsConfig, err := tlsConfigOf(caFile, certFile, keyFile)
		c.fault = cmp.Or(c.fault, err)
		forDial("WithTLSFiles", func(p *as.ClientPolicy) { p.TlsConfig = tlsConfig })(c)
	}
}

func tlsConfigOf(caFile, certFile, keyFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		pem, err := os.ReadFile(caFile) //nolint:gosec // G304: the application names the file
		if err != nil {
			return nil, fmt.Errorf("asbackend: cannot read the certificates of the authorities: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, invalid("%s has no certificate in PEM form", caFile)
		}
	}
	if (certFile == "") != (keyFile == "") {
		return nil, invalid("a client certificate needs a certificate and a key: one of the two files is missing")
	}
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("asbackend: cannot read the client's certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// WithClusterName makes [Dial] accept only nodes of the cluster with this name, so that
// a wrong address does not connect to a wrong cluster.
func WithClusterName(name string) Option {
	return forDial("WithClusterName", func(p *as.ClientPolicy) { p.ClusterName = name })
}

// WithConnections sets the minimum and maximum number of open connections to each node.
// The client's defaults are 0 and 100. The maximum must be at least 2, because the client
// uses one connection itself. A query uses a connection to each node until it ends. A
// command that finds all connections in use waits for one until its timeout.
func WithConnections(minPerNode, maxPerNode int) Option {
	return forDial("WithConnections", func(p *as.ClientPolicy) { p.MinConnectionsPerNode, p.ConnectionQueueSize = minPerNode, maxPerNode })
}

// WithClientPolicy sets the client's policy, for racks, intervals and the like. The
// policy is copied. Other options override its fields, whatever their order. A nil
// policy has no effect.
//
// If FailIfNotConnected is false, Dial succeeds although no node answers, and the client
// keeps trying to connect.
func WithClientPolicy(policy *as.ClientPolicy) Option {
	return func(c *config) {
		c.dialOnly = "WithClientPolicy"
		if policy != nil {
			c.policy = *policy
		}
	}
}

// clientPolicy returns the policy with which to make the client.
func (c *config) clientPolicy() (*as.ClientPolicy, error) {
	policy := c.policy
	for _, change := range c.changes {
		change(&policy)
	}
	if c.fault != nil {
		return nil, c.fault
	}
	if reason := clientFault(&policy); reason != "" {
		return nil, invalid("the client policy is invalid: %s", reason)
	}
	return &policy, nil
}

// clientFault says why a client policy is invalid, "" if it is valid. Some of these
// faults would make the client panic on one of its goroutines.
func clientFault(p *as.ClientPolicy) string {
	switch {
	case p.ConnectionQueueSize < 1:
		return fmt.Sprintf("a ConnectionQueueSize of %d leaves no connection", p.ConnectionQueueSize)
	case p.ConnectionQueueSize == 1 && p.LimitConnectionsToQueueSize:
		return "a ConnectionQueueSize of 1 leaves no connection for commands, because the client uses one to each node itself"
	case p.MinConnectionsPerNode < 0:
		return fmt.Sprintf("MinConnectionsPerNode of %d is negative", p.MinConnectionsPerNode)
	case p.MinConnectionsPerNode > p.ConnectionQueueSize:
		return fmt.Sprintf("MinConnectionsPerNode (%d) is above ConnectionQueueSize (%d)", p.MinConnectionsPerNode, p.ConnectionQueueSize)
	case p.MaxErrorRate > 0 && p.ErrorRateWindow < 1:
		return fmt.Sprintf("MaxErrorRate of %d needs an ErrorRateWindow of at least one tend", p.MaxErrorRate)
	case p.RackAware && len(p.RackIds) == 0:
		return "RackAware needs RackIds"
	case p.User == "" && p.Password != "":
		return "there is a password without a user"
	case p.AuthMode == as.AuthModeExternal && p.TlsConfig == nil && p.User != "":
		return "external authentication needs TLS, because it sends the password in plain text"
	case p.AuthMode == as.AuthModePKI && p.TlsConfig == nil:
		return "PKI authentication needs TLS with a client certificate"
	default:
		return ""
	}
}

// invalid returns an error that matches [aerostore.ErrInvalid].
func invalid(format string, args ...any) error {
	return fmt.Errorf("asbackend: "+format+": %w", append(args, aerostore.ErrInvalid)...)
}
