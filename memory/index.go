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
	if err := index.Validate(); err != nil {
		return err
	}
	n, err := s.indexed(ctx, index)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if same, ok := n.indexes[index.Name]; ok {
		if same == index {
			return nil
		}
		return indexError(index, aerostore.CodeIndexFound, nil)
	}
	for name, other := range n.indexes {
		if other.Name = index.Name; other == index {
			delete(n.indexes, name)
		}
	}
	n.indexes[index.Name] = index
	return nil
}

// DropIndex implements [aerostore.Indexer]. As on a server, namespace and name
// decide alone.
//
// Errors: [aerostore.ErrInvalidNamespace], [aerostore.ErrClosed], and those of
// the context.
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	n, err := s.indexed(ctx, index)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.indexes, index.Name)
	return nil
}

// indexed returns the namespace of the index.
func (s *Store) indexed(ctx context.Context, index aerostore.Index) (*namespace, error) {
	if err := ctx.Err(); err != nil {
		return nil, indexError(index, aerostore.CodeOK, err)
	}
	if s.closed.Load() {
		return nil, indexError(index, aerostore.CodeOK, aerostore.ErrClosed)
	}
	n := s.namespaces[index.Namespace]
	if n == nil {
		return nil, indexError(index, aerostore.CodeInvalidNamespace, nil)
	}
	return n, nil
}

func indexError(index aerostore.Index, code aerostore.ResultCode, cause error) error {
	return &aerostore.Error{Namespace: index.Namespace, Set: index.Set, Code: code, Err: cause}
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
