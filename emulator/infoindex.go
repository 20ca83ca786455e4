package emulator

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
)

// indexTypes and indexCollections are the names that a server has for those of an index.
var (
	indexTypes       = []string{"", "numeric", "string", "blob", "geo2dsphere"}
	indexCollections = []string{"default", "list", "mapkeys", "mapvalues"}
)

// infoIndexCreate creates an index. As a server, it answers ok for a namespace that does not
// exist.
func infoIndexCreate(n *Node, arguments string) string {
	p := parametersOf(arguments)
	index, refused := indexOf(p)
	switch {
	case refused != "":
		return refused
	case !n.cluster.hasNamespace([]byte(index.Namespace)):
		return "ok"
	}
	err := n.cluster.store.CreateIndex(n.cluster.background.ctx, index)
	switch code := codeOfCheck(err); code {
	case aerostore.CodeOK:
		return "ok"
	case aerostore.CodeIndexFound:
		return infoError(code, "'indexname' already exists with different definition")
	case aerostore.CodeBinNameTooLong:
		return infoError(aerostore.CodeParameter, "'bin' value too long")
	case aerostore.CodeIndexMaxCount:
		return infoError(code, "maximum number of indexes reached")
	default:
		return infoError(code, err.Error())
	}
}

// indexOf returns the index of a request to create one, or how the request fails.
func indexOf(p parameters) (index aerostore.Index, refused string) {
	index = aerostore.Index{Namespace: p.either("namespace", "ns"), Set: p["set"], Name: p["indexname"], Bin: p["bin"]}
	kind := p["type"]
	if data, ok := p["indexdata"]; ok {
		index.Bin, kind, ok = strings.Cut(data, ",")
		if !ok {
			return index, infoError(aerostore.CodeParameter, "'indexdata' missing bin type")
		}
	} else if kind == "" {
		return index, infoError(aerostore.CodeParameter, "both 'indexdata' and 'type' are missing")
	}
	switch {
	case p["exp"] != "":
		return index, infoError(aerostore.CodeUnsupportedFeature, "indexes over expressions are not supported")
	case index.Namespace == "":
		return index, infoError(aerostore.CodeInvalidNamespace, "missing 'namespace'")
	case index.Name == "":
		return index, infoError(aerostore.CodeParameter, "missing 'indexname'")
	case index.Bin == "":
		return index, infoError(aerostore.CodeParameter, "missing 'bin' value")
	}
	i := slices.Index(indexTypes, strings.ToLower(kind))
	if i <= 0 {
		return index, infoError(aerostore.CodeParameter, "bad 'type' - must be one of 'numeric', 'string', 'blob', 'geo2dsphere'")
	}
	index.Type = aerostore.IndexType(i) //nolint:gosec // G115: one of the names
	if in := p["indextype"]; in != "" {
		i := slices.Index(indexCollections, strings.ToLower(in))
		if i < 0 {
			return index, infoError(aerostore.CodeParameter, "bad 'indextype' - must be one of 'default', 'list', 'mapkeys', 'mapvalues'")
		}
		index.Collection = aerostore.IndexCollection(i) //nolint:gosec // G115: one of the names
	}
	if context := p["context"]; context != "" {
		packed, err := base64.StdEncoding.DecodeString(context)
		if err != nil {
			return index, infoError(aerostore.CodeParameter, "'context' invalid base64")
		}
		if index.Path, err = expr.ParsePath(packed); err != nil {
			return index, infoError(aerostore.CodeParameter, "'context' invalid cdt context")
		}
	}
	return index, ""
}

// infoIndexDelete drops an index. As a server, it answers ok if there is none.
func infoIndexDelete(n *Node, arguments string) string {
	p := parametersOf(arguments)
	index := aerostore.Index{Namespace: p.either("namespace", "ns"), Name: p["indexname"]}
	switch {
	case index.Namespace == "":
		return infoError(aerostore.CodeInvalidNamespace, "missing 'namespace'")
	case index.Name == "":
		return infoError(aerostore.CodeParameter, "missing 'indexname'")
	case !n.cluster.hasNamespace([]byte(index.Namespace)):
		return "ok"
	}
	if err := n.cluster.store.DropIndex(context.Background(), index); err != nil {
		return infoError(codeOf(err), err.Error())
	}
	return "ok"
}

func infoIndexExists(n *Node, arguments string) string {
	p := parametersOf(arguments)
	switch namespace := p.either("namespace", "ns"); {
	case p["indexname"] == "":
		return infoError(aerostore.CodeParameter, "missing 'indexname'")
	case !n.cluster.hasNamespace([]byte(namespace)):
		return infoError(aerostore.CodeInvalidNamespace, "namespace not found on node")
	default:
		return strconv.FormatBool(n.cluster.hasIndex(namespace, p["indexname"]))
	}
}

func (cl *cluster) hasIndex(namespace, name string) bool {
	return slices.ContainsFunc(cl.store.Indexes(namespace), func(x aerostore.Index) bool { return x.Name == name })
}

// infoIndexes answers "sindex" with the indexes of all namespaces, "sindex/NAMESPACE" with
// those of one, and "sindex/NAMESPACE/NAME" with what is to know of an index.
func infoIndexes(n *Node, arguments string) string {
	namespace, name, one := strings.Cut(arguments, "/")
	switch {
	case namespace == "":
		return n.cluster.describeIndexes(n.cluster.namespaces, false)
	case !n.cluster.hasNamespace([]byte(namespace)):
		return "ns_type=unknown"
	case one:
		return n.cluster.indexStatistics(namespace, name)
	default:
		return n.cluster.describeIndexes([]string{namespace}, false)
	}
}

// infoIndexList is like infoIndexes with parameters.
func infoIndexList(n *Node, arguments string) string {
	p := parametersOf(arguments)
	namespaces := n.cluster.namespaces
	if namespace := p.either("namespace", "ns"); namespace != "" {
		if !n.cluster.hasNamespace([]byte(namespace)) {
			return infoError(aerostore.CodeInvalidNamespace, "namespace not found on node")
		}
		namespaces = []string{namespace}
	}
	return n.cluster.describeIndexes(namespaces, p["b64"] == "true")
}

func infoIndexStatistics(n *Node, arguments string) string {
	p := parametersOf(arguments)
	return n.cluster.indexStatistics(p.either("namespace", "ns"), p["indexname"])
}

// indexStatistics says that an index is complete: it is once CreateIndex returns.
func (cl *cluster) indexStatistics(namespace, name string) string {
	if !cl.hasIndex(namespace, name) {
		return infoError(aerostore.CodeIndexNotFound, "no index")
	}
	return "entries=0;used_bytes=0;entries_per_bval=0;entries_per_rec=0;load_pct=100;load_time=0;stat_gc_recs=0"
}

func (cl *cluster) describeIndexes(namespaces []string, base64 bool) string {
	var texts []string
	for _, namespace := range namespaces {
		for _, x := range cl.store.Indexes(namespace) {
			texts = append(texts, fmt.Sprintf("ns=%s:indexname=%s:set=%s:bin=%s:type=%s:indextype=%s:context=%s:exp=null:state=RW",
				namespace, x.Name, orNull(x.Set), x.Bin, indexTypes[x.Type], indexCollections[x.Collection], pathText(x.Path, base64)))
		}
	}
	return strings.Join(texts, ";")
}

// pathText returns a path as a server lists it: in base64, or as text.
func pathText(path []cdt.Step, inBase64 bool) string {
	if len(path) == 0 {
		return "null"
	}
	if !inBase64 {
		steps := make([]string, len(path))
		for i, step := range path {
			steps[i] = step.Selector().String()
		}
		return "[" + strings.Join(steps, ", ") + "]"
	}
	packed, err := expr.PackPath(path)
	if err != nil {
		return "null" // the store has no such index
	}
	return base64.StdEncoding.EncodeToString(packed)
}
