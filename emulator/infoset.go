package emulator

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aerostore/aerostore"
)

// infoSets answers "sets" with the sets of all namespaces, "sets/NAMESPACE" with those of
// one, and "sets/NAMESPACE/SET" with one.
func infoSets(n *Node, arguments string) string {
	namespace, set, one := strings.Cut(arguments, "/")
	namespaces := n.cluster.namespaces
	if namespace != "" {
		if !n.cluster.hasNamespace([]byte(namespace)) {
			return "ns_type=unknown"
		}
		namespaces = []string{namespace}
	}
	var text strings.Builder
	for _, namespace := range namespaces {
		for _, name := range n.cluster.store.Sets(namespace) {
			switch {
			case name == "":
			case !one:
				fmt.Fprintf(&text, "ns=%s:set=%s:%s", namespace, name, n.describeSet(namespace, name))
			case name == set:
				text.WriteString(n.describeSet(namespace, name))
			}
		}
	}
	return text.String()
}

func (n *Node) describeSet(namespace, set string) string {
	indexes := 0
	for _, x := range n.cluster.store.Indexes(namespace) {
		if x.Set == set {
			indexes++
		}
	}
	return fmt.Sprintf("objects=%d:tombstones=0:data_used_bytes=0:truncate_lut=0:sindexes=%d:index_populating=false:truncating=false:"+
		"default-read-touch-ttl-pct=0:default-ttl=0:disable-eviction=false:enable-index=false:stop-writes-count=0:stop-writes-size=0;",
		n.objects(namespace, set).all, indexes)
}

// infoTruncate removes the records of a set. As a server, it answers ok for a namespace or
// set that does not exist.
func infoTruncate(n *Node, arguments string) string {
	p := parametersOf(arguments)
	if p["set"] == "" && p.either("namespace", "ns") != "" {
		return infoError(aerostore.CodeParameter, "missing 'set'")
	}
	return n.truncate(p, aerostore.Truncation{Set: p["set"]})
}

// infoTruncateNamespace removes all records of a namespace.
func infoTruncateNamespace(n *Node, arguments string) string {
	return n.truncate(parametersOf(arguments), aerostore.Truncation{AllSets: true})
}

func (n *Node) truncate(p parameters, t aerostore.Truncation) string {
	t.Namespace = p.either("namespace", "ns")
	switch {
	case t.Namespace == "":
		return infoError(aerostore.CodeInvalidNamespace, "missing 'namespace'")
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
			return infoError(aerostore.CodeParameter, "would truncate to 0")
		case nanoseconds > math.MaxInt64:
			return infoError(aerostore.CodeParameter, "would truncate in the future")
		}
		t.Before = time.Unix(0, int64(nanoseconds))
	}
	if err := n.cluster.store.Truncate(context.Background(), t); err != nil {
		return infoError(codeOf(err), "would truncate in the future")
	}
	return "ok"
}

// parameters are the arguments of a request, such as "a=1;b=2".
type parameters map[string]string

func parametersOf(arguments string) parameters {
	p := make(parameters)
	for part := range strings.SplitSeq(arguments, ";") {
		if name, value, ok := strings.Cut(part, "="); ok {
			p[name] = value
		}
	}
	return p
}

// either returns the first of the arguments that is there.
func (p parameters) either(names ...string) string {
	i := slices.IndexFunc(names, func(name string) bool { return p[name] != "" })
	if i < 0 {
		return ""
	}
	return p[names[i]]
}
