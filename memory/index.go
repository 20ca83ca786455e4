package memory

import (
	"context"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/indexcheck"
)

// CreateIndex implements [aerostore.Indexer]. As on a server, it renames an
// index that has the same definition under another name. It does not delay
// operations on the records that it indexes.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.CodeIndexFound], [aerostore.CodeIndexMaxCount] if the namespace has 256
// indexes, [aerostore.ErrClosed], and those of the context.
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	if err := indexcheck.Create(ctx, index); err != nil {
		return err
	}
	n, err := s.namespaceOf(index)
	if err != nil {
		return err
	}
	index.Path = slices.Clone(index.Path)
	n.changing.Lock()
	defer n.changing.Unlock()
	if same, ok := n.indexes[index.Name]; ok && !haveSameDefinition(same, index) { // only holders of changing write to indexes
		return index.NewError(aerostore.CodeIndexFound, nil)
	}
	with := maps.Clone(n.indexes)
	if addIndex(with, index); len(with) > maxIndexes {
		return index.NewError(aerostore.CodeIndexMaxCount, nil)
	}
	if err := n.setIndex(ctx, index); err != nil {
		return index.NewError(aerostore.CodeOK, err)
	}
	return nil
}

// maxIndexes is the largest number of indexes of a namespace on a server.
const maxIndexes = 256

// addIndex adds the index to the others. It replaces one of the same name and one of
// the same definition.
func addIndex(indexes map[string]aerostore.Index, index aerostore.Index) {
	for name, other := range indexes {
		if haveSameDefinition(other, index) {
			delete(indexes, name)
		}
	}
	indexes[index.Name] = index
}

// haveSameDefinition reports whether two indexes of a namespace differ in their names
// only.
func haveSameDefinition(a, b aerostore.Index) bool {
	return a.Set == b.Set && coverageBy(a) == coverageBy(b)
}

// setIndex makes the index, which replaces one of the same name and one of the same
// definition. Changing is locked. Errors are those of the context; nothing has
// changed then.
func (n *namespace) setIndex(ctx context.Context, index aerostore.Index) error {
	n.mu.Lock()
	n.underway = &index
	n.mu.Unlock()
	var err error
	for set := range n.setsOf(index.Set) {
		if err = set.cover(ctx, coverageBy(index), sourceOf(index)); err != nil {
			break
		}
	}
	n.mu.Lock()
	n.underway = nil
	if err == nil {
		addIndex(n.indexes, index)
	}
	n.mu.Unlock()
	n.uncover()
	return err
}

// DropIndex implements [aerostore.Indexer]. As on a server, it uses only the
// namespace and the name of the index. It returns nil if there is no such index.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.ErrClosed], and those of the context.
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	if err := index.CheckDrop(ctx); err != nil {
		return err
	}
	n, err := s.namespaceOf(index)
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

// Indexes returns the indexes of a namespace that can be queried, in the order of their
// names. It returns nil if there is no such namespace. The paths must not be modified.
func (s *Store) Indexes(namespace string) []aerostore.Index {
	n := s.namespace(namespace)
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(maps.Values(n.indexes), func(a, b aerostore.Index) int { return strings.Compare(a.Name, b.Name) })
}

// namespaceOf returns the namespace of the index, if the store is open.
func (s *Store) namespaceOf(index aerostore.Index) (*namespace, error) {
	if s.closed.Load() {
		return nil, index.NewError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	n := s.namespace(index.Namespace)
	if n == nil {
		return nil, index.NewError(aerostore.CodeInvalidNamespace, nil)
	}
	return n, nil
}

// findIndex reports whether an index answers the search: one over the set, or one over the
// whole namespace. A search without a bin is now over what the index is over.
func (n *namespace) findIndex(set string, s *search) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, index := range n.indexes {
		if (index.Set == set || index.Set == "") && (s.index == "" || s.index == name) && s.covers(index) {
			if s.bin == "" {
				s.coverage, s.source = coverageBy(index), sourceOf(index)
			}
			return true
		}
	}
	return false
}

// hasIndexed reports whether an index has a record of the set with these bins. The record
// does not change meanwhile.
func (n *namespace) hasIndexed(set *set, id aerostore.RecordID, bins []bin) bool {
	n.mu.Lock()
	covered := n.coverageOf(set.name)
	n.mu.Unlock()
	for c, source := range covered {
		ix := shardIndex{coverage: c, source: source, set: set}
		if !ix.entriesOf(id, bins).isEmpty() {
			return true
		}
	}
	return false
}

// A coverage is what an index is over within a set. All indexes of the same coverage
// share one structure.
type coverage struct {
	bin    string // "" for an expression
	kind   aerostore.IndexType
	in     aerostore.IndexCollection
	packed string // the path or the expression, to be compared
}

func coverageBy(index aerostore.Index) coverage {
	packed := packedPath(index.Path)
	if index.Expression != nil {
		expression, _ := index.Expression.Node().Pack() // checked before
		packed = string(expression)
	}
	return coverage{index.Bin, index.Type, index.Collection, packed}
}

// covers reports whether the index has the coverage. It packs few paths. A coverage
// without a bin is that of a search for an index by its name.
func (c *coverage) covers(index aerostore.Index) bool {
	return c.kind == index.Type && c.in == index.Collection &&
		(c.bin == "" || c.bin == index.Bin && c.packed == packedPath(index.Path))
}

// packedPath returns a path as a server compares it, "" for none.
func packedPath(path []cdt.Step) string {
	if len(path) == 0 {
		return ""
	}
	packed, _ := expr.PackPath(path) // checked before
	return string(packed)
}

// isPlain reports whether the index is over integers or strings that are bins.
func (c *coverage) isPlain() bool {
	return c.in == aerostore.IndexDefault && c.packed == "" && c.kind <= aerostore.IndexString
}

// value returns the value of the bin of a plain coverage, an int or a string, or nil if
// there is none of the type.
func (c *coverage) value(bins []bin) any {
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

// coverageOf returns the coverages of a set's indexes with their sources, including one
// that is being made. The namespace is locked.
func (n *namespace) coverageOf(set string) map[coverage]*source {
	wanted := make(map[coverage]*source)
	for _, index := range n.indexes {
		if index.Set == set || index.Set == "" {
			wanted[coverageBy(index)] = sourceOf(index)
		}
	}
	if index := n.underway; index != nil && (index.Set == set || index.Set == "") {
		wanted[coverageBy(*index)] = sourceOf(*index)
	}
	return wanted
}

// setsOf returns the set of that name, or all sets if the name is empty.
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

// uncover drops the structures that no index needs anymore. Changing is locked.
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

// cover makes the shards index the values. Once it has begun with a shard, writes
// index the records that they change. cover indexes the others a few at a time. It
// returns the errors of the context.
func (s *set) cover(ctx context.Context, c coverage, of *source) error {
	for i := range s.shards {
		if err := s.shards[i].fill(ctx, s, c, of); err != nil {
			return err
		}
	}
	return nil
}

func (sh *shard) fill(ctx context.Context, s *set, c coverage, of *source) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	ix := sh.cover(s, c, of)
	if ix.complete {
		return nil
	}
	n := 0
	ix.complete = sh.walk(func(id aerostore.RecordID, r *record) bool {
		if n++; n%few == 0 {
			sh.mu.Unlock()
			runtime.Gosched() // so that goroutines that wait for the lock get it
			err := ctx.Err()
			sh.mu.Lock()
			if err != nil {
				return false
			}
			// The record may have been removed or changed meanwhile.
			if sh.records.m[id] != r {
				return true
			}
		}
		ix.replace(id, r.birth, nil, r.bins)
		return true
	})
	return ctx.Err()
}

// A shardIndex is the part of an index in a shard, which is locked during each
// method. Integers, hashes of bytes and cells of points are in ints.
type shardIndex struct {
	coverage
	complete bool // no record is missing
	ints     sorted[int64]
	strings  sorted[string]
	next     *shardIndex

	regions sorted[int64] // cells of regions
	levels  uint32        // a bit for each level of cells that regions had
	*source
	set *set
}

// cover returns the index of the values, an empty one if there was none.
func (sh *shard) cover(s *set, c coverage, of *source) *shardIndex {
	for ix := sh.index; ix != nil; ix = ix.next {
		if ix.coverage == c {
			return ix
		}
	}
	sh.index = &shardIndex{coverage: c, source: of, set: s, next: sh.index}
	return sh.index
}

// uncover drops the indexes that are not wanted.
func (sh *shard) uncover(wanted map[coverage]*source) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for at := &sh.index; *at != nil; {
		if _, ok := wanted[(*at).coverage]; ok {
			at = &(*at).next
		} else {
			*at = (*at).next
		}
	}
}

// lendIndexed lends the lists and maps of a record that are indexed, so that a write
// leaves them for replace to compare. The shard is locked.
func (sh *shard) lendIndexed(r *record) {
	for ix := sh.index; ix != nil; ix = ix.next {
		switch {
		case ix.isExpression():
			for _, name := range ix.reads {
				r.lendBin(name)
			}
		case ix.in != aerostore.IndexDefault || ix.packed != "":
			r.lendBin(ix.bin)
		}
	}
}

// replace replaces the value of a record in its old bins with the value in its
// new bins. Old and new bins may lack a value.
func (ix *shardIndex) replace(id aerostore.RecordID, birth uint64, old, bins []bin) {
	if !ix.isPlain() {
		ix.replaceEntries(id, birth, old, bins)
		return
	}
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
