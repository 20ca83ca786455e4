// Command edit edits the generated mock, for what mockgen has no option for. A Query
// without a Return returns an empty iterator instead of nil, which panics in a range.
// Expected operations
// and filters are matchers, which compare by value and show what differs.
package main

import (
	"bytes"
	"log"
	"os"
)

var edits = []struct {
	before, after string
	places        int
}{
	{
		"ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn ret0\n",
		"ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn orEmpty(ret0)\n",
		1,
	},
	{"append([]any{ctx, key, ops}, opts...)", "append([]any{ctx, key, matching(ops)}, opts...)", 1},
	{"append([]any{ctx, keys, ops}, opts...)", "append([]any{ctx, keys, matching(ops)}, opts...)", 1},
	{"append([]any{ctx, items}, opts...)", "append([]any{ctx, matching(items)}, opts...)", 1},
	{"(*MockStore)(nil).Query), ctx, q)", "(*MockStore)(nil).Query), ctx, matching(q))", 1},
	{", opts...)", ", matchingAll(opts)...)", 14},
}

func main() {
	const file = "store.go"
	source, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range edits {
		if n := bytes.Count(source, []byte(e.before)); n != e.places {
			log.Fatalf("%s has %q in %d places, want %d", file, e.before, n, e.places)
		}
		source = bytes.ReplaceAll(source, []byte(e.before), []byte(e.after))
	}
	if err := os.WriteFile(file, source, 0o600); err != nil { //nolint:gosec // G703: the name is a constant
		log.Fatal(err)
	}
}
