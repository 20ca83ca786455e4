// Command emptyquery edits the generated mock: a Query without a Return returns an
// empty iterator instead of nil, which panics in a range. mockgen has no option for it.
package main

import (
	"bytes"
	"log"
	"os"
)

func main() {
	const file = "store.go"
	source, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	const before = "ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn ret0\n"
	const after = "ret0, _ := ret[0].(iter.Seq2[*aerostore.Record, error])\n\treturn orEmpty(ret0)\n"
	if n := bytes.Count(source, []byte(before)); n != 1 {
		log.Fatalf("%s returns the iterator of Query in %d places, want 1", file, n)
	}
	edited := bytes.Replace(source, []byte(before), []byte(after), 1)
	if err := os.WriteFile(file, edited, 0o600); err != nil { //nolint:gosec // G703: the name is a constant
		log.Fatal(err)
	}
}
