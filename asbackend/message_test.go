package asbackend

import (
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// A command that waits for a connection has an error for each millisecond.
func TestAnErrorWithManyCausesIsMadeAtOnce(t *testing.T) {
	s := offline(t)
	err := as.ErrConnectionPoolEmpty.AerospikeError
	for range 1000 {
		cause := err
		setUnexported(&err, "wrapped", error(&cause))
	}
	gave := as.ErrTimeout.AerospikeError
	setUnexported(&gave, "wrapped", error(&err))
	c := putCommand(t.Context(), s)
	c.retries = &retries{waits: true}
	var text string
	allocations := testing.AllocsPerRun(1, func() {
		c.countPoolTimeout(&gave)
		c.starved(&gave)
		text = c.newError(&gave).Error()
	})
	if allocations > 100 {
		t.Errorf("%v allocations", allocations)
	}
	if !strings.Contains(text, "nothing was sent: NO_AVAILABLE_CONNECTIONS_TO_NODE ") {
		t.Errorf("the text is %q", text)
	}
}
