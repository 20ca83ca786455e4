package aerostore

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Indexer is a backend that can make and drop secondary indexes. Find it
// under any layers with As[Indexer]; like all administration it does not pass
// through them, unless wrapped in [Do].
type Indexer interface {
	// CreateIndex makes an index and returns when it can be queried. An index
	// of the same definition that exists already is fine; one of the same name
	// and another definition fails with [CodeIndexFound].
	CreateIndex(ctx context.Context, index Index) error

	// DropIndex drops an index by namespace and name. As on a server, the set,
	// the bin and the type are not compared. One that does not exist is fine.
	DropIndex(ctx context.Context, index Index) error
}

// An Index is a secondary index over one bin of a set. Its names are valid UTF-8,
// at most 63 bytes for the set and the name and 15 for the bin. They have no
// blank at either end, no control character and none of : ; , = | in them.
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

// maxIndexName is the longest index name that a server accepts, in bytes.
const maxIndexName = 63

// Validate says what is wrong with the definition, nil if nothing. Errors are
// of type *Error and match [ErrInvalid].
func (x Index) Validate() error {
	if err := x.checkDefinition(); err != nil {
		return x.NewError(err.code, err)
	}
	return nil
}

// CheckCreate says why a backend must not make the index: the context is nil
// or done, or the definition is at fault. It returns nil or an *Error.
func (x Index) CheckCreate(ctx context.Context) error { return x.checkContext(ctx, x.checkDefinition) }

// CheckDrop is CheckCreate for dropping, for which namespace, set and name
// will do.
func (x Index) CheckDrop(ctx context.Context) error { return x.checkContext(ctx, x.checkNames) }

// NewError returns an error about the index, which names its namespace and set.
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

// checkNames finds names that a server's commands, which are lines of text,
// cannot carry.
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

// commandFault says why a server's commands cannot carry the name, "" if they
// can. Measured on 8.1.0.3: it ends over a name that is not UTF-8, cuts blanks
// off, so that the command is about another index, and accepts an index with a
// '|' in its set or bin and then does not have it.
func commandFault(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.TrimSpace(name) != name:
		return "begins or ends with a blank, which a server cuts off"
	case strings.ContainsAny(name, ":;,=|"):
		return "has one of : ; , = | in it, which separate the parts of a server's commands"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character in it"
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
