package aerostore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aerostore/aerostore/internal/info"
)

// Info sends info commands to every node of the cluster, such as "build",
// "namespace/test" or "sets/test/users", and returns what each node answers, in the order
// of their names. The commands, and the form of the answers, are those of the server; see
// its reference of info commands. Each command is sent once to each node.
//
//	nodes, err := aerostore.Info(ctx, store, "statistics")
//	for _, node := range nodes {
//		fmt.Println(node.Node, node.Answers["statistics"])
//	}
//
// Commands are refused with [ErrInvalid], before anything is sent, if there is none, or if
// one is empty, begins or ends with a space, is not valid UTF-8, or has a control
// character.
//
// # Errors
//
// A command that a node refuses is an [*Error] with the server's code, such as
// [ErrParameter] for a command that is unknown, and with the node. The text of the server is
// in the text of the error, and not in its [Error.SafeMessage]. If several nodes or commands
// fail, Info returns the first such error. It returns the entries of all nodes also then:
// each has the answers that it got, and its error. The entries are nil if nothing was sent.
//
// Some commands that ask for what does not exist are not refused: a server answers
// "namespace/nope" with "type=unknown".
//
// # Commands that change something
//
// Layers see a custom call named INFO. It reads if every command is one of those that are
// known to change nothing. Any other command, such as "set-config", counts as a write: a
// retry does not repeat it while it is in doubt, and [Call.Writes] is true for layers that
// refuse writes. An error is in doubt if one of the nodes may have carried it out.
//
// All nodes get the command. Use the client within [Do] for a command that is meant for one
// node, such as "quiesce". For some there is more than the command: [Truncate],
// [Count], and [Indexer].
//
// Info fails with [CodeUnsupportedFeature] if no store in the chain is an [Informer].
func Info(ctx context.Context, s Store, commands ...string) ([]NodeInfo, error) {
	r := InfoRequest{Commands: slices.Clone(commands)}
	informer, err := capability[Informer](s, r.custom())
	if err != nil {
		return nil, err
	}
	var nodes []NodeInfo
	err = Do(ctx, s, r.custom(), func(ctx context.Context) error {
		var err error
		if nodes, err = informer.Info(ctx, r); err != nil {
			return err
		}
		return r.failure(nodes)
	})
	return nodes, err
}

// An Informer is a backend that can send info commands. [Info] finds it in a chain.
type Informer interface {
	// Info sends the commands to every node, each once, and returns an entry for each node
	// in the order of their names. If a command fails on a node, the entry has the error.
	// Info returns an error, and no entries, if nothing was sent.
	Info(ctx context.Context, r InfoRequest) ([]NodeInfo, error)
}

// A NodeInfo is what a node answers to info commands.
type NodeInfo struct {
	Node *Node

	// Answers are the answers by command. A command that failed has none.
	Answers map[string]string

	// Err is the first error of the node, an [*Error], or nil if it answered all commands.
	Err error
}

// An InfoRequest says what [Info] sends.
type InfoRequest struct {
	Commands []string
}

// Check returns an [*Error] if ctx is nil or done, or if a command is not valid, and
// otherwise nil. The error of an invalid one matches [ErrInvalid]. Backends call Check
// first in Info.
func (r InfoRequest) Check(ctx context.Context) error {
	return checkCommand(ctx, r.check(), r.NewError)
}

// NewError returns an error of the request. It says that nothing was changed, unless its
// InDoubt is set.
func (r InfoRequest) NewError(code ResultCode, cause error) *Error {
	return r.custom().NewError(code, cause)
}

// Writes reports whether a command may change something: whether one is not among those
// that are known to change nothing.
func (r InfoRequest) Writes() bool {
	return slices.ContainsFunc(r.Commands, func(command string) bool { return !info.Reads(command) })
}

// Entry returns the entry of a node that has answered: the answers, and the error of the
// first command that it refused or did not answer. Backends call it. A refusal is an answer
// such as "ERROR:4:unrecognized command".
func (r InfoRequest) Entry(node *Node, answers map[string]string) NodeInfo {
	entry := NodeInfo{Node: node, Answers: make(map[string]string, len(r.Commands))}
	for _, command := range r.Commands {
		answer, ok := answers[command]
		code, text := info.Refusal(answer)
		var failed *Error
		switch {
		case !ok:
			failed = r.NewError(CodeParse, &infoError{command, "has no answer that can be read", ""})
			failed.InDoubt = !info.Reads(command)
		case code != 0:
			failed = r.NewError(ResultCode(code), &infoError{command, "was refused", text})
		default:
			entry.Answers[command] = answer
			continue
		}
		if failed.Node = node; entry.Err == nil {
			entry.Err = failed
		}
	}
	return entry
}

func (r InfoRequest) custom() Custom { return Custom{Name: "INFO", Writes: r.Writes()} }

func (r InfoRequest) check() *invalidError {
	if len(r.Commands) == 0 {
		return invalidf("there is no info command: pass one, such as \"build\"")
	}
	for i, command := range r.Commands {
		if reason := infoFault(command); reason != "" {
			return invalidf("the info command %s", reason).at("command", i)
		}
	}
	return nil
}

// infoFault returns why a command cannot be sent, or "". A control character would end it,
// and begin another one.
func infoFault(command string) string {
	switch {
	case command == "":
		return "is empty"
	case !utf8.ValidString(command):
		return "is not valid UTF-8"
	case strings.ContainsFunc(command, unicode.IsControl):
		return "contains a control character"
	case strings.TrimSpace(command) != command:
		return "begins or ends with a space"
	default:
		return ""
	}
}

// failure returns the first error of the nodes. It is in doubt if a command that changes
// something may have been carried out on one of them.
func (r InfoRequest) failure(nodes []NodeInfo) error {
	failed := slices.IndexFunc(nodes, func(n NodeInfo) bool { return n.Err != nil })
	if failed < 0 {
		return nil
	}
	e, ok := errors.AsType[*Error](nodes[failed].Err)
	if !ok || e == nil {
		return nodes[failed].Err
	}
	first := *e
	first.InDoubt = slices.ContainsFunc(nodes, NodeInfo.mayHaveChanged)
	return &first
}

// mayHaveChanged reports whether the node may have carried out a command that writes.
func (n NodeInfo) mayHaveChanged() bool {
	if InDoubt(n.Err) {
		return true
	}
	for command := range n.Answers {
		if !info.Reads(command) {
			return true
		}
	}
	return false
}

// An infoError is why a command failed on a node. The text is that of the server.
type infoError struct{ command, what, text string }

// Error returns the text.
func (e *infoError) Error() string {
	if e.text == "" {
		return fmt.Sprintf("the info command %q %s", e.command, e.what)
	}
	return fmt.Sprintf("the info command %q %s: %s", e.command, e.what, e.text)
}

// SafeMessage returns the text without that of the server, and without what follows the
// name of the command.
func (e *infoError) SafeMessage() string {
	if name, _ := info.Split(e.command); info.Reads(name) {
		return fmt.Sprintf("the info command %q %s", name, e.what)
	}
	return "the info command " + e.what
}
