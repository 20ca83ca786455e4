package aerostore_test

import (
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

func BenchmarkCheck(b *testing.B) {
	document := map[string]any{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		document[name] = []any{1.5, "text", nil}
	}
	words := make([]string, 1000)
	list := make([]any, 1000)
	for i := range list {
		list[i] = i
	}
	m := map[any]any{}
	for name, v := range document {
		m[name] = v
	}
	for name, v := range map[string]any{
		"int": 1, "string": "a", "list of 1,000": list, "map of 10 lists": m,
		"words, 1,000": words, "document of 10 lists": document,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if value.Check(v) != "" {
					b.Fatal("refused")
				}
			}
		})
	}
}
