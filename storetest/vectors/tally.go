package vectors

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A tally counts the vectors, by outcome.
type tally struct{ files []*fileTally }

type fileTally struct {
	name            string
	replayed, steps int
	skipped         counts // vectors, by reason
	translated      counts // answers, by rule
	cutShort        counts // vectors, by rule
}

// counts are numbers by name.
type counts map[string]int

func (t *tally) file(name string) *fileTally {
	f := &fileTally{name: name, skipped: make(counts), translated: make(counts), cutShort: make(counts)}
	t.files = append(t.files, f)
	return f
}

func (f *fileTally) skip(reason string) { f.skipped[reason]++ }

func (f *fileTally) replay(v *vector) {
	f.replayed++
	f.steps += len(v.steps)
	f.translated.add(v.translated)
	if v.severedBy != "" {
		f.cutShort[v.severedBy]++
	}
}

func (c counts) add(other counts) {
	for what, n := range other {
		c[what] += n
	}
}

func (c counts) sum() (sum int) {
	for _, n := range c {
		sum += n
	}
	return sum
}

// String returns a report. For each file it has the number of vectors that were
// replayed, the number skipped for each reason, and the number that ended early
// after each rule. It also has the number of answers that each rule translated. The
// reasons for the rules follow.
func (t *tally) String() string {
	var b strings.Builder
	translated, all, whole := make(counts), 0, 0
	for _, f := range t.files {
		fmt.Fprintf(&b, "%s: %d vectors replayed (%d steps), %d skipped\n", f.name, f.replayed, f.steps, f.skipped.sum())
		all, whole = all+f.replayed+f.skipped.sum(), whole+f.replayed-f.cutShort.sum()
		f.skipped.write(&b, "skipped")
		f.translated.write(&b, "translated")
		f.cutShort.write(&b, "cut short after")
		translated.add(f.translated)
	}
	fmt.Fprintf(&b, "%d of %d vectors replayed to their end\n", whole, all)
	for _, r := range rules {
		if translated[r.name] > 0 {
			fmt.Fprintf(&b, "%s: %s\n", r.name, r.why)
		}
	}
	return b.String()
}

func (c counts) write(b *strings.Builder, title string) {
	for _, what := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(b, "    %5d %s: %s\n", c[what], title, what)
	}
}
