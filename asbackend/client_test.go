package asbackend

import "math"

// What the clients do differently.
const (
	DropsCauses = dropsCauses

	// RemovalSendsID is whether the removal of one key sends its id.
	RemovalSendsID = false

	// WireSample is how many vectors there are for each whose bytes are read.
	WireSample = 1

	// maxAlikeInt is the largest integer that the client encodes in a path as
	// aerostore.EncodePath does.
	maxAlikeInt = math.MaxInt64
)
