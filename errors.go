package aerostore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore/internal/safe"
)

// The outcomes that applications check most. By errors.Is, each matches an
// [Error] that has its code. The code that tells how the operation ended hides
// those of its causes, such as the attempts before: an error with ErrTimeout
// does not match the ErrNotFound of a cause. [CodeMaxRetries], [CodeNoResponse]
// and [CodeOK] tell only that there were no more attempts, or that nobody
// answered: beneath them the cause's code matches, too.
var (
	ErrNotFound         error = CodeNotFound         // no such record
	ErrExists           error = CodeExists           // [CreateOnly] on an existing record
	ErrGeneration       error = CodeGeneration       // the record's generation is another one
	ErrFilteredOut      error = CodeFilteredOut      // the filter left the record out
	ErrTimeout          error = CodeTimeout          // no answer in time; matches a context's deadline, too
	ErrParameter        error = CodeParameter        // a parameter that the server does not accept
	ErrInvalidNamespace error = CodeInvalidNamespace // no such namespace
	ErrRecordTooBig     error = CodeRecordTooBig     // over the server's max-record-size
	ErrBinType          error = CodeBinType          // a bin of another type than the operation needs
	ErrBinNotFound      error = CodeBinNotFound      // a bin that is not there
)

var (
	// ErrInvalid matches every error for input that was refused before
	// anything was sent: a mistake in the program, not in the cluster.
	ErrInvalid error = &sentinel{"refused before anything was sent", "invalid"}

	// ErrClosed matches every error of an operation on a backend that was
	// closed.
	ErrClosed error = &sentinel{"the store is closed", "closed"}
)

// sentinel is an error without a code, with the name that telemetry gives it.
type sentinel struct{ text, errorType string }

func (s *sentinel) Error() string { return s.text }

// SafeMessage is what telemetry says of it.
func (s *sentinel) SafeMessage() string { return s.text }

// ErrorType is what OpenTelemetry's conventions ask for an error.type.
func (s *sentinel) ErrorType() string { return s.errorType }

// An Error is how an operation failed. Backends return one from every
// operation; errors.As finds it under whatever a middleware wrapped around it.
//
// Its text names the operation, namespace and set, the code and what to do
// about it, and ends in the text of the cause. Where attempts ran out over an answer
// of the server, the answer comes first. What aerostore itself says in it
// never holds a user key or a bin value; a cause that an application made says
// what it likes. [Error.SafeMessage] is the text without that.
type Error struct {
	Op        Op     // what was tried
	Namespace string // where; "" if the keys of a batch differ
	Set       string

	// Code is the server's answer or the client's verdict, [CodeOK] where
	// neither had a say, as for a context that ended first.
	Code ResultCode

	// InDoubt says that a write may or may not have been applied. A write
	// that failed without doubt was not applied.
	InDoubt bool

	// Node is the node that the operation last went to, nil where none was
	// asked or the backend has none.
	Node *Node

	// Err is the cause: the context's error, the error of Aerospike's client,
	// another *Error, or nil.
	Err error

	custom string // the name of a Custom call
}

// Error returns a single line.
func (e *Error) Error() string {
	var room [512]byte // most texts fit, which makes them one allocation
	return string(e.appendTo(room[:0], error.Error))
}

// SafeMessage returns the text as logs and telemetry may have it, which never
// holds a user key or a bin value. Causes that have a method SafeMessage() string
// too, as those of this module do, say what that returns, and contexts' errors
// their text. Of all others the Go type stands for the text.
func (e *Error) SafeMessage() string {
	var room [512]byte
	return string(e.appendTo(room[:0], safe.Message))
}

// appendTo appends the text, with that of the cause as textOf has it.
func (e *Error) appendTo(b []byte, textOf func(error) string) []byte {
	b = e.appendSubject(append(b, "aerostore"...))
	return e.appendReason(b, textOf, &Error{})
}

// appendReason appends what follows the subject, without what the outer error says.
func (e *Error) appendReason(b []byte, textOf func(error) string, outer *Error) []byte {
	inner, isError := e.Err.(*Error) //nolint:errorlint // one that something is wrapped around has a text of its own
	isError = isError && inner != nil
	// An answer that every attempt got says more than that there were no more of them.
	answered := e.Code == CodeMaxRetries && isError && inner.Code.FromServer()
	// Refused input has a reason that says more than the code would.
	if e.Code != CodeOK && !answered && !errors.Is(e.Err, ErrInvalid) {
		b = e.Code.appendTo(append(b, ": "...))
	}
	switch {
	case isError:
		if !inner.isAbout(e) {
			b = inner.appendSubject(b)
		}
		told := *e
		told.Node, told.InDoubt = cmp.Or(e.Node, outer.Node), e.InDoubt || outer.InDoubt
		b = inner.appendReason(b, textOf, &told)
	case e.Err != nil:
		if cause := strings.TrimPrefix(textOf(e.Err), "aerostore: "); cause != "" {
			b = append(append(b, ": "...), cause...)
		}
	}
	if answered {
		b = append(e.Code.appendTo(append(b, " ("...)), ')')
	}
	if e.Node != nil && (outer.Node == nil || *e.Node != *outer.Node) {
		b = append(e.Node.appendTo(append(b, " (node "...)), ')')
	}
	if e.InDoubt && !outer.InDoubt {
		b = append(b, " (in doubt: the write may have been applied)"...)
	}
	return b
}

// isAbout reports whether both errors are about the same operation.
func (e *Error) isAbout(other *Error) bool {
	return e.Op == other.Op && e.custom == other.custom && e.Namespace == other.Namespace && e.Set == other.Set
}

// appendSubject appends what was tried, and where, as far as it is known.
func (e *Error) appendSubject(b []byte) []byte {
	name := e.custom
	if name == "" && e.Op != 0 {
		name = e.Op.String()
	}
	before := len(b)
	b = append(b, ": "...)
	start := len(b)
	b = append(append(b, name...), ' ')
	b = append(b, e.Namespace...)
	if e.Set != "" {
		b = append(append(b, '.'), e.Set...)
	}
	subject := bytes.TrimSpace(b[start:])
	if len(subject) == 0 {
		return b[:before]
	}
	return append(b[:start], subject...)
}

// Unwrap returns the cause. If the error's own code hides the codes of the
// cause, they are left out: errors.Is and errors.As find all else in it. Err has
// the cause as it is.
func (e *Error) Unwrap() error {
	switch e.Code {
	case CodeOK, CodeMaxRetries, CodeNoResponse:
		return e.Err
	}
	if e.Err == nil || !hasCode(e.Err) {
		return e.Err
	}
	return codeless{e.Err}
}

func hasCode(err error) bool {
	if _, ok := errors.AsType[*Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[ResultCode](err); ok {
		return true
	}
	_, ok := errors.AsType[*BinError](err)
	return ok
}

// codeless is a cause whose codes do not count. It has no Unwrap, which would
// lead to them.
type codeless struct{ err error }

func (c codeless) Error() string { return c.err.Error() }

func (c codeless) Is(target error) bool {
	_, isCode := target.(ResultCode)
	return !isCode && errors.Is(c.err, target)
}

func (c codeless) As(target any) bool {
	_, isCode := target.(*ResultCode)
	return !isCode && errors.As(c.err, target)
}

// Is reports whether target is the error's own code. [ErrTimeout] matches a
// context's deadline, too.
func (e *Error) Is(target error) bool {
	code, ok := target.(ResultCode)
	if !ok {
		return false
	}
	if code == e.Code {
		return code != CodeOK
	}
	return code == CodeTimeout && e.Code == CodeOK && errors.Is(e.Err, context.DeadlineExceeded)
}

// CodeOf returns the code of the outermost [Error] in err's chain, CodeOK for
// nil and for an error that has none.
func CodeOf(err error) ResultCode {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	code, _ := errors.AsType[ResultCode](err)
	return code
}

// invalidError is the reason why input was refused, with the code that a
// server would have answered.
type invalidError struct {
	code ResultCode
	err  error
	safe string // err without the name that was refused, "" where it holds none
}

func invalidf(format string, args ...any) *invalidError {
	return &invalidError{code: CodeParameter, err: fmt.Errorf(format, args...)}
}

func (e *invalidError) Error() string        { return e.err.Error() }
func (e *invalidError) Is(target error) bool { return target == ErrInvalid }

// SafeMessage is the reason, which holds names, types and sizes, never an id or a
// value. A bin name that is refused is left out: it may be either, in the wrong place.
func (e *invalidError) SafeMessage() string { return cmp.Or(e.safe, e.Error()) }

// BinError says that a bin of a record is not what was asked for. It matches
// [ErrBinNotFound] or [ErrBinType].
type BinError struct {
	Bin  string
	Want string // the Go type that was asked for
	Got  string // the Go type of the value, "" where the record has no such bin
}

// Error returns a single line; it never holds the value.
func (e *BinError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("aerostore: the record has no bin %q", e.Bin)
	}
	return fmt.Sprintf("aerostore: bin %q holds a %s, not a %s", e.Bin, e.Got, e.Want)
}

// Is matches ErrBinNotFound and ErrBinType.
func (e *BinError) Is(target error) bool {
	if e.Got == "" {
		return target == ErrBinNotFound
	}
	return target == ErrBinType
}
