//go:build !race

// Nothing here runs at once, and reading all recordings takes a minute under the race
// detector.

package vectors

import (
	"slices"
	"strings"
	"testing"
)

// all returns the vectors of the package's own recordings, by file.
func all(t *testing.T) map[string][]*vector {
	t.Helper()
	files, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]*vector)
	for _, f := range files {
		vectors, errs := f.vectors()
		for _, err := range errs {
			t.Error(err)
		}
		all[f.name] = vectors
	}
	return all
}

func TestEveryRecordingIsReadAndEveryRuleIsNeeded(t *testing.T) {
	t.Parallel()
	used := make(counts)
	n := 0
	for _, vectors := range all(t) {
		n += len(vectors)
		for _, v := range vectors {
			if v.unsupported == "" {
				used.add(v.translated)
			}
		}
	}
	if n < 3000 {
		t.Errorf("there are only %d vectors", n)
	}
	for _, r := range rules {
		if used[r.name] == 0 {
			t.Errorf("no recording needs the rule %q", r.name)
		}
		delete(used, r.name)
	}
	if len(used) > 0 {
		t.Errorf("these rules are unknown: %v", used)
	}
}

// TestRefusedOperationsAreNamed checks that the rules about refused input apply to few
// operations on lists, maps, bits and HyperLogLogs, each for a reason.
func TestRefusedOperationsAreNamed(t *testing.T) {
	t.Parallel()
	refused := map[string]string{
		"has 16 bytes, 15 at most":                             "bin names are refused everywhere",
		"a map key of type":                                    "a server refuses it, too",
		"stand for values in comparisons and cannot be stored": "a server takes them in a HyperLogLog alone, where they are values",
		"cannot be added":                                      "a server refuses it, too",
	}
	used := make(map[string]int)
	for name, vectors := range all(t) {
		if !slices.Contains(dataTypes, name) {
			continue
		}
		for _, v := range vectors {
			for _, s := range v.steps {
				if s.refusal == nil {
					continue
				}
				reason := ""
				for text := range refused {
					if strings.Contains(s.refusal.Error(), text) {
						reason = text
					}
				}
				if reason == "" {
					t.Errorf("%s/%s: step %d is refused: %v", name, v.name, s.number, s.refusal)
				}
				used[reason]++
			}
		}
	}
	for text := range refused {
		if used[text] == 0 {
			t.Errorf("nothing is refused because %q", text)
		}
	}
	t.Log(used)
}

// dataTypes are the recordings of operations on lists, maps, bits and HyperLogLogs.
var dataTypes = []string{
	"list", "list_rt", "map", "map_get_rt", "map_remove_rt", "bit", "hll",
	"random_list", "random_map", "random_bit", "random_hll",
}
