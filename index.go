package aerostore

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
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

// An Index is the definition of a secondary index on a bin. Its names must be valid
// UTF-8. They must not begin or end with space, and must not contain control
// characters or any of : ; , = |. Set and Name have at most 63 bytes, Bin at most 15.
type Index struct {
	Namespace string
	Set       string // "" for all records of the namespace
	Name      string // unique within the namespace
	Bin       string
	Type      IndexType
}

// An IndexType is the type of the values in an [Index]. A record whose bin has another
// type is not in the index.
type IndexType uint8

// The index types.
const (
	IndexInt    IndexType = iota + 1 // integers
	IndexString                      // strings
)

// maxIndexName is the longest index name that a server accepts, in bytes.
const maxIndexName = 63

// CheckCreate returns an [*Error] if ctx is nil or done, or if the definition is not
// valid, and otherwise nil. The error of an invalid definition matches [ErrInvalid].
// Backends call CheckCreate first in CreateIndex.
func (x Index) CheckCreate(ctx context.Context) error { return x.checkContext(ctx, x.checkDefinition) }

// CheckDrop is like CheckCreate, but does not require a bin and a type. Backends call it
// first in DropIndex.
func (x Index) CheckDrop(ctx context.Context) error { return x.checkContext(ctx, x.checkNames) }

// NewError returns an error with the namespace and set of the index.
func (x Index) NewError(code ResultCode, cause error) *Error {
	return &Error{Namespace: x.Namespace, Set: x.Set, Code: code, Err: cause}
}

func (x Index) checkContext(ctx context.Context, check func() *invalidError) error {
	if err := check(); err != nil {
		return x.NewError(err.code, err)
	}
	if ctx == nil {
		return x.NewError(errNilContext.code, errNilContext)
	}
	if err := ContextError(ctx); err != nil {
		return x.NewError(CodeOK, err)
	}
	return nil
}

// checkNames returns why a name cannot be part of a server's commands, which are text. It
// returns nil if all can.
func (x Index) checkNames() *invalidError {
	if x.Namespace == "" {
		return errNoNamespace
	}
	if err := checkSet(x.Set); err != nil {
		return err
	}
	if x.Name == "" {
		return invalidf("the index has no name")
	}
	if len(x.Name) > maxIndexName {
		return invalidf("index name %q has %d bytes, %d at most", shorten(x.Name), len(x.Name), maxIndexName)
	}
	for _, n := range [...]struct{ what, name string }{
		{"namespace", x.Namespace}, {"set", x.Set}, {"name", x.Name}, {"bin", x.Bin},
	} {
		if reason := commandFault(n.name); reason != "" {
			return invalidf("the %s %q of the index %s", n.what, shorten(n.name), reason)
		}
	}
	return nil
}

// commandFault returns why a name does not fit a server's commands, or "". Server 8.1.0.3
// exits on a name that is not UTF-8. It trims spaces, so that the command is about another
// index. It accepts an index with '|' in its set or bin without creating it.
func commandFault(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.TrimSpace(name) != name:
		return "begins or ends with a space, which a server trims"
	case strings.ContainsAny(name, ":;,=|"):
		return "contains one of : ; , = |, which separate the parts of a server's commands"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "contains a control character"
	default:
		return ""
	}
}

func (x Index) checkDefinition() *invalidError {
	if err := x.checkNames(); err != nil {
		return err
	}
	if x.Bin == "" {
		return invalidf("the index has no bin")
	}
	if err := checkBinName(x.Bin); err != nil {
		return err
	}
	if x.Type != IndexInt && x.Type != IndexString {
		return invalidf("index type %d is unknown: use IndexInt or IndexString", x.Type)
	}
	return nil
}
