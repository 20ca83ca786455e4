package prose

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unwanted are words that have a plainer one. A space stands for any white
// space, a line's end included.
var unwanted = regexp.MustCompile(`(?i)\b(?:` + strings.ReplaceAll(strings.Join([]string{
	`whoever`, `whomever`, `lest`, `anew`, `dear`, `thus`, `hence`, `likewise`, `besides`,
	`one['’]s own`, `such as it is`, `as it is`, `comes? to nothing`, `told`, `ask(?:ed|s)`,
	`(?:gives?|given|gave) back`, `passed by`, `for want of`, `of late`, `ere`, `whence`, `nought`,
}, `|`), ` `, `\s+`) + `)\b`)

// quoted are texts that are not the project's own, or words in another sense.
var quoted = []struct{ path, text, reason string }{
	{"internal/prose/words_test.go", "", "the list itself"},
	{"", "passed by value", "a term of the language"},
}

func isQuoted(path, text string) bool {
	for _, q := range quoted {
		if (q.path == "" || q.path == path) && strings.Contains(text, q.text) {
			return true
		}
	}
	return false
}

// Comments, strings, the names of tests, and pages are in plain words.
func TestWordsArePlain(t *testing.T) {
	pages, sources := read(t)
	for _, p := range pages {
		reportWords(t, p.path, 1, p.text)
	}
	for _, s := range sources {
		if s.generated {
			continue
		}
		for _, group := range s.file.Comments {
			reportWords(t, s.path, s.line(group.Pos()), plain(group))
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if n.Kind != token.STRING {
					break
				}
				if text, err := strconv.Unquote(n.Value); err == nil {
					reportWords(t, s.path, s.line(n.Pos()), text)
				}
			case *ast.FuncDecl:
				if s.isTest() && isTestName.MatchString(n.Name.Name) {
					reportWords(t, s.path, s.line(n.Pos()), words(n.Name.Name))
				}
			}
			return true
		})
	}
}

var isTestName = regexp.MustCompile(`^(?:Test|Benchmark|Fuzz|Example)`)

// words splits a name where a capital begins a word.
func words(name string) string {
	return regexp.MustCompile(`[A-Z][a-z0-9']*|_`).ReplaceAllString(name, " $0 ")
}

// plain returns the text of a comment without its marks, line by line.
func plain(group *ast.CommentGroup) string {
	lines := make([]string, len(group.List))
	for i, c := range group.List {
		lines[i] = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(c.Text, "/*"), "*/"), "//")
	}
	return strings.Join(lines, "\n")
}

func reportWords(t *testing.T, path string, line int, text string) {
	t.Helper()
	for _, at := range unwanted.FindAllStringIndex(text, -1) {
		begin := strings.LastIndexByte(text[:at[0]], '\n') + 1
		end := len(text)
		if i := strings.IndexByte(text[at[1]:], '\n'); i >= 0 {
			end = at[1] + i
		}
		if around := text[begin:end]; !isQuoted(path, around) {
			t.Errorf("%s:%d: %q in: %s", path, line+strings.Count(text[:at[0]], "\n"),
				strings.Join(strings.Fields(text[at[0]:at[1]]), " "), strings.Join(strings.Fields(around), " "))
		}
	}
}
