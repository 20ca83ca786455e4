package aerostore

import (
	"errors"

	value "github.com/aerostore/aerostore/internal/value"
)

// A BatchItem is what [Store.BatchWrite] does with one record. Exactly one of Bins,
// Operations and Remove is set.
//
//	[]aerostore.BatchItem{
//		{Key: page, Operations: []aerostore.Operation{aerostore.ReadAll()}},
//		{Key: views, Operations: []aerostore.Operation{aerostore.AddBin("n", 1), aerostore.ReadBin("n")}},
//		{Key: visitor, Bins: aerostore.Bins{"seen": now}, Options: []aerostore.WriteOption{aerostore.TTL(time.Hour)}},
//		{Key: draft, Remove: true},
//	}
type BatchItem struct {
	Key Key

	// Bins are written as [Store.Put] writes them.
	Bins Bins

	// Operations are applied as [Store.Operate] applies them. If all of them read,
	// the item is a read: [ReadAll] is a Get, [ReadBin] a Select, and [ReadHeader]
	// alone reads the generation and the TTL. Operations that write cannot be combined
	// with ReadAll, unless the batch has one item.
	Operations []Operation

	// Remove removes the record, as [Store.BatchRemove] does.
	Remove bool

	// Options apply to this record. They replace those of the call where both
	// set the same; see [Options]. Timeouts, Compress and a Replica among them are
	// ignored. So are options without a meaning for what the item does, such as the TTL
	// of a removal.
	Options []WriteOption
}

// Resolve merges the item's options into those of the call. The timeouts, Compress and
// the Replica are always those of the call.
func (i BatchItem) Resolve(call Options) Options {
	o := call
	for _, opt := range i.Options {
		if !value.IsNil(opt) {
			o = opt.applyWrite(o)
		}
	}
	o.Timeout, o.SocketTimeout, o.Compress, o.Replica = call.Timeout, call.SocketTimeout, call.Compress, call.Replica
	return o
}

// Writes reports whether the item may change the record.
func (i BatchItem) Writes() bool { return i.writes() }

func (i *BatchItem) writes() bool { return len(i.Operations) == 0 || anyWrites(i.Operations) }

// anyItemWrites reports whether an item may change a record. No items may.
func anyItemWrites(items []BatchItem) bool {
	for i := range items {
		if items[i].writes() {
			return true
		}
	}
	return len(items) == 0
}

// check returns why the item is not valid, or nil. The options are those of the call.
func (i *BatchItem) check(call Options) *invalidError {
	if err := i.Key.check(); err != nil {
		return err
	}
	if err := i.checkWhat(); err != nil {
		return err
	}
	return i.Resolve(call).checkBatched()
}

// checkWhat checks what is done with the record.
func (i *BatchItem) checkWhat() *invalidError {
	bins, operations := i.Bins != nil, i.Operations != nil
	switch {
	case bins && operations, bins && i.Remove, operations && i.Remove:
		return invalidf("more than one of Bins, Operations and Remove is set")
	case operations:
		return checkOperations(i.Operations)
	case i.Remove:
		return nil
	case bins:
		return checkBins(i.Bins)
	default:
		return invalidf("there are no bins to write: set Bins, Operations or Remove")
	}
}

// A BatchResult is the result of a batch for one key.
type BatchResult struct {
	Key Key

	// Record holds what was read, or what the operations returned. It is nil after
	// bins were written or the record was removed, and if Err is set.
	Record *Record

	// Err is nil or the [*Error] of this key, such as [ErrNotFound] for a record
	// that does not exist. It says nothing about the other keys; see [BatchErrors].
	Err error
}

// Step returns what an operation on the record returned, as [Record.Step] does. If the
// key failed, the methods of the StepResult fail with Err.
func (r BatchResult) Step(i int) StepResult {
	if r.Err != nil {
		return StepResult{step: i, value: failedStep{r.Err}}
	}
	return r.Record.Step(i)
}

// Existed reports whether the record existed, for a removal or a read. It returns Err
// unless that is [ErrNotFound].
func (r BatchResult) Existed() (bool, error) {
	switch {
	case r.Err == nil:
		return true, nil
	case errors.Is(r.Err, ErrNotFound) && !InDoubt(r.Err):
		return false, nil
	default:
		return false, r.Err
	}
}
