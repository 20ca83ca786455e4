package asbackend

import as "github.com/aerospike/aerospike-client-go/v7"

// VerifyNoLeak is for tests in package asbackend_test.
var VerifyNoLeak = verifyNoLeak

// Hurry makes the Store wait for connections no longer than the socket timeout.
func (s *Store) Hurry() { s.minConnectionWait = 0 }

// InDoubt reports whether a write that failed with err may have been applied.
func InDoubt(err as.Error) bool { return inDoubt(true, newClientError(err).err) }

// RawValue returns a value in the client's types.
var RawValue = clientValue
