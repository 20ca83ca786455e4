package memory_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func TestADumpIsATable(t *testing.T) {
	s := memory.NewT(t)
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "by_age", Bin: "age", Type: aerostore.IndexInt}
	wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
	mustPut(t, s, key("ada"), bins{"age": 36, "name": "Ada\tLovelace", "": true, "a b": []any{1}})
	mustPut(t, s, aerostore.NewKey("test", "users", 7), bins{"long": strings.Repeat("é", 100)}, 600*second)
	mustPut(t, s, aerostore.NewKey("bar", "", "k"), bins{"n": 1})
	mustPut(t, s, aerostore.NewKey("bar", "", "k"), bins{"n": 2})
	var b bytes.Buffer
	if err := s.Dump(&b); err != nil {
		t.Fatalf("Dump: %v", err)
	}
	const want = `bar: 1
  key  generation  ttl    bins
  "k"  2           never  n=2
test.users: index by_age over age, int
test.users: 2
  key    generation  ttl    bins
  7      1           10m0s  long="éééééééééééééééééééééééééééééééééééééé…
  "ada"  1           never  ""=true "a b"=[1] age=36 name="Ada\tLovelace"
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	cause := errors.New("disk full")
	if err := s.Dump(failing{cause}); !errors.Is(err, cause) {
		t.Errorf("Dump: %v", err)
	}
}
