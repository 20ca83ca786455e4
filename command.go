package aerostore

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkCommand returns the error of a command with arguments that are not valid, or with
// a context that is nil or done.
func checkCommand(ctx context.Context, invalid *invalidError, newError func(ResultCode, error) *Error) error {
	switch {
	case invalid != nil:
		return newError(invalid.code, invalid)
	case ctx == nil:
		return newError(errNilContext.code, errNilContext)
	case ctx.Err() != nil:
		return newError(CodeOK, ContextError(ctx))
	default:
		return nil
	}
}

// checkScope returns why a namespace and a set cannot be part of a server's commands.
func checkScope(namespace, set string) *invalidError {
	if namespace == "" {
		return errNoNamespace
	}
	if err := checkCommandName("namespace", namespace); err != nil {
		return err
	}
	if err := checkSet(set); err != nil {
		return err
	}
	return checkCommandName("set", set)
}

// checkJobScope returns why a server cannot say how a job in a namespace and a set is.
func checkJobScope(namespace, set string) *invalidError {
	if err := checkCommandName("namespace", namespace); err != nil {
		return err
	}
	if reason := lineFault(set); reason != "" {
		return invalidf("the set %q %s", set, reason)
	}
	return nil
}

// checkCommandName returns why a name cannot be part of a server's commands.
func checkCommandName(what, name string) *invalidError {
	if reason := commandFault(name, ":;,=|"); reason != "" {
		return invalidf("the %s %q %s", what, shorten(name), reason)
	}
	return nil
}

// commandFault returns why a name does not fit a server's commands, in which those
// characters separate parts, or "". Server 8.1.0.3 exits on a name that is not UTF-8. It
// trims spaces, so that the command is about something else. It accepts an index with '|'
// in its set or bin without creating it.
func commandFault(name, separators string) string {
	switch {
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.ContainsAny(name, separators):
		return "contains one of " + strings.Join(strings.Split(separators, ""), " ") + ", which separate the parts of a server's commands"
	default:
		return lineFault(name)
	}
}

// lineFault returns why a name does not fit a line of a server's commands and answers, or
// "". A tab or newline within an answer makes others of it, and of a command several.
func lineFault(name string) string {
	switch {
	case strings.TrimSpace(name) != name:
		return "begins or ends with a space, which a server trims"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "contains a control character, which a server's commands and answers cannot hold"
	default:
		return ""
	}
}
