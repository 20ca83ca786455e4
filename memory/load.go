package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

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
	text, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	root, err := parse(text)
	if err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	l := &loader{store: s, lines: make(map[aerostore.Key]int)}
	if err := l.read(root); err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	if s.closed.Load() {
		return fmt.Errorf("memory: Load: %w", aerostore.ErrClosed)
	}
	l.apply()
	return nil
}

// A loader gathers what is to be loaded.
type loader struct {
	store   *Store
	records []loaded
	indexes []aerostore.Index
	lines   map[aerostore.Key]int // where each record is, by digest
}

type loaded struct {
	namespace *namespace
	key       aerostore.Key
	record    record
}

func (l *loader) apply() {
	for _, r := range l.records {
		r.namespace.load(r.key, r.record)
	}
	for _, index := range l.indexes {
		n := l.store.namespaces[index.Namespace]
		n.mu.Lock()
		n.setIndex(index)
		n.mu.Unlock()
	}
}

// load stores a record as it is, whatever was there.
func (n *namespace) load(key aerostore.Key, r record) {
	sh, x := n.makeSet(key.Set()).lock(&key)
	defer sh.mu.Unlock()
	sh.sweep(n.clock)
	sh.put(x, sh.records[x], r)
}

func (l *loader) read(root node) error {
	fields, err := root.fields("records", "indexes")
	if err != nil {
		return err
	}
	if records, ok := fields["records"]; ok {
		if err := l.readRecords(records); err != nil {
			return err
		}
	}
	if indexes, ok := fields["indexes"]; ok {
		return indexes.each("index", l.readIndex)
	}
	return nil
}

func (l *loader) readRecords(records node) error {
	namespaces, err := records.members()
	if err != nil {
		return err
	}
	for _, namespace := range namespaces {
		if l.store.namespaces[namespace.name] == nil {
			return namespace.errorf("%s: %w", namespace.name, aerostore.CodeInvalidNamespace)
		}
		sets, err := namespace.members()
		if err != nil {
			return err
		}
		for _, set := range sets {
			what := "record of " + namespace.name + "." + set.name
			if err := set.each(what, func(n node) error {
				return l.readRecord(namespace.name, set.name, n)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) readRecord(namespace, set string, n node) error {
	fields, err := n.fields("key", "bins", "generation", "ttl", "sendKey")
	if err != nil {
		return err
	}
	idNode, ok := fields["key"]
	if !ok {
		return n.errorf("there is no key")
	}
	x, err := decodeID(idNode)
	if err != nil {
		return err
	}
	key := x.key(namespace, set)
	home := digestKey(key)
	if line, twice := l.lines[home]; twice {
		return n.errorf("the record is in line %d, too", line)
	}
	l.lines[home] = n.line

	in := l.store.namespaces[namespace]
	r := record{generation: 1, expires: never}
	if r.bins, err = decodeBins(key, n, fields["bins"]); err != nil {
		return err
	}
	if generation, ok := fields["generation"]; ok {
		value, err := generation.integer("generation", maxGeneration)
		if err != nil {
			return err
		}
		r.generation = uint32(value) //nolint:gosec // G115: integer keeps it small
	}
	if ttl, ok := fields["ttl"]; ok {
		value, err := ttl.integer("ttl", int(maxTTL.Seconds()))
		if err != nil {
			return err
		}
		r.expires = in.expiry(aerostore.TTL(time.Duration(value)*time.Second), nil)
	}
	if send, ok := fields["sendKey"]; ok {
		on, ok := send.value.(bool)
		if !ok || on && x.kind == idDigest {
			return send.errorf("sendKey is not a bool, or true for a digest")
		}
		if on {
			r.sentKey = &key
		}
	}
	if r.size(key) > in.maxRecordSize {
		return n.errorf("%w", aerostore.CodeRecordTooBig)
	}
	l.records = append(l.records, loaded{in, key, r})
	return nil
}

// decodeBins returns the bins if a write would take them.
func decodeBins(key aerostore.Key, of, n node) ([]bin, error) {
	value, err := decodeValue(n)
	if err != nil {
		return nil, err
	}
	m, ok := value.(map[any]any)
	if !ok {
		return nil, of.errorf("there are no bins, or they are no object")
	}
	bins := make(aerostore.Bins, len(m))
	for name, value := range m {
		text, ok := name.(string)
		if !ok || value == nil {
			return nil, n.errorf("a bin has a name that is no string, or is null")
		}
		bins[text] = value
	}
	err = aerostore.Call{Op: aerostore.OpPut, Key: key}.WithBins(bins).Validate()
	if refused, ok := errors.AsType[*aerostore.Error](err); ok {
		return nil, n.errorf("%w", refused.Err)
	}
	d := make(draft, 0, len(bins))
	for name, value := range bins {
		var code aerostore.ResultCode
		if d, code = d.write(name, value); code != aerostore.CodeOK {
			return nil, n.errorf("bin %q: %w", name, code)
		}
	}
	return d, nil
}

func (l *loader) readIndex(n node) error {
	var index aerostore.Index
	var kind string
	into := map[string]*string{
		"namespace": &index.Namespace, "set": &index.Set, "name": &index.Name, "bin": &index.Bin, "type": &kind,
	}
	fields, err := n.members()
	if err != nil {
		return err
	}
	for _, field := range fields {
		text, ok := field.value.(string)
		if into[field.name] == nil || !ok {
			return field.errorf("a field is none of an index, or not a string")
		}
		*into[field.name] = text
	}
	for t, name := range indexTypes {
		if name == kind {
			index.Type = t
		}
	}
	if refused, ok := errors.AsType[*aerostore.Error](index.ReadyToCreate(context.Background())); ok {
		return n.errorf("%w", refused.Err)
	}
	if l.store.namespaces[index.Namespace] == nil {
		return n.errorf("%s: %w", index.Namespace, aerostore.CodeInvalidNamespace)
	}
	l.indexes = append(l.indexes, index)
	return nil
}
