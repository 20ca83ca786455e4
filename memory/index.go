package memory

import (
	"context"

	"github.com/aerostore/aerostore"
)

// CreateIndex implements [aerostore.Indexer]. As on a server, an index of the
// same definition under another name is renamed.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.CodeIndexFound], [aerostore.ErrClosed], and those of the context.
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	if err := index.ReadyToCreate(ctx); err != nil {
		return err
	}
	n, err := s.indexed(index)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if same, ok := n.indexes[index.Name]; ok && same != index {
		return index.Fail(aerostore.CodeIndexFound, nil)
	}
	n.setIndex(index)
	return nil
}

// setIndex puts the index in the place of one of the same name and of one of
// the same definition. The namespace is locked.
func (n *namespace) setIndex(index aerostore.Index) {
	for name, other := range n.indexes {
		if other.Name = index.Name; other == index {
			delete(n.indexes, name)
		}
	}
	n.indexes[index.Name] = index
}

// DropIndex implements [aerostore.Indexer]. As on a server, namespace and name
// decide alone.
//
// Errors: [aerostore.ErrInvalid], [aerostore.ErrInvalidNamespace],
// [aerostore.ErrClosed], and those of the context.
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	if err := index.ReadyToDrop(ctx); err != nil {
		return err
	}
	n, err := s.indexed(index)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.indexes, index.Name)
	return nil
}

// indexed returns the namespace of the index.
func (s *Store) indexed(index aerostore.Index) (*namespace, error) {
	if s.closed.Load() {
		return nil, index.Fail(aerostore.CodeOK, aerostore.ErrClosed)
	}
	n := s.namespaces[index.Namespace]
	if n == nil {
		return nil, index.Fail(aerostore.CodeInvalidNamespace, nil)
	}
	return n, nil
}

// answers reports whether some index answers the predicate: one over the set,
// or one over the whole namespace.
func (n *namespace) answers(set string, where aerostore.Predicate) bool {
	kind := aerostore.IndexInt
	switch where.Kind() {
	case aerostore.PredicateNone:
		return true
	case aerostore.PredicateStringEqual:
		kind = aerostore.IndexString
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, index := range n.indexes {
		if (index.Set == set || index.Set == "") && index.Bin == where.Bin() && index.Type == kind {
			return true
		}
	}
	return false
}
