package emulator

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/info"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// infoIndexCreate creates an index. As a server, it answers ok for a namespace that does not
// exist.
func infoIndexCreate(n *Node, arguments string) string {
	p := info.ParametersOf(arguments)
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
		return serverinfo.Refuse(code, "'indexname' already exists with different definition")
	case aerostore.CodeBinNameTooLong:
		return serverinfo.Refuse(aerostore.CodeParameter, "'bin' value too long")
	case aerostore.CodeIndexMaxCount:
		return serverinfo.Refuse(code, "maximum number of indexes reached")
	default:
		reason := err.Error()
		if of, ok := errors.AsType[*aerostore.Error](err); ok && index.Expression != nil && of.Err != nil {
			reason = "bad 'exp': " + of.Err.Error()
		}
		return serverinfo.Refuse(code, reason)
	}
}

// indexOf returns the index of a request to create one, or how the request fails.
func indexOf(p info.Parameters) (index aerostore.Index, refused string) {
	index = aerostore.Index{Namespace: p.Either("namespace", "ns"), Set: p["set"], Name: p["indexname"], Bin: p["bin"]}
	kind := p["type"]
	expression, hasExpression := p["exp"]
	_, hasBin := p["bin"]
	data, old := p["indexdata"]
	if old {
		expression = "" // which a server does not look at
		var ok bool
		if index.Bin, kind, ok = strings.Cut(data, ","); !ok {
			return index, serverinfo.Refuse(aerostore.CodeParameter, "'indexdata' missing bin type")
		}
	} else if kind == "" {
		return index, serverinfo.Refuse(aerostore.CodeParameter, "both 'indexdata' and 'type' are missing")
	}
	switch {
	case index.Namespace == "":
		return index, serverinfo.Refuse(aerostore.CodeInvalidNamespace, "missing 'namespace'")
	case index.Name == "":
		return index, serverinfo.Refuse(aerostore.CodeParameter, "missing 'indexname'")
	case expression == "" && hasExpression && !old:
		return index, serverinfo.Refuse(aerostore.CodeParameter, "missing 'exp' value")
	case index.Bin == "" && (old || hasBin):
		return index, serverinfo.Refuse(aerostore.CodeParameter, "missing 'bin' value")
	case expression == "" && index.Bin == "":
		return index, serverinfo.Refuse(aerostore.CodeParameter, "both 'bin' and 'exp' are missing")
	case expression != "" && index.Bin != "":
		return index, serverinfo.Refuse(aerostore.CodeParameter, "both 'bin' and 'exp' are specified")
	case expression != "" && p["context"] != "":
		return index, serverinfo.Refuse(aerostore.CodeParameter, "both 'context' and 'exp' are specified")
	}
	i := slices.Index(serverinfo.IndexTypes, strings.ToLower(kind))
	if i <= 0 {
		return index, serverinfo.Refuse(aerostore.CodeParameter, "bad 'type' - must be one of 'numeric', 'string', 'blob', 'geo2dsphere'")
	}
	index.Type = aerostore.IndexType(i) //nolint:gosec // G115: one of the names
	if in := p["indextype"]; in != "" {
		i := slices.Index(serverinfo.IndexCollections, strings.ToLower(in))
		if i < 0 {
			return index, serverinfo.Refuse(aerostore.CodeParameter, "bad 'indextype' - must be one of 'default', 'list', 'mapkeys', 'mapvalues'")
		}
		index.Collection = aerostore.IndexCollection(i) //nolint:gosec // G115: one of the names
	}
	if context := p["context"]; context != "" {
		packed, err := base64.StdEncoding.DecodeString(context)
		if err != nil {
			return index, serverinfo.Refuse(aerostore.CodeParameter, "'context' invalid base64")
		}
		if index.Path, err = expr.ParsePath(packed); err != nil {
			return index, serverinfo.Refuse(aerostore.CodeParameter, "'context' invalid cdt context")
		}
	}
	if expression != "" {
		packed, err := base64.StdEncoding.DecodeString(expression)
		if err == nil {
			index.Expression, err = exp.DecodeAny(packed)
		}
		if err != nil {
			return index, serverinfo.Refuse(aerostore.CodeParameter, "bad 'exp'")
		}
	}
	return index, ""
}

// infoIndexDelete drops an index. As a server, it answers ok if there is none.
func infoIndexDelete(n *Node, arguments string) string {
	p := info.ParametersOf(arguments)
	index := aerostore.Index{Namespace: p.Either("namespace", "ns"), Name: p["indexname"]}
	switch {
	case index.Namespace == "":
		return serverinfo.Refuse(aerostore.CodeInvalidNamespace, "missing 'namespace'")
	case index.Name == "":
		return serverinfo.Refuse(aerostore.CodeParameter, "missing 'indexname'")
	case !n.cluster.hasNamespace([]byte(index.Namespace)):
		return "ok"
	}
	if err := n.cluster.store.DropIndex(context.Background(), index); err != nil {
		return serverinfo.Refuse(codeOf(err), err.Error())
	}
	return "ok"
}
