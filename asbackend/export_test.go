package asbackend

// VerifyNoLeak is for the tests that see the package from outside.
var VerifyNoLeak = verifyNoLeak

// Hurry has the Store wait for connections for no longer than socket timeouts say.
func (s *Store) Hurry() { s.patience = 0 }
