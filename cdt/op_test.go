package cdt

import (
	"fmt"
	"testing"
)

func TestEveryKindIsInTheTable(t *testing.T) {
	t.Parallel()
	seen := map[string]Kind{}
	for k := Kind(1); int(k) < len(kinds); k++ {
		row := kinds[k]
		if row.name == "" || k.Family() == 0 {
			t.Errorf("kind %d has no row", k)
		}
		if other, twice := seen[row.name]; twice {
			t.Errorf("kinds %d and %d are both named %q", other, k, row.name)
		}
		seen[row.name] = k
		if k.Creates() && !k.Writes() {
			t.Errorf("%s creates but does not write", k)
		}
	}
	for _, k := range []Kind{0, Kind(len(kinds)), 255} {
		if k.Family() != 0 || k.Writes() || k.Creates() || k.String() != "unknown operation" {
			t.Errorf("kind %d is known", k)
		}
	}
}

func TestPrintingAnOpShowsItsKindAlone(t *testing.T) {
	t.Parallel()
	op := &Op{Kind: MapPut, Key: "s3cret", Value: "s3cret"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if text := fmt.Sprintf(format, op); text != "map put" {
			t.Errorf("%s prints %s", format, text)
		}
	}
}
