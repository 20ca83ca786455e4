package memory

import (
	"strconv"
	"testing"
)

func TestManyLookupsOfBinsUseAMap(t *testing.T) {
	bins := make([]bin, 1000)
	for i := range bins {
		bins[i].name = strconv.Itoa(i)
	}
	var f finder
	for i := range bins {
		if got := f.find(bins, strconv.Itoa(i)); got != i {
			t.Fatalf("bin %d is found at %d", i, got)
		}
	}
	if f.find(bins, "none") != -1 {
		t.Error("a bin is found that is not there")
	}
	if most := 20 * len(bins); f.steps > most {
		t.Errorf("%d steps, %d at most", f.steps, most)
	}
}
