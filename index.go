package aerostore

import (
	"context"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// An Indexer is a backend that can create and drop secondary indexes. Find it in a chain
// with As[Indexer]. Its methods bypass the layers of the chain; use [Do] to run them
// through the layers.
type Indexer interface {
	// CreateIndex creates an index and returns when it can be queried. It does nothing
	// if the index exists with the same definition, and fails with [CodeIndexFound] if
	// an index of the same name has another definition.
	CreateIndex(ctx context.Context, index Index) error

	// DropIndex drops the index with the namespace and name of index. The other fields
	// are ignored, as by a server. It does nothing if the index does not exist.
	DropIndex(ctx context.Context, index Index) error
}

// An Index is the definition of a secondary index on a bin or on an expression: on its
// value, on the elements of a list, or on the keys or values of a map. Its names must be
// valid UTF-8. They must not begin or end with space, and must not contain control
// characters or any of : ; , = |, of which Name may contain the last three. Set and Name
// have at most 63 bytes, Bin at most 15.
type Index struct {
	Namespace string
	Set       string // "" for all records of the namespace
	Name      string // unique within the namespace
	Bin       string // "" with an Expression
	Type      IndexType

	// Collection says what of the bin, at the path, or of the value of the expression is
	// indexed. The zero value is the value itself. A record is in the index once for each
	// element.
	Collection IndexCollection

	// Path leads to what is indexed, from a list or map in the bin. No step may create
	// what is missing, and all steps together take at most 2047 bytes of
	// [EncodePath]. A record where the path leads nowhere is not in the index. Do not
	// modify the slice while a call runs.
	Path []cdt.Step

	// Expression is what is indexed in place of a bin, nil for none. Its value has the
	// type of the index or, with a Collection, is a list or a map. A record for which it
	// is unknown is not in the index:
	//
	//	exp.If(exp.IntBin("age").AtLeast(18), exp.StringBin("country")).ElseUnknown()
	//
	// Queries name the index: see [Predicate.UsingIndex]. A server has such indexes since
	// version 8.1; an earlier one is refused with [CodeUnsupportedFeature].
	//
	// The expression reads bins or [exp.DigestModulo], and nothing else of a record. It
	// takes at most 12285 bytes of [exp.Encode]. If it reads only bins, it must be unknown
	// for a record that has none of them: a server indexes that record or not, by when it
	// was written. Backends refuse others with [ErrInvalid].
	Expression exp.Any
}

// An IndexType is the type of the values in an [Index]. What has another type is not in
// the index.
type IndexType uint8

// The index types.
const (
	IndexInt    IndexType = iota + 1 // integers
	IndexString                      // strings
	IndexBlob                        // []byte, but not HLL
	IndexGeo                         // GeoJSON, of points and of regions
)

// An IndexCollection is what an [Index] has of a bin.
type IndexCollection uint8

// The collections.
const (
	IndexDefault   IndexCollection = iota // the value
	IndexList                             // the elements of a list
	IndexMapKeys                          // the keys of a map
	IndexMapValues                        // the values of a map
)

// String returns a text such as "map keys", and "" for an unknown collection.
func (c IndexCollection) String() string {
	if c > IndexMapValues {
		return ""
	}
	return [...]string{"value", "list", "map keys", "map values"}[c]
}

// maxIndexName is the longest index name that a server accepts, in bytes.
const maxIndexName = 63

// CheckCreate returns an [*Error] if ctx is nil or done, or if the definition is not
// valid, and otherwise nil. The error of an invalid definition matches [ErrInvalid].
// Backends call CheckCreate first in CreateIndex.
func (x Index) CheckCreate(ctx context.Context) error { return x.checkContext(ctx, x.checkDefinition) }

// CheckDrop is like CheckCreate, but checks only the names, and does not require a bin.
// Backends call it first in DropIndex.
func (x Index) CheckDrop(ctx context.Context) error { return x.checkContext(ctx, x.checkNames) }

// NewError returns an error with the namespace and set of the index.
func (x Index) NewError(code ResultCode, cause error) *Error {
	return &Error{Namespace: x.Namespace, Set: x.Set, Code: code, Err: cause}
}

func (x Index) checkContext(ctx context.Context, check func() *invalidError) error {
	return checkCommand(ctx, check(), x.NewError)
}

// checkNames returns why a name cannot be part of a server's commands, which are text. It
// returns nil if all can.
func (x Index) checkNames() *invalidError {
	if err := checkScope(x.Namespace, x.Set); err != nil {
		return err
	}
	if err := checkIndexName(x.Name); err != nil {
		return err
	}
	return checkCommandName("bin of the index", x.Bin)
}

func checkIndexName(name string) *invalidError {
	if name == "" {
		return invalidf("the index has no name")
	}
	if len(name) > maxIndexName {
		return invalidf("index name %q has %d bytes, %d at most", shorten(name), len(name), maxIndexName)
	}
	if reason := commandFault(name, ":;"); reason != "" { // the rest of a parameter, and no key of a server's metadata
		return invalidf("the name of the index %q %s", shorten(name), reason)
	}
	return nil
}

func (x Index) checkDefinition() *invalidError {
	if err := x.checkNames(); err != nil {
		return err
	}
	if x.Type == 0 || x.Type > IndexGeo {
		return invalidf("index type %d is unknown: use IndexInt, IndexString, IndexBlob or IndexGeo", x.Type)
	}
	if x.Collection > IndexMapValues {
		return invalidf("index collection %d is unknown", x.Collection)
	}
	if x.Collection == IndexMapKeys && x.Type == IndexGeo {
		return invalidf("the keys of a map are never GeoJSON: index its values")
	}
	if x.Expression != nil {
		return x.checkExpression()
	}
	if x.Bin == "" {
		return invalidf("the index has no bin")
	}
	if err := checkBinName(x.Bin); err != nil {
		return err
	}
	return checkPath(x.Path)
}
