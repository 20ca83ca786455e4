package memory

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Dump writes the contents of the store as a table for people, keys and values
// included: sets and records in order, the generation of each, the time that it
// has left to live, and its bins. Long values are cut. The form may change; see
// [Store.Snapshot] for one that does not.
//
// Errors: those of w.
func (s *Store) Dump(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, n := range s.contents() {
		for _, index := range n.indexes {
			fmt.Fprintf(table, "%s: index %s over %s, %s\n",
				title(n.name, index.Set), label(index.Name), label(index.Bin), indexTypes[index.Type])
		}
		for _, set := range n.sets {
			fmt.Fprintf(table, "%s: %d\n", title(n.name, set.set.name), len(set.ids))
			fmt.Fprintf(table, "  key\tgeneration\tttl\tbins\n")
			for e := range set.entries() {
				fmt.Fprintf(table, "  %s\t%d\t%s\t%s\n", shorten(appendID(nil, e.id)), e.record.generation, e.ttl, e.bins())
			}
		}
	}
	return table.Flush()
}

func (e entry) bins() string {
	pairs := appendPairs(nil, e.record.bins)
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = label(p.key.text) + "=" + shorten(appendValue(nil, p.value))
	}
	return strings.Join(texts, " ")
}

func title(namespace, set string) string {
	if set == "" {
		return label(namespace)
	}
	return label(namespace) + "." + label(set)
}

// label returns the name, in quotes unless it is plain to read.
func label(name string) string {
	if quoted := strconv.Quote(name); name == "" || len(quoted) != len(name)+2 || strings.Contains(name, " ") {
		return quoted
	}
	return name
}

// shorten cuts a value to a length that a line has room for.
func shorten(text []byte) string {
	const most = 40
	if utf8.RuneCount(text) <= most {
		return string(text)
	}
	return string([]rune(string(text))[:most-1]) + "…"
}
