package asbackend

import "math"

// What the clients do differently.
const (
	DropsCauses = dropsCauses

	// RemovalSendsID is whether the removal of one key sends its id.
	RemovalSendsID = false

	// SendsIndexNames is whether the client can send the name of an index with a query.
	SendsIndexNames = false

	// VectorSample is of how many vectors one is replayed without a server.
	VectorSample = 1

	// maxAlikeInt is the largest integer that the client encodes in a path as
	// aerostore.EncodePath does.
	maxAlikeInt = math.MaxInt64
)
