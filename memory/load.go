package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/indexcheck"
	value "github.com/aerostore/aerostore/internal/value"
	"github.com/aerostore/aerostore/memory/internal/fixture"
)

// Load adds the records and indexes of a text to the store. The text is one that
// [Store.Snapshot] wrote, or one written by hand. A record replaces the record of
// the same key, with all of its bins. An index replaces the index of the same name.
// Everything else in the store is kept.
//
// Load checks the whole text, by the rules for writes, before it changes anything.
// It loads all of the text or nothing. An error names the line, the record and the
// reason, but no user key and no value. Load is not a transaction: other
// goroutines may see some records before the rest.
//
// Errors: those of r and of the text, and [aerostore.ErrClosed].
func (s *Store) Load(r io.Reader) error {
	if err := s.load(r); err != nil {
		return fmt.Errorf("memory: Load: %w", err)
	}
	return nil
}

func (s *Store) load(r io.Reader) error {
	l := &loader{store: s, bins: make(aerostore.Bins)}
	if err := fixture.Read(r, l); err != nil {
		return err
	}
	for i := range l.sets {
		if err := l.sets[i].checkOnce(); err != nil {
			return err
		}
	}
	if s.closed.Load() {
		return aerostore.ErrClosed
	}
	if err := l.makeRoom(); err != nil {
		return err
	}
	l.apply()
	return nil
}

// A loader collects the contents of a text before they are loaded.
type loader struct {
	store   *Store
	sets    []loadedSet
	indexes []aerostore.Index
	bins    aerostore.Bins // of the record that is being checked
}

// makeRoom makes the sets that are to be loaded. It fails if there would be too many
// sets or indexes.
func (l *loader) makeRoom() error {
	indexes := make(map[*namespace]map[string]aerostore.Index)
	for _, index := range l.indexes {
		n := l.store.namespace(index.Namespace)
		if indexes[n] == nil {
			n.mu.Lock()
			indexes[n] = maps.Clone(n.indexes)
			n.mu.Unlock()
		}
		if addIndex(indexes[n], index); len(indexes[n]) > maxIndexes {
			return fmt.Errorf("%s would have more than %d indexes: %w", n.name, maxIndexes, aerostore.CodeIndexMaxCount)
		}
	}
	sets := make(map[*namespace][]string)
	for _, set := range l.sets {
		sets[set.namespace] = append(sets[set.namespace], set.name)
	}
	for n, names := range sets {
		if !n.makeSets(names...) {
			return fmt.Errorf("%s would have more than %d sets: %w", n.name, maxSets, aerostore.CodeParameter)
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
		_ = n.setIndex(context.Background(), index) // it fails with the context only
		n.changing.Unlock()
	}
}

// Namespace implements [fixture.Target].
func (l *loader) Namespace(name string) error {
	if l.store.namespace(name) == nil {
		return fmt.Errorf("%s: %w", name, aerostore.CodeInvalidNamespace)
	}
	return nil
}

// Record implements [fixture.Target].
func (l *loader) Record(namespace, set string, shown *fixture.Record) error {
	n := l.store.namespace(namespace)
	key := shown.ID.Key(namespace, set)
	bins, err := l.checkBins(key, shown.Bins)
	if err != nil {
		return err
	}
	if n.withoutExpiry && shown.TTL != aerostore.NeverExpire {
		return aerostore.CodeForbidden
	}
	now := n.clock.instant()
	r := &record{bins: bins, generation: shown.Generation, expires: n.expiry(shown.TTL, nil, now), updated: now}
	if shown.SendKey {
		sent := key // not &key, which would cost every record an allocation
		r.sentKey = &sent
	}
	size := r.size(&key, sizeOfBins(r.bins))
	if size > n.maxRecordSize {
		return aerostore.CodeRecordTooBig
	}
	r.heavy = size > heavySize
	if last := len(l.sets) - 1; last < 0 || l.sets[last].namespace != n || l.sets[last].name != set {
		l.sets = append(l.sets, loadedSet{namespace: n, name: set})
	}
	l.sets[len(l.sets)-1].add(loaded{key.RecordID(), r, shown.Line})
	return nil
}

// checkBins returns the bins if a write would take them.
func (l *loader) checkBins(key aerostore.Key, shown []fixture.Bin) ([]bin, error) {
	const many = 100
	if len(l.bins) > many {
		l.bins = make(aerostore.Bins) // clear takes as long as the map was ever large
	}
	clear(l.bins)
	bins := make([]bin, len(shown))
	for i, b := range shown {
		l.bins[b.Name], bins[i] = nil, bin{b.Name, b.Value} // nil: the values are checked below
	}
	if len(l.bins) < len(bins) {
		return nil, errors.New("two bins have the same name")
	}
	err := aerostore.Call{Op: aerostore.OpPut, Key: key}.WithBins(l.bins).Validate()
	if refused, ok := errors.AsType[*aerostore.Error](err); ok {
		return nil, refused.Err
	}
	for i := range bins {
		b := &bins[i]
		if value.TooDeep(b.value) {
			return nil, fmt.Errorf("bin %q: %w", b.name, value.ErrDepth)
		}
		if code := measured(b.value); code != aerostore.CodeOK {
			return nil, fmt.Errorf("bin %q: %w", b.name, code)
		}
	}
	return bins, nil
}

// Index implements [fixture.Target].
func (l *loader) Index(index aerostore.Index) error {
	if refused, ok := errors.AsType[*aerostore.Error](indexcheck.Create(context.Background(), index)); ok {
		return refused.Err
	}
	if err := l.Namespace(index.Namespace); err != nil {
		return err
	}
	l.indexes = append(l.indexes, index)
	return nil
}
