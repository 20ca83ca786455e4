package vectors

import (
	"crypto/rand"
	"strings"
)

// ofThisRun is what the names of this run of the program end in.
var ofThisRun = "_" + rand.Text()[:8]

// own returns the name that a recorded set or index has in this run, so that two
// runs on one server do not meet. Names that a vector is about stay as they are.
func own(name string) string {
	const recorded, mostRecorded = "gv", 32
	if !strings.HasPrefix(name, recorded) || len(name) > mostRecorded {
		return name
	}
	return name + ofThisRun
}
