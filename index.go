package aerostore

import "context"

// An Indexer is a backend that can make and drop secondary indexes. Find it
// under any layers with As[Indexer]; like all administration it does not pass
// through them, unless wrapped in [Do].
type Indexer interface {
	// CreateIndex makes an index and returns when it can be queried. An index
	// of the same definition that exists already is fine; one of the same name
	// and another definition fails with [CodeIndexFound].
	CreateIndex(ctx context.Context, index Index) error

	// DropIndex drops an index by namespace, set and name. One that does not
	// exist is fine.
	DropIndex(ctx context.Context, index Index) error
}

// An Index is a secondary index over one bin of a set.
type Index struct {
	Namespace string
	Set       string // empty: over the whole namespace
	Name      string // unique in the namespace
	Bin       string
	Type      IndexType
}

// IndexType is the type of values that an [Index] covers. Records whose bin
// holds another type are not in it.
type IndexType uint8

// The types of index.
const (
	IndexInt    IndexType = iota + 1 // integers
	IndexString                      // strings
)

// Validate says what is wrong with the definition, nil if nothing. Errors
// match [ErrInvalid].
func (x Index) Validate() error {
	if err := x.check(); err != nil {
		return &Error{Namespace: x.Namespace, Set: x.Set, Code: err.code, Err: err}
	}
	return nil
}

func (x Index) check() *invalidError {
	if x.Namespace == "" {
		return errNoNamespace
	}
	if err := checkSet(x.Set); err != nil {
		return err
	}
	if x.Name == "" {
		return invalidf("the index has no name")
	}
	if err := checkBinName(x.Bin); err != nil {
		return err
	}
	if x.Type != IndexInt && x.Type != IndexString {
		return invalidf("index type %d is unknown: use IndexInt or IndexString", x.Type)
	}
	return nil
}
