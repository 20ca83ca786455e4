package asbackendv8

import (
	"math"
	"testing"
	"time"

	as "github.com/aerospike/aerospike-client-go/v8"
)

// What the clients do differently.
const (
	DropsCauses = dropsCauses

	// RemovalSendsID is whether the removal of one key sends its id.
	RemovalSendsID = true

	// SendsIndexNames is whether the client can send the name of an index with a query.
	SendsIndexNames = true

	// VectorSample is of how many vectors one is replayed without a server.
	VectorSample = 10

	// maxAlikeInt is the largest integer that the client encodes in a path as
	// aerostore.EncodePath does.
	maxAlikeInt = math.MaxUint32
)

func TestATimeoutDelayIsRefused(t *testing.T) {
	t.Parallel()
	p := as.NewPolicy()
	if got := corruption(p); got != "" {
		t.Errorf("%s of the client's own default is refused", got)
	}
	p.TimeoutDelay = time.Second
	if got := corruption(p); got != "TimeoutDelay" {
		t.Errorf("%q is refused", got)
	}
}
