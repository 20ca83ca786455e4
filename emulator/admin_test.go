package emulator_test

import (
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/emulator"
)

func TestOnlyUsersLogIn(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t, emulator.WithUser("ann", "secret"), emulator.WithUser("bob", "other"))
	for _, tc := range []struct {
		user, password string
		ok             bool
	}{
		{"ann", "secret", true},
		{"ann", "other", false}, // bob's
		{"eve", "secret", false},
	} {
		policy := as.NewClientPolicy()
		policy.User, policy.Password = tc.user, tc.password
		client, err := as.NewClientWithPolicy(policy, s.Host(), s.Port())
		if (err == nil) != tc.ok {
			t.Errorf("%s with %s: %v, want success %v", tc.user, tc.password, err, tc.ok)
		}
		if err != nil {
			continue
		}
		if err := client.Put(nil, newKey(t, "s", 1), as.BinMap{"n": 1}); err != nil {
			t.Error(err)
		}
		client.Close()
	}
}
