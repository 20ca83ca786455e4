package asbackend

// VerifyNoLeak is for the tests that see the package from outside.
var VerifyNoLeak = verifyNoLeak
