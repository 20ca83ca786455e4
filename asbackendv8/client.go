package asbackendv8 //nolint:revive // The package comment is in doc.go, which is generated.

// dropsCauses is whether the client, if it fails to read the answer to a Put, Remove or
// Touch, returns only a code and not the error of the network.
const dropsCauses = true
