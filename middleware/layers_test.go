package middleware_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/middleware"
)

// A layer is a middleware of this package in the tests that every middleware must
// pass. It may wrap any number of stores.
type layer struct {
	name   string               // of the constructor and of the field of Stack
	idle   aerostore.Middleware // has nothing to do for an operation that succeeds
	busy   aerostore.Middleware // does all that it can, and changes no answer
	allocs float64              // of a Get through idle
}

// layers are all of them, in the order of Stack, and then those without a field.
var layers = []layer{
	{
		name: "Log",
		idle: middleware.Log(slog.New(slog.DiscardHandler), middleware.LogOptions{}),
		busy: middleware.Log(jsonLogger(slog.LevelDebug), middleware.LogOptions{}),
	},
	{
		name: "ReadOnly",
		idle: middleware.ReadOnly(middleware.ReadOnlyOptions{While: never}),
		busy: middleware.ReadOnly(middleware.ReadOnlyOptions{While: never}),
	},
	{
		name:   "Coalesce",
		idle:   middleware.Coalesce(middleware.CoalesceOptions{}),
		busy:   middleware.Coalesce(middleware.CoalesceOptions{}),
		allocs: 6,
	},
	{
		name:   "Timeout",
		idle:   middleware.Timeout(time.Hour, middleware.TimeoutOptions{}),
		busy:   middleware.Timeout(time.Hour, middleware.TimeoutOptions{}),
		allocs: 1,
	},
	{
		name: "Retry",
		idle: middleware.Retry(middleware.RetryOptions{}),
		busy: middleware.Retry(middleware.RetryOptions{AttemptTimeout: time.Hour}),
	},
	{
		name:   "Hedge",
		idle:   middleware.Hedge(middleware.HedgeOptions{}),
		busy:   middleware.Hedge(middleware.HedgeOptions{MinDelay: 1, Quantile: middleware.None, Budget: 1}),
		allocs: 9,
	},
	{
		name: "CircuitBreaker",
		idle: middleware.CircuitBreaker(middleware.BreakerOptions{}),
		busy: middleware.CircuitBreaker(middleware.BreakerOptions{Scope: middleware.ByNamespace, MinCalls: 1_000_000}),
	},
	{
		name: "RateLimit",
		idle: middleware.RateLimit(1e9, middleware.RateOptions{}),
		busy: middleware.RateLimit(1e6, middleware.RateOptions{Burst: 100, MaxWait: time.Minute, Weight: middleware.PerKey}),
	},
	{
		name: "ConcurrencyLimit",
		idle: middleware.ConcurrencyLimit(1, middleware.ConcurrencyOptions{}),
		busy: middleware.ConcurrencyLimit(100, middleware.ConcurrencyOptions{}),
	},
	{
		name: "Fault",
		idle: middleware.Fault(new(fault.Injector)),
		busy: middleware.Fault(harmless()),
	},
}

// withoutField are the layers that have no field in Stack.
var withoutField = []string{
	"Fault", // stands in for the backend and goes beneath the stack
}

func never() bool { return false }

// harmless returns faults that strike nothing.
func harmless() *fault.Injector {
	var faults fault.Injector
	faults.Inject(fault.Fault{Set: "nowhere"})
	return &faults
}

// fullStack has a layer in each field.
func fullStack() middleware.Stack {
	var s middleware.Stack
	fields := reflect.ValueOf(&s).Elem()
	for _, l := range layers {
		if field := fields.FieldByName(l.name); field.IsValid() {
			field.Set(reflect.ValueOf(l.busy))
		}
	}
	return s
}

func layerNames() (names []string) {
	for _, l := range layers {
		names = append(names, l.name)
	}
	return names
}

func stackFields() (fields []string) {
	for field := range reflect.TypeFor[middleware.Stack]().Fields() {
		fields = append(fields, field.Name)
	}
	return fields
}

func TestEveryMiddlewareIsInTheStackAndInTheSharedTests(t *testing.T) {
	if got, want := layerNames(), slices.Concat(stackFields(), withoutField); !slices.Equal(got, want) {
		t.Errorf("the layers in the shared tests are\n     %v,\nwant %v", got, want)
	}
	want := layerNames()
	slices.Sort(want)
	if got := constructors(t); !slices.Equal(got, want) {
		t.Errorf("the constructors of a Middleware are\n     %v,\nwant %v", got, want)
	}
}

// constructors returns the names of the exported functions of this package that
// return a Middleware, sorted.
func constructors(t *testing.T) (names []string) {
	t.Helper()
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if !strings.HasSuffix(source.Name(), ".go") || strings.HasSuffix(source.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && returnsMiddleware(f) {
				names = append(names, f.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func returnsMiddleware(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && result.Sel.Name == "Middleware"
}

// The page has a row for each layer in its first table, in the order of the
// stack, and a section for each layer that counts in its table of events.
func TestThePageAboutProductionHasEveryLayerInOrder(t *testing.T) {
	page, err := os.ReadFile("../docs/production.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\w+) \|`).FindAllStringSubmatch(string(page), -1) {
		if slices.Contains(stackFields(), row[1]) && !slices.Contains(rows, row[1]) {
			rows = append(rows, row[1])
		}
	}
	if !slices.Equal(rows, stackFields()) {
		t.Errorf("the rows of the page are\n     %v,\nwant %v", rows, stackFields())
	}
	for _, l := range aerostore.Layers(aerostore.Chain(memory.NewT(t), fullStack().Middleware())) {
		stats := l.LayerStats()
		_, row, _ := strings.Cut(string(page), "\n| `"+stats.Layer+"`")
		row, _, _ = strings.Cut(row, "\n")
		for _, e := range stats.Events {
			if !strings.Contains(row, e.Name) {
				t.Errorf("the row of %s has no event %s", stats.Layer, e.Name)
			}
		}
		for _, g := range stats.Gauges {
			if !strings.Contains(row, g.Name) {
				t.Errorf("the row of %s has no gauge %s", stats.Layer, g.Name)
			}
		}
	}
}

func TestALayerIsNamedForItsConstructor(t *testing.T) {
	words := regexp.MustCompile(`[A-Z][a-z]+`)
	for _, l := range layers {
		for _, counting := range aerostore.Layers(aerostore.Chain(memory.NewT(t), l.idle)) {
			want := strings.ToLower(strings.Join(words.FindAllString(l.name, -1), "_"))
			if got := counting.LayerStats().Layer; got != want {
				t.Errorf("%s reports as %q, want %q", l.name, got, want)
			}
		}
	}
}
