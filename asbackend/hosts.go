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

// parseHosts parses a list of host, host:port or host:tlsname:port, separated
// by commas; IPv6 addresses stand in brackets.
func parseHosts(list string) ([]*as.Host, error) {
	if strings.Contains(list, "@") {
		// What stands before an @ may be a password, which no error may show.
		return nil, hostsError("there is an '@' in them: user and password are given by WithUser")
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
	return invalid("hosts do not parse: %s (write them as host, host:port or host:tlsname:port)", reason)
}

// parseHost parses one element; a reason says what is wrong with it.
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
		return nil, "there are too many colons; an IPv6 address stands in brackets"
	case err != nil || number < 1 || number > maxPort:
		return nil, fmt.Sprintf("the port is not a number from 1 to %d", maxPort)
	}
	host.Port = number
	return host, ""
}

// cutName cuts what stands behind the host's name and its colon off.
func cutName(element string) (name, rest, reason string) {
	inBrackets := strings.HasPrefix(element, "[")
	if inBrackets {
		var found bool
		if name, rest, found = strings.Cut(element[1:], "]"); !found {
			return "", "", "the bracket is not closed"
		}
		if rest != "" && !strings.HasPrefix(rest, ":") {
			return "", "", "there is something between the bracket and the colon"
		}
		if rest == ":" {
			return "", "", "the port is empty"
		}
		rest = strings.TrimPrefix(rest, ":")
	} else {
		var found bool
		name, rest, found = strings.Cut(element, ":")
		if found && rest == "" {
			return "", "", "the port is empty"
		}
	}
	switch {
	case name == "" && strings.Contains(rest, ":"):
		return "", "", "an IPv6 address stands in brackets"
	case name == "":
		return "", "", "the host is empty"
	case strings.ContainsFunc(name+rest, isForeignToHosts):
		return "", "", "there is a character that no host name has"
	}
	return name, rest, ""
}

// isForeignToHosts reports whether no host name or address has the character.
func isForeignToHosts(r rune) bool {
	return r <= ' ' || r == '/' || r == '\\' || r == 0x7f || r == utf8.RuneError
}
