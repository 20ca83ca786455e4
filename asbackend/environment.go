package asbackend

import (
	"context"
	"os"
)

// The variables that [DialFromEnv] reads.
const (
	EnvHosts    = "AEROSPIKE_HOSTS"    // as for Dial; required
	EnvUser     = "AEROSPIKE_USER"     // not set or empty: no login
	EnvPassword = "AEROSPIKE_PASSWORD" //nolint:gosec // G101: the name of a variable
)

// DialFromEnv is [Dial] with hosts, user and password from the environment.
// Options count more than the user found there.
//
// Errors: those of Dial; one that matches [aerostore.ErrInvalid] if the
// variable for the hosts is not set, or if there is a password without a user.
func DialFromEnv(ctx context.Context, opts ...Option) (*Store, error) {
	hosts := os.Getenv(EnvHosts)
	if hosts == "" {
		return nil, invalid("%s is not set: it names the hosts to connect to, such as db1:3000,db2:3000", EnvHosts)
	}
	user, password := os.Getenv(EnvUser), os.Getenv(EnvPassword)
	switch {
	case user != "":
		opts = append([]Option{WithUser(user, password)}, opts...)
	case password != "":
		return nil, invalid("%s is set and %s is not", EnvPassword, EnvUser)
	}
	return Dial(ctx, hosts, opts...)
}
