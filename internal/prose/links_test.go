package prose

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6}\s+(.+?)\s*$`)
	// defined and used are links whose targets stand at the end of the page.
	defined = regexp.MustCompile(`(?m)^\[([^\]]+)\]: \S`)
	used    = regexp.MustCompile(`\]\[([^\]]+)\]`)
	// mention is a file that a text names by its path or its name, with an anchor
	// or without.
	mention = regexp.MustCompile(`[\w.-]+(?:/[\w.-]+)*\.(?:go|md|yml|sh)\b(?:#[\w-]+)?`)
	// testName is a test that a page names in code.
	testName = regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w+`)
	// docLink is a link in a doc comment. A capital alone is an index.
	docLink = regexp.MustCompile(`\[\*?((?:[a-z]\w*\.)?[A-Z]\w+(?:\.[A-Z]\w*)?)\](?:[^:(]|$)`)
)

// Relative links in pages lead to files, and their anchors to headings.
func TestLinksInPagesLeadSomewhere(t *testing.T) {
	pages, _ := read(t)
	anchors := map[string]map[string]bool{}
	for _, p := range pages {
		anchors[p.path] = anchorsOf(p.text)
	}
	found := 0
	for _, p := range pages {
		text := blank(fenced, p.text)
		for _, at := range link.FindAllStringSubmatchIndex(text, -1) {
			target := text[at[2]:at[3]]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			found++
			line := 1 + strings.Count(text[:at[0]], "\n")
			file, anchor, _ := strings.Cut(target, "#")
			to := p.path
			if file != "" {
				to = path.Join(path.Dir(p.path), file)
				if _, err := os.Stat(filepath.Join(root, to)); err != nil {
					t.Errorf("%s:%d: %s is not there", p.path, line, target)
					continue
				}
			}
			if anchor != "" && !anchors[to][anchor] {
				t.Errorf("%s:%d: %s has no heading %q", p.path, line, to, anchor)
			}
		}
	}
	if found < 40 {
		t.Errorf("found %d links: are they still read correctly?", found)
	}
	for _, p := range pages {
		text, targets := blank(fenced, p.text), map[string]bool{}
		for _, m := range defined.FindAllStringSubmatch(text, -1) {
			targets[m[1]] = true
		}
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s: the link [%s] has no target", p.path, m[1])
			}
		}
	}
}

// blank replaces what matches by blanks and keeps the lines.
func blank(re *regexp.Regexp, text string) string {
	return re.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
}

// anchorsOf returns the anchors of a page's headings, as GitHub makes them.
func anchorsOf(text string) map[string]bool {
	anchors, count := map[string]bool{}, map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(blank(fenced, text), -1) {
		title := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(m[1], "$1")
		slug := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(title), "")
		slug = strings.ReplaceAll(slug, " ", "-")
		if n := count[slug]; n > 0 {
			anchors[fmt.Sprintf("%s-%d", slug, n)] = true
		} else {
			anchors[slug] = true
		}
		count[slug]++
	}
	return anchors
}

// A file that a page or a comment names is there: from the root, beside the
// text, or anywhere if only its name is given.
func TestFilesThatTextsNameAreThere(t *testing.T) {
	pages, sources := read(t)
	names, anchors := map[string]bool{}, map[string]map[string]bool{}
	for _, p := range pages {
		names[path.Base(p.path)] = true
		anchors[p.path] = anchorsOf(p.text)
	}
	for _, s := range sources {
		names[path.Base(s.path)] = true
	}
	check := func(from string, line int, text string) {
		for _, at := range mention.FindAllStringIndex(text, -1) {
			name, anchor, _ := strings.Cut(text[at[0]:at[1]], "#")
			if before := text[:at[0]]; strings.HasSuffix(before, "/") || isForeign(before, name) {
				continue
			}
			if anchor != "" && anchors[name] != nil && !anchors[name][anchor] {
				t.Errorf("%s:%d: %s has no heading %q", from, line+strings.Count(text[:at[0]], "\n"), name, anchor)
			}
			if !strings.Contains(name, "/") && names[name] || exists(name) || exists(path.Join(path.Dir(from), name)) {
				continue
			}
			t.Errorf("%s:%d: there is no file %s", from, line+strings.Count(text[:at[0]], "\n"), name)
		}
	}
	for _, p := range pages {
		if strings.HasSuffix(p.path, ".md") {
			check(p.path, 1, p.text)
		}
	}
	for _, s := range sources {
		for _, group := range s.file.Comments {
			check(s.path, s.line(group.Pos()), plain(group))
		}
	}
}

// A test that a page names is there.
func TestTestsThatPagesNameAreThere(t *testing.T) {
	pages, sources := read(t)
	tests := map[string]bool{}
	for _, s := range sources {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.isTest() {
				tests[f.Name.Name] = true
			}
		}
	}
	for _, p := range pages {
		text := blank(fenced, p.text)
		for _, at := range testName.FindAllStringIndex(text, -1) {
			if name := text[at[0]:at[1]]; !tests[name] {
				t.Errorf("%s:%d: there is no test %s", p.path, 1+strings.Count(text[:at[0]], "\n"), name)
			}
		}
	}
}

// isForeign reports whether the name is part of a URL, a pattern, or a file of
// another project.
func isForeign(before, name string) bool {
	word := before[strings.LastIndexAny(before, " \n\t(\"`")+1:]
	return strings.Contains(word, "://") || strings.HasSuffix(word, "*") || strings.HasSuffix(word, ">") || strings.HasPrefix(name, "devdocs/") || strings.Contains(name, "aerospike-client-go")
}

func exists(name string) bool {
	_, err := os.Stat(filepath.Join(root, name))
	return err == nil
}

// What a doc comment links to in square brackets is exported by the package
// that it names.
func TestDocLinksLeadSomewhere(t *testing.T) {
	_, sources := read(t)
	folders, files := packages(sources)
	symbols := map[string]map[string]bool{}
	for _, folder := range folders {
		symbols[folder] = symbolsOf(files[folder])
	}
	const module = "github.com/aerostore/aerostore"
	found := 0
	for _, folder := range folders {
		for _, s := range files[folder] {
			imports := map[string]string{}
			for _, spec := range s.file.Imports {
				p := strings.Trim(spec.Path.Value, `"`)
				imports[path.Base(p)] = p
			}
			for _, group := range s.file.Comments {
				for _, m := range docLink.FindAllStringSubmatch(group.Text(), -1) {
					found++
					in, name := folder, m[1]
					if pkg, rest, _ := strings.Cut(name, "."); !ast.IsExported(pkg) {
						p, ok := imports[pkg]
						if !ok || p != module && !strings.HasPrefix(p, module+"/") {
							continue // go vet knows as little of it
						}
						in, name = path.Clean("."+strings.TrimPrefix(p, module)), rest
					}
					if !symbols[in][name] {
						t.Errorf("%s:%d: [%s] leads nowhere", s.path, s.line(group.Pos()), m[1])
					}
				}
			}
		}
	}
	if found < 300 {
		t.Errorf("found %d links: are they still read correctly?", found)
	}
}

// symbolsOf returns the names that a package declares: X, and X.Y for methods
// and fields.
func symbolsOf(files []source) map[string]bool {
	symbols := map[string]bool{}
	for _, s := range files {
		for _, decl := range s.file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if receiver := receiverOf(decl); receiver != "" {
					symbols[receiver+"."+decl.Name.Name] = true
				} else {
					symbols[decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							symbols[name.Name] = true
						}
					case *ast.TypeSpec:
						symbols[spec.Name.Name] = true
						for _, member := range members(spec.Type) {
							symbols[spec.Name.Name+"."+member] = true
						}
					}
				}
			}
		}
	}
	return symbols
}

func members(expr ast.Expr) (names []string) {
	var fields *ast.FieldList
	switch e := expr.(type) {
	case *ast.StructType:
		fields = e.Fields
	case *ast.InterfaceType:
		fields = e.Methods
	default:
		return nil
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
