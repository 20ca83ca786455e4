package storetest

import (
	"github.com/aerostore/aerostore"
)

func errorCases() []testCase {
	cases := perOperation(func(o operation) testCase {
		return testCase{
			name:  o.name() + " in an unknown namespace fails with ErrInvalidNamespace",
			why:   "an error has the operation, the namespace, the set and the code",
			needs: Namespaces,
			run: func(t *trial) {
				key := t.strangerKey()
				err := o.do(t.Context(), t.store, key)
				t.fails(err, aerostore.ErrInvalidNamespace)
				t.about(err, o.op, key, aerostore.CodeInvalidNamespace)
			},
		}
	})
	return append(cases, []testCase{
		{
			name: "the error of a batch key names its own set",
			why:  "the error of a key has the namespace and set of that key",
			run: func(t *trial) {
				keys := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet)}
				results := t.each(keys)(t.store.BatchRead(t.Context(), keys, nil))
				for i, key := range keys {
					t.fails(results[i].Err, aerostore.ErrNotFound)
					t.about(results[i].Err, aerostore.OpBatchRead, key, aerostore.CodeNotFound)
				}
			},
		},
		{
			name: "an error of the server holds no value",
			why:  "errors are logged, and logs must not contain values",
			run: func(t *trial) {
				key, value := t.key(), t.secret()
				t.put(key, aerostore.Bins{"n": 1})
				ctx, bins := t.Context(), aerostore.Bins{"n": value}
				t.fails(t.store.Append(ctx, key, bins), aerostore.ErrBinType)
				t.fails(t.store.Prepend(ctx, key, bins), aerostore.ErrBinType)
				_, err := t.store.Operate(ctx, key, []aerostore.Operation{aerostore.AppendBin("n", value)})
				t.fails(err, aerostore.ErrBinType)
				err = batchError(t.store.BatchOperate(ctx, []aerostore.Key{key}, []aerostore.Operation{aerostore.AppendBin("n", value)}))
				t.fails(err, aerostore.ErrBinType)
				t.fails(t.store.Put(ctx, key, bins, aerostore.CreateOnly), aerostore.ErrExists)
				t.fails(batchError(t.store.BatchWrite(ctx, itemsOf([]aerostore.Key{key}, bins), aerostore.CreateOnly)), aerostore.ErrExists)
				t.unanswered(aerostore.Equal(t.bin(), value))
			},
		},
		{
			name: "an error of refused input holds no value",
			why:  "the error names the bin and the type, never the value",
			run: func(t *trial) {
				type named string
				key, value := t.key(), t.secret()
				for _, bad := range []any{
					[]named{named(value)},
					map[string]any{value: &value},
					&value,
					struct{ Value string }{value},
					[]any{value, named(value)},
					map[any]any{value: named(value)},
					[]aerostore.MapPair{{Key: value}, {Key: value}},
					map[any]any{[1]string{value}: 1},
				} {
					t.fails(t.store.Put(t.Context(), key, aerostore.Bins{"v": bad}), aerostore.ErrInvalid)
				}
			},
		},
	}...)
}
