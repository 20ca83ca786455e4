package aerostore

import "unsafe"

// A Result is the result of a [Handler], which is passed by value. It holds what the
// operation returns and what telemetry reports. Layers may change it.
type Result struct {
	// docs/decisions/0002-call-by-value.md says why a Result has four words at most.

	what any   // a *Record or the first *BatchResult behind a veil, a bool, or nil
	n    int32 // the number of batch results

	// Attempts is the number of attempts. It is 0 if they were not counted, and for a
	// call that shares the result of another call.
	Attempts int32

	// Node is the node that the operation was last sent to. It is nil if it was sent
	// to none or the backend does not know it.
	Node *Node
}

// Record returns the record of OpGet, OpSelect and OpOperate, or nil.
func (r Result) Record() *Record {
	p, _ := r.what.(*veil[Record])
	return (*Record)(unsafe.Pointer(p)) //nolint:gosec // G103: p is WithRecord's
}

// WithRecord returns a copy of the result with another record.
func (r Result) WithRecord(record *Record) Result {
	r.what = (*veil[Record])(unsafe.Pointer(record)) //nolint:gosec // G103: for Record to turn back
	return r
}

// Batch returns the results of a batch, in the order of its keys. There may be results
// although the handler returned an error.
func (r Result) Batch() []BatchResult {
	return sliceOf[BatchResult](r.what, r.n)
}

// WithBatch returns a copy of the result with the results of a batch.
func (r Result) WithBatch(results []BatchResult) Result {
	r.what, r.n = firstOf(results)
	return r
}

// Existed reports whether the record existed, for OpExists and OpRemove.
func (r Result) Existed() bool {
	existed, _ := r.what.(bool)
	return existed
}

// WithExisted returns a copy of the result that says whether the record existed.
func (r Result) WithExisted(existed bool) Result {
	r.what = existed
	return r
}
