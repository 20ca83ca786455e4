package asbackendv8

import "math"

// What the clients do differently.
const (
	// RemovalSendsID is whether the removal of one key sends its id.
	RemovalSendsID = true

	// maxAlikeInt is the largest integer that the client encodes in a path as
	// aerostore.EncodePath does.
	maxAlikeInt = math.MaxUint32
)
