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
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/safe"
)

// CreateIndex implements [aerostore.Indexer]. It returns when the index is usable on
// every node, or when ctx ends. It returns [aerostore.ErrInvalidNamespace] if the cluster
// does not have the namespace.
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	return s.administer(ctx, index, index.CheckCreate, indexJob{
		command: func(build string) string { return createCommand(index, build) },
		poll:    "sindex/" + index.Namespace + "/" + index.Name,
		done:    isLoaded,
	})
}

// createCommand returns the command that makes a server of that build create an index.
func createCommand(index aerostore.Index, build string) string {
	b := "sindex-create:ns=" + index.Namespace + setField(index) + ";indexname=" + index.Name
	if len(index.Path) > 0 {
		b += ";context=" + contextText(index.Path)
	}
	if index.Collection != aerostore.IndexDefault {
		b += ";indextype=" + indexCollections[index.Collection]
	}
	name := indexTypes[index.Type]
	if index.Type == aerostore.IndexInt && isAtLeast(build, 8, 1, 3) {
		name = "integer"
	}
	if isAtLeast(build, 8, 1) { // which deprecates the other form
		return b + ";bin=" + index.Bin + ";type=" + name
	}
	return b + ";indexdata=" + index.Bin + "," + name
}

// isAtLeast reports whether a build such as "8.1.0.3" is of that version or a later one.
func isAtLeast(build string, version ...int) bool {
	parts := strings.Split(build, ".")
	for i, want := range version {
		n := 0
		if i < len(parts) {
			number, _, _ := strings.Cut(parts[i], "-")
			n, _ = strconv.Atoi(number) // 0 for what is no number
		}
		if n != want {
			return n > want
		}
	}
	return true
}

// contextText returns a path as the client sends it with a query. A server compares the
// bytes.
func contextText(path []cdt.Step) string {
	text, _ := as.CDTContextToBase64(contexts(path)) // the path was checked
	return text
}

// DropIndex implements [aerostore.Indexer]. It returns when no node has the index any
// more, or when ctx ends. It returns [aerostore.ErrInvalidNamespace] if the cluster does
// not have the namespace.
func (s *Store) DropIndex(ctx context.Context, index aerostore.Index) error {
	return s.administer(ctx, index, index.CheckDrop, indexJob{
		command: func(string) string {
			return "sindex-delete:ns=" + index.Namespace + setField(index) + ";indexname=" + index.Name
		},
		poll: "sindex-exists:ns=" + index.Namespace + ";indexname=" + index.Name,
		done: func(answer string) bool { return answer == "false" },
	})
}

// indexTypes are a server's names of the types. From 8.1.3 on, it also lists "numeric"
// as "integer".
var indexTypes = map[aerostore.IndexType]string{
	aerostore.IndexInt:    "numeric",
	aerostore.IndexString: "string",
	aerostore.IndexBlob:   "blob",
	aerostore.IndexGeo:    "geo2dsphere",
}

var indexCollections = map[aerostore.IndexCollection]string{
	aerostore.IndexDefault:   "default",
	aerostore.IndexList:      "list",
	aerostore.IndexMapKeys:   "mapkeys",
	aerostore.IndexMapValues: "mapvalues",
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

// An indexJob creates or drops an index with info commands. A context cannot interrupt
// the client's own methods.
type indexJob struct {
	command func(build string) string // for one node of that build, which starts the job
	poll    string                    // for every node afterwards
	done    func(answer string) bool  // reports by the answer to poll whether a node is done
}

const (
	firstPause = 10 * time.Millisecond
	maxPause   = 500 * time.Millisecond

	// createGrace is how long a node may lack an index that the cluster accepted.
	createGrace = 5 * time.Second
)

var errNoIndex error = safe.TextError("the cluster accepted the index, but the node still does not have it")

func (s *Store) administer(ctx context.Context, index aerostore.Index, check func(context.Context) error, job indexJob) error {
	a := administration{store: s, ctx: ctx, index: index}
	if !s.life.acquire() {
		return a.newError(aerostore.CodeOK, aerostore.ErrClosed)
	}
	defer s.life.release()
	defer s.life.unbounded()()
	if err := check(ctx); err != nil {
		return err
	}
	nodes := s.client.GetNodes()
	if len(nodes) == 0 {
		return a.newError(aerostore.CodeInvalidNode, nil)
	}
	namespaces, err := a.info(nodes[0], "namespaces")
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Split(namespaces, ";"), index.Namespace) {
		return a.newError(aerostore.CodeInvalidNamespace, nil)
	}
	build, err := a.info(nodes[0], "build")
	if err != nil {
		return err
	}
	a.sent = true
	if _, err := a.info(nodes[0], job.command(build)); err != nil {
		return err
	}
	a.accepted = true
	for _, node := range nodes {
		if err := a.await(node, job); err != nil {
			return err
		}
	}
	return nil
}

// An administration is an index job under way.
type administration struct {
	store    *Store
	ctx      context.Context // lives no longer than the call
	index    aerostore.Index
	node     *aerostore.Node
	sent     bool // the command
	accepted bool // by the cluster
}

// await polls the node until the job is done there.
func (a *administration) await(node *as.Node, job indexJob) error {
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		answer, err := a.info(node, job.poll)
		switch {
		case err != nil && !errors.Is(err, aerostore.CodeIndexNotFound):
			return err
		case err == nil && job.done(answer):
			return nil
		case err != nil && time.Since(begun) > createGrace:
			return a.newError(aerostore.CodeIndexNotFound, errNoIndex)
		}
		select {
		case <-time.After(pause):
		case <-a.ctx.Done():
			return a.newError(aerostore.CodeOK, aerostore.ContextError(a.ctx))
		}
	}
}

// info sends an info command and returns the answer. If the server refuses the command,
// the error has its code.
func (a *administration) info(node *as.Node, command string) (string, error) {
	if err := aerostore.ContextError(a.ctx); err != nil {
		return "", a.newError(aerostore.CodeOK, err)
	}
	a.node = a.store.nodes.of(a.store.client, node)
	answer, code, cause := a.store.info(a.ctx, node, a.store.infoPolicy().Timeout, command)
	if code != aerostore.CodeOK || cause != nil {
		return "", a.newError(code, cause)
	}
	if code, text := refusal(answer); code != aerostore.CodeOK {
		refused := a.newError(code, safe.TextError(text))
		refused.InDoubt = a.accepted
		return "", refused
	}
	return answer, nil
}

// refusal returns the code and text of an answer such as "ERROR:201:no index", and CodeOK
// for any other answer.
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

// newError returns an error that is in doubt if the command was sent: the cluster may
// still carry it out.
func (a *administration) newError(code aerostore.ResultCode, cause error) *aerostore.Error {
	err := a.index.NewError(code, cause)
	err.InDoubt, err.Node = a.sent, a.node
	return err
}
