package expr

import "slices"

// Uses are what an expression takes of a record.
type Uses struct {
	Bins     []string // their names, each once
	Digest   bool
	Key      bool
	Metadata bool // other than the digest and the key
}

// UsesOf returns what an expression takes of a record. The expression was checked.
func UsesOf(n *Node) Uses {
	var u Uses
	u.add(n)
	return u
}

func (u *Uses) add(n *Node) {
	switch op := n.Op; {
	case op == Bin || op == BinType:
		if !slices.Contains(u.Bins, n.Name) {
			u.Bins = append(u.Bins, n.Name)
		}
	case op == DigestModulo:
		u.Digest = true
	case op == Key:
		u.Key = true
	case op > DigestModulo && op <= RecordSize:
		u.Metadata = true
	}
	for _, arg := range n.Args {
		u.add(arg)
	}
}
