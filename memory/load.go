package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
)

// Load adds what [Store.Snapshot] wrote, or a hand, to the store: records take
// the place of those of the same keys, with their bins, and indexes that of
// those of the same names. What is not in the text stays.
//
// The text is checked as a whole before anything changes, by the rules for
// writes: it is loaded in full or not at all. An error names line, record and
// reason, and neither key nor value. Loading is no transaction: others may see
// some records before the rest.
//
// Errors: those of r and of the text, and [aerostore.ErrClosed].
func (s *Store) Load(r io.Reader) error {
	l := &loader{store: s, text: newScanner(r), bins: make(aerostore.Bins)}
	if err := l.read(); err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	if s.closed.Load() {
		return fmt.Errorf("memory: Load: %w", aerostore.ErrClosed)
	}
	if err := l.fit(); err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	l.apply()
	return nil
}

// A loader gathers what is to be loaded.
type loader struct {
	store   *Store
	text    *scanner
	sets    []loadedSet
	indexes []aerostore.Index
	bins    aerostore.Bins // of the record that is being read, to have them checked
}

// fit makes the sets that are to be loaded, unless there would be too many sets
// or indexes.
func (l *loader) fit() error {
	indexes := make(map[string]map[string]aerostore.Index) // by namespace
	for _, index := range l.indexes {
		n := l.store.namespace(index.Namespace)
		if indexes[n.name] == nil {
			n.mu.Lock()
			indexes[n.name] = maps.Clone(n.indexes)
			n.mu.Unlock()
		}
		enter(indexes[n.name], index)
		if len(indexes[n.name]) > maxIndexes {
			return fmt.Errorf("%s has more than %d indexes then: %w", n.name, maxIndexes, aerostore.CodeIndexMaxCount)
		}
	}
	sets := make(map[*namespace][]string)
	for _, set := range l.sets {
		if set.n > 0 {
			sets[set.namespace] = append(sets[set.namespace], set.name)
		}
	}
	for n, names := range sets {
		if !n.makeSets(names...) {
			return fmt.Errorf("%s has more than %d sets then: %w", n.name, maxSets, aerostore.CodeParameter)
		}
	}
	return nil
}

func (l *loader) apply() {
	for _, set := range l.sets {
		set.apply()
	}
	for _, index := range l.indexes {
		n := l.store.namespace(index.Namespace)
		n.changing.Lock()
		_ = n.setIndex(context.Background(), index) // which has no other errors than those of the context
		n.changing.Unlock()
	}
}

func (l *loader) read() error {
	err := l.text.object(func(name string) error {
		switch name {
		case "records":
			return l.readRecords()
		case "indexes":
			return l.text.list("index", l.readIndex)
		default:
			return noField(l.text.errorf, "records", "indexes")
		}
	})
	if err != nil {
		return err
	}
	return l.text.finish()
}

// noField does not say which field there was: a name that is unknown may be a key
// or a value that stands in a wrong place.
func noField(errorf func(string, ...any) error, known ...string) error {
	return errorf("there is an unknown field: known are %s", strings.Join(known, ", "))
}

func (l *loader) readRecords() error {
	return l.text.object(func(namespace string) error {
		n := l.store.namespace(namespace)
		if n == nil {
			return l.text.errorf("%s: %w", namespace, aerostore.CodeInvalidNamespace)
		}
		return l.text.object(func(name string) error {
			set := loadedSet{namespace: n, name: name}
			what := "record of " + namespace + "." + name
			if err := l.text.list(what, func(r node) error { return l.readRecord(&set, r) }); err != nil {
				return err
			}
			if i, line, twice := set.twice(); twice {
				return fmt.Errorf("%s, number %d: %w", what, i+1,
					node{line: set.at(i).line}.errorf("the record is in line %d, too", line))
			}
			l.sets = append(l.sets, set)
			return nil
		})
	})
}

// recordFields are the fields of a record, in the order of their numbers in
// readRecord.
var recordFields = []string{"key", "bins", "generation", "ttl", "sendKey"}

func (l *loader) readRecord(set *loadedSet, n node) error {
	if n.kind != '{' {
		return n.errorf("not an object")
	}
	var fields [5]node
	for _, m := range n.members() {
		i := slices.Index(recordFields, m.name)
		switch {
		case i < 0:
			return noField(m.errorf, recordFields...)
		case fields[i].in != nil:
			return m.errorf("a name is there twice")
		}
		fields[i] = m.node
	}
	idNode, bins, generation, ttl, send := fields[0], fields[1], fields[2], fields[3], fields[4]
	if idNode.in == nil {
		return n.errorf("there is no key")
	}
	x, err := decodeID(idNode)
	if err != nil {
		return err
	}
	key := x.key(set.namespace.name, set.name)
	r := &record{generation: 1, expires: never}
	if r.bins, err = l.readBins(key, n, bins); err != nil {
		return err
	}
	if generation.in != nil {
		value, err := generation.integer("generation", maxGeneration)
		if err != nil {
			return err
		}
		r.generation = uint16(value) //nolint:gosec // G115: integer keeps it small
	}
	if ttl.in != nil {
		value, err := ttl.integer("ttl", maxTTLSeconds)
		if err != nil {
			return err
		}
		if set.namespace.withoutExpiry {
			return ttl.errorf("%w", aerostore.CodeForbidden)
		}
		r.expires = set.namespace.expiry(aerostore.TTL(value)*second, nil)
	}
	if send.in != nil {
		if send.kind != 't' && send.kind != 'f' || send.kind == 't' && x.kind == idDigest {
			return send.errorf("sendKey is not a bool, or true for a digest")
		}
		if send.kind == 't' {
			sent := key // not &key, which would cost every record an allocation
			r.sentKey = &sent
		}
	}
	size := r.size(&key, sizeOfBins(r.bins))
	if size > set.namespace.maxRecordSize {
		return n.errorf("%w", aerostore.CodeRecordTooBig)
	}
	r.heavy = size > heavySize
	set.add(loaded{key.RecordID(), r, n.line})
	return nil
}

// readBins returns the bins if a write would take them.
func (l *loader) readBins(key aerostore.Key, of, n node) ([]bin, error) {
	const many = 100
	if len(l.bins) > many {
		l.bins = make(aerostore.Bins) // clear takes as long as the map was ever large
	}
	clear(l.bins)
	tag, pairs, tagged := n.tagged()
	if n.kind != '{' || tagged && tag != tagMap {
		return nil, of.errorf("there are no bins, or they are no object")
	}
	bins := make([]bin, 0, n.n)
	add := func(name string, value node) error {
		if _, twice := l.bins[name]; twice {
			return value.errorf("a map or the bins have one key twice")
		}
		v, err := decodeValue(value)
		l.bins[name] = v
		bins = append(bins, bin{name, v})
		return err
	}
	var err error
	if tagged {
		err = decodePairs(n, pairs, func(key any, value node) error {
			name, ok := key.(string)
			if !ok {
				return n.errorf("a bin has a name that is no string, or is null")
			}
			return add(name, value)
		})
	} else {
		err = decodeMembers(n, add)
	}
	if err != nil {
		return nil, err
	}
	for _, b := range bins {
		if b.value == nil {
			return nil, n.errorf("a bin has a name that is no string, or is null")
		}
	}
	err = aerostore.Call{Op: aerostore.OpPut, Key: key}.WithBins(l.bins).Validate()
	if refused, ok := errors.AsType[*aerostore.Error](err); ok {
		return nil, n.errorf("%w", refused.Err)
	}
	for _, b := range bins {
		if code := storable(b.value); code != aerostore.CodeOK {
			return nil, n.errorf("bin %q: %w", b.name, code)
		}
	}
	return bins, nil
}

func (l *loader) readIndex(n node) error {
	var index aerostore.Index
	var kind string
	into := map[string]*string{
		"namespace": &index.Namespace, "set": &index.Set, "name": &index.Name, "bin": &index.Bin, "type": &kind,
	}
	if n.kind != '{' {
		return n.errorf("not an object")
	}
	seen := make(map[string]bool)
	for _, field := range n.members() {
		if into[field.name] == nil || field.kind != '"' {
			return field.errorf("a field is none of an index, or not a string")
		}
		if seen[field.name] {
			return field.errorf("a name is there twice")
		}
		seen[field.name] = true
		*into[field.name] = field.str()
	}
	for t, name := range indexTypes {
		if name == kind {
			index.Type = t
		}
	}
	if refused, ok := errors.AsType[*aerostore.Error](index.CheckCreate(context.Background())); ok {
		return n.errorf("%w", refused.Err)
	}
	if l.store.namespace(index.Namespace) == nil {
		return n.errorf("%s: %w", index.Namespace, aerostore.CodeInvalidNamespace)
	}
	l.indexes = append(l.indexes, index)
	return nil
}
