package aerostore

import (
	"context"
	"unsafe"
)

// A Call is one operation with its arguments, in the one shape that every
// [Handler] takes. It is passed by value: what a layer changes, it changes for
// the layers inside it alone. The maps and slices in it are the caller's; a
// layer that wants other contents passes on another map or slice.
//
// Which of the arguments a Call has follows from its Op and from the signature
// of that operation in [Store].
type Call struct {
	Op Op

	// Arguments that exclude each other share a place, so that a Call stays
	// cheap to pass on: a slice is a pointer to its first element and a length,
	// as in slog.Value, of a type that prints nothing. The size is a multiple of 16 bytes on purpose;
	// docs/decisions/0002-call-by-value.md has the figures.
	nargs, nsubject int32
	args       any // bins, bin names or operations
	subject         any // keys, batch items, a query or a custom call

	Key     Key // of the operations on a single record
	Options Options
}

// Bins returns the bins of Put, Append, Prepend and Increment.
func (c Call) Bins() Bins {
	p, ok := c.args.(*veil[Bins])
	if !ok {
		return nil
	}
	return *(*Bins)(unsafe.Pointer(&p)) //nolint:gosec // G103: p is WithBins's
}

// WithBins returns the call with other bins.
func (c Call) WithBins(bins Bins) Call {
	c.args = hideBins(bins)
	return c
}

// hideBins keeps fmt from printing the bins: a map is a pointer, here to
// something without fields.
func hideBins(bins Bins) any {
	return *(**veil[Bins])(unsafe.Pointer(&bins)) //nolint:gosec // G103: a map is represented by one pointer
}

// BinNames returns the bins to read, of Select and BatchRead.
func (c Call) BinNames() []string { return sliceOf[string](c.args, c.nargs) }

// WithBinNames returns the call with other bins to read.
func (c Call) WithBinNames(bins []string) Call {
	c.args, c.nargs = firstOf(bins)
	return c
}

// Operations returns the steps of Operate and BatchOperate.
func (c Call) Operations() []Operation { return sliceOf[Operation](c.args, c.nargs) }

// WithOperations returns the call with other steps.
func (c Call) WithOperations(ops []Operation) Call {
	c.args, c.nargs = firstOf(ops)
	return c
}

// Keys returns the keys of BatchRead, BatchOperate and BatchRemove.
func (c Call) Keys() []Key { return sliceOf[Key](c.subject, c.nsubject) }

// WithKeys returns the call with other keys.
func (c Call) WithKeys(keys []Key) Call {
	c.subject, c.nsubject = firstOf(keys)
	return c
}

// Items returns the records of BatchWrite.
func (c Call) Items() []BatchItem { return sliceOf[BatchItem](c.subject, c.nsubject) }

// WithItems returns the call with other records to write.
func (c Call) WithItems(items []BatchItem) Call {
	c.subject, c.nsubject = firstOf(items)
	return c
}

// queryCall is a query with where its records go.
type queryCall struct {
	query Query
	yield func(*Record) bool
	rows  int
}

// Query returns the query of a Query call, else nil. It must not be changed.
func (c Call) Query() *Query {
	if q, ok := c.subject.(*queryCall); ok {
		return &q.query
	}
	return nil
}

// Yield hands a record of a Query call to the caller. It returns false when
// the caller wants no more; the handler then stops and returns. It must be
// called by the goroutine that runs the handler and not after it returned.
func (c Call) Yield(r *Record) bool {
	q, ok := c.subject.(*queryCall)
	if !ok {
		return false
	}
	q.rows++
	return q.yield(r)
}

// Rows returns how many records of a Query call went through [Call.Yield] so
// far.
func (c Call) Rows() int {
	if q, ok := c.subject.(*queryCall); ok {
		return q.rows
	}
	return 0
}

// WithQuery returns the call with another query, whose records go to yield,
// which may not be nil. A layer that wants to see the records passes a function
// that calls the Yield of its own Call. The options that count are those of
// the call, not q's.
func (c Call) WithQuery(q Query, yield func(*Record) bool) Call {
	c.subject = &queryCall{query: q, yield: yield}
	return c
}

// A Custom call is something that [Store] has no method for and that should
// pass through the same layers; see [Do].
type Custom struct {
	// Name is what telemetry and errors call it, in capitals: "TRUNCATE".
	// Required, and from a small fixed set.
	Name string

	// Namespace and Set say what it is about, where it is about one.
	Namespace string
	Set       string

	// Writes says that it may change data, so that a failure may leave it in
	// doubt; see [Call.InDoubt].
	Writes bool
}

// NewError returns the error of something that has this name and target. The function
// that [Do] runs returns one to say whether it changed anything: it did not unless
// InDoubt is set.
func (c Custom) NewError(code ResultCode, cause error) *Error {
	return Call{Op: OpCustom, subject: &customCall{custom: c}}.NewError(code, cause)
}

// customCall is a custom call with what it does.
type customCall struct {
	custom Custom
	run    func(context.Context) error
}

// Custom returns the description of a Custom call, else nil. It must not be
// changed.
func (c Call) Custom() *Custom {
	if cc, ok := c.subject.(*customCall); ok {
		return &cc.custom
	}
	return nil
}

// Run does what a Custom call is for. Backends call it; on any other call it
// does nothing.
func (c Call) Run(ctx context.Context) error {
	if cc, ok := c.subject.(*customCall); ok {
		return cc.run(ctx)
	}
	return nil
}

// Name returns what telemetry and errors call the operation: Op in words, or
// the name of a Custom call.
func (c Call) Name() string {
	if custom := c.Custom(); custom != nil {
		return custom.Name
	}
	return c.Op.String()
}

// String returns name, namespace and set, never an id or a value.
func (c Call) String() string {
	where := target(c.Target())
	if where == "" {
		return c.Name()
	}
	return c.Name() + " " + where
}

// GoString is String: %#v holds no id or value either.
func (c Call) GoString() string { return c.String() }

// IsBatch reports whether the call is one of the batch operations.
func (c Call) IsBatch() bool { return c.Op.IsBatch() }

// Len returns the number of keys of a batch, 1 for an operation on a single
// record, and 0 for a query and a custom call.
func (c Call) Len() int {
	switch info := c.Op.info(); {
	case info.args.has(argKeys):
		return len(c.Keys())
	case info.args.has(argItems):
		return len(c.Items())
	case info.kind == kindQuery, info.kind == kindCustom:
		return 0
	default:
		return 1
	}
}

// KeyAt returns the i-th of the Len keys.
func (c Call) KeyAt(i int) Key {
	switch args := c.Op.info().args; {
	case args.has(argKeys):
		return c.Keys()[i]
	case args.has(argItems):
		return c.Items()[i].Key
	default:
		return c.Key
	}
}

// Target returns the namespace and set of the call. The set is "" if the keys of
// a batch differ in it, and so is the namespace.
func (c Call) Target() (namespace, set string) {
	if q := c.Query(); q != nil {
		return q.Namespace, q.Set
	}
	if custom := c.Custom(); custom != nil {
		return custom.Namespace, custom.Set
	}
	for i := range c.Len() {
		k := c.KeyAt(i)
		if i == 0 {
			namespace, set = k.namespace, k.set
			continue
		}
		if k.namespace != namespace {
			return "", ""
		}
		if k.set != set {
			set = ""
		}
	}
	return namespace, set
}

// Writes reports whether the call may change data. If it fails, it may be in
// doubt.
func (c Call) Writes() bool {
	switch info := c.Op.info(); {
	case !info.mayWrite:
		return false
	case info.args.has(argOperations):
		return anyWrites(c.Operations())
	case info.kind == kindCustom:
		custom := c.Custom()
		return custom != nil && custom.Writes
	default:
		return true
	}
}

// NewError returns the error of the call: an [*Error] that names its operation,
// namespace and set, and says that the call was not applied. It looks at all keys
// of a batch; see [Call.NewKeyError].
func (c Call) NewError(code ResultCode, cause error) *Error {
	namespace, set := c.Target()
	err := &Error{Op: c.Op, Namespace: namespace, Set: set, Code: code, Err: cause}
	if custom := c.Custom(); custom != nil {
		err.custom = custom.Name
	}
	return err
}

// NewKeyError returns the error of one key of a batch, which names the key's own
// namespace and set.
func (c Call) NewKeyError(key Key, code ResultCode, cause error) *Error {
	return &Error{Op: c.Op, Namespace: key.namespace, Set: key.set, Code: code, Err: cause}
}

// firstOf takes a slice apart for sliceOf to put together again, without an
// allocation and with nil still nil.
func firstOf[T any](s []T) (first any, n int32) {
	first = (*veil[T])(unsafe.Pointer(unsafe.SliceData(s))) //nolint:gosec // G103: for sliceOf to turn back
	return first, int32(len(s))                             //nolint:gosec // G115: no call has 2^31 keys
}

// sliceOf returns the slice that firstOf was given, nil if it was of another
// type.
func sliceOf[T any](first any, n int32) []T {
	p, ok := first.(*veil[T])
	if !ok {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(p)), n) //nolint:gosec // G103: p and n are firstOf's, and travel together
}
