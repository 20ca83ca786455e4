package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
)

// infoOf sends info commands that every node must answer.
func (t *trial) infoOf(commands ...string) []aerostore.NodeInfo {
	t.Helper()
	nodes, err := aerostore.Info(t.Context(), t.store, commands...)
	t.ok(err)
	if len(nodes) == 0 {
		t.Fatalf("Info returned no node")
	}
	for _, node := range nodes {
		if node.Node == nil || node.Node.Name == "" {
			t.Fatalf("Info returned a node without a name")
		}
		for _, command := range commands {
			if _, ok := node.Answers[command]; !ok || node.Err != nil {
				t.Fatalf("node %v has no answer to %q, and the error %v", node.Node, command, node.Err)
			}
		}
	}
	return nodes
}

func infoCases() []testCase {
	cases := []testCase{
		{
			name: "Info returns what each node answers",
			why:  "there is an entry for each node, with its name and an answer to each command",
			run: func(t *trial) {
				for _, node := range t.infoOf("build", "namespaces", "node", "namespace/"+t.namespace) {
					t.equal("the name of the node", node.Answers["node"], node.Node.Name)
					if !slices.Contains(strings.Split(node.Answers["namespaces"], ";"), t.namespace) || node.Answers["build"] == "" {
						t.Errorf("node %v answers %v", node.Node, node.Answers)
					}
					if objects := fieldOf(node.Answers["namespace/"+t.namespace], "objects"); objects < 0 {
						t.Errorf("node %v does not say how many objects the namespace has", node.Node)
					}
				}
			},
		},
		{
			name: "Info about a set counts its records",
			why:  "the answer is about what the store has at the moment",
			run: func(t *trial) {
				set := t.ownSet()
				t.recordsIn(set, 3, before)
				command, sum := "sets/"+t.namespace+"/"+set, 0
				for _, node := range t.infoOf(command) {
					sum += max(fieldOf(node.Answers[command], "objects"), 0)
				}
				if sum == 0 || sum%3 != 0 { // each node counts its replicas
					t.Errorf("the nodes have %d records of the set, want 3 times the number of copies", sum)
				}
			},
		},
		{
			name: "Info with an unknown command fails with ErrParameter",
			why:  "a refusal is an error that names the node, and the other answers are there",
			run: func(t *trial) {
				nodes, err := aerostore.Info(t.Context(), t.store, "build", "storetest-nonsense")
				t.fails(err, aerostore.ErrParameter)
				e, ok := errors.AsType[*aerostore.Error](err)
				switch {
				case !ok || e.Node == nil || e.InDoubt:
					t.Errorf("got error %v, want one that names a node and is not in doubt", err)
				case strings.Contains(e.SafeMessage(), "storetest-nonsense"):
					t.Errorf("the safe message has the command: %s", e.SafeMessage())
				}
				if len(nodes) == 0 {
					t.Errorf("Info returned no node")
				}
				for _, node := range nodes {
					if node.Answers["build"] == "" || node.Err == nil {
						t.Errorf("node %v answers %v with error %v", node.Node, node.Answers, node.Err)
					}
				}
			},
		},
		{
			name: "Info refuses unusable commands",
			why:  "a server would read such a command as none, or as several",
			run: func(t *trial) {
				for _, commands := range [][]string{nil, {""}, {" build"}, {"build "}, {"build\nnode"}, {"build", "caf\xe9"}, {"a\tb"}} {
					nodes, err := aerostore.Info(t.Context(), t.store, commands...)
					t.fails(err, aerostore.ErrInvalid)
					t.equal("the number of entries", len(nodes), 0)
				}
			},
		},
		{
			name: "Info under a cancelled context fails",
			why:  "nothing is sent, and the error is that of the context",
			run: func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := aerostore.Info(ctx, t.store, "build")
				t.fails(err, context.Canceled)
			},
		},
	}
	for i := range cases {
		cases[i].needs = Informing
	}
	return cases
}

// fieldOf returns a field of an answer that is a number, and -1 without one.
func fieldOf(answer, name string) int {
	for part := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ';' || r == ':' }) {
		if text, ok := strings.CutPrefix(part, name+"="); ok {
			if n, err := strconv.Atoi(text); err == nil {
				return n
			}
		}
	}
	return -1
}
