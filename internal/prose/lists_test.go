package prose

import (
	"go/ast"
	"go/types"
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is added in one place has to be in others. Each test names the place.

// Each step of Operate has a case in the conformance suite, so that each backend
// supports it: each function that returns an Operation, and each verb of the types of
// operations on lists, maps, bits and HyperLogLogs.
func TestEachStepHasACase(t *testing.T) {
	_, sources := read(t)
	steps := functionsReturning(sources, ".", "Operation")
	if len(steps) < 9 {
		t.Fatalf("found the steps %v: are they still functions?", steps)
	}
	used := aerostoreNames(sources)
	for _, step := range steps {
		if !used[step] {
			t.Errorf("no case of storetest uses %s: add one to storetest/operate.go", step)
		}
	}
	for _, makes := range functionsReturning(sources, ".", "ListOps", "MapOps", "BitOps", "HLLOps") {
		file := verbCases[makes]
		if file == "" {
			t.Errorf("%s makes steps: say in verbCases which file of storetest has their cases", makes)
			continue
		}
		verbs := methodsOf(sources, ".", strings.TrimSuffix(makes, "Bin")+"Ops")
		if len(verbs) < 10 {
			t.Fatalf("found the verbs %v of %s: are they still methods?", verbs, makes)
		}
		text := textOf(t, sources, file) + textOf(t, sources, "storetest/paths.go")
		for _, verb := range verbs {
			if !regexp.MustCompile(`\.` + verb + `\(`).MatchString(text) {
				t.Errorf("no case of storetest uses %s of %s: add one to %s", verb, makes, file)
			}
		}
	}
}

// verbCases are the files with the cases of verbs, by the function that makes them.
var verbCases = map[string]string{
	"ListBin": "storetest/lists.go", "MapBin": "storetest/maps.go", "BitBin": "storetest/bits.go", "HLLBin": "storetest/hlls.go",
}

// aerostoreNames returns the names of package aerostore that the cases of storetest use.
func aerostoreNames(sources []source) map[string]bool {
	used := make(map[string]bool)
	for _, s := range sources {
		if strings.HasPrefix(s.path, "storetest/") && !s.isTest() {
			for _, name := range regexp.MustCompile(`\baerostore\.(\w+)`).FindAllStringSubmatch(s.text, -1) {
				used[name[1]] = true
			}
		}
	}
	return used
}

func textOf(t *testing.T, sources []source, path string) string {
	t.Helper()
	for _, s := range sources {
		if s.path == path {
			return s.text
		}
	}
	t.Fatalf("there is no %s", path)
	return ""
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
// exactly one of the types.
func functionsReturning(sources []source, folder string, results ...string) (names []string) {
	for f := range functions(sources, folder) {
		if f.Recv == nil && f.Type.Results.NumFields() == 1 &&
			slices.Contains(results, types.ExprString(f.Type.Results.List[0].Type)) {
			names = append(names, f.Name.Name)
		}
	}
	return names
}

// methodsOf returns the exported methods of a type.
func methodsOf(sources []source, folder, receiver string) (names []string) {
	for f := range functions(sources, folder) {
		if f.Recv != nil && strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*") == receiver {
			names = append(names, f.Name.Name)
		}
	}
	return names
}

// functions returns the exported functions and methods of a folder.
func functions(sources []source, folder string) iter.Seq[*ast.FuncDecl] {
	return func(yield func(*ast.FuncDecl) bool) {
		_, files := packages(sources)
		for _, s := range files[folder] {
			for _, decl := range s.file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Name.IsExported() && !yield(f) {
					return
				}
			}
		}
	}
}
