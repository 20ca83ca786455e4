// # Client v8
//
// Package asbackend is the same over aerospike-client-go/v7, from whose source this
// package is generated. The transactions of client v8 have no counterpart here yet. Use
// the client within [aerostore.Do] for them. See docs/known-limits.md.
package asbackendv8 //nolint:revive // The comment continues that of doc.go.

// dropsCauses is whether the client, if it fails to read the answer to a Put, Remove or
// Touch, returns only a code and not the error of the network.
const dropsCauses = true
