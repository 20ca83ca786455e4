package vectors

import (
	"crypto/rand"
	"strings"
)

// ofThisRun is the suffix of names in this run of the program.
var ofThisRun = "_" + rand.Text()[:8]

// own returns the name of a recorded set or index in this run, so that two runs can
// share a server. A name that a vector tests stays unchanged.
func own(name string) string {
	const recorded, mostRecorded = "gv", 32
	if !strings.HasPrefix(name, recorded) || len(name) > mostRecorded {
		return name
	}
	return name + ofThisRun
}
