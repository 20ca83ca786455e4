package memory

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aerostore/aerostore"
)

// Snapshot writes the contents of the store as JSON, for [Store.Load]: the
// records of each namespace and set, and the indexes.
//
//	{
//	  "records": {
//	    "test": {
//	      "users": [
//	        {"key": "ada", "bins": {"age": 36, "email": "ada@example.com"}},
//	        {"key": 42, "bins": {"tags": ["a", "b"]}, "generation": 3, "ttl": 600}
//	      ]
//	    }
//	  },
//	  "indexes": [
//	    {"namespace": "test", "set": "users", "name": "by_age", "bin": "age", "type": "int"}
//	  ]
//	}
//
// A record has its generation, 1 unless told otherwise, the seconds that it has
// left to live, unless it never expires, and "sendKey": true if it was written
// with [aerostore.SendKey]. An index has the type "int" or "string", and no set
// if it is over the whole namespace.
//
// Values are those of JSON: numbers with a fraction or an exponent are
// float64, others int; objects are maps. What JSON cannot say has a tag:
//
//	{"$bytes": "AQI="}            []byte, in base64
//	{"$float": 5}                 a whole float64; also "NaN", "+Inf" and "-Inf"
//	{"$geo": {"type": "Point", …}}  GeoJSON, as an object or a string
//	{"$map": [[1, "a"], …]}       a map with keys of any kind
//	{"$string": "/w=="}           a string that is not UTF-8, in base64
//	{"$digest": "0a1b…"}          the key of a record known by its digest, in hex
//
// The order is fixed and each record has a line, so that files can be compared.
// Records that expired are left out. Each record is whole, but writes
// meanwhile may be in it in part. Writers are not held up.
//
// Nothing is written if a name of a namespace, a set or an index is not UTF-8.
// An error of w ends it in the middle.
func (s *Store) Snapshot(w io.Writer) error {
	all := s.contents()
	if err := checkNames(all); err != nil {
		return err
	}
	var used []namespaceContents
	var indexes []aerostore.Index
	for _, n := range all {
		indexes = append(indexes, n.indexes...)
		if len(n.sets) > 0 {
			used = append(used, n)
		}
	}
	p := &printer{w: w}
	p.text("{\n  \"records\": ")
	lines(p, 1, "{}", slices.Values(used), func(n namespaceContents) {
		p.b = append(appendString(p.b, n.name), ": "...)
		lines(p, 2, "{}", slices.Values(n.sets), func(set setContents) {
			p.b = append(appendString(p.b, set.set.name), ": "...)
			lines(p, 3, "[]", set.entries(), p.entry)
		})
	})
	p.text(",\n  \"indexes\": ")
	lines(p, 1, "[]", slices.Values(indexes), func(index aerostore.Index) { p.b = appendIndex(p.b, index) })
	p.text("\n}\n")
	p.flush()
	return p.err
}

// checkNames refuses names that JSON would change.
func checkNames(all []namespaceContents) error {
	for _, n := range all {
		names := []string{n.name}
		for _, set := range n.sets {
			names = append(names, set.set.name)
		}
		for _, index := range n.indexes {
			names = append(names, index.Set, index.Name, index.Bin)
		}
		for _, name := range names {
			if !utf8.ValidString(name) {
				return fmt.Errorf("memory: Snapshot: the name %q is not UTF-8", name)
			}
		}
	}
	return nil
}

// A printer writes what it was given in pieces of some size. It does nothing
// after an error.
type printer struct {
	w     io.Writer
	err   error
	b     []byte // not written yet
	pairs []pair // for the bins of a record
}

func (p *printer) text(s string) { p.b = append(p.b, s...) }

func (p *printer) flush() {
	if p.err == nil {
		_, p.err = p.w.Write(p.b)
	}
	p.b = p.b[:0]
}

// lines prints a list or an object with a line for each element.
func lines[T any](p *printer, depth int, brackets string, all iter.Seq[T], one func(T)) {
	const enough = 64 << 10
	newline := "\n" + strings.Repeat("  ", depth)
	p.text(brackets[:1])
	before := ""
	for v := range all {
		p.text(before + newline + "  ")
		if one(v); len(p.b) > enough {
			p.flush()
		}
		if p.err != nil {
			return
		}
		before = ","
	}
	if before != "" {
		p.text(newline)
	}
	p.text(brackets[1:])
}

func (p *printer) entry(e entry) {
	p.pairs = appendPairs(p.pairs[:0], e.record.bins)
	p.b = appendEntry(p.b, e, p.pairs)
}

func appendEntry(b []byte, e entry, bins []pair) []byte {
	b = append(b, `{"key": `...)
	b = appendID(b, e.id)
	b = append(b, `, "bins": `...)
	b = appendMap(b, bins)
	if e.record.generation != 1 {
		b = append(b, `, "generation": `...)
		b = strconv.AppendUint(b, uint64(e.record.generation), 10)
	}
	if e.ttl != aerostore.NeverExpire {
		b = append(b, `, "ttl": `...)
		b = strconv.AppendUint(b, uint64(e.ttl.Seconds()), 10)
	}
	if e.record.sentKey != nil {
		b = append(b, `, "sendKey": true`...)
	}
	return append(b, '}')
}

// indexTypes are the names of the types of index.
var indexTypes = map[aerostore.IndexType]string{aerostore.IndexInt: "int", aerostore.IndexString: "string"}

func appendIndex(b []byte, index aerostore.Index) []byte {
	b = append(b, `{"namespace": `...)
	b = appendString(b, index.Namespace)
	if index.Set != "" {
		b = append(b, `, "set": `...)
		b = appendString(b, index.Set)
	}
	b = append(b, `, "name": `...)
	b = appendString(b, index.Name)
	b = append(b, `, "bin": `...)
	b = appendString(b, index.Bin)
	b = append(b, `, "type": `...)
	b = appendString(b, indexTypes[index.Type])
	return append(b, '}')
}
