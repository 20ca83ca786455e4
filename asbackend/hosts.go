package asbackend

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	as "github.com/aerospike/aerospike-client-go/v7"
)

const (
	defaultPort = 3000
	maxPort     = 65535
)

// parseHosts parses a comma-separated list of host, host:port or host:tlsname:port. IPv6
// addresses are in brackets.
func parseHosts(list string) ([]*as.Host, error) {
	if strings.Contains(list, "@") {
		// Before the @ may be a password, which no error may contain.
		return nil, hostsError("they contain an '@': pass user and password to WithUser")
	}
	var hosts []*as.Host
	for element := range strings.SplitSeq(list, ",") {
		host, reason := parseHost(strings.TrimSpace(element))
		if reason != "" {
			return nil, hostsError(fmt.Sprintf("%q: %s", element, reason))
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

func hostsError(reason string) error {
	return invalid("invalid hosts: %s (write host, host:port or host:tlsname:port, separated by commas)", reason)
}

// parseHost parses one element. If it is invalid, reason says why.
func parseHost(element string) (host *as.Host, reason string) {
	name, rest, reason := cutName(element)
	if reason != "" {
		return nil, reason
	}
	host = as.NewHost(name, defaultPort)
	if rest == "" {
		return host, ""
	}
	port := rest
	if tlsName, after, found := strings.Cut(rest, ":"); found {
		if tlsName == "" {
			return nil, "the TLS name is empty"
		}
		host.TLSName, port = tlsName, after
	}
	number, err := strconv.Atoi(port)
	switch {
	case strings.Contains(port, ":"):
		return nil, "there are too many colons: write an IPv6 address in brackets"
	case err != nil || number < 1 || number > maxPort:
		return nil, fmt.Sprintf("the port is not a number from 1 to %d", maxPort)
	}
	host.Port = number
	return host, ""
}

// cutName returns the name of the host and what follows its colon.
func cutName(element string) (name, rest, reason string) {
	name, rest, hasPort := strings.Cut(element, ":")
	if bracketed, found := strings.CutPrefix(element, "["); found {
		if name, rest, found = strings.Cut(bracketed, "]"); !found {
			return "", "", "the bracket is not closed"
		}
		if rest != "" && rest[0] != ':' {
			return "", "", "there is text between the bracket and the colon"
		}
		rest, hasPort = strings.CutPrefix(rest, ":")
	}
	switch {
	case hasPort && rest == "":
		return "", "", "the port is empty"
	case name == "" && strings.Contains(rest, ":"):
		return "", "", "write an IPv6 address in brackets"
	case name == "":
		return "", "", "the host is empty"
	case strings.ContainsFunc(name+rest, isForeignToHosts):
		return "", "", "there is a character that no host name may have"
	}
	return name, rest, ""
}

// isForeignToHosts reports whether no host name or address may have the character.
func isForeignToHosts(r rune) bool {
	return r <= ' ' || r == '/' || r == '\\' || r == 0x7f || r == utf8.RuneError
}
