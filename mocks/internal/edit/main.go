// Command edit edits the generated mock, for what mockgen has no option for. A Query
// without a Return returns an empty iterator instead of nil, which panics in a range.
// Expected operations are a matcher that shows what differs.
package main

import (
	"bytes"
	"log"
	"os"
)

var edits = []struct{ before, after string }{
	{
		"ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn ret0\n",
		"ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn orEmpty(ret0)\n",
	},
	{"append([]any{ctx, key, ops}, opts...)", "append([]any{ctx, key, matching(ops)}, opts...)"},
	{"append([]any{ctx, keys, ops}, opts...)", "append([]any{ctx, keys, matching(ops)}, opts...)"},
}

func main() {
	const file = "store.go"
	source, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range edits {
		if n := bytes.Count(source, []byte(e.before)); n != 1 {
			log.Fatalf("%s has %q in %d places, want 1", file, e.before, n)
		}
		source = bytes.Replace(source, []byte(e.before), []byte(e.after), 1)
	}
	if err := os.WriteFile(file, source, 0o600); err != nil { //nolint:gosec // G703: the name is a constant
		log.Fatal(err)
	}
}
