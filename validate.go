package aerostore

import "fmt"

// Validate returns an error if no server could perform the call: if a key is empty,
// a name too long, a value of a type that cannot be stored or an option out of range.
// The error is an [*Error] that matches [ErrInvalid].
//
// Backends call Validate, usually by [Call.Check], before they do anything. Layers
// need not.
func (c Call) Validate() error {
	if err := c.check(); err != nil {
		return c.NewError(err.code, err)
	}
	return nil
}

func (c *Call) check() *invalidError {
	if err := c.Options.check(); err != nil {
		return err
	}
	if err := c.checkTarget(); err != nil {
		return err
	}
	switch args := c.Op.info().args; {
	case args.has(argBins):
		return checkBins(c.Bins())
	case args.has(argBinNames):
		return checkBinNames(c.BinNames())
	case args.has(argOperations):
		return checkOperations(c.Operations())
	case args.has(argItems):
		return c.checkItems()
	default:
		return nil
	}
}

// checkTarget checks the keys, the query or the name of the call.
func (c *Call) checkTarget() *invalidError {
	switch info := c.Op.info(); info.kind {
	case kindSingle:
		return c.Key.check()
	case kindBatch:
		if !info.args.has(argKeys) {
			return nil
		}
		if err := c.Options.checkBatched(); err != nil {
			return err
		}
		for i, k := range c.Keys() {
			if err := k.check(); err != nil {
				return err.at("key", i)
			}
		}
		return nil
	case kindQuery:
		if q := c.Query(); q != nil {
			return q.check()
		}
		return invalidf("the call has no query: make it with WithQuery")
	case kindCustom:
		if custom := c.Custom(); custom == nil || custom.Name == "" {
			return invalidf("the custom call has no name")
		}
		return nil
	default:
		return invalidf("operation %d is unknown", c.Op)
	}
}

// checkItems checks the items with their own options. Those of the call alone need not
// fit a batch.
func (c *Call) checkItems() *invalidError {
	for i, item := range c.Items() {
		err := item.Key.check()
		if err == nil {
			err = checkBins(item.Bins)
		}
		if err == nil {
			err = item.Resolve(c.Options).checkBatched()
		}
		if err != nil {
			return err.at("item", i)
		}
	}
	return nil
}

const (
	// A server accepts no more bins in a record and no more operations that write.
	maxBins, maxOperations = 32767, 32767

	// The wire protocol has 16 bits for the number of names and for the generations of
	// a batch.
	maxBinNames          = 65535
	maxBatchedGeneration = 65535
)

// checkBatched is [Options.check] for a key of a batch.
func (o Options) checkBatched() *invalidError {
	if err := o.check(); err != nil {
		return err
	}
	if o.GenerationCheck != GenerationIgnored && o.Generation > maxBatchedGeneration {
		return invalidf("generation %d is too high for a batch, %d at most", o.Generation, maxBatchedGeneration)
	}
	return nil
}

func checkBins(bins Bins) *invalidError {
	if len(bins) == 0 {
		return invalidf("there are no bins to write")
	}
	if len(bins) > maxBins {
		return invalidf("there are %d bins to write, %d at most", len(bins), maxBins)
	}
	for name, value := range bins {
		if err := checkBin(name, value); err != nil {
			return err
		}
	}
	return nil
}

func checkBinNames(names []string) *invalidError {
	if len(names) > maxBinNames {
		return invalidf("there are %d bins to read, %d at most", len(names), maxBinNames)
	}
	for _, name := range names {
		if err := checkBinName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkOperations(ops []Operation) *invalidError {
	if len(ops) == 0 {
		return invalidf("there are no operations")
	}
	if len(ops) > maxOperations {
		return invalidf("there are %d operations, %d at most", len(ops), maxOperations)
	}
	for i, o := range ops {
		if err := o.check(); err != nil {
			return err.at("operation", i)
		}
	}
	return nil
}

// at adds which of several inputs was refused.
func (e *invalidError) at(what string, i int) *invalidError {
	where := fmt.Sprintf("%s %d: ", what, i)
	located := &invalidError{code: e.code, err: fmt.Errorf("%s%w", where, e.err)}
	if e.safe != "" {
		located.safe = where + e.safe
	}
	return located
}
