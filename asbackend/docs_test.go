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
	"slices"
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
	named, found := namesOn(t, migrationPage), map[string]int{}
	for _, f := range clientFunctions(t) {
		made := makes(f)
		if made == "" {
			continue
		}
		if found[made]++; !named[f.Name.Name] {
			t.Errorf("%s is not on the page", f.Name.Name)
		}
	}
	if found["Operation"]+found["CDTContext"] < 132 || found["Expression"] < 176 || found["Filter"] < 11 {
		t.Errorf("found the constructors of %v: is the client still read right?", found)
	}
}

// clientFunctions returns the exported functions of the client.
func clientFunctions(t *testing.T) (functions []*ast.FuncDecl) {
	t.Helper()
	client, err := build.Import("github.com/aerospike/aerospike-client-go/v7", ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(client.Dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				functions = append(functions, f)
			}
		}
	}
	return functions
}

// makes returns whether the function returns an *Operation, *CDTContext, *Expression or
// *Filter, and maybe an error; "" if none of them.
func makes(f *ast.FuncDecl) string {
	if f.Type.Results.NumFields() == 0 {
		return ""
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	name, ok := result.X.(*ast.Ident)
	if !ok || !slices.Contains([]string{"Operation", "CDTContext", "Expression", "Filter"}, name.Name) {
		return ""
	}
	return name.Name
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
