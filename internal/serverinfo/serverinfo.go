// Package serverinfo answers the info commands about what a store has, as a server does.
package serverinfo

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/expr"
	"github.com/aerostore/aerostore/internal/info"
)

// What a server of the Community Edition says of itself.
const (
	Build    = "8.1.0.3"
	Edition  = "Aerospike Community Edition"
	Features = "batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;" +
		"sindex-exists;peers;pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;" +
		"replicas-master;replicas-max;truncate-namespace;udf"
)

// IndexTypes and IndexCollections are the names that a server has for those of an index.
var (
	IndexTypes       = []string{"", "numeric", "string", "blob", "geo2dsphere"}
	IndexCollections = []string{"default", "list", "mapkeys", "mapvalues"}
)

// A Source has what the answers are about.
type Source interface {
	// Namespaces returns the names of the namespaces.
	Namespaces() []string

	// Sets returns the names of the sets of a namespace.
	Sets(namespace string) []string

	// Indexes returns the indexes of a namespace.
	Indexes(namespace string) []aerostore.Index
}

// A Server answers for a node.
type Server struct {
	Source

	Node        string // the name
	ClusterName string
	Nodes       int
	Replicas    int

	// Objects counts the records of a set, or of all sets if it is "", that the node has, and
	// those of which it is the master.
	Objects func(namespace, set string) (all, masters int64)

	// Statistics are further ones.
	Statistics string
}

// Answer returns the answer to a command. If it does not know the command, that is the
// error of a server, and false.
func (s *Server) Answer(command string) (answer string, known bool) {
	name, arguments := info.Split(command)
	if of := answers[name]; of != nil {
		return of(s, arguments), true
	}
	return Refuse(aerostore.CodeParameter, "unrecognized command"), false
}

// answers has the commands by name.
var answers = map[string]func(s *Server, arguments string) string{
	"build":        func(*Server, string) string { return Build },
	"version":      func(*Server, string) string { return Edition + " build " + Build },
	"edition":      func(*Server, string) string { return Edition },
	"features":     func(*Server, string) string { return Features },
	"digests":      func(*Server, string) string { return "RIPEMD160" },
	"status":       func(*Server, string) string { return "ok" },
	"node":         func(s *Server, _ string) string { return s.Node },
	"name":         func(s *Server, _ string) string { return s.Node },
	"cluster-name": func(s *Server, _ string) string { return orNull(s.ClusterName) },
	"partitions":   func(*Server, string) string { return strconv.Itoa(aerostore.PartitionCount) },
	"namespaces":   func(s *Server, _ string) string { return strings.Join(s.Namespaces(), ";") },
	"udf-list":     func(*Server, string) string { return "" },
	"namespace":    (*Server).namespace,
	"statistics":   func(s *Server, _ string) string { return s.statistics() },
	"sets":         (*Server).sets,
	"sindex":       (*Server).indexes,
	"sindex-list":  func(s *Server, arguments string) string { return s.indexList(info.ParametersOf(arguments)) },
	"sindex-stat": func(s *Server, arguments string) string {
		p := info.ParametersOf(arguments)
		return s.indexStatistics(p.Either("namespace", "ns"), p["indexname"])
	},
	"sindex-exists": func(s *Server, arguments string) string { return s.indexExists(info.ParametersOf(arguments)) },
}

// Refuse returns how a command fails.
func Refuse(code aerostore.ResultCode, reason string) string {
	return fmt.Sprintf("ERROR:%d:%s", code, reason)
}

// orNull returns the text that stands for s, if that is empty.
func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

func (s *Server) has(namespace string) bool { return slices.Contains(s.Namespaces(), namespace) }

func (s *Server) statistics() string {
	objects := int64(0)
	for _, namespace := range s.Namespaces() {
		all, _ := s.Objects(namespace, "")
		objects += all
	}
	return fmt.Sprintf("cluster_size=%d;cluster_integrity=true;cluster_is_member=true;objects=%d%s", s.Nodes, objects, s.Statistics)
}

// namespace answers with the statistics and the configuration of a namespace.
func (s *Server) namespace(name string) string {
	if !s.has(name) {
		return "type=unknown"
	}
	all, masters := s.Objects(name, "")
	return fmt.Sprintf("ns_cluster_size=%d;effective_replication_factor=%d;objects=%d;master_objects=%d;"+
		"prole_objects=%d;stop_writes=false;hwm_breached=false;migrate_tx_partitions_remaining=0;"+
		"migrate_rx_partitions_remaining=0;nsup-period=1;default-ttl=0;replication-factor=%d;"+
		"max-record-size=1048576;strong-consistency=false;index-type=mem;storage-engine=memory",
		s.Nodes, s.Replicas, all, masters, all-masters, s.Replicas)
}

// sets answers "sets" with the sets of all namespaces, "sets/NAMESPACE" with those of one,
// and "sets/NAMESPACE/SET" with one.
func (s *Server) sets(arguments string) string {
	namespace, set, one := strings.Cut(arguments, "/")
	namespaces := s.Namespaces()
	if namespace != "" {
		if !s.has(namespace) {
			return "ns_type=unknown"
		}
		namespaces = []string{namespace}
	}
	var text strings.Builder
	for _, namespace := range namespaces {
		for _, name := range s.Sets(namespace) {
			switch {
			case name == "":
			case !one:
				fmt.Fprintf(&text, "ns=%s:set=%s:%s", namespace, name, s.describeSet(namespace, name))
			case name == set:
				text.WriteString(s.describeSet(namespace, name))
			}
		}
	}
	return text.String()
}

func (s *Server) describeSet(namespace, set string) string {
	all, _ := s.Objects(namespace, set)
	indexes := 0
	for _, x := range s.Indexes(namespace) {
		if x.Set == set {
			indexes++
		}
	}
	return fmt.Sprintf("objects=%d:tombstones=0:data_used_bytes=0:truncate_lut=0:sindexes=%d:index_populating=false:truncating=false:"+
		"default-read-touch-ttl-pct=0:default-ttl=0:disable-eviction=false:enable-index=false:stop-writes-count=0:stop-writes-size=0;",
		all, indexes)
}

// indexes answers "sindex" with the indexes of all namespaces, "sindex/NAMESPACE" with
// those of one, and "sindex/NAMESPACE/NAME" with what is to know of an index.
func (s *Server) indexes(arguments string) string {
	namespace, name, one := strings.Cut(arguments, "/")
	switch {
	case namespace == "":
		return s.describeIndexes(s.Namespaces(), false)
	case !s.has(namespace):
		return "ns_type=unknown"
	case one:
		return s.indexStatistics(namespace, name)
	default:
		return s.describeIndexes([]string{namespace}, false)
	}
}

func (s *Server) indexList(p info.Parameters) string {
	namespaces := s.Namespaces()
	if namespace := p.Either("namespace", "ns"); namespace != "" {
		if !s.has(namespace) {
			return Refuse(aerostore.CodeInvalidNamespace, "namespace not found on node")
		}
		namespaces = []string{namespace}
	}
	return s.describeIndexes(namespaces, p["b64"] == "true")
}

func (s *Server) indexExists(p info.Parameters) string {
	switch namespace := p.Either("namespace", "ns"); {
	case p["indexname"] == "":
		return Refuse(aerostore.CodeParameter, "missing 'indexname'")
	case !s.has(namespace):
		return Refuse(aerostore.CodeInvalidNamespace, "namespace not found on node")
	default:
		return strconv.FormatBool(s.hasIndex(namespace, p["indexname"]))
	}
}

func (s *Server) hasIndex(namespace, name string) bool {
	return slices.ContainsFunc(s.Indexes(namespace), func(x aerostore.Index) bool { return x.Name == name })
}

// indexStatistics says that an index is complete: it is once CreateIndex returns.
func (s *Server) indexStatistics(namespace, name string) string {
	if !s.hasIndex(namespace, name) {
		return Refuse(aerostore.CodeIndexNotFound, "no index")
	}
	return "entries=0;used_bytes=0;entries_per_bval=0;entries_per_rec=0;load_pct=100;load_time=0;stat_gc_recs=0"
}

func (s *Server) describeIndexes(namespaces []string, base64 bool) string {
	var texts []string
	for _, namespace := range namespaces {
		for _, x := range s.Indexes(namespace) {
			texts = append(texts, fmt.Sprintf("ns=%s:indexname=%s:set=%s:bin=%s:type=%s:indextype=%s:context=%s:exp=%s:state=RW",
				namespace, x.Name, orNull(x.Set), orNull(x.Bin), IndexTypes[x.Type], IndexCollections[x.Collection],
				pathText(x.Path, base64), expressionText(x.Expression, base64)))
		}
	}
	return strings.Join(texts, ";")
}

// expressionText returns an expression as a server lists it: in base64, or as text. The text
// is another than a server's, and has no constants, which might end the field.
func expressionText(e exp.Any, inBase64 bool) string {
	if e == nil {
		return "null"
	}
	if !inBase64 {
		return e.String()
	}
	text, err := exp.EncodeBase64(e)
	if err != nil {
		return "null" // the store has no such index
	}
	return text
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
