package asbackend

import (
	"crypto/tls"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// An Option sets up a [Store]. Where two say different things the last one
// counts.
type Option func(*config)

// config is what the options of Dial and New say.
type config struct {
	seed     as.Host
	policy   as.ClientPolicy
	login    func(*as.ClientPolicy) // what WithUser says
	tls      *tls.Config
	dialOnly string // an option that New has no use for
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

// WithSeed says which host and port [Store.Describe] names as the configured
// ones. It does not change where the client connects to.
func WithSeed(host string, port int) Option {
	return func(c *config) { c.seed = as.Host{Name: host, Port: port} }
}

// WithUser has [Dial] log in to a cluster that asks for it. The password shows
// up in no error.
func WithUser(user, password string) Option {
	return func(c *config) {
		c.dialOnly = "WithUser"
		c.login = func(p *as.ClientPolicy) { p.User, p.Password = user, password }
	}
}

// WithTLS has [Dial] connect by TLS. Unless the hosts name them, the names
// that certificates must show are the cluster's or else the hosts'.
func WithTLS(tlsConfig *tls.Config) Option {
	return func(c *config) { c.tls, c.dialOnly = tlsConfig, "WithTLS" }
}

// WithClientPolicy gives [Dial] the client's own policy, for pool sizes, racks
// and the like. It is copied. [WithUser] and [WithTLS] count more than what it
// says.
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
