package asbackend

import as "github.com/aerospike/aerospike-client-go/v7"

// VerifyNoLeak is for the tests that see the package from outside.
var VerifyNoLeak = verifyNoLeak

// Hurry has the Store wait for connections for no longer than socket timeouts say.
func (s *Store) Hurry() { s.minConnectionWait = 0 }

// InDoubt reports whether a write that failed so in the client may have been applied.
func InDoubt(err as.Error) bool { return inDoubt(true, newClientError(err).err) }
