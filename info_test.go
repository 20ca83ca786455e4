package aerostore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
)

// An informer is a store whose nodes answer, each with a map, or fail without an answer.
type informer struct {
	aerostore.Store
	answers []map[string]string
	err     error
	sent    []string
}

func (*informer) Unwrap() aerostore.Store { return nil }

func (i *informer) Info(_ context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	i.sent = r.Commands
	if i.err != nil {
		return nil, i.err
	}
	nodes := make([]aerostore.NodeInfo, len(i.answers))
	for n, answers := range i.answers {
		node := &aerostore.Node{Name: fmt.Sprint("A", n), Address: "10.0.0.1", Port: 3000}
		if nodes[n] = r.Entry(node, answers); answers == nil {
			failed := r.NewError(aerostore.CodeTimeout, nil)
			failed.Node, failed.InDoubt = node, r.Writes()
			nodes[n] = aerostore.NodeInfo{Node: node, Err: failed}
		}
	}
	return nodes, nil
}

func TestInfoRunsThroughTheLayers(t *testing.T) {
	var seen aerostore.Call
	i := &informer{Store: silent{}, answers: []map[string]string{{"build": "8.1", "set-config:x=1": "ok"}}}
	s := aerostore.Chain(i, keep(&seen))
	nodes, err := aerostore.Info(t.Context(), s, "build")
	if err != nil || len(nodes) != 1 || nodes[0].Answers["build"] != "8.1" || seen.Name() != "INFO" || seen.Writes() {
		t.Errorf("Info = %v, %v; the layer saw %v, writes %v", nodes, err, seen, seen.Writes())
	}
	if _, err := aerostore.Info(t.Context(), s, "build", "set-config:x=1"); err != nil || !seen.Writes() {
		t.Errorf("a command that writes: %v, writes %v", err, seen.Writes())
	}
	if _, err := aerostore.Info(t.Context(), silent{}, "build"); !errors.Is(err, aerostore.CodeUnsupportedFeature) || !strings.Contains(err.Error(), "aerostore.Informer") {
		t.Errorf("a store without Info: %v", err)
	}
	i.err = errors.New("nothing was sent")
	if nodes, err := aerostore.Info(t.Context(), s, "build"); !errors.Is(err, i.err) || nodes != nil {
		t.Errorf("Info = %v, %v", nodes, err)
	}
}

func TestARefusedInfoCommandIsAnError(t *testing.T) {
	const secret = "s3cr3t"
	for name, tt := range map[string]struct {
		commands []string
		answers  []map[string]string
		code     aerostore.ResultCode
		node     string
		inDoubt  bool
		safe     string
	}{
		"unknown": {
			[]string{"nope/" + secret},
			[]map[string]string{{"nope/" + secret: "ERROR:4:unrecognized command " + secret}},
			aerostore.CodeParameter, "A0", false, "the info command was refused",
		},
		"known, on the second node": {
			[]string{"sindex-stat:indexname=" + secret},
			[]map[string]string{{"sindex-stat:indexname=" + secret: "entries=1"}, {"sindex-stat:indexname=" + secret: "FAIL:201:no " + secret}},
			aerostore.CodeIndexNotFound, "A1", false, `the info command "sindex-stat" was refused`,
		},
		"without a number": {[]string{"sets"}, []map[string]string{{"sets": "error"}}, aerostore.CodeServer, "A0", false, `"sets" was refused`},
		"carried out by another node": {
			[]string{"set-config:a=" + secret},
			[]map[string]string{{"set-config:a=" + secret: "ok"}, {"set-config:a=" + secret: "ERROR:4:bad " + secret}},
			aerostore.CodeParameter, "A1", true, "was refused",
		},
		"no answer to a read":  {[]string{"sets"}, []map[string]string{{}}, aerostore.CodeParse, "A0", false, "no answer"},
		"no answer to a write": {[]string{"tip:" + secret}, []map[string]string{{}}, aerostore.CodeParse, "A0", true, "no answer"},
		"a node is away, read": {[]string{"sets"}, []map[string]string{{"sets": ""}, nil}, aerostore.CodeTimeout, "A1", false, "TIMEOUT"},
		"a node is away":       {[]string{"tip"}, []map[string]string{nil}, aerostore.CodeTimeout, "A0", true, "TIMEOUT"},
	} {
		i := &informer{Store: silent{}, answers: tt.answers}
		nodes, err := aerostore.Info(t.Context(), i, tt.commands...)
		e, ok := errors.AsType[*aerostore.Error](err)
		if !ok || e.Code != tt.code || e.Node.Name != tt.node || e.InDoubt != tt.inDoubt {
			t.Errorf("%s: the error is %v", name, err)
			continue
		}
		if text := e.SafeMessage(); strings.Contains(text, secret) || !strings.Contains(text, tt.safe) || strings.Contains(text, "unrecognized") {
			t.Errorf("%s: the safe message is %q", name, text)
		}
		if !strings.Contains(err.Error(), "INFO") || len(nodes) != len(tt.answers) {
			t.Errorf("%s: %d entries, error %v", name, len(nodes), err)
		}
	}
}

func TestInfoCommandsThatWriteAreNotTakenForReads(t *testing.T) {
	for _, command := range []string{
		"set-config:context=service", "truncate:namespace=test", "truncate-namespace:namespace=test", "sindex-create:ns=a", "sindex-delete:ns=a",
		"query-abort:id=1", "query-abort-all:", "quiesce:", "quiesce-undo:", "recluster:", "revive:", "roster-set:", "tip:", "tip-clear:",
		"udf-put:", "udf-remove:", "log-set:", "log-message:", "eviction-reset:", "jobs:module=query;cmd=kill-job", "dump-cluster:",
		"debug-record:", "Build", "build;set-config", "", "/build",
	} {
		if !(aerostore.InfoRequest{Commands: []string{"build", command}}).Writes() {
			t.Errorf("%q is taken for a read", command)
		}
	}
	for _, command := range []string{"build", "namespaces", "namespace/test", "sets", "sets/test/users", "statistics", "sindex-list:ns=test", "latencies:", "node", "get-config:context=service", "peers-clear-std"} {
		if (aerostore.InfoRequest{Commands: []string{command}}).Writes() {
			t.Errorf("%q is taken for a write", command)
		}
	}
}

func TestInfoCommandsThatCannotBeSentAreRefused(t *testing.T) {
	for want, commands := range map[string][]string{
		"there is no info command":                            nil,
		"command 1: the info command is empty":                {"build", ""},
		"command 0: the info command begins or ends":          {" build"},
		"command 0: the info command contains a control":      {"build\r"},
		"command 2: the info command contains a control":      {"build", "node", "sets\ntruncate-namespace:namespace=test"},
		"command 0: the info command is not valid UTF-8":      {"sets/caf\xe9"},
		"command 0: the info command contains a control char": {"a\tb"},
	} {
		err := aerostore.InfoRequest{Commands: commands}.Check(t.Context())
		if !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v", commands, err)
		}
	}
	var none context.Context
	if err := (aerostore.InfoRequest{Commands: []string{"build"}}).Check(none); !errors.Is(err, aerostore.ErrInvalid) {
		t.Errorf("without a context: %v", err)
	}
}

func TestTheCommandsOfACallerAreCopied(t *testing.T) {
	commands := []string{"build"}
	i := &informer{Store: silent{}, answers: []map[string]string{{"build": "8.1"}}}
	if _, err := aerostore.Info(t.Context(), i, commands...); err != nil || &i.sent[0] == &commands[0] {
		t.Errorf("the backend has the slice of the caller; error %v", err)
	}
}
