package storetest

import (
	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
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
			name:  "an error of an operation on a part of a bin holds no value",
			why:   "errors are logged, and logs must not contain values, map keys or elements",
			needs: DataTypes,
			run: func(t *trial) {
				text, number := t.secret(), t.secretNumber()
				bins := aerostore.Bins{"l": []any{text, number}, "m": map[any]any{text: number, number: text}, "b": []byte(text), "n": number}
				key := t.key()
				t.put(key, bins)
				for _, failing := range failingOperations(text, number) {
					ops := do(aerostore.WriteBin("w", text), failing.op)
					_, err := t.store.Operate(t.Context(), key, ops)
					t.fails(err, failing.want)
					err = batchError(t.store.BatchOperate(t.Context(), []aerostore.Key{key}, ops))
					t.fails(err, failing.want)
				}
				t.unchanged(key, bins)
				r, err := t.store.Operate(t.Context(), key, do(aerostore.ListBin("l").GetAt(0), aerostore.MapBin("m").Get(cdt.Key(text))))
				t.ok(err)
				_, err = r.Step(0).Int()
				t.discreet(err)
				_, err = r.Step(1).Str()
				t.discreet(err)
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

type failingOperation struct {
	op   aerostore.Operation
	want error
}

// failingOperations fail on a list l, a map m, a blob b and an integer n, which have the
// text and the number.
func failingOperations(text string, number int) []failingOperation {
	type named string
	other, bad := text+"?", named(text)
	l, m, b, h := aerostore.ListBin("l"), aerostore.MapBin("m"), aerostore.BitBin("b"), aerostore.HLLBin("h")
	return []failingOperation{
		{aerostore.ListBin("n").Append(text), aerostore.ErrBinType},
		{aerostore.ListBin("m").Get(cdt.Value(text)), aerostore.ErrBinType},
		{aerostore.MapBin("n").Put(text, number), aerostore.ErrBinType},
		{aerostore.MapBin("l").Remove(cdt.Keys(text, number)), aerostore.ErrBinType},
		{aerostore.BitBin("n").Or(0, 8, []byte(text)), aerostore.ErrBinType},
		{aerostore.HLLBin("b").Add(text), aerostore.ErrBinType},

		{l.With(cdt.AddUnique).Append(text), aerostore.CodeElementExists},
		{l.With(cdt.AddUnique).Append(other, other), aerostore.CodeOpNotApplicable},
		{l.With(cdt.InsertBounded).Insert(9, text), aerostore.CodeOpNotApplicable},
		{l.Get(cdt.Index(9)), aerostore.CodeOpNotApplicable},
		{l.Increment(0, number), aerostore.ErrParameter},
		{l.In(cdt.Value(other)).Append(text), aerostore.CodeOpNotApplicable},
		{l.In(cdt.Value(text)).Append(number), aerostore.ErrBinType},
		{m.Add(text, number), aerostore.CodeElementExists},
		{m.Replace(other, number), aerostore.CodeElementNotFound},
		{m.Increment(number, number), aerostore.ErrParameter},
		{m.In(cdt.Key(other)).Put(text, number), aerostore.CodeOpNotApplicable},
		{m.In(cdt.Key(text)).Put(text, number), aerostore.ErrBinType},
		{b.Set(0, 8*99, []byte(text)), aerostore.ErrParameter},
		{b.Set(8*99, 8, []byte(text)), aerostore.CodeOpNotApplicable},
		{b.With(cdt.CreateOnly).Insert(0, []byte(text)), aerostore.CodeBinExists},
		{b.Add(0, 8, 255, cdt.OverflowFails), aerostore.CodeOpNotApplicable},
		{aerostore.BitBin("none").Xor(0, 8, []byte(text)), aerostore.ErrBinNotFound},
		{h.Add(text, number), aerostore.CodeOpNotApplicable},
		{h.SetUnion(aerostore.HLL(text)), aerostore.ErrParameter},
		{h.Create(4, 0).Add([]any{text}), aerostore.ErrParameter},

		{l.Append(bad), aerostore.ErrInvalid},
		{l.Get(cdt.Values(number, bad)), aerostore.ErrInvalid},
		{l.In(cdt.Value(bad)).Size(), aerostore.ErrInvalid},
		{m.Put(bad, 1), aerostore.ErrInvalid},
		{m.Put(text, []any{text, bad}), aerostore.ErrInvalid},
		{m.PutAll([]aerostore.MapPair{{Key: text}, {Key: text}}), aerostore.ErrInvalid},
		{m.PutAll(map[any]any{[1]string{text}: number}), aerostore.ErrInvalid},
		{m.Remove(cdt.KeyBetween(bad, number)), aerostore.ErrInvalid},
		{m.In(cdt.Key([]any{text}).Create(cdt.KeyOrdered)).Put(text, 1), aerostore.ErrInvalid},
		{m.Increment(text, text), aerostore.ErrInvalid},
		{h.Add(bad), aerostore.ErrInvalid},
	}
}
