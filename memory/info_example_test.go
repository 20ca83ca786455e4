package memory_test

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

// A cluster has nodes that answer what a memory store refuses.
type cluster struct {
	aerostore.Store
	answers map[string]string
}

func (c cluster) Unwrap() aerostore.Store { return c.Store }

func (c cluster) Info(_ context.Context, r aerostore.InfoRequest) ([]aerostore.NodeInfo, error) {
	var nodes []aerostore.NodeInfo
	for _, name := range []string{"A1", "A2"} {
		nodes = append(nodes, r.Entry(&aerostore.Node{Name: name}, c.answers))
	}
	return nodes, nil
}

// A memory store is one node, which knows what programs read most. A test answers other
// commands with a store in front of it.
func ExampleStore_Info() {
	ctx := context.Background()
	store := memory.New()
	defer func() { _ = store.Close() }()

	nodes, err := aerostore.Info(ctx, store, "namespaces")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(nodes[0].Node.Name, nodes[0].Answers["namespaces"])

	_, err = aerostore.Info(ctx, store, "jobs")
	fmt.Println(err)

	nodes, err = aerostore.Info(ctx, cluster{store, map[string]string{"jobs": "none"}}, "jobs")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range nodes {
		fmt.Println(node.Node.Name, node.Answers["jobs"])
	}

	// Output:
	// MEMORY bar;test
	// aerostore: INFO: PARAMETER_ERROR (4): the server does not accept a parameter of the request: the info command "jobs" was refused: unrecognized command (node MEMORY)
	// A1 none
	// A2 none
}
