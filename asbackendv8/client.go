package asbackendv8 //nolint:revive // The package comment is in doc.go, which is generated.

import (
	as "github.com/aerospike/aerospike-client-go/v8"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

const (
	// dropsCauses is whether the client, if it fails to read the answer to a Put, Remove
	// or Touch, returns only a code and not the error of the network.
	dropsCauses = true

	// compresses is whether the client can compress without corrupting other commands.
	//
	// After a command that is too short to compress, the client puts the buffer of its
	// connection into a pool, and keeps using it. Another connection, even of another
	// client, takes the buffer from the pool. Then two commands write and read one buffer.
	compresses = false
)

// corruption names the field of a policy by which the client corrupts commands, "" for
// none. For UseCompression see compresses. With a TimeoutDelay, the client reuses a
// connection on which the answer to another command is still to come.
func corruption(p *as.BasePolicy) string {
	switch {
	case p.UseCompression:
		return "UseCompression"
	case p.TimeoutDelay > 0:
		return "TimeoutDelay"
	default:
		return ""
	}
}

var errUnknownKind error = safe.TextError("the condition of the query is of an unknown kind")

// filterByName returns the condition for the index that it names, or why the client cannot
// send it.
func filterByName(where aerostore.Predicate) (*as.Filter, error) {
	in := collectionOf(where)
	switch name := where.IndexName(); where.Kind() {
	case aerostore.PredicateStringEqual:
		return as.NewContainsWithIndexNameFilter(name, in, where.Text()), nil
	case aerostore.PredicateBlobEqual:
		return as.NewContainsWithIndexNameFilter(name, in, where.Bytes()), nil
	case aerostore.PredicateIntRange:
		begin, end := where.Bounds()
		return as.NewContainsRangeWithIndexNameFilter(name, in, begin, end), nil
	case aerostore.PredicateWithin, aerostore.PredicateContaining:
		return as.NewGeoWithinRegionForCollectionWithIndexNameFilter(name, in, string(where.GeoJSON())), nil
	default:
		return nil, errUnknownKind
	}
}
