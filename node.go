package aerostore

import (
	"bytes"
	"strconv"
	"strings"
)

// A Node is a server of a cluster. It must not be modified.
type Node struct {
	Name    string
	Address string // host name or IP address
	Port    int
}

// String returns the name and the address, as far as they are known, or "unknown" for nil.
func (n *Node) String() string {
	if n == nil {
		return "unknown"
	}
	return string(n.appendTo(nil))
}

func (n *Node) appendTo(b []byte) []byte {
	if n.Name != "" {
		b = append(append(b, n.Name...), ' ')
	}
	if n.Address == "" && n.Name != "" {
		return bytes.TrimSuffix(b, []byte(" "))
	}
	if strings.Contains(n.Address, ":") { // an IPv6 address
		b = append(append(append(b, '['), n.Address...), ']')
	} else {
		b = append(b, n.Address...)
	}
	return strconv.AppendInt(append(b, ':'), int64(n.Port), 10)
}
