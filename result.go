package aerostore

import (
	"strconv"
	"strings"
	"unsafe"
)

// A Result is what a [Handler] returns beside its error, by value: what the
// operation gave, and what telemetry wants to know of how it came about.
// Layers may add to it on the way out.
//
// It fits in four machine words, which the compiler keeps in registers from
// layer to layer; docs/decisions/0002-call-by-value.md says what more costs.
type Result struct {
	what any   // a *Record or the first *BatchResult behind a veil, a bool, or nil
	n    int32 // the number of batch results

	// Attempts is how often the operation was tried, 0 where nobody counted or
	// where another operation was tried in its place, whose result has them.
	Attempts int32

	// Node is the node that the operation went to last, nil where none was
	// asked or the backend does not know.
	Node *Node
}

// Record returns what Get, Select and Operate gave.
func (r Result) Record() *Record {
	p, _ := r.what.(*veil[Record])
	return (*Record)(unsafe.Pointer(p)) //nolint:gosec // G103: p is WithRecord's
}

// WithRecord returns the result with a record.
func (r Result) WithRecord(record *Record) Result {
	r.what = (*veil[Record])(unsafe.Pointer(record)) //nolint:gosec // G103: for Record to turn back
	return r
}

// Batch returns the results of a batch, in the order of its keys. There may be
// some beside an error.
func (r Result) Batch() []BatchResult {
	return sliceOf[BatchResult](r.what, r.n)
}

// WithBatch returns the result with those of a batch.
func (r Result) WithBatch(results []BatchResult) Result {
	r.what, r.n = firstOf(results)
	return r
}

// Existed returns what Exists and Remove found out.
func (r Result) Existed() bool {
	existed, _ := r.what.(bool)
	return existed
}

// WithExisted returns the result with what Exists or Remove found out.
func (r Result) WithExisted(existed bool) Result {
	r.what = existed
	return r
}

// A Node is one server of a cluster. It must not be changed.
type Node struct {
	Name    string
	Address string // host name or IP address
	Port    int
}

// String returns name and address.
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
	if strings.Contains(n.Address, ":") { // an IPv6 address
		b = append(append(append(b, '['), n.Address...), ']')
	} else {
		b = append(b, n.Address...)
	}
	return strconv.AppendInt(append(b, ':'), int64(n.Port), 10)
}
