package aerostore

// A BatchItem is one record to write in [Store.BatchWrite].
type BatchItem struct {
	Key  Key
	Bins Bins

	// Options apply to this record, after those of the whole call: what they
	// set replaces, what they do not set stays; see [Options]. Timeouts among
	// them are ignored.
	Options []WriteOption
}

// Resolve returns the item's options over those of the whole call, whose
// timeouts it keeps.
func (i BatchItem) Resolve(call Options) Options {
	o := call
	for _, opt := range i.Options {
		if opt != nil {
			o = opt.applyWrite(o)
		}
	}
	o.Timeout, o.SocketTimeout = call.Timeout, call.SocketTimeout
	return o
}

// A BatchResult is how a batch ended for one key. Results stand in the order
// of the keys.
type BatchResult struct {
	Key Key

	// Record is what was read, nil if nothing was or if Err is set.
	Record *Record

	// Err is nil, or an [*Error] with this key's own code: [ErrNotFound] for a
	// key that is not there, which is an answer like any other. A key that
	// failed does not hide what became of the others.
	Err error
}
