package emulator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/asbackend"
	"github.com/aerostore/aerostore/emulator"
	"github.com/aerostore/aerostore/memory"
)

func TestInfoIsSentToEveryNode(t *testing.T) {
	server, err := emulator.StartCluster(3)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client := connectTo(t, server, 20*time.Millisecond)
	eventually(t, "the client knows 3 nodes", nodesOf(client, 3))
	backend, err := asbackend.New(client)
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := aerostore.Info(t.Context(), backend, "node", "namespaces", "sets/test/users")
	if err != nil || len(nodes) != 3 {
		t.Fatalf("Info = %v, %v", nodes, err)
	}
	for i, n := range nodes {
		if n.Answers["node"] != n.Node.Name || n.Node.Port == 0 || n.Answers["namespaces"] != "bar;test" || n.Err != nil {
			t.Errorf("entry %d is %+v", i, n)
		}
		if i > 0 && n.Node.Name <= nodes[i-1].Node.Name {
			t.Errorf("%s is after %s", n.Node.Name, nodes[i-1].Node.Name)
		}
	}
	nodes, err = aerostore.Info(t.Context(), backend, "node", "sindex-stat:ns=test;indexname=nope")
	if !errors.Is(err, aerostore.CodeIndexNotFound) || !strings.Contains(err.Error(), "no index") || aerostore.InDoubt(err) {
		t.Errorf("a refused command: %v", err)
	}
	for _, n := range nodes {
		if n.Answers["node"] == "" || !errors.Is(n.Err, aerostore.CodeIndexNotFound) {
			t.Errorf("an entry is %+v", n)
		}
	}
	if _, err := aerostore.Info(t.Context(), backend, "set-config:context=nope"); !errors.Is(err, aerostore.ErrParameter) || aerostore.InDoubt(err) {
		t.Errorf("a write that every node refused: %v", err)
	}
}

// The emulator serves what memory answers.
func TestMemoryAnswersAsTheEmulator(t *testing.T) {
	store := memory.NewT(t)
	if err := store.Put(t.Context(), aerostore.NewKey("test", "users", "ada"), aerostore.Bins{"age": 36}); err != nil {
		t.Fatal(err)
	}
	index := aerostore.Index{Namespace: "test", Set: "users", Name: "ages", Bin: "age", Type: aerostore.IndexInt}
	if err := store.CreateIndex(t.Context(), index); err != nil {
		t.Fatal(err)
	}
	server, err := emulator.Start(emulator.WithStore(store))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	backend, err := asbackend.New(connectTo(t, server, time.Second))
	if err != nil {
		t.Fatal(err)
	}
	commands := []string{
		"build", "version", "edition", "features", "status", "namespaces", "namespace/test", "namespace/nope", "sets", "sets/test",
		"sets/test/users", "sets/nope", "sindex", "sindex/test/ages", "sindex-list", "sindex-list:ns=test;b64=true",
		"sindex-exists:ns=test;indexname=ages", "sindex-stat:ns=test;indexname=ages", "udf-list", "partitions",
	}
	served, err := aerostore.Info(t.Context(), backend, commands...)
	if err != nil || len(served) != 1 {
		t.Fatalf("Info = %v, %v", served, err)
	}
	here, err := aerostore.Info(t.Context(), store, commands...)
	if err != nil || len(here) != 1 || here[0].Node.String() != "MEMORY" {
		t.Fatalf("Info = %v, %v", here, err)
	}
	for _, command := range commands {
		if a, b := served[0].Answers[command], here[0].Answers[command]; a != b {
			t.Errorf("%s: the emulator answers %q, memory %q", command, a, b)
		}
	}
	if got := here[0].Answers["sets/test/users"]; !strings.HasPrefix(got, "objects=1:") || !strings.Contains(got, ":sindexes=1:") {
		t.Errorf("sets/test/users is %q", got)
	}
	_ = store.Close()
	if _, err := aerostore.Info(t.Context(), store, "build"); !errors.Is(err, aerostore.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
