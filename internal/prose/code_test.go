package prose

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// variables are what the code of pages finds around it, by name.
var variables = map[string]string{
	"ctx": "context.Context", "err": "error", "t": "*testing.T", "w": "http.ResponseWriter",
	"log": "*slog.Logger", "logger": "*slog.Logger",
	"backend": "*asbackend.Store", "store": "aerostore.Store", "stack": "middleware.Stack",
	"key": "aerostore.Key", "from": "aerostore.Key", "client": "*as.Client", "policy": "*as.WritePolicy",
}

// own are those of single pages, where a name may have another type.
var own = map[string]map[string]string{
	"docs/from-aerospike-client-go.md": {"key": "*as.Key"},
	"docs/adopting.md":                 {"clientV8": "*asv8.Client"},
	"README.md":                        {"lastWeek": "int64", "now": "int64"},
	"docs/production.md": {
		"transfer": "aerostore.Custom",
		"move":     "func(context.Context, aerostore.Store, *aerostore.Record) error",
	},
	"docs/recipes.md": {
		"user": "aerostore.Key", "limit": "int", "window": "time.Duration", "lifetime": "time.Duration",
		"most": "int", "errNotOwner": "error", "bucket": "func(string, time.Time) aerostore.Key",
	},
}

// declared is an application that pages test.
const declared = `
type Users struct{ Store aerostore.Store }

func (Users) SignUp(context.Context, string) error { return nil }

func (Users) AddScore(context.Context, string, int) (int, error) { return 0, nil }

var ErrTaken, errSoldOut error

type spanHandler struct{ slog.Handler }
`

// imported are the packages that code in pages may use, by name.
var imported = map[string]string{
	"as": "github.com/aerospike/aerospike-client-go/v7", "asv8": "github.com/aerospike/aerospike-client-go/v8", "gomock": "go.uber.org/mock/gomock",
	"otel": "go.opentelemetry.io/otel", "sdktrace": "go.opentelemetry.io/otel/sdk/trace",
	"sdkmetric": "go.opentelemetry.io/otel/sdk/metric", "trace": "go.opentelemetry.io/otel/trace",
	"attribute": "go.opentelemetry.io/otel/attribute",
	"context":   "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "math": "math", "os": "os",
	"bufio": "bufio", "io": "io", "json": "encoding/json", "slog": "log/slog", "strconv": "strconv", "strings": "strings", "testing": "testing", "time": "time",
	"synctest": "testing/synctest", "bytes": "bytes", "slices": "slices", "maps": "maps",
	"aerostore": "github.com/aerostore/aerostore", "asbackend": "github.com/aerostore/aerostore/asbackend",
	"asbackendv8": "github.com/aerostore/aerostore/asbackendv8",
	"emulator":    "github.com/aerostore/aerostore/emulator",
	"cdt":         "github.com/aerostore/aerostore/cdt", "exp": "github.com/aerostore/aerostore/exp", "cmp": "cmp",
	"fault": "github.com/aerostore/aerostore/fault", "memory": "github.com/aerostore/aerostore/memory",
	"middleware": "github.com/aerostore/aerostore/middleware", "mocks": "github.com/aerostore/aerostore/mocks",
	"otelmw": "github.com/aerostore/aerostore/otelmw", "otlp": "github.com/aerostore/aerostore/otelmw/otlp",
	"storetest": "github.com/aerostore/aerostore/storetest", "vectors": "github.com/aerostore/aerostore/storetest/vectors",
}

var goBlock = regexp.MustCompile("(?ms)^([ \t]*)```go\n(.*?)^[ \t]*```[ \t]*$")

// Go in pages compiles: as declarations, or as the body of a function that
// returns an error. A variable that a block does not use is no mistake there.
func TestCodeInPagesCompiles(t *testing.T) {
	pages, _ := read(t)
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", exportData(t))
	blocks := 0
	for _, p := range pages {
		if !strings.HasSuffix(p.path, ".md") {
			continue
		}
		var files []*ast.File
		for i, at := range goBlock.FindAllStringSubmatchIndex(p.text, -1) {
			blocks++
			indent, code := p.text[at[2]:at[3]], p.text[at[4]:at[5]]
			line := 1 + strings.Count(p.text[:at[4]], "\n")
			file, err := parseBlock(fset, p.path, line, i, strings.ReplaceAll("\n"+code, "\n"+indent, "\n")[1:])
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			files = append(files, file)
		}
		if len(files) == 0 {
			continue
		}
		around, err := parser.ParseFile(fset, "around", surroundings(p.path), 0)
		if err != nil {
			t.Fatal(err)
		}
		config := types.Config{Importer: imports, Error: func(err error) {
			var e types.Error
			if !errors.As(err, &e) || !e.Soft {
				t.Errorf("%v", err)
			}
		}}
		_, _ = config.Check("page", fset, append(files, around), nil)
	}
	if blocks < 20 {
		t.Errorf("found %d blocks of Go: are they still read correctly?", blocks)
	}
}

// languages are those of the blocks in pages. A block of Go in another spelling
// would not be compiled.
var languages = []string{"", "go", "json", "promql", "sh"}

func TestBlocksInPagesHaveAKnownLanguage(t *testing.T) {
	pages, _ := read(t)
	for _, p := range pages {
		if !strings.HasSuffix(p.path, ".md") {
			continue
		}
		for _, at := range fence.FindAllStringSubmatchIndex(p.text, -1) {
			if marks, language := p.text[at[2]:at[3]], p.text[at[4]:at[5]]; marks != "```" || !slices.Contains(languages, language) {
				t.Errorf("%s:%d: a block begins with %q, want ``` and one of %q", p.path, 1+strings.Count(p.text[:at[0]], "\n"), marks+language, languages)
			}
		}
	}
}

var fence = regexp.MustCompile("(?m)^[ \t]*(```+|~~~+)(.*)$")

// parseBlock parses the code that stands in the page from line on.
func parseBlock(fset *token.FileSet, page string, line, i int, code string) (*ast.File, error) {
	at := fmt.Sprintf("\n//line %s:%d\n", page, line)
	before := header(code)
	if file, err := parser.ParseFile(fset, "page", before+at+code, parser.SkipObjectResolution); err == nil {
		return file, nil
	}
	return parser.ParseFile(fset, "page", fmt.Sprintf("%s\nfunc block%d() error {%s%s\nreturn nil\n}\n", before, i, at, code), parser.SkipObjectResolution)
}

// surroundings returns the source of what stands around the code of a page.
func surroundings(page string) string {
	all := maps.Clone(variables)
	maps.Copy(all, own[page])
	var code strings.Builder
	code.WriteString(declared)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&code, "var %s %s\n", name, all[name])
	}
	return header(code.String()) + code.String()
}

// header returns the package clause and imports that code needs.
func header(code string) string {
	var text strings.Builder
	text.WriteString("package page\n")
	for _, name := range slices.Sorted(maps.Keys(imported)) {
		if regexp.MustCompile(`(?m)(?:^|[^\w."/])` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&text, "import %s %q\n", name, imported[name])
		}
	}
	return text.String()
}

// exportData finds what the compiler exported of the module's packages and of
// those that they need.
func exportData(t *testing.T) importer.Lookup {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...", "testing/synctest")
	list.Dir = root
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	exported := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		name, file, _ := strings.Cut(lines.Text(), " ")
		exported[name] = file
	}
	return func(path string) (io.ReadCloser, error) {
		if exported[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exported[path])
	}
}
