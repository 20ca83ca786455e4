package aerostore

// A BatchItem is one record to write in [Store.BatchWrite].
type BatchItem struct {
	Key  Key
	Bins Bins

	// Options apply to this record. They replace those of the call where both
	// set the same; see [Options]. Timeouts, Compress and a Replica among them are
	// ignored.
	Options []WriteOption
}

// Resolve merges the item's options into those of the call. The timeouts, Compress and
// the Replica are always those of the call.
func (i BatchItem) Resolve(call Options) Options {
	o := call
	for _, opt := range i.Options {
		if opt != nil {
			o = opt.applyWrite(o)
		}
	}
	o.Timeout, o.SocketTimeout, o.Compress, o.Replica = call.Timeout, call.SocketTimeout, call.Compress, call.Replica
	return o
}

// A BatchResult is the result of a batch for one key.
type BatchResult struct {
	Key Key

	// Record holds what was read. It is nil if nothing was read or Err is set.
	Record *Record

	// Err is nil or the [*Error] of this key, such as [ErrNotFound] for a record
	// that does not exist. It says nothing about the other keys.
	Err error
}
