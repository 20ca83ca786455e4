package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

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

var errNameUnsent error = safe.TextError("the index that the query wants is over an expression, and client v7 cannot send the name of an index: use package asbackendv8")

// filterByName returns the condition for the index that it names, or why the client cannot
// send it.
func filterByName(aerostore.Predicate) (*as.Filter, error) { return nil, errNameUnsent }
