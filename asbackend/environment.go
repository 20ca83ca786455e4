package asbackend

import (
	"context"
	"os"
)

// The environment variables that [DialFromEnv] reads.
const (
	EnvHosts    = "AEROSPIKE_HOSTS"    // as for Dial; required
	EnvUser     = "AEROSPIKE_USER"     // not set or empty: no login
	EnvPassword = "AEROSPIKE_PASSWORD" //nolint:gosec // G101: the name of a variable
)

// DialFromEnv calls [Dial] with the hosts, user and password of the environment
// variables [EnvHosts], [EnvUser] and [EnvPassword]. A [WithUser] among opts overrides
// the user of the environment.
//
// DialFromEnv returns the errors of Dial, and one that matches [aerostore.ErrInvalid] if
// EnvHosts is not set, or if EnvPassword is set and EnvUser is not.
func DialFromEnv(ctx context.Context, opts ...Option) (*Store, error) {
	hosts := os.Getenv(EnvHosts)
	if hosts == "" {
		return nil, invalid("%s is not set: set it to the hosts to connect to, such as db1:3000,db2:3000", EnvHosts)
	}
	user, password := os.Getenv(EnvUser), os.Getenv(EnvPassword)
	switch {
	case user != "":
		opts = append([]Option{WithUser(user, password)}, opts...)
	case password != "":
		return nil, invalid("%s is set and %s is not: set both or neither", EnvPassword, EnvUser)
	}
	return Dial(ctx, hosts, opts...)
}
