// # Client v7
//
// Package asbackendv8 is the same over aerospike-client-go/v8. With client v7 a node that
// refuses its second connection ends the process, and a node that returns under its name
// at a new address stays lost. Client v8 has neither defect; see docs/known-limits.md.
package asbackend //nolint:revive // The comment continues that of doc.go.

// dropsCauses is whether the client, if it fails to read the answer to a Put, Remove or
// Touch, returns only a code and not the error of the network.
const dropsCauses = false
