package aerostore

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// declaredOps returns the names of the constants in op.go that are operations, in
// their order, without the prefix Op.
func declaredOps(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "op.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, id := range spec.Names {
				if name, ok := strings.CutPrefix(id.Name, "Op"); ok {
					names = append(names, name)
				}
			}
		}
		return true
	})
	return names
}

func TestTheTableHasEveryOperation(t *testing.T) {
	t.Parallel()
	var want, got, methods []string
	for _, name := range declaredOps(t) {
		words := regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(name, "$1 $2")
		want = append(want, strings.ToUpper(words))
		if name != "Custom" {
			methods = append(methods, name)
		}
	}
	for op := range Ops() {
		got = append(got, op.String())
		if op.info().kind == 0 {
			t.Errorf("%v is not said to be single, batch, query or custom", op)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table has the operations\n%q, want\n%q", got, want)
	}

	var have []string
	for method := range reflect.TypeFor[Store]().Methods() {
		have = append(have, method.Name)
	}
	slices.Sort(methods)
	if !slices.Equal(methods, have) {
		t.Errorf("Store has the methods\n%q, want one for each operation\n%q", have, methods)
	}
}

// A Store takes a WriteOption where an operation may write.
func TestTheTableAgreesWithTheMethodsOfStore(t *testing.T) {
	t.Parallel()
	store := reflect.TypeFor[Store]()
	for i, name := range declaredOps(t) {
		method, ok := store.MethodByName(name)
		if !ok {
			continue // OpCustom
		}
		want := opInfo{name: Op(i + 1).String()}
		for in := range method.Type.Ins() {
			switch in {
			case reflect.TypeFor[Key]():
				want.kind = kindSingle
			case reflect.TypeFor[Query]():
				want.kind = kindQuery
			case reflect.TypeFor[[]Key]():
				want.kind = kindBatch
				want.args |= argKeys
			case reflect.TypeFor[[]BatchItem]():
				want.kind = kindBatch
				want.args |= argItems
			case reflect.TypeFor[Bins]():
				want.args |= argBins
			case reflect.TypeFor[[]string]():
				want.args |= argBinNames
			case reflect.TypeFor[[]Operation]():
				want.args |= argOperations
			case reflect.TypeFor[[]WriteOption]():
				want.mayWrite = true
			}
		}
		if got := *Op(i + 1).info(); got != want {
			t.Errorf("the table has %+v, but the method takes %+v", got, want)
		}
	}
}

func TestOpsStopsWhenTheLoopBreaks(t *testing.T) {
	t.Parallel()
	for op := range Ops() {
		if op != OpPut {
			t.Fatalf("the iteration went on to %v", op)
		}
		break
	}
}

func TestOtherValuesAreNotOperations(t *testing.T) {
	t.Parallel()
	for _, op := range []Op{0, Op(len(opTable)), ^Op(0)} {
		if op.IsValid() || op.IsSingle() || op.IsBatch() || op.String() != "UNKNOWN" {
			t.Errorf("%d is an operation", op)
		}
		if err := (Call{Op: op, Key: NewKey("test", "users", 1)}).Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("Validate of operation %d = %v, want ErrInvalid", op, err)
		}
	}
}

// decorated is a Store that is written against the typed methods.
type decorated struct{ Store }

func (d decorated) Unwrap() Store { return d.Store }

// callOf returns a call with the arguments that the table says the operation has.
func callOf(op Op, bins Bins, names []string, ops []Operation, key Key) Call {
	c := Call{Op: op}
	info := op.info()
	if info.args.has(argBins) {
		c = c.WithBins(bins)
	}
	if info.args.has(argBinNames) {
		c = c.WithBinNames(names)
	}
	if info.args.has(argOperations) {
		c = c.WithOperations(ops)
	}
	if info.args.has(argKeys) {
		c = c.WithKeys([]Key{key})
	}
	if info.args.has(argItems) {
		c = c.WithItems([]BatchItem{{Key: key, Bins: bins}})
	}
	switch info.kind {
	case kindSingle:
		c.Key = key
	case kindQuery:
		c = c.WithQuery(Query{Namespace: key.Namespace(), Set: key.Set(), Bins: names}, func(*Record) bool { return true })
	case kindCustom:
		c.subject = &customCall{custom: Custom{Name: "TRUNCATE"}}
	}
	return c
}

// The table says which arguments an operation has; the methods of Store take them.
func TestEveryOperationPassesThroughAStoreWithItsArguments(t *testing.T) {
	t.Parallel()
	key := NewKey("test", "users", 1)
	for op := range Ops() {
		call := callOf(op, Bins{"a": 1}, []string{"a"}, []Operation{WriteBin("a", 1)}, key)
		if err := call.Validate(); err != nil {
			t.Errorf("%v: %v", op, err)
		}
		var got Call
		store := decorated{Handler(func(_ context.Context, c Call) (Result, error) {
			got = c
			if op.IsBatch() {
				return Result{}.WithBatch(make([]BatchResult, c.Len())), nil
			}
			return Result{}.WithRecord(&Record{}), nil
		})}
		if _, err := typedHandler(store)(t.Context(), call); err != nil {
			t.Errorf("%v: %v", op, err)
		}
		// A Query has another function to yield to.
		if q := call.Query(); q != nil {
			if got.Query() == nil || !reflect.DeepEqual(*got.Query(), *q) {
				t.Errorf("the store got the query %+v, want %+v", got.Query(), q)
			}
			call.subject, got.subject = nil, nil
		}
		if !reflect.DeepEqual(got, call) || !reflect.DeepEqual(got.Items(), call.Items()) ||
			!reflect.DeepEqual(got.Keys(), call.Keys()) || !reflect.DeepEqual(got.Operations(), call.Operations()) ||
			!reflect.DeepEqual(got.BinNames(), call.BinNames()) || !reflect.DeepEqual(got.Bins(), call.Bins()) {
			t.Errorf("the store got %v with other arguments, or %v", op, got)
		}
	}
}

func TestEveryArgumentIsChecked(t *testing.T) {
	t.Parallel()
	key, long := NewKey("test", "users", 1), strings.Repeat("x", maxBinName+1)
	for op := range Ops() {
		info := op.info()
		if info.args&^argKeys != 0 {
			bad := callOf(op, Bins{long: 1}, []string{long}, []Operation{WriteBin(long, 1)}, key)
			if err := bad.Validate(); err == nil {
				t.Errorf("%v is valid with a bin name of %d bytes", op, len(long))
			}
		}
		if info.kind == kindSingle || info.kind == kindBatch {
			bad := callOf(op, Bins{"a": 1}, []string{"a"}, []Operation{WriteBin("a", 1)}, Key{})
			if err := bad.Validate(); !errors.Is(err, ErrInvalid) {
				t.Errorf("Validate of %v without a key = %v, want ErrInvalid", op, err)
			}
		}
	}
}
