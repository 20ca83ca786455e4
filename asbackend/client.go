package asbackend

import as "github.com/aerospike/aerospike-client-go/v7"

const (
	// dropsCauses is whether the client, if it fails to read the answer to a Put, Remove
	// or Touch, returns only a code and not the error of the network.
	dropsCauses = false

	// compresses is whether the client can compress without corrupting other commands.
	compresses = true
)

// corruption names the field of a policy by which the client corrupts commands, "" for
// none.
func corruption(*as.BasePolicy) string { return "" }
