package aerostore_test

import (
	"os"
	"strings"
	"testing"
)

// Every line of Go in the README is also in example_test.go, where it compiles.
func TestTheREADMEsCodeCompiles(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]bool{}
	for line := range strings.Lines(string(source)) {
		compiled[strings.TrimSpace(line)] = true
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	inGo, lines := false, 0
	for line := range strings.Lines(string(readme)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inGo = line == "```go"
		case inGo && line != "" && !strings.HasPrefix(line, "//"):
			lines++
			if !compiled[line] {
				t.Errorf("example_test.go does not compile the README's line %q", line)
			}
		}
	}
	if lines < 40 {
		t.Errorf("found %d lines of Go in the README: is it still read correctly?", lines)
	}
}
