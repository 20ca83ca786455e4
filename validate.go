package aerostore

import (
	"context"
	"fmt"
	"strings"

	value "github.com/aerostore/aerostore/internal/value"
)

// Validate returns an error if no server could perform the call, for example because
// a name is too long, a value has a type that cannot be stored, or an option is out
// of range. The error is an [*Error] that matches [ErrInvalid].
//
// Backends call Validate, usually by [Call.Check], before they do anything. Layers
// do not have to.
func (c Call) Validate() error {
	if err := c.check(); err != nil {
		return c.NewError(err.code, err)
	}
	return nil
}

// Check returns an [*Error] if ctx is done or [Call.Validate] fails, and otherwise nil.
// Backends call it first.
func (c Call) Check(ctx context.Context) error {
	if ctx.Err() != nil {
		return c.NewContextError(ContextError(ctx))
	}
	if err := c.check(); err != nil { // not Validate, which would copy the call
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
		return errNoQuery
	case kindCustom:
		if custom := c.Custom(); custom == nil || custom.Name == "" {
			return invalidf("the custom call has no name")
		}
		return nil
	default:
		return invalidf("operation %d is unknown", c.Op)
	}
}

var errNoQuery = invalidf("the call has no query: make it with WithQuery")

// checkItems checks the items with their own options. Those of the call alone need not
// fit a batch.
func (c *Call) checkItems() *invalidError {
	for i := range c.Items() {
		if err := c.Items()[i].check(c.Options); err != nil {
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

	maxBinName = 15
	maxQuoted  = 32 // how much of a name that is too long an error quotes
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

// at adds to the error which of several inputs was refused.
func (e *invalidError) at(what string, i int) *invalidError {
	where := fmt.Sprintf("%s %d: ", what, i)
	located := &invalidError{code: e.code, err: fmt.Errorf("%s%w", where, e.err)}
	if e.safe != "" {
		located.safe = where + e.safe
	}
	return located
}

// checkBinName returns why a server would refuse the name, or nil. The empty name is
// legal.
func checkBinName(name string) *invalidError {
	if len(name) > maxBinName {
		return &invalidError{
			code: CodeBinNameTooLong,
			err:  fmt.Errorf("bin name %q has %d bytes, %d at most", shorten(name), len(name), maxBinName),
			safe: fmt.Sprintf("a bin name has %d bytes, %d at most", len(name), maxBinName),
		}
	}
	if strings.IndexByte(name, 0) >= 0 {
		return &invalidError{
			code: CodeBinNameTooLong,
			err:  fmt.Errorf("bin name %q has a NUL byte", name),
			safe: "a bin name has a NUL byte",
		}
	}
	return nil
}

// checkBin returns why the bin cannot be written, or nil.
func checkBin(name string, v any) *invalidError {
	if err := checkBinName(name); err != nil {
		return err
	}
	if reason := value.Check(v); reason != "" {
		return invalidf("bin %q: %s", name, reason)
	}
	return nil
}

// shorten keeps a name that is too long from filling a log.
func shorten(name string) string {
	if len(name) > maxQuoted {
		return name[:maxQuoted] + "…"
	}
	return name
}
