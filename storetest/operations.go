package storetest

import (
	"context"
	"slices"

	"github.com/aerostore/aerostore"
)

// An operation is one of Store's, applied to one record.
type operation struct {
	op      aerostore.Op
	item    bool // the options are those of the batch's item
	kind    itemKind
	writes  bool
	creates bool // a missing record
	sets    bool // bins, whatever their values
	removes bool // the record
	run     func(on target) error
}

// A target is the record that an operation is applied to, with its store, context
// and options.
type target struct {
	aerostore.Store
	ctx  context.Context
	key  aerostore.Key
	opts []aerostore.WriteOption
}

// readOptions returns those of the options that a read accepts.
func (on target) readOptions() []aerostore.ReadOption {
	var opts []aerostore.ReadOption
	for _, opt := range on.opts {
		if readOption, ok := opt.(aerostore.ReadOption); ok {
			opts = append(opts, readOption)
		}
	}
	return opts
}

// name returns what cases call the operation.
func (o operation) name() string {
	if o.item {
		return "item of " + o.op.String() + string(o.kind)
	}
	return o.op.String()
}

func (o operation) do(ctx context.Context, s aerostore.Store, key aerostore.Key, opts ...aerostore.WriteOption) error {
	return o.run(target{s, ctx, key, opts})
}

// before is a record that each write of operations changes.
var before = aerostore.Bins{"n": 1, "s": "m"}

// operations returns those of Store.
func operations() []operation {
	setN := []aerostore.Operation{aerostore.WriteBin("n", 2)}
	return []operation{
		{op: aerostore.OpPut, writes: true, creates: true, sets: true, run: func(on target) error {
			return on.Put(on.ctx, on.key, aerostore.Bins{"n": 2}, on.opts...)
		}},
		{op: aerostore.OpGet, run: func(on target) error {
			_, err := on.Get(on.ctx, on.key, on.readOptions()...)
			return err
		}},
		{op: aerostore.OpSelect, run: func(on target) error {
			_, err := on.Select(on.ctx, on.key, []string{"n"}, on.readOptions()...)
			return err
		}},
		{op: aerostore.OpExists, run: func(on target) error {
			_, err := on.Exists(on.ctx, on.key, on.readOptions()...)
			return err
		}},
		{op: aerostore.OpRemove, writes: true, removes: true, run: func(on target) error {
			_, err := on.Remove(on.ctx, on.key, on.opts...)
			return err
		}},
		{op: aerostore.OpTouch, writes: true, run: func(on target) error {
			return on.Touch(on.ctx, on.key, on.opts...)
		}},
		{op: aerostore.OpAppend, writes: true, creates: true, run: func(on target) error {
			return on.Append(on.ctx, on.key, aerostore.Bins{"s": "z"}, on.opts...)
		}},
		{op: aerostore.OpPrepend, writes: true, creates: true, run: func(on target) error {
			return on.Prepend(on.ctx, on.key, aerostore.Bins{"s": "a"}, on.opts...)
		}},
		{op: aerostore.OpIncrement, writes: true, creates: true, run: func(on target) error {
			return on.Increment(on.ctx, on.key, aerostore.Bins{"n": 1}, on.opts...)
		}},
		{op: aerostore.OpOperate, writes: true, creates: true, sets: true, run: func(on target) error {
			_, err := on.Operate(on.ctx, on.key, setN, on.opts...)
			return err
		}},
		{op: aerostore.OpBatchRead, run: func(on target) error {
			return batchError(on.BatchRead(on.ctx, []aerostore.Key{on.key}, nil, on.readOptions()...))
		}},
		{op: aerostore.OpBatchWrite, writes: true, creates: true, sets: true, run: func(on target) error {
			items := []aerostore.BatchItem{{Key: on.key, Bins: aerostore.Bins{"n": 2}}}
			return batchError(on.BatchWrite(on.ctx, items, on.opts...))
		}},
		{op: aerostore.OpBatchOperate, writes: true, creates: true, sets: true, run: func(on target) error {
			return batchError(on.BatchOperate(on.ctx, []aerostore.Key{on.key}, setN, on.opts...))
		}},
		{op: aerostore.OpBatchRemove, writes: true, removes: true, run: func(on target) error {
			return batchError(on.BatchRemove(on.ctx, []aerostore.Key{on.key}, on.opts...))
		}},
		{op: aerostore.OpQuery, run: func(on target) error {
			return on.query(aerostore.Query{Namespace: on.key.Namespace(), Set: on.key.Set(), Options: on.readOptions()})
		}},
	}
}

// An itemKind is what an item of BatchWrite does, as the names of cases say it.
type itemKind string

const (
	itemPuts     itemKind = ""
	itemOperates itemKind = " with operations"
	itemReads    itemKind = " that reads"
	itemRemoves  itemKind = " that removes"
)

func kindOf(item aerostore.BatchItem) itemKind {
	switch {
	case item.Remove:
		return itemRemoves
	case item.Operations == nil:
		return itemPuts
	case item.Writes():
		return itemOperates
	default:
		return itemReads
	}
}

// itemOperations returns BatchWrite for each kind of item, with the options in the item
// instead of the call.
func itemOperations() []operation {
	setN := []aerostore.Operation{aerostore.WriteBin("n", 2)}
	return []operation{
		itemOperation(operation{writes: true, creates: true, sets: true}, aerostore.BatchItem{Bins: aerostore.Bins{"n": 2}}),
		itemOperation(operation{writes: true, creates: true, sets: true}, aerostore.BatchItem{Operations: setN}),
		itemOperation(operation{}, aerostore.BatchItem{Operations: []aerostore.Operation{aerostore.ReadBin("n")}}),
		itemOperation(operation{writes: true, removes: true}, aerostore.BatchItem{Remove: true}),
	}
}

func itemOperation(o operation, item aerostore.BatchItem) operation {
	o.op, o.item, o.kind = aerostore.OpBatchWrite, true, kindOf(item)
	o.run = func(on target) error {
		own := item
		own.Key, own.Options = on.key, on.opts
		return batchError(on.BatchWrite(on.ctx, []aerostore.BatchItem{own}))
	}
	return o
}

// binWriters are the operations that write any bins.
var binWriters = []struct {
	name  string
	write func(on target, bins aerostore.Bins) error
}{
	{"Put", func(on target, bins aerostore.Bins) error { return on.Put(on.ctx, on.key, bins) }},
	{"Operate", func(on target, bins aerostore.Bins) error {
		_, err := on.Operate(on.ctx, on.key, writesOf(bins))
		return err
	}},
	{"BatchWrite", func(on target, bins aerostore.Bins) error {
		return batchError(on.BatchWrite(on.ctx, itemsOf([]aerostore.Key{on.key}, bins)))
	}},
	{"BatchOperate", func(on target, bins aerostore.Bins) error {
		return batchError(on.BatchOperate(on.ctx, []aerostore.Key{on.key}, writesOf(bins)))
	}},
}

// writesOf returns the operations that write these bins.
func writesOf(bins aerostore.Bins) []aerostore.Operation {
	ops := make([]aerostore.Operation, 0, len(bins))
	for name, value := range bins {
		ops = append(ops, aerostore.WriteBin(name, value))
	}
	return ops
}

// query returns the error of a query.
func (on target) query(q aerostore.Query) error {
	for _, err := range on.Query(on.ctx, q) {
		if err != nil {
			return err
		}
	}
	return nil
}

// perOperation returns a case for each operation.
func perOperation(newCase func(operation) testCase) []testCase {
	return perEach(operations(), newCase)
}

// perWrite returns a case for each operation that writes, and for the kinds of items of
// BatchWrite that do.
func perWrite(newCase func(operation) testCase) []testCase {
	return perSome(func(o operation) bool { return o.writes }, newCase)
}

// perCreation returns a case for each operation that creates a missing record,
// and for the kinds of items of BatchWrite that do.
func perCreation(newCase func(operation) testCase) []testCase {
	return perSome(func(o operation) bool { return o.creates }, newCase)
}

// perSome returns a case for each wanted operation. The kinds of items of BatchWrite are
// among the operations.
func perSome(wanted func(operation) bool, newCase func(operation) testCase) []testCase {
	return perEach(slices.DeleteFunc(append(operations(), itemOperations()...), func(o operation) bool { return !wanted(o) }), newCase)
}

func perEach(all []operation, newCase func(operation) testCase) []testCase {
	cases := make([]testCase, len(all))
	for i, o := range all {
		cases[i] = newCase(o)
	}
	return cases
}

// removal returns how the operation removes the record, nil if it never does.
func (o operation) removal() func(target) error {
	none, remove := aerostore.Bins{"n": nil, "s": nil}, []aerostore.Operation{aerostore.DeleteRecord()}
	switch o.op {
	case aerostore.OpRemove, aerostore.OpBatchRemove:
		return o.run
	case aerostore.OpPut:
		return func(on target) error { return on.Put(on.ctx, on.key, none, on.opts...) }
	case aerostore.OpOperate:
		return func(on target) error {
			_, err := on.Operate(on.ctx, on.key, remove, on.opts...)
			return err
		}
	case aerostore.OpBatchWrite:
		switch {
		case o.removes:
			return o.run
		case !o.writes:
			return nil
		}
		return func(on target) error {
			item := aerostore.BatchItem{Key: on.key, Bins: none}
			if o.kind == itemOperates {
				item = aerostore.BatchItem{Key: on.key, Operations: remove}
			}
			if o.item {
				item.Options, on.opts = on.opts, nil
			}
			return batchError(on.BatchWrite(on.ctx, []aerostore.BatchItem{item}, on.opts...))
		}
	case aerostore.OpBatchOperate:
		return func(on target) error {
			return batchError(on.BatchOperate(on.ctx, []aerostore.Key{on.key}, remove, on.opts...))
		}
	default:
		return nil
	}
}

// removals returns the operations that remove a record, in the way that they do.
func removals() []operation {
	var removals []operation
	for _, o := range operations() {
		if remove := o.removal(); remove != nil {
			o.run = remove
			removals = append(removals, o)
		}
	}
	return removals
}
