package asbackend

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// An Option sets up a [Store]. Where two say different things the last one
// counts, but for [WithClientPolicy], to which the others are added.
type Option func(*config)

// config is what the options of Dial and New say.
type config struct {
	seed         as.Host
	policy       as.ClientPolicy
	changes      []func(*as.ClientPolicy) error // to the policy, by options that say less
	policies     Policies
	abandons     bool // WithAbandonOnCancel was given
	maxAbandoned int
	dialOnly     string // an option that New has no use for
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

// check says what is wrong with what concerns the Store alone.
func (c *config) check() error {
	if c.abandons && c.maxAbandoned < 1 {
		return invalid("WithAbandonOnCancel with a limit of %d: at least one command must be allowed", c.maxAbandoned)
	}
	return c.policies.check()
}

// forDial returns an option that changes the client's own policy.
func forDial(name string, change func(*as.ClientPolicy) error) Option {
	return func(c *config) {
		c.dialOnly = name
		c.changes = append(c.changes, change)
	}
}

// WithSeed says which host and port [Store.Describe] names as the configured
// ones. It does not change where the client connects to. For [Dial] and [New].
func WithSeed(host string, port int) Option {
	return func(c *config) { c.seed = as.Host{Name: host, Port: port} }
}

// WithUser has [Dial] log in to a cluster that asks for it. The password shows
// up in no error.
func WithUser(user, password string) Option {
	return forDial("WithUser", func(p *as.ClientPolicy) error {
		p.User, p.Password = user, password
		return nil
	})
}

// WithAuthMode says how [Dial] logs in: as.AuthModeInternal, which is the
// default, as.AuthModeExternal for LDAP or as.AuthModePKI for certificates
// without a password. The latter two need TLS.
func WithAuthMode(mode as.AuthMode) Option {
	return forDial("WithAuthMode", func(p *as.ClientPolicy) error {
		p.AuthMode = mode
		return nil
	})
}

// WithTLS has [Dial] connect by TLS. Unless the hosts name them, the names
// that certificates must show are the cluster's or else the hosts'.
func WithTLS(tlsConfig *tls.Config) Option {
	return forDial("WithTLS", func(p *as.ClientPolicy) error {
		p.TlsConfig = tlsConfig
		return nil
	})
}

// WithTLSFiles is [WithTLS] with what stands in PEM files: the certificates of
// the authorities to trust, "" for the system's, and the client's own
// certificate and key, both "" where the servers ask for none. They are read
// once, by [Dial].
func WithTLSFiles(caFile, certFile, keyFile string) Option {
	return forDial("WithTLSFiles", func(p *as.ClientPolicy) error {
		config, err := tlsConfigOf(caFile, certFile, keyFile)
		p.TlsConfig = config
		return err
	})
}

func tlsConfigOf(caFile, certFile, keyFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		pem, err := os.ReadFile(caFile) //nolint:gosec // G304: the application says which file
		if err != nil {
			return nil, fmt.Errorf("asbackend: the certificates of the authorities: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, invalid("there is no certificate in %s: it must hold them in PEM form", caFile)
		}
	}
	if (certFile == "") != (keyFile == "") {
		return nil, invalid("a client certificate needs a certificate and a key: one of the two files is missing")
	}
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("asbackend: the client's certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// WithClusterName has [Dial] take only nodes whose cluster has this name, so
// that a wrong address does not lead to a wrong cluster.
func WithClusterName(name string) Option {
	return forDial("WithClusterName", func(p *as.ClientPolicy) error {
		p.ClusterName = name
		return nil
	})
}

// WithConnections says how many connections the client keeps open to each node
// at least and at most, 2 or more; the client's defaults are 0 and 100. One of them
// it keeps for itself, and queries hold one for as long as they go on. A command
// that finds the most in use waits for one until its timeout.
func WithConnections(least, most int) Option {
	return forDial("WithConnections", func(p *as.ClientPolicy) error {
		p.MinConnectionsPerNode, p.ConnectionQueueSize = least, most
		return nil
	})
}

// WithClientPolicy gives [Dial] the client's own policy, for racks, intervals
// and the like. It is copied. What other options say counts more than what it
// says, wherever they stand.
//
// With FailIfNotConnected switched off, Dial succeeds though no node answers,
// and the client keeps trying.
func WithClientPolicy(policy *as.ClientPolicy) Option {
	return func(c *config) {
		c.dialOnly = "WithClientPolicy"
		if policy != nil {
			c.policy = *policy
		}
	}
}

// clientPolicy returns the policy for the client's start.
func (c *config) clientPolicy() (*as.ClientPolicy, error) {
	policy := c.policy
	for _, change := range c.changes {
		if err := change(&policy); err != nil {
			return nil, err
		}
	}
	if reason := clientFault(&policy); reason != "" {
		return nil, invalid("the client policy makes no sense: %s", reason)
	}
	return &policy, nil
}

// clientFault says why a client policy makes no sense, "" if it does. The client
// panics over some of these, on a goroutine of its own, and says less of others.
func clientFault(p *as.ClientPolicy) string {
	switch {
	case p.ConnectionQueueSize < 1:
		return fmt.Sprintf("a ConnectionQueueSize of %d leaves no connection", p.ConnectionQueueSize)
	case p.ConnectionQueueSize == 1 && p.LimitConnectionsToQueueSize:
		return "a ConnectionQueueSize of 1 leaves no connection, since the client keeps one to each node for itself"
	case p.MinConnectionsPerNode < 0:
		return fmt.Sprintf("MinConnectionsPerNode of %d is negative", p.MinConnectionsPerNode)
	case p.MinConnectionsPerNode > p.ConnectionQueueSize:
		return fmt.Sprintf("MinConnectionsPerNode (%d) is above ConnectionQueueSize (%d)", p.MinConnectionsPerNode, p.ConnectionQueueSize)
	case p.MaxErrorRate > 0 && p.ErrorRateWindow < 1:
		return fmt.Sprintf("MaxErrorRate of %d needs an ErrorRateWindow of one tend at least", p.MaxErrorRate)
	case p.RackAware && len(p.RackIds) == 0:
		return "RackAware needs RackIds"
	case p.User == "" && p.Password != "":
		return "there is a password without a user"
	case p.AuthMode == as.AuthModeExternal && p.TlsConfig == nil && p.User != "":
		return "external authentication needs TLS, since it sends the password in the clear"
	case p.AuthMode == as.AuthModePKI && p.TlsConfig == nil:
		return "PKI authentication needs TLS with a certificate of the client's"
	default:
		return ""
	}
}

// invalid returns an error for what an application has set up wrongly.
func invalid(format string, args ...any) error {
	return fmt.Errorf("asbackend: "+format+": %w", append(args, aerostore.ErrInvalid)...)
}
