package aerostore

import "context"

// Count returns how many records a set has, or a namespace if set is empty. It does not
// read the records, so it is fast, for example to show how far a [Store.Query] is. A set
// that does not exist has none.
//
// A server counts records that have expired and are not yet removed. It divides the count
// of a set over all nodes by the number of copies. So the result is an estimate while
// records move between nodes.
//
// Layers see a custom call named COUNT. Count fails with [CodeUnsupportedFeature] if no
// store in the chain is a [Counter].
func Count(ctx context.Context, s Store, namespace, set string) (int64, error) {
	c := Counting{Namespace: namespace, Set: set}
	counter, err := capability[Counter](s, c.custom())
	if err != nil {
		return 0, err
	}
	var n int64
	err = Do(ctx, s, c.custom(), func(ctx context.Context) error {
		var err error
		n, err = counter.Count(ctx, c)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// A Counter is a backend that knows how many records it has. [Count] finds it in a chain.
type Counter interface {
	// Count returns the number of records without reading them.
	Count(ctx context.Context, c Counting) (int64, error)
}

// A Counting says what [Count] counts.
type Counting struct {
	Namespace string
	Set       string // "" for all sets of the namespace
}

// Check returns an [*Error] if ctx is nil or done, or if a name is not valid, and otherwise
// nil. The error of an invalid name matches [ErrInvalid]. Backends call Check first in
// Count.
func (c Counting) Check(ctx context.Context) error {
	return checkCommand(ctx, checkScope(c.Namespace, c.Set), c.NewError)
}

// NewError returns an error with the namespace and set of the counting.
func (c Counting) NewError(code ResultCode, cause error) *Error {
	return c.custom().NewError(code, cause)
}

func (c Counting) custom() Custom {
	return Custom{Name: "COUNT", Namespace: c.Namespace, Set: c.Set}
}
