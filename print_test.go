package aerostore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/mock/gomock"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/fault"
	"github.com/aerostore/aerostore/middleware"
)

type exported struct{ Value any }

type unexported[T any] struct{ value T }

type unexportedAny struct{ value any }

type nested[T any] struct{ inner struct{ pointer *T } }

// places returns the value wherever a program may have it when it prints.
func places[T any](v T) map[string]any {
	n := nested[T]{}
	n.inner.pointer = &v
	return map[string]any{
		"alone":                       v,
		"a pointer":                   &v,
		"an exported field":           exported{v},
		"an exported pointer":         exported{&v},
		"an unexported field":         unexported[T]{v},
		"an unexported interface":     unexportedAny{v},
		"an unexported pointer":       unexported[*T]{&v},
		"a pointer to an unexported":  &unexported[T]{v},
		"an unexported slice":         unexported[[]T]{[]T{v}},
		"an unexported array":         unexported[[1]T]{[1]T{v}},
		"an unexported map":           unexported[map[string]T]{map[string]T{"": v}},
		"an unexported pointer below": n,
		"a slice":                     []T{v},
		"a slice of pointers":         []*T{&v},
		"a map":                       map[string]T{"": v},
	}
}

// A program that prints one of these values by mistake must not print an id or a value.
func TestNothingThatIsPrintedHoldsAnIDOrAValue(t *testing.T) {
	const secret, number = "s3cr3t-id", 4242424242
	text, integer := aerostore.NewKey("test", "users", secret), aerostore.NewKey("test", "users", number)
	keys := []aerostore.Key{text, integer, aerostore.NewKey("test", "users", []byte(secret))}
	bins := aerostore.Bins{"a": secret, "n": number}
	ops := []aerostore.Operation{
		aerostore.WriteBin("a", secret), aerostore.AddBin("n", number), aerostore.AppendBin("a", []byte(secret)),
		aerostore.WriteBin("l", []any{secret, number}), aerostore.WriteBin("m", map[any]any{secret: number}),
		aerostore.ListBin("l").Append(secret, number), aerostore.ListBin("l").Get(cdt.Between(secret, number)),
		aerostore.MapBin("m").In(cdt.Key(secret).Create(cdt.KeyOrdered), cdt.Value(number).InMap()).Put(secret, number),
		aerostore.MapBin("m").PutAll(map[any]any{secret: number}), aerostore.MapBin("m").Remove(cdt.Not(cdt.Keys(secret, number))),
		aerostore.BitBin("b").Set(0, 64, []byte(secret)), aerostore.HLLBin("h").Create(12, 0).Add(secret, number),
		aerostore.ReadExp("e", exp.MapBin("m").IntAt(cdt.Key(secret)).Equal(number)), aerostore.WriteExp("e", exp.ListVal(secret, number)),
	}
	filter := aerostore.Filter(exp.And(
		exp.StringBin("a").Equal(secret), exp.IntBin("n").Equal(number), exp.StringBin("a").Matches(secret),
		exp.MapBin("m").IntAt(cdt.Key(secret)).Equal(number), exp.ListBin("l").Contains(secret),
	))
	filtered := aerostore.Options{Filter: filter}
	put := aerostore.Call{Op: aerostore.OpPut, Key: text}.WithBins(bins)
	query := aerostore.Query{Namespace: "test", Where: aerostore.Equal("a", secret)}
	record := &aerostore.Record{Key: text, Bins: bins}
	injection := new(fault.Injector).Inject(fault.Fault{Key: text})

	type sets = map[string]map[string]any
	for name, values := range (sets{
		"a text key":      places(text),
		"an integer key":  places(integer),
		"a bytes key":     places(keys[2]),
		"keys":            places(keys),
		"a text id":       places(text.RecordID()),
		"an integer id":   places(integer.RecordID()),
		"a selector":      places(cdt.Between(secret, number)),
		"keys of a map":   places(cdt.Keys(secret, number)),
		"a step":          places(cdt.Key(secret).Create(cdt.KeyOrdered)),
		"a list":          places(aerostore.ListBin("l").In(cdt.Key(secret))),
		"a list append":   places(aerostore.ListBin("l").In(cdt.Value(number)).Append(secret, number)),
		"a write":         places(ops[0]),
		"an add":          places(ops[1]),
		"an append":       places(ops[2]),
		"a list value":    places(ops[3]),
		"a map value":     places(ops[4]),
		"a list get":      places(ops[6]),
		"a map put":       places(ops[7]),
		"a map put all":   places(ops[8]),
		"a map remove":    places(ops[9]),
		"a bit set":       places(ops[10]),
		"a hll add":       places(ops[11]),
		"an exp read":     places(ops[12]),
		"an exp write":    places(ops[13]),
		"what it does":    places(*ops[13].Exp()),
		"operations":      places(ops),
		"Equal":           places(query.Where),
		"Equal, integer":  places(aerostore.Equal("n", number)),
		"Range":           places(aerostore.Range("n", number, number+1)),
		"Query":           places(query),
		"PUT":             places(put),
		"GET":             places(aerostore.Call{Op: aerostore.OpGet, Key: integer}),
		"OPERATE":         places(aerostore.Call{Op: aerostore.OpOperate, Key: text}.WithOperations(ops)),
		"BATCH READ":      places(aerostore.Call{Op: aerostore.OpBatchRead}.WithKeys(keys)),
		"BATCH WRITE":     places(aerostore.Call{Op: aerostore.OpBatchWrite}.WithItems([]aerostore.BatchItem{{Key: text, Bins: bins}, {Key: text, Operations: ops}})),
		"QUERY":           places(aerostore.Call{Op: aerostore.OpQuery}.WithQuery(query, func(*aerostore.Record) bool { return true })),
		"a result":        places(aerostore.Result{}.WithRecord(record)),
		"a batch":         places(aerostore.Result{}.WithBatch([]aerostore.BatchResult{{Key: text, Record: record}})),
		"a batch result":  places(aerostore.BatchResult{Key: text}),
		"a batch item":    places(aerostore.BatchItem{Key: text, Operations: ops, Options: []aerostore.WriteOption{aerostore.CreateOnly}}),
		"a record":        places(aerostore.Record{Key: text}),
		"an error":        places(put.NewError(aerostore.CodeKeyBusy, nil)),
		"a fault":         places(fault.Fault{Key: text, Err: errors.New("busy")}),
		"an injection":    places(injection),
		"what a hook got": places(middleware.Event{Err: put.NewError(aerostore.CodeKeyBusy, nil)}),
		"a filter":        places(filter),
		"options":         places(filtered),
		"filtered GET":    places(aerostore.Call{Op: aerostore.OpGet, Key: integer, Options: filtered}),
		"filtered QUERY":  places(aerostore.Query{Namespace: "test", Options: []aerostore.ReadOption{filter, filtered}}),
		"a filtered item": places(aerostore.BatchItem{Key: text, Options: []aerostore.WriteOption{filter, filtered}}),
		"an expression":   places(exp.Bool(filter)),
		"a key in a map":  places(map[aerostore.Key]int{text: 1, integer: 2}),
	}) {
		for place, v := range values {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "% x", "%t", "%c", "%U", "%e", "%o", "%b", "%p", "%w", "%z"} {
				if printed := fmt.Sprintf(format, v); tells(printed, secret, number) {
					t.Errorf("%s of %s, %s: %s", format, name, place, printed)
				}
			}
			if printed := fmt.Sprint(v) + fmt.Sprintln(v); tells(printed, secret, number) {
				t.Errorf("Sprint of %s, %s: %s", name, place, printed)
			}
			var log bytes.Buffer
			for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
				slog.New(h).InfoContext(context.Background(), "m", "v", v, slog.Group("g", "v", v))
			}
			if tells(log.String(), secret, number) {
				t.Errorf("slog of %s, %s: %s", name, place, &log)
			}
		}
	}
}

// tells reports whether a text holds the id or value in any of the bases that
// fmt prints in.
func tells(printed, secret string, number int64) bool {
	for _, form := range []string{"%s", "%x", "%X", "% x"} {
		if strings.Contains(printed, fmt.Sprintf(form, secret)) {
			return true
		}
	}
	for _, form := range []string{"%d", "%x", "%X", "%o", "%b"} {
		if strings.Contains(printed, fmt.Sprintf(form, number)) {
			return true
		}
	}
	return false
}

// What hides values from printers must not hide them from tests and mocks.
func TestWhatIsHiddenIsComparedByValue(t *testing.T) {
	same := func() []any {
		return []any{
			aerostore.NewKey("test", "users", "ada"), aerostore.Equal("a", "ada"), aerostore.Range("n", 1, 2),
			aerostore.WriteBin("a", "ada"), aerostore.WriteBin("a", []any{1, "x"}), aerostore.WriteBin("a", nil),
			aerostore.ListBin("a").Get(cdt.Below("ada")), aerostore.MapBin("a").In(cdt.Key("ada")).Put(1, []any{"x"}),
			aerostore.Query{Namespace: "test", Where: aerostore.Equal("a", "ada")},
		}
	}
	other := []any{
		aerostore.NewKey("test", "users", "grace"), aerostore.Equal("a", "grace"), aerostore.Range("n", 1, 3),
		aerostore.WriteBin("a", "grace"), aerostore.WriteBin("a", []any{1, "y"}), aerostore.WriteBin("a", 0),
		aerostore.ListBin("a").Get(cdt.Below("grace")), aerostore.MapBin("a").In(cdt.Key("grace")).Put(1, []any{"x"}),
		aerostore.Query{Namespace: "test", Where: aerostore.Equal("a", "grace")},
	}
	for i, v := range same() {
		if !matches(v, same()[i]) || matches(v, other[i]) {
			t.Errorf("%v is not compared by value", v)
		}
	}
}

// matches compares as a mock does.
func matches(v, other any) bool { return gomock.Eq(v).Matches(other) }
