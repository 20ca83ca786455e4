package middleware_test

import (
	"context"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// A storeOperation is an operation of Store whose arguments have the marker.
type storeOperation struct {
	name   string
	writes bool
	run    func(ctx context.Context, s aerostore.Store) error
}

// itemsThatRead are the items of a BatchWrite that only reads.
var itemsThatRead = []aerostore.BatchItem{
	{Key: key, Operations: []aerostore.Operation{aerostore.ReadAll()}},
	{Key: keys[1], Operations: []aerostore.Operation{aerostore.ReadBin("name"), aerostore.ReadHeader()}},
}

// storeOperations returns all operations of Store, and custom calls.
func storeOperations() []storeOperation {
	add := []aerostore.Operation{aerostore.AddBin("n", 1)}
	items := []aerostore.BatchItem{{Key: key, Bins: bins}}
	custom := func(writes bool) func(ctx context.Context, s aerostore.Store) error {
		return func(ctx context.Context, s aerostore.Store) error {
			return aerostore.Do(ctx, s, aerostore.Custom{Name: "UDF", Namespace: "test", Writes: writes},
				func(context.Context) error { return nil })
		}
	}
	return []storeOperation{
		{"Put", true, func(ctx context.Context, s aerostore.Store) error { return s.Put(ctx, key, bins) }},
		{"Get", false, func(ctx context.Context, s aerostore.Store) error { _, err := s.Get(ctx, key); return err }},
		{"Select", false, func(ctx context.Context, s aerostore.Store) error { _, err := s.Select(ctx, key, nil); return err }},
		{"Exists", false, func(ctx context.Context, s aerostore.Store) error { _, err := s.Exists(ctx, key); return err }},
		{"Remove", true, func(ctx context.Context, s aerostore.Store) error { _, err := s.Remove(ctx, key); return err }},
		{"Touch", true, func(ctx context.Context, s aerostore.Store) error { return s.Touch(ctx, key) }},
		{"Append", true, func(ctx context.Context, s aerostore.Store) error { return s.Append(ctx, key, bins) }},
		{"Prepend", true, func(ctx context.Context, s aerostore.Store) error { return s.Prepend(ctx, key, bins) }},
		{"Increment", true, func(ctx context.Context, s aerostore.Store) error { return s.Increment(ctx, key, bins) }},
		{"Operate that writes", true, func(ctx context.Context, s aerostore.Store) error { _, err := s.Operate(ctx, key, add); return err }},
		{"Operate that reads", false, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.ReadAll()})
			return err
		}},
		{"Operate that reads a list", false, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.ListBin("l").Get(cdt.Value(marker))})
			return err
		}},
		{"Operate that appends to a list", true, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.ListBin("l").Size(), aerostore.ListBin("l").Append(marker)})
			return err
		}},
		{"Operate that reads an expression", false, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.ReadExp("r", exp.StringVal(marker))})
			return err
		}},
		{"Operate that writes an expression", true, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.Operate(ctx, key, []aerostore.Operation{aerostore.WriteExp("r", exp.StringVal(marker))})
			return err
		}},
		{"BatchRead", false, func(ctx context.Context, s aerostore.Store) error { _, err := s.BatchRead(ctx, keys, nil); return err }},
		{"BatchWrite", true, func(ctx context.Context, s aerostore.Store) error { _, err := s.BatchWrite(ctx, items); return err }},
		{"BatchWrite that reads", false, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, itemsThatRead)
			return err
		}},
		{"BatchWrite that reads and removes", true, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchWrite(ctx, append(itemsThatRead[:1:1], aerostore.BatchItem{Key: keys[1], Remove: true}))
			return err
		}},
		{"BatchOperate", true, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchOperate(ctx, keys, add)
			return err
		}},
		{"BatchOperate that reads a map", false, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.MapBin("m").Get(cdt.Key(marker))})
			return err
		}},
		{"BatchOperate that puts into a map", true, func(ctx context.Context, s aerostore.Store) error {
			_, err := s.BatchOperate(ctx, keys, []aerostore.Operation{aerostore.MapBin("m").In(cdt.Key(marker)).Put(marker, marker)})
			return err
		}},
		{"BatchRemove", true, func(ctx context.Context, s aerostore.Store) error { _, err := s.BatchRemove(ctx, keys); return err }},
		{"Query", false, func(ctx context.Context, s aerostore.Store) error {
			for _, err := range s.Query(ctx, everyone) {
				return err
			}
			return nil
		}},
		{"a custom call that writes", true, custom(true)},
		{"a custom call that reads", false, custom(false)},
	}
}
