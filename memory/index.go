package memory

import (
	"context"
	"iter"
	"maps"
	"runtime"

	"github.com/aerostore/aerostore"
)

// CreateIndex implements [aerostore.Indexer]. As on a server, an index of the
// same definition under another name is renamed. It goes through the records of
// the set, if need be, and does not hold up those who read and write them.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.CodeIndexFound], [aerostore.CodeIndexMaxCount] for one more than 256
// in a namespace, [aerostore.ErrClosed], and those of the context.
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	if err := index.CheckCreate(ctx); err != nil {
		return err
	}
	n, err := s.indexed(index)
	if err != nil {
		return err
	}
	n.changing.Lock()
	defer n.changing.Unlock()
	if same, ok := n.indexes[index.Name]; ok && same != index { // which only those who are changing write
		return index.NewError(aerostore.CodeIndexFound, nil)
	}
	with := maps.Clone(n.indexes)
	if enter(with, index); len(with) > maxIndexes {
		return index.NewError(aerostore.CodeIndexMaxCount, nil)
	}
	if err := n.setIndex(ctx, index); err != nil {
		return index.NewError(aerostore.CodeOK, err)
	}
	return nil
}

// maxIndexes is how many indexes a namespace of a server can have.
const maxIndexes = 256

// enter puts the index among the others, in the place of one of the same name
// and of one of the same definition.
func enter(indexes map[string]aerostore.Index, index aerostore.Index) {
	for name, other := range indexes {
		if other.Name = index.Name; other == index {
			delete(indexes, name)
		}
	}
	indexes[index.Name] = index
}

// setIndex puts the index in the place of one of the same name and of one of
// the same definition. Changing is locked. Errors are those of the context, and
// leave everything as it was.
func (n *namespace) setIndex(ctx context.Context, index aerostore.Index) error {
	n.mu.Lock()
	n.underway = &index
	n.mu.Unlock()
	var err error
	for set := range n.setsOf(index.Set) {
		if err = set.cover(ctx, coverageBy(index)); err != nil {
			break
		}
	}
	n.mu.Lock()
	n.underway = nil
	if err == nil {
		enter(n.indexes, index)
	}
	n.mu.Unlock()
	n.uncover()
	return err
}

// DropIndex implements [aerostore.Indexer]. As on a server, namespace and name
// decide alone.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.ErrClosed], and those of the context.
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	if err := index.CheckDrop(ctx); err != nil {
		return err
	}
	n, err := s.indexed(index)
	if err != nil {
		return err
	}
	n.changing.Lock()
	defer n.changing.Unlock()
	n.mu.Lock()
	delete(n.indexes, index.Name)
	n.mu.Unlock()
	n.uncover()
	return nil
}

// indexed returns the namespace of the index.
func (s *Store) indexed(index aerostore.Index) (*namespace, error) {
	if s.closed.Load() {
		return nil, index.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	n := s.namespace(index.Namespace)
	if n == nil {
		return nil, index.NewError(aerostore.CodeInvalidNamespace, nil)
	}
	return n, nil
}

// answers reports whether some index answers the predicate: one over the set,
// or one over the whole namespace.
func (n *namespace) answers(set string, where aerostore.Predicate) bool {
	if where.Kind() == aerostore.PredicateNone {
		return true
	}
	wanted := coverageFor(where)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, index := range n.indexes {
		if (index.Set == set || index.Set == "") && coverageBy(index) == wanted {
			return true
		}
	}
	return false
}

// A coverage is what an index is over within a set, however many indexes are:
// the values of one type of one bin.
type coverage struct {
	bin  string
	kind aerostore.IndexType
}

func coverageBy(index aerostore.Index) coverage { return coverage{index.Bin, index.Type} }

func coverageFor(where aerostore.Predicate) coverage {
	if where.Kind() == aerostore.PredicateStringEqual {
		return coverage{where.Bin(), aerostore.IndexString}
	}
	return coverage{where.Bin(), aerostore.IndexInt}
}

// value returns what is covered in these bins: an int, a string, or nil if there is
// nothing of the type.
func (c coverage) value(bins []bin) any {
	i := indexOf(bins, c.bin)
	if i < 0 {
		return nil
	}
	value := bins[i].value
	if _, ok := value.(int); ok && c.kind == aerostore.IndexInt {
		return value
	}
	if _, ok := value.(string); ok && c.kind == aerostore.IndexString {
		return value
	}
	return nil
}

// coverageOf returns what the indexes want covered in a set, that of the one
// under way included. The namespace is locked.
func (n *namespace) coverageOf(set string) map[coverage]bool {
	wanted := make(map[coverage]bool)
	for _, index := range n.indexes {
		if index.Set == set || index.Set == "" {
			wanted[coverageBy(index)] = true
		}
	}
	if index := n.underway; index != nil && (index.Set == set || index.Set == "") {
		wanted[coverageBy(*index)] = true
	}
	return wanted
}

// setsOf returns the set of that name, and every set for an empty one.
func (n *namespace) setsOf(name string) iter.Seq[*set] {
	return func(yield func(*set) bool) {
		if name != "" {
			if s := n.set(name); s != nil {
				yield(s)
			}
			return
		}
		n.sets.Range(func(_, value any) bool {
			s, _ := value.(*set)
			return yield(s)
		})
	}
}

// uncover drops from the sets what no index wants covered. Changing is locked.
func (n *namespace) uncover() {
	for s := range n.setsOf("") {
		n.mu.Lock()
		wanted := n.coverageOf(s.name)
		n.mu.Unlock()
		for i := range s.shards {
			s.shards[i].uncover(wanted)
		}
	}
}

// cover makes the shards index the values. From the moment that it begins with
// a shard, writes do so for what they change, so that it can go through the
// others a few at a time. Errors are those of the context.
func (s *set) cover(ctx context.Context, c coverage) error {
	for i := range s.shards {
		if err := s.shards[i].fill(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (sh *shard) fill(ctx context.Context, c coverage) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	ix := sh.cover(c)
	if ix.complete {
		return nil
	}
	n := 0
	ix.complete = sh.walk(func(id aerostore.RecordID, r *record) bool {
		if n++; n%few == 0 {
			sh.mu.Unlock()
			runtime.Gosched() // or the lock would be taken again before who waits for it wakes up
			err := ctx.Err()
			sh.mu.Lock()
			if err != nil {
				return false
			}
			// It may have been removed, or changed, at that moment.
			if sh.records.m[id] != r {
				return true
			}
		}
		ix.replace(id, r.birth, nil, r.bins)
		return true
	})
	return ctx.Err()
}

// A shardIndex is an index's part in a shard, which is locked for writing while
// it is changed and while it is used.
type shardIndex struct {
	coverage
	complete bool // no record is missing
	ints     sorted[int64]
	strings  sorted[string]
	next     *shardIndex
}

// cover returns the index of the values and makes an empty one if need be.
func (sh *shard) cover(c coverage) *shardIndex {
	for ix := sh.index; ix != nil; ix = ix.next {
		if ix.coverage == c {
			return ix
		}
	}
	sh.index = &shardIndex{coverage: c, next: sh.index}
	return sh.index
}

// uncover drops the indexes of values that are not wanted.
func (sh *shard) uncover(wanted map[coverage]bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for at := &sh.index; *at != nil; {
		if wanted[(*at).coverage] {
			at = &(*at).next
		} else {
			*at = (*at).next
		}
	}
}

// replace puts the value that a record has in its new bins in the place of the
// one that it had in the old ones. Either may have none.
func (ix *shardIndex) replace(id aerostore.RecordID, birth uint64, old, bins []bin) {
	before, after := ix.value(old), ix.value(bins)
	if before == after && ix.complete {
		return
	}
	switch v := before.(type) {
	case int:
		ix.ints.remove(sortedEntry[int64]{value: int64(v), birth: birth})
	case string:
		ix.strings.remove(sortedEntry[string]{value: v, birth: birth})
	}
	switch v := after.(type) {
	case int:
		ix.ints.add(sortedEntry[int64]{int64(v), birth, id})
	case string:
		ix.strings.add(sortedEntry[string]{v, birth, id})
	}
}

// lookup returns the records that the index has for the predicate now, with
// their births: nil for none, and false if no index answers it. Going through them needs no
// lock.
func (sh *shard) lookup(where aerostore.Predicate) (found iter.Seq2[aerostore.RecordID, uint64], ok bool) {
	wanted := coverageFor(where)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for ix := sh.index; ix != nil; ix = ix.next {
		if ix.coverage != wanted || !ix.complete {
			continue
		}
		if ix.kind == aerostore.IndexString {
			return ix.strings.between(where.Text(), where.Text()), true
		}
		return ix.ints.between(where.Bounds()), true
	}
	return nil, false
}
