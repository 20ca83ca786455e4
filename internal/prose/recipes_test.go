package prose

import (
	"strings"
	"testing"
)

// The code of docs/recipes.md is that of tests, line by line, which check what
// it does.
func TestRecipesAreTested(t *testing.T) {
	pages, sources := read(t)
	var tested strings.Builder
	for _, s := range sources {
		switch s.path {
		case "example_test.go", "example_recipes_test.go", "example_pages_test.go", "example_filters_test.go", "recipes_test.go":
			tested.WriteString(unindented(s.text))
		}
	}
	blocks := 0
	for _, p := range pages {
		if p.path != "docs/recipes.md" {
			continue
		}
		for _, at := range goBlock.FindAllStringSubmatchIndex(p.text, -1) {
			blocks++
			if code := p.text[at[4]:at[5]]; !strings.Contains(tested.String(), unindented(code)) {
				t.Errorf("%s:%d: no test has this code:\n%s", p.path, 1+strings.Count(p.text[:at[4]], "\n"), code)
			}
		}
	}
	if blocks < 30 {
		t.Errorf("found %d blocks of Go: are they still read correctly?", blocks)
	}
}

// unindented returns the text without the tabs that lines begin with.
func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines("\n" + text) {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	return b.String()
}
