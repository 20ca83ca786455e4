package asbackend_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
)

const migrationPage = "../docs/from-aerospike-client-go.md"

func TestThePageNamesEachMethodOfTheClient(t *testing.T) {
	t.Parallel()
	named := namesOn(t, migrationPage)
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

func namesOn(t *testing.T, page string) map[string]bool {
	t.Helper()
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(readFile(t, page), -1) {
		named[name[1]] = true
	}
	return named
}

func TestThePageNamesEachOperationOfTheClient(t *testing.T) {
	t.Parallel()
	client, err := build.Import("github.com/aerospike/aerospike-client-go/v7", ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(client.Dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	named, found := namesOn(t, migrationPage), 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || !makesOperation(f) {
				continue
			}
			if found++; !named[f.Name.Name] {
				t.Errorf("%s is not on the page", f.Name.Name)
			}
		}
	}
	if found < 132 {
		t.Errorf("found %d constructors of operations: is the client still read right?", found)
	}
}

// makesOperation reports whether the function returns an *Operation or a *CDTContext.
func makesOperation(f *ast.FuncDecl) bool {
	if f.Type.Results.NumFields() != 1 {
		return false
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := result.X.(*ast.Ident)
	return ok && (name.Name == "Operation" || name.Name == "CDTContext")
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
