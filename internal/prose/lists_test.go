package prose

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"
	"testing"
)

// What is added in one place has to be in others. Each test names the place.

// Each step of Operate has a case in the conformance suite or in recordings, so
// that each backend supports it.
func TestEachStepHasACase(t *testing.T) {
	_, sources := read(t)
	steps := functionsReturning(sources, ".", "Operation")
	if len(steps) < 9 {
		t.Fatalf("found the steps %v: are they still functions?", steps)
	}
	var suites strings.Builder
	for _, s := range sources {
		if strings.HasPrefix(s.path, "storetest/") && !s.isTest() {
			suites.WriteString(s.text)
		}
	}
	for _, step := range steps {
		if !regexp.MustCompile(`\baerostore\.` + step + `\b`).MatchString(suites.String()) {
			t.Errorf("no case of storetest uses %s: add one to storetest/operate.go", step)
		}
	}
}

// Each package is in the README's table.
func TestEachPackageIsInTheREADME(t *testing.T) {
	pages, sources := read(t)
	readme := ""
	for _, p := range pages {
		if p.path == "README.md" {
			readme = p.text
		}
	}
	folders, files := packages(sources)
	for _, folder := range folders {
		name := folder
		if folder == "." {
			name = files[folder][0].file.Name.Name
		}
		if !strings.Contains("/"+folder+"/", "/internal/") && !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("README.md does not list package %s", name)
		}
	}
}

// functionsReturning returns the exported functions of a folder that return
// exactly the type.
func functionsReturning(sources []source, folder, result string) (names []string) {
	_, files := packages(sources)
	for _, s := range files[folder] {
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && f.Type.Results.NumFields() == 1 &&
				types.ExprString(f.Type.Results.List[0].Type) == result {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}
