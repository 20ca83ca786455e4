// Package info knows the form of info commands and of their answers.
package info

import (
	"strconv"
	"strings"
)

// reading are the names of the commands that change nothing on a server.
var reading = func() map[string]bool {
	const words = "best-practices build build-arch build-ee-sha build-os build-sha build-time build_os build_time " +
		"cluster-name cluster-stable compatibility-id digests edition endpoints feature-key features get-config " +
		"get-dc-config get-sl get-stats health-outliers health-stats help histogram index-pressure latencies latency " +
		"log logs mesh name namespace namespaces node objects partition-generation partition-info partitions " +
		"peers-clear-alt peers-clear-std peers-generation peers-tls-alt peers-tls-std physical-devices query-show " +
		"rack-ids racks rebalance-generation release replicas replicas-all replicas-master replicas-max roster " +
		"scan-list scan-show service service-clear-alt service-clear-std service-tls-alt service-tls-std services " +
		"services-alternate services-alumni sets sindex sindex-exists sindex-list sindex-stat smd-info smd-show " +
		"statistics status throughput udf-get udf-list user-agents version"
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}()

// Split returns the name of a command, and what follows it: "X" of "namespace/X", and
// "a=1;b=2" of "truncate:a=1;b=2".
func Split(command string) (name, arguments string) {
	if i := strings.IndexAny(command, "/:"); i >= 0 {
		return command[:i], command[i+1:]
	}
	return command, ""
}

// Reads reports whether a command is known to change nothing.
func Reads(command string) bool {
	name, _ := Split(command)
	return reading[name]
}

// Refusal returns the code and text of an answer such as "ERROR:201:no index". It returns
// 0 for any other answer, and 1, an error of the server, for one without a code.
func Refusal(answer string) (code int, text string) {
	kind, rest, _ := strings.Cut(answer, ":")
	if kind = strings.ToUpper(kind); kind != "ERROR" && kind != "FAIL" {
		return 0, ""
	}
	number, text, _ := strings.Cut(rest, ":")
	code, err := strconv.Atoi(number)
	if err != nil || code == 0 {
		return 1, rest
	}
	return code, text
}

// Parameters are the arguments of a command, such as "a=1;b=2".
type Parameters map[string]string

// ParametersOf returns the arguments by name.
func ParametersOf(arguments string) Parameters {
	p := make(Parameters)
	for part := range strings.SplitSeq(arguments, ";") {
		if name, value, ok := strings.Cut(part, "="); ok {
			p[name] = value
		}
	}
	return p
}

// Either returns the first of the arguments that is there.
func (p Parameters) Either(names ...string) string {
	for _, name := range names {
		if p[name] != "" {
			return p[name]
		}
	}
	return ""
}
