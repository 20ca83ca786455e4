package emulator

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/info"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// infoTruncate removes the records of a set. As a server, it answers ok for a namespace or
// set that does not exist.
func infoTruncate(n *Node, arguments string) string {
	p := info.ParametersOf(arguments)
	if p["set"] == "" && p.Either("namespace", "ns") != "" {
		return serverinfo.Refuse(aerostore.CodeParameter, "missing 'set'")
	}
	return n.truncate(p, aerostore.Truncation{Set: p["set"]})
}

// infoTruncateNamespace removes all records of a namespace.
func infoTruncateNamespace(n *Node, arguments string) string {
	return n.truncate(info.ParametersOf(arguments), aerostore.Truncation{AllSets: true})
}

func (n *Node) truncate(p info.Parameters, t aerostore.Truncation) string {
	t.Namespace = p.Either("namespace", "ns")
	switch {
	case t.Namespace == "":
		return serverinfo.Refuse(aerostore.CodeInvalidNamespace, "missing 'namespace'")
	case !n.cluster.hasNamespace([]byte(t.Namespace)):
		return "ok"
	}
	if lut, ok := p["lut"]; ok {
		nanoseconds, err := strconv.ParseUint(lut, 10, 64)
		if err != nil && nanoseconds != math.MaxUint64 { // which stands for too large a number
			nanoseconds = 0
		}
		switch {
		case nanoseconds <= epoch*uint64(time.Second):
			return serverinfo.Refuse(aerostore.CodeParameter, "would truncate to 0")
		case nanoseconds > math.MaxInt64:
			return serverinfo.Refuse(aerostore.CodeParameter, "would truncate in the future")
		}
		t.Before = time.Unix(0, int64(nanoseconds))
	}
	if err := n.cluster.store.Truncate(context.Background(), t); err != nil {
		return serverinfo.Refuse(codeOf(err), "would truncate in the future")
	}
	return "ok"
}
