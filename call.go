package aerostore

import "unsafe"

// A Call is one operation and its arguments, as a [Handler] receives them. Its
// Op determines which arguments it has: those of the [Store] method of that
// name.
//
// A Call is passed by value. A layer that changes its Call affects only the layers
// inside. The maps and slices of a Call belong to the application and must not be
// modified. To change an argument, pass another map or slice to one of the With
// methods.
type Call struct {
	Op Op

	// Arguments that exclude each other share a field, so that a Call is cheap to
	// copy. A slice is a pointer to its first element and a length, as in
	// slog.Value, and the pointer has a type that prints nothing. The size is a
	// multiple of 16 bytes; docs/decisions/0002-call-by-value.md says why.
	nargs, nsubject int32
	args            any // bins, bin names or operations
	subject         any // keys, batch items, a query or a custom call

	Key     Key // of an operation on a single record
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

// WithBins returns a copy of the call with other bins.
func (c Call) WithBins(bins Bins) Call {
	c.args = hideBins(bins)
	return c
}

// hideBins returns bins, which a map represents as a pointer, as a pointer to a
// type that prints nothing.
func hideBins(bins Bins) any {
	return *(**veil[Bins])(unsafe.Pointer(&bins)) //nolint:gosec // G103: a map is represented by one pointer
}

// BinNames returns the names of the bins that Select and BatchRead read.
func (c Call) BinNames() []string { return sliceOf[string](c.args, c.nargs) }

// WithBinNames returns a copy of the call that reads other bins.
func (c Call) WithBinNames(bins []string) Call {
	c.args, c.nargs = firstOf(bins)
	return c
}

// Operations returns the operations of Operate and BatchOperate.
func (c Call) Operations() []Operation { return sliceOf[Operation](c.args, c.nargs) }

// WithOperations returns a copy of the call with other operations.
func (c Call) WithOperations(ops []Operation) Call {
	c.args, c.nargs = firstOf(ops)
	return c
}

// Keys returns the keys of BatchRead, BatchOperate and BatchRemove.
func (c Call) Keys() []Key { return sliceOf[Key](c.subject, c.nsubject) }

// WithKeys returns a copy of the call with other keys.
func (c Call) WithKeys(keys []Key) Call {
	c.subject, c.nsubject = firstOf(keys)
	return c
}

// Items returns what BatchWrite does with each record.
func (c Call) Items() []BatchItem { return sliceOf[BatchItem](c.subject, c.nsubject) }

// WithItems returns a copy of the call with other items.
func (c Call) WithItems(items []BatchItem) Call {
	c.subject, c.nsubject = firstOf(items)
	return c
}

// queryCall is a query and the function that receives its records.
type queryCall struct {
	query Query
	yield func(*Record) bool
	rows  int
}

// Query returns the query of an OpQuery call, and nil for any other call. It must
// not be modified. The options of the query are in c.Options.
func (c Call) Query() *Query {
	if q, ok := c.subject.(*queryCall); ok {
		return &q.query
	}
	return nil
}

// Yield passes a record of an OpQuery call to the application. It returns false if
// the application has stopped iterating; the handler must then return. Yield must be
// called on the goroutine of the handler, before the handler returns.
func (c Call) Yield(r *Record) bool {
	if q, ok := c.subject.(*queryCall); ok {
		q.rows++
		return q.yield(r)
	}
	return false
}

// Rows returns the number of records that have been passed to [Call.Yield].
func (c Call) Rows() int {
	if q, ok := c.subject.(*queryCall); ok {
		return q.rows
	}
	return 0
}

// WithQuery returns a copy of the call with another query, and with yield as the
// function that receives its records. Yield must not be nil. A layer that inspects
// the records passes a function that calls Yield of the original call. The options
// of q are ignored in favor of those of the call.
func (c Call) WithQuery(q Query, yield func(*Record) bool) Call {
	c.subject = &queryCall{query: q, yield: yield}
	return c
}

// Name returns the name of the operation in errors and telemetry: the Name of
// the [Custom] for OpCustom, and otherwise Op.String().
func (c Call) Name() string {
	if custom := c.Custom(); custom != nil {
		return custom.Name
	}
	return c.Op.String()
}

// String returns the name, namespace and set, such as "GET test.users". It contains
// no id and no value.
func (c Call) String() string {
	where := target(c.Target())
	if where == "" {
		return c.Name()
	}
	return c.Name() + " " + where
}

// GoString returns what String returns, so that %#v prints no id and no value.
func (c Call) GoString() string { return c.String() }

// IsBatch reports whether the call is one of the batch operations.
func (c Call) IsBatch() bool { return c.Op.IsBatch() }

// Len returns the number of keys. It is 1 for an operation on a single record,
// and 0 for OpQuery and OpCustom.
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

// KeyAt returns the key at index i, which must be less than Len.
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

// Target returns the namespace and set of the call. The set is "" if the keys of a
// batch differ in it; both are "" if the keys differ in the namespace.
func (c Call) Target() (namespace, set string) {
	if q := c.Query(); q != nil && c.Op == OpQuery {
		return q.Namespace, q.Set
	}
	if custom := c.Custom(); custom != nil && c.Op == OpCustom {
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

// Writes reports whether the call may change data.
func (c Call) Writes() bool {
	switch info := c.Op.info(); {
	case !info.mayWrite:
		return false
	case info.args.has(argOperations):
		return anyWrites(c.Operations())
	case info.args.has(argItems):
		return anyItemWrites(c.Items())
	case info.kind == kindCustom:
		custom := c.Custom()
		return custom != nil && custom.Writes
	default:
		return true
	}
}

// WritesAt reports whether the call may change the record of the key at index i, which
// must be less than Len. The items of a BatchWrite differ in that.
func (c Call) WritesAt(i int) bool {
	if c.Op.info().args.has(argItems) {
		return c.Items()[i].writes()
	}
	return c.Writes()
}

// NewError returns an error with the operation, namespace and set of the call. It
// says that the call was not applied, unless its InDoubt is set. For a batch it
// reads all keys to find the namespace and set; use [Call.NewKeyError] for the
// error of one key.
func (c Call) NewError(code ResultCode, cause error) *Error {
	namespace, set := c.Target()
	err := &Error{Op: c.Op, Namespace: namespace, Set: set, Code: code, Err: cause}
	if custom := c.Custom(); custom != nil {
		err.custom = custom.Name
	}
	return err
}

// NewKeyError returns an error with the operation of the call and the namespace and
// set of the key. Use it for the result of one key of a batch.
func (c Call) NewKeyError(key Key, code ResultCode, cause error) *Error {
	return &Error{Op: c.Op, Namespace: key.namespace, Set: key.set, Code: code, Err: cause}
}

// NewContextError returns the error of a call that was not applied because its context
// is done. The error has no code and matches cause, which is the [ContextError] of the
// context.
func (c Call) NewContextError(cause error) *Error {
	if invalid, ok := cause.(*invalidError); ok { //nolint:errorlint // of a nilContext, never wrapped
		return c.NewError(invalid.code, invalid)
	}
	return c.NewError(CodeOK, cause)
}

// firstOf takes a slice apart without an allocation. sliceOf puts it together
// again; nil stays nil.
func firstOf[T any](s []T) (first any, n int32) {
	first = (*veil[T])(unsafe.Pointer(unsafe.SliceData(s))) //nolint:gosec // G103: for sliceOf to turn back
	return first, int32(len(s))                             //nolint:gosec // G115: no call has 2^31 keys
}

// sliceOf returns the slice that firstOf took apart, or nil if it was of another
// type.
func sliceOf[T any](first any, n int32) []T {
	p, ok := first.(*veil[T])
	if !ok {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(p)), n) //nolint:gosec // G103: p and n are firstOf's, and travel together
}
