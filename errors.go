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

// The result codes that applications check most, for errors.Is. It compares the code
// of an [Error] itself, and not the codes of its causes. An Error with CodeTimeout
// does not match ErrNotFound, even if an earlier attempt found no record.
//
// The codes [CodeOK], [CodeMaxRetries] and [CodeNoResponse] do not say how the
// operation ended. An Error with one of these also matches the codes of its causes.
var (
	ErrNotFound         error = CodeNotFound         // the record does not exist
	ErrExists           error = CodeExists           // the record exists, and CreateOnly was set
	ErrGeneration       error = CodeGeneration       // the record has another generation
	ErrFilteredOut      error = CodeFilteredOut      // the filter excluded the record
	ErrTimeout          error = CodeTimeout          // no answer in time; also matches a context's deadline
	ErrParameter        error = CodeParameter        // the server does not accept a parameter
	ErrInvalidNamespace error = CodeInvalidNamespace // the namespace does not exist
	ErrRecordTooBig     error = CodeRecordTooBig     // the record is larger than the server's max-record-size
	ErrBinType          error = CodeBinType          // the bin has another type than the operation needs
	ErrBinNotFound      error = CodeBinNotFound      // the record has no such bin
)

var (
	// ErrInvalid matches the error of an operation whose input was refused before
	// anything was sent. Such input is a mistake in the program.
	ErrInvalid error = safe.NewSentinel("refused before anything was sent", "invalid")

	// ErrClosed matches the error of an operation on a backend that is closed.
	ErrClosed error = safe.NewSentinel("the store is closed", "closed")
)

// An Error is the error of an operation. All backends return it; use errors.As to find
// it in the error of a chain.
//
// Its text names the operation, the namespace and set, the code with its meaning, and
// the cause. If the client's attempts ran out and the last one had an answer of the
// server, the text has that answer before CodeMaxRetries. The text contains no user
// key and no bin value, but the text of a cause that comes from the application may.
// [Error.SafeMessage] leaves out the text of such causes.
type Error struct {
	Op        Op
	Namespace string // see [Call.Target]
	Set       string

	// Code is the result code of the server or the client. It is [CodeOK] if
	// neither returned one, for example because the context was done.
	Code ResultCode

	// InDoubt says that a write may or may not have been applied. If it is false,
	// the write was not applied.
	InDoubt bool

	// Node is the node that the operation was last sent to. It is nil if it was sent
	// to none or the backend has no nodes.
	Node *Node

	// Err is the cause: a context's error, an error of Aerospike's client, another
	// *Error, or nil.
	Err error

	custom string // the name of an OpCustom call
}

// Error returns the text of the error, in one line.
func (e *Error) Error() string {
	if e == nil {
		return nilError
	}
	var room [512]byte // most texts fit, which makes them one allocation
	return string(e.appendTo(room[:0], error.Error))
}

// SafeMessage returns the text of the error for logs and telemetry. It contains no user
// key and no bin value. A cause with a method SafeMessage() string, as the causes in
// this module have, contributes what that method returns, and a context's error its
// text. Any other cause contributes its Go type only.
func (e *Error) SafeMessage() string {
	if e == nil {
		return nilError
	}
	var room [512]byte
	return string(e.appendTo(room[:0], safe.Message))
}

// nilError is the text of a nil *Error that became an error. Its other methods find nothing.
const nilError = "<nil *aerostore.Error>"

// appendTo appends the text; textOf returns that of a cause.
func (e *Error) appendTo(b []byte, textOf func(error) string) []byte {
	b = e.appendSubject(append(b, "aerostore"...))
	return e.appendReason(b, textOf, &Error{})
}

// appendReason appends what follows the subject and is not in the outer error's text.
func (e *Error) appendReason(b []byte, textOf func(error) string, outer *Error) []byte {
	inner, isError := e.Err.(*Error) //nolint:errorlint // an error around it would have its own text
	isError = isError && inner != nil
	// The server's answer says more than that the attempts ran out.
	answered := e.Code == CodeMaxRetries && isError && inner.Code.FromServer()
	// The reason of refused input says more than the code.
	if e.Code != CodeOK && !answered && !errors.Is(e.Err, ErrInvalid) {
		b = e.Code.appendTo(append(b, ": "...))
	}
	switch {
	case isError:
		if !inner.isAbout(e) {
			b = inner.appendSubject(b)
		}
		said := *e
		said.Node, said.InDoubt = cmp.Or(e.Node, outer.Node), e.InDoubt || outer.InDoubt
		b = inner.appendReason(b, textOf, &said)
	case e.Err != nil:
		if cause := strings.TrimPrefix(textOf(e.Err), "aerostore: "); cause != "" {
			b = appendLine(append(b, ": "...), cause)
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

// appendLine appends a text with its lines after one another.
func appendLine(b []byte, text string) []byte {
	for {
		line, rest, more := strings.Cut(text, "\n")
		b = append(b, line...)
		if !more {
			return b
		}
		b, text = append(b, "; "...), strings.TrimSpace(rest)
	}
}

// isAbout reports whether both errors are about the same operation.
func (e *Error) isAbout(other *Error) bool {
	return e.Op == other.Op && e.custom == other.custom && e.Namespace == other.Namespace && e.Set == other.Set
}

// appendSubject appends the operation, namespace and set, as far as they are known.
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

// Unwrap returns the cause. If errors.Is must not match the codes of the cause (see
// [ErrNotFound]), Unwrap returns an error that hides them. The Err field has the cause
// unchanged.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
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

// codeless is a cause whose codes are hidden. It has no Unwrap, which would lead to
// them.
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

// Is reports whether target is the error's code. [ErrTimeout] also matches an error
// without a code that is caused by a context's deadline.
func (e *Error) Is(target error) bool {
	code, ok := target.(ResultCode)
	if !ok || e == nil {
		return false
	}
	if code == e.Code {
		return code != CodeOK
	}
	return code == CodeTimeout && e.Code == CodeOK && errors.Is(e.Err, context.DeadlineExceeded)
}

// CodeOf returns the code of the outermost [Error] that err wraps. Without one, it is that
// of the outermost [ResultCode], or of an error of Aerospike's client. CodeOf returns
// [CodeOK] if there is no code.
func CodeOf(err error) ResultCode {
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Code
	}
	if code, ok := errors.AsType[ResultCode](err); ok {
		return code
	}
	return clientCode(err)
}

// invalidError is why input was refused, with the code that a server would have
// returned.
type invalidError struct {
	code ResultCode
	err  error
	safe string // err without the name that was refused; "" if it has none
}

func invalidf(format string, args ...any) *invalidError {
	return &invalidError{code: CodeParameter, err: fmt.Errorf(format, args...)}
}

func (e *invalidError) Error() string        { return e.err.Error() }
func (e *invalidError) Is(target error) bool { return target == ErrInvalid }

// SafeMessage returns the reason, which has names, types and sizes, but no id and no
// value. It leaves out a bin name that was refused, which may be either by mistake.
func (e *invalidError) SafeMessage() string { return cmp.Or(e.safe, e.Error()) }

// A BinError is returned by the accessors of [Record] if the record does not have the
// bin or the bin has another type. It matches [ErrBinNotFound] or [ErrBinType].
type BinError struct {
	Bin  string
	Want string // the Go type that the accessor returns
	Got  string // the Go type of the value; "" if the record does not have the bin
}

// Error returns the text of the error, which does not contain the value.
func (e *BinError) Error() string {
	switch {
	case e == nil:
		return "<nil *aerostore.BinError>"
	case e.Got == "":
		return fmt.Sprintf("aerostore: the record has no bin %q", e.Bin)
	default:
		return fmt.Sprintf("aerostore: bin %q holds a %s, not a %s", e.Bin, e.Got, e.Want)
	}
}

// Is reports whether target is [ErrBinNotFound] or [ErrBinType], depending on Got.
func (e *BinError) Is(target error) bool { return e != nil && target == accessError(e.Got) }

// accessError returns what the error of an accessor matches, by the type that it got.
func accessError(got string) error {
	if got == "" {
		return ErrBinNotFound
	}
	return ErrBinType
}

// A StepError is returned by the methods of [StepResult] if the operation returned
// nothing or a result of another type. It matches [ErrBinNotFound] or [ErrBinType].
type StepError struct {
	Step int    // the place of the operation, from 0 on
	Want string // the Go type that the method returns
	Got  string // the Go type of the result; "" if the operation returned nothing
}

// Error returns the text of the error, which does not contain the result.
func (e *StepError) Error() string {
	switch {
	case e == nil:
		return "<nil *aerostore.StepError>"
	case e.Got == "":
		return fmt.Sprintf("aerostore: operation %d returned nothing", e.Step)
	default:
		return fmt.Sprintf("aerostore: operation %d returned a %s, not a %s", e.Step, e.Got, e.Want)
	}
}

// Is reports whether target is [ErrBinNotFound] or [ErrBinType], depending on Got.
func (e *StepError) Is(target error) bool { return e != nil && target == accessError(e.Got) }

// IsNoRecord reports whether err is the server's answer that it has no record to
// return: there is none, or the filter excluded it. Telemetry, retries and circuit
// breakers do not count it as a failure.
func IsNoRecord(err error) bool { return codeTable[CodeOf(err)].is&noRecord != 0 }
