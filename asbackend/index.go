package asbackend

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/safe"
)

// CreateIndex implements [aerostore.Indexer]. It waits, as long as ctx lets
// it, until the index is usable on every node. Without its namespace it fails
// with [aerostore.ErrInvalidNamespace].
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	return s.administer(ctx, index, index.CheckCreate, indexJob{
		command: "sindex-create:ns=" + index.Namespace + setField(index) + ";indexname=" + index.Name +
			";indexdata=" + index.Bin + "," + indexTypes[index.Type],
		poll: "sindex/" + index.Namespace + "/" + index.Name,
		done: isLoaded,
	})
}

// DropIndex implements [aerostore.Indexer]. It waits, as long as ctx lets it,
// until the index is gone from every node. Without its namespace it fails with
// [aerostore.ErrInvalidNamespace].
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	return s.administer(ctx, index, index.CheckDrop, indexJob{
		command: "sindex-delete:ns=" + index.Namespace + setField(index) + ";indexname=" + index.Name,
		poll:    "sindex-exists:ns=" + index.Namespace + ";indexname=" + index.Name,
		done:    func(answer string) bool { return answer == "false" },
	})
}

var indexTypes = map[aerostore.IndexType]string{
	aerostore.IndexInt:    "numeric",
	aerostore.IndexString: "string",
}

func setField(index aerostore.Index) string {
	if index.Set == "" {
		return ""
	}
	return ";set=" + index.Set
}

func isLoaded(answer string) bool {
	return slices.Contains(strings.Split(answer, ";"), "load_pct=100")
}

// An indexJob is done by the info protocol rather than by the client's
// methods, whose waiting no context ends.
type indexJob struct {
	command string                   // what one node is asked to do
	poll    string                   // what every node is asked then
	done    func(answer string) bool // whether that node is done
}

const (
	firstPause = 10 * time.Millisecond
	maxPause   = 500 * time.Millisecond

	// patience is how long a node may say that it has no such index after the
	// cluster accepted it.
	patience = 5 * time.Second
)

var errNoIndex error = safe.TextError("the server accepted the index and then did not have it")

func (s *Store) administer(ctx context.Context, index aerostore.Index, ready func(context.Context) error, job indexJob) error {
	a := administration{store: s, ctx: ctx, index: index}
	if !s.life.acquire() {
		return a.fail(aerostore.CodeOK, aerostore.ErrClosed)
	}
	defer s.life.release()
	defer s.life.unbounded()()
	if err := ready(ctx); err != nil {
		return err
	}
	nodes := s.client.GetNodes()
	if len(nodes) == 0 {
		return a.fail(aerostore.CodeInvalidNode, nil)
	}
	namespaces, err := a.ask(nodes[0], "namespaces")
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Split(namespaces, ";"), index.Namespace) {
		return a.fail(aerostore.CodeInvalidNamespace, nil)
	}
	a.sent = true
	if _, err := a.ask(nodes[0], job.command); err != nil {
		return err
	}
	a.taken = true
	for _, node := range nodes {
		if err := a.await(node, job); err != nil {
			return err
		}
	}
	return nil
}

// An administration is an index job under way.
type administration struct {
	store *Store
	ctx   context.Context // lives no longer than the call
	index aerostore.Index
	node  *aerostore.Node
	sent  bool // the command
	taken bool // which the cluster has accepted
}

// await asks the node until the job is done there.
func (a *administration) await(node *as.Node, job indexJob) error {
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		answer, err := a.ask(node, job.poll)
		switch {
		case err != nil && !errors.Is(err, aerostore.CodeIndexNotFound):
			return err
		case err == nil && job.done(answer):
			return nil
		case err != nil && time.Since(begun) > patience:
			return a.fail(aerostore.CodeIndexNotFound, errNoIndex)
		}
		select {
		case <-time.After(pause):
		case <-a.ctx.Done():
			return a.fail(aerostore.CodeOK, aerostore.ContextError(a.ctx))
		}
	}
}

// ask sends an info command. A refusal is an error with the server's code.
func (a *administration) ask(node *as.Node, command string) (string, error) {
	if err := aerostore.ContextError(a.ctx); err != nil {
		return "", a.fail(aerostore.CodeOK, err)
	}
	a.node = a.store.nodes.of(a.store.client, node)
	answer, code, cause := a.store.info(a.ctx, node, a.store.infoPolicy().Timeout, command)
	if code != aerostore.CodeOK || cause != nil {
		return "", a.fail(code, cause)
	}
	if code, text := refusal(answer); code != aerostore.CodeOK {
		refused := a.fail(code, safe.TextError(text))
		refused.InDoubt = a.taken
		return "", refused
	}
	return answer, nil
}

// refusal returns code and text of an answer like "ERROR:201:no index".
func refusal(answer string) (code aerostore.ResultCode, text string) {
	kind, rest, _ := strings.Cut(answer, ":")
	if kind = strings.ToUpper(kind); kind != "ERROR" && kind != "FAIL" {
		return aerostore.CodeOK, ""
	}
	number, text, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(number)
	if err != nil || n == 0 {
		return aerostore.CodeServer, rest
	}
	return aerostore.ResultCode(n), text
}

// fail returns an error that is in doubt once the command went out and was not
// refused: the cluster may carry it out all the same.
func (a *administration) fail(code aerostore.ResultCode, cause error) *aerostore.Error {
	err := a.index.NewError(code, cause)
	err.InDoubt, err.Node = a.sent, a.node
	return err
}
