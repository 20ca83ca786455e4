package asbackend_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
)

const migrationPage = "../docs/from-aerospike-client-go.md"

func TestThePageNamesEachMethodOfTheClient(t *testing.T) {
	t.Parallel()
	page := readFile(t, migrationPage)
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(page, -1) {
		named[name[1]] = true
	}
	for client, i := reflect.TypeFor[*as.Client](), 0; i < client.NumMethod(); i++ {
		name := client.Method(i).Name
		if strings.HasPrefix(name, "SetDefault") {
			name = "Get" + strings.TrimPrefix(name, "Set") // which is listed for both
		}
		if !named[name] {
			t.Errorf("%s is not on the page", name)
		}
	}
}

// The page's lines of Go must be in example_test.go, where they compile.
func TestTheCodeOfThePageCompiles(t *testing.T) {
	t.Parallel()
	// An example has one err, and one way to return it, for several of the page's.
	sameErr := strings.NewReplacer("err := ", "err = ", "return ", "").Replace
	compiled := sameErr(readFile(t, "example_test.go"))
	inGo, lines := false, 0
	for line := range strings.Lines(readFile(t, migrationPage)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inGo = line == "```go"
		case inGo && line != "":
			lines++
			if !strings.Contains(compiled, sameErr(line)) {
				t.Errorf("example_test.go does not compile %q", line)
			}
		}
	}
	if lines < 10 {
		t.Errorf("found %d lines of Go: is the page still read right?", lines)
	}
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
