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
	"github.com/aerostore/aerostore/internal/info"
	"github.com/aerostore/aerostore/internal/serverinfo"
)

// An infoRequest answers a request for information. The arguments are what follows the
// name: "X" of "namespace/X", and "a=1;b=2" of "truncate:a=1;b=2".
type infoRequest func(n *Node, arguments string) string

// infoRequests has the requests by name that are about the node and its cluster, or change
// something.
var infoRequests = map[string]infoRequest{
	"cluster-stable":       infoClusterStable,
	"service":              func(n *Node, _ string) string { return n.Addr() },
	"service-clear-std":    func(n *Node, _ string) string { return n.Addr() },
	"service-clear-alt":    func(*Node, string) string { return "" },
	"services":             infoServices,
	"peers-clear-std":      infoPeers,
	"peers-clear-alt":      infoPeers,
	"peers-generation":     infoPeersGeneration,
	"partition-generation": infoPartitionGeneration,
	"replicas":             infoReplicas,
	"replicas-all":         infoReplicasAll,
	"replicas-master":      infoReplicasMaster,
	"rack-ids":             enterpriseOnly,
	"racks":                enterpriseOnly,
	"roster":               enterpriseOnly,
	"feature-key":          enterpriseOnly,
	"sindex-create":        infoIndexCreate,
	"sindex-delete":        infoIndexDelete,
	"truncate":             infoTruncate,
	"truncate-namespace":   infoTruncateNamespace,
	"query-show":           infoQueryShow,
	"query-abort":          infoQueryAbort,
	"query-abort-all":      infoQueryAbortAll,
	"user-agent-set":       func(*Node, string) string { return "ok" },
}

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
			c.out = append(append(append(c.out, line...), '\t'), serverinfo.Refuse(code, "a fault was injected")...)
			c.out = append(c.out, '\n')
		}
	}
	endFrame(c.out, start)
	return nil
}

func (c *conn) inform(request string) string {
	name, arguments := info.Split(request)
	if answer := infoRequests[name]; answer != nil {
		return answer(c.node, arguments)
	}
	answer, known := c.node.server().Answer(request)
	if !known {
		c.log().Warn("emulator: refusing an info request", slog.String("name", name))
	}
	return answer
}

func enterpriseOnly(*Node, string) string { return serverinfo.Refuse(25, "enterprise only") }

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
