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
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/indexcheck"
	"github.com/aerostore/aerostore/internal/safe"
)

// CreateIndex implements [aerostore.Indexer]. It returns when the index is usable on
// every node, or when ctx ends. It returns [aerostore.ErrInvalidNamespace] if the cluster
// does not have the namespace.
func (s *Store) CreateIndex(ctx context.Context, index aerostore.Index) error {
	check := func(ctx context.Context) error { return indexcheck.Create(ctx, index) }
	return s.changeIndex(ctx, index, check, indexJob{
		command: func(build string) (string, error) { return createCommand(index, build) },
		poll:    "sindex/" + index.Namespace + "/" + index.Name,
		done:    isLoaded,
	})
}

var errNoExpressions error = safe.TextError("servers have indexes over expressions since version 8.1")

// createCommand returns the command that makes a server of that build create an index.
func createCommand(index aerostore.Index, build string) (string, error) {
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
	modern := isAtLeast(build, 8, 1) // which deprecates the other form
	switch {
	case index.Expression != nil && !modern:
		return "", index.NewError(aerostore.CodeUnsupportedFeature, errNoExpressions)
	case index.Expression != nil:
		expression, err := exp.EncodeBase64(index.Expression)
		return b + ";exp=" + expression + ";type=" + name, err
	case modern:
		return b + ";bin=" + index.Bin + ";type=" + name, nil
	default:
		return b + ";indexdata=" + index.Bin + "," + name, nil
	}
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
	return s.changeIndex(ctx, index, index.CheckDrop, indexJob{
		command: func(string) (string, error) {
			return "sindex-delete:ns=" + index.Namespace + setField(index) + ";indexname=" + index.Name, nil
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
	command func(build string) (string, error) // for one node of that build, which starts the job
	poll    string                             // for every node afterwards
	done    func(answer string) bool           // reports by the answer to poll whether a node is done
}

// createGrace is how long a node may lack an index that the cluster accepted.
const createGrace = 5 * time.Second

var errNoIndex error = safe.TextError("the cluster accepted the index, but the node still does not have it")

func (s *Store) changeIndex(ctx context.Context, index aerostore.Index, check func(context.Context) error, job indexJob) error {
	return s.administer(ctx, index.Namespace, check, index.NewError, func(a *administration) error {
		build, err := a.info(a.nodes[0], "build")
		if err != nil {
			return err
		}
		command, err := job.command(build)
		if err != nil {
			return err
		}
		if err := a.send(command); err != nil {
			return err
		}
		for _, node := range a.nodes {
			if err := a.awaitIndex(node, job); err != nil {
				return err
			}
		}
		return nil
	})
}

// awaitIndex polls the node until the job is done there.
func (a *administration) awaitIndex(node *as.Node, job indexJob) error {
	begun := time.Now()
	return a.poll(func() (done bool, err error) {
		answer, err := a.info(node, job.poll)
		switch {
		case err == nil:
			return job.done(answer), nil
		case !errors.Is(err, aerostore.CodeIndexNotFound):
			return false, err
		case time.Since(begun) > createGrace:
			return false, a.newError(aerostore.CodeIndexNotFound, errNoIndex)
		default:
			return false, nil
		}
	})
}
