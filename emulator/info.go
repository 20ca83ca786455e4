package emulator

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
)

// An infoRequest answers a request for information. The arguments are what follows the
// name: "X" of "namespace/X", and "a=1;b=2" of "truncate:a=1;b=2".
type infoRequest func(n *Node, arguments string) string

// infoRequests has the requests by name.
var infoRequests = map[string]infoRequest{
	"build":                func(*Node, string) string { return build },
	"version":              func(*Node, string) string { return edition + " build " + build },
	"edition":              func(*Node, string) string { return edition },
	"features":             func(*Node, string) string { return features },
	"digests":              func(*Node, string) string { return "RIPEMD160" },
	"status":               func(*Node, string) string { return "ok" },
	"node":                 func(n *Node, _ string) string { return n.name },
	"cluster-name":         func(n *Node, _ string) string { return orNull(n.cluster.config.clusterName) },
	"cluster-stable":       infoClusterStable,
	"service":              func(n *Node, _ string) string { return n.Addr() },
	"service-clear-std":    func(n *Node, _ string) string { return n.Addr() },
	"service-clear-alt":    func(*Node, string) string { return "" },
	"services":             infoServices,
	"peers-clear-std":      infoPeers,
	"peers-clear-alt":      infoPeers,
	"peers-generation":     infoPeersGeneration,
	"partition-generation": infoPartitionGeneration,
	"partitions":           func(*Node, string) string { return "4096" },
	"replicas":             infoReplicas,
	"replicas-all":         infoReplicasAll,
	"replicas-master":      infoReplicasMaster,
	"rack-ids":             enterpriseOnly,
	"racks":                enterpriseOnly,
	"roster":               enterpriseOnly,
	"feature-key":          enterpriseOnly,
	"namespaces":           func(n *Node, _ string) string { return strings.Join(n.cluster.namespaces, ";") },
	"namespace":            infoNamespace,
	"statistics":           infoStatistics,
	"sets":                 infoSets,
	"sindex":               infoIndexes,
	"sindex-list":          infoIndexList,
	"sindex-stat":          infoIndexStatistics,
	"sindex-exists":        infoIndexExists,
	"sindex-create":        infoIndexCreate,
	"sindex-delete":        infoIndexDelete,
	"truncate":             infoTruncate,
	"truncate-namespace":   infoTruncateNamespace,
	"query-show":           infoQueryShow,
	"query-abort":          infoQueryAbort,
	"query-abort-all":      infoQueryAbortAll,
	"user-agent-set":       func(*Node, string) string { return "ok" },
	"udf-list":             func(*Node, string) string { return "" },
}

const (
	build    = "8.1.0.3"
	edition  = "Aerospike Community Edition"
	features = "batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;" +
		"sindex-exists;peers;pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;" +
		"replicas-master;replicas-max;truncate-namespace;udf"
)

// infoDefault are the requests that are answered if there are none.
const infoDefault = "features\nnode\nedition\nbuild\nversion\nstatistics\nservices\npartition-generation"

// info answers requests for information, one a line.
func (c *conn) info(body []byte) error {
	start := len(c.out)
	c.out = appendFrame(c.out, frameInfo)
	c.node.counts.applied[Info].Add(1)
	if c.mustLogIn() {
		c.out = append(c.out, "ERROR:80:not authenticated\n"...)
	} else {
		if len(body) == 0 {
			body = []byte(infoDefault)
		}
		for line := range bytes.SplitSeq(body, []byte("\n")) {
			if len(line) == 0 {
				continue
			}
			c.out = append(append(c.out, line...), '\t')
			c.out = append(append(c.out, c.inform(string(line))...), '\n')
		}
	}
	endFrame(c.out, start)
	return nil
}

// refuseInfo answers each request with a code.
func (c *conn) refuseInfo(body []byte, code aerostore.ResultCode) error {
	start := len(c.out)
	c.out = appendFrame(c.out, frameInfo)
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		if len(line) > 0 {
			c.out = append(append(append(c.out, line...), '\t'), infoError(code, "a fault was injected")...)
			c.out = append(c.out, '\n')
		}
	}
	endFrame(c.out, start)
	return nil
}

func (c *conn) inform(request string) string {
	name, arguments := request, ""
	if i := strings.IndexAny(request, "/:"); i >= 0 {
		name, arguments = request[:i], request[i+1:]
	}
	answer := infoRequests[name]
	if answer == nil {
		c.log().Warn("emulator: refusing an info request", slog.String("name", name))
		return infoError(4, "unrecognized command")
	}
	return answer(c.node, arguments)
}

// infoError returns how a request fails.
func infoError(code aerostore.ResultCode, reason string) string {
	return fmt.Sprintf("ERROR:%d:%s", code, reason)
}

func enterpriseOnly(*Node, string) string { return infoError(25, "enterprise only") }

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

func infoServices(n *Node, _ string) string {
	peers, _ := n.cluster.peersOf(n)
	addresses := make([]string, len(peers))
	for i, p := range peers {
		addresses[i] = p.Addr()
	}
	return strings.Join(addresses, ";")
}

// infoPeers answers with the generation, the default port and the peers.
func infoPeers(n *Node, _ string) string {
	peers, generation := n.cluster.peersOf(n)
	list := make([]string, len(peers))
	for i, p := range peers {
		list[i] = fmt.Sprintf("[%s,,[%s]]", p.name, p.Addr())
	}
	_, port, _ := net.SplitHostPort(n.Addr())
	return fmt.Sprintf("%d,%s,[%s]", generation, port, strings.Join(list, ","))
}

// infoClusterStable answers with a key, which changes with the nodes.
func infoClusterStable(n *Node, _ string) string {
	_, generation := n.cluster.peersOf(n)
	return fmt.Sprintf("%X", generation)
}

func infoPeersGeneration(n *Node, _ string) string {
	_, generation := n.cluster.peersOf(n)
	return strconv.Itoa(generation)
}

func infoPartitionGeneration(n *Node, _ string) string {
	return strconv.Itoa(n.cluster.partitions.Load().generation)
}

// infoReplicas answers with a bitmap of the partitions of the node for each replica, of
// each namespace. The number before them is that of the regime, which is 0 without strong
// consistency.
func infoReplicas(n *Node, _ string) string {
	m := n.cluster.partitions.Load()
	return eachNamespace(n, func() string {
		return fmt.Sprintf("0,%d%s", len(m.replicas), m.bitmaps(n, len(m.replicas)))
	})
}

func infoReplicasAll(n *Node, _ string) string {
	m := n.cluster.partitions.Load()
	return eachNamespace(n, func() string { return fmt.Sprintf("%d%s", len(m.replicas), m.bitmaps(n, len(m.replicas))) })
}

func infoReplicasMaster(n *Node, _ string) string {
	m := n.cluster.partitions.Load()
	return eachNamespace(n, func() string { return strings.TrimPrefix(m.bitmaps(n, 1), ",") })
}

func eachNamespace(n *Node, of func() string) string {
	parts := make([]string, len(n.cluster.namespaces))
	for i, name := range n.cluster.namespaces {
		parts[i] = name + ":" + of()
	}
	return strings.Join(parts, ";")
}

// bitmaps returns the partitions of a node in the first replicas.
func (m *partitionMap) bitmaps(n *Node, replicas int) string {
	var text strings.Builder
	for _, owners := range m.replicas[:replicas] {
		var bits [len(owners) / 8]byte
		for p, owner := range owners {
			if owner == n {
				bits[p/8] |= 0x80 >> (p % 8)
			}
		}
		text.WriteByte(',')
		text.WriteString(base64.StdEncoding.EncodeToString(bits[:]))
	}
	return text.String()
}
