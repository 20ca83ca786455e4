package vectors

import (
	"bytes"
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

// ownNames returns the line of a vector with the names of this run. In one with
// expressions that depend on the name of the set, all names stay unchanged.
func ownNames(line []byte) []byte {
	for _, depends := range []string{`"set_name"`, `"digest_modulo"`} {
		if bytes.Contains(line, []byte(depends)) {
			return line
		}
	}
	for _, field := range []string{`"set":"`, `"name":"`, `"index_name":"`} {
		line = ownField(line, []byte(field))
	}
	return line
}

func ownField(line, field []byte) []byte {
	renamed := make([]byte, 0, len(line))
	for {
		before, after, found := bytes.Cut(line, field)
		renamed = append(renamed, before...)
		if !found {
			return renamed
		}
		name, rest, _ := bytes.Cut(after, []byte(`"`))
		renamed = append(renamed, field...)
		renamed = append(append(renamed, own(string(name))...), '"')
		line = rest
	}
}
