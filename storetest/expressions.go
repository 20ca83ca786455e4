package storetest

import (
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

const (
	pointGeo  = `{"type":"Point","coordinates":[-122.0,37.5]}`
	circleGeo = `{"type":"AeroCircle","coordinates":[[-122.0,37.5],1000]}`
)

// evaluated are the bins of a record that expressions are evaluated for.
func evaluated() aerostore.Bins {
	return aerostore.Bins{
		"n": 5, "f": 2.5, "s": "abc", "b": []byte{1, 2}, "t": true, "l": []any{3, 1, 2}, "g": aerostore.GeoJSON(pointGeo),
		"m": map[any]any{"a": 1, "os": "iOS"}, "p": []aerostore.MapPair{{Key: 1, Value: "x"}, {Key: 2, Value: "y"}}, "h": emptyHLL(),
	}
}

// with returns the bins with another one, nil for without it.
func with(bins aerostore.Bins, name string, value any) aerostore.Bins {
	if value == nil {
		delete(bins, name)
	} else {
		bins[name] = value
	}
	return bins
}

func expressionCases() []testCase {
	cases := append(valuesOfExpressions(), writesOfExpressions()...)
	return append(cases, testCase{
		name: "a batch evaluates expressions for each record", why: "each record has its own value, or its own error",
		run: func(t *trial) {
			keys := t.keys(4)
			for i, key := range keys[:3] {
				t.put(key, aerostore.Bins{"n": 10 * i, "s": "x"})
			}
			t.put(keys[2], aerostore.Bins{"n": "no integer"})
			more := exp.Add(exp.IntBin("n"), exp.IntVal(1))
			batch := t.each(keys)(t.store.BatchOperate(t.Context(), keys, do(aerostore.ReadExp("r", more), aerostore.ReadBin("n"), aerostore.ReadExp("r", exp.StringBin("s"), exp.EvalNoFail))))
			for i := range 2 {
				t.ok(batch[i].Err)
				t.bins(batch[i].Record, aerostore.Bins{"n": 10 * i, "r": aerostore.OpResults{10*i + 1, "x"}})
			}
			t.fails(batch[2].Err, aerostore.CodeOpNotApplicable)
			t.fails(batch[3].Err, aerostore.ErrNotFound)

			batch = t.each(keys[:3])(t.store.BatchOperate(t.Context(), keys[:3], do(aerostore.WriteExp("n", more), aerostore.ReadBin("n"))))
			for i := range 2 {
				t.ok(batch[i].Err)
				t.bins(batch[i].Record, aerostore.Bins{"n": 10*i + 1})
				t.holds(keys[i], aerostore.Bins{"n": 10*i + 1, "s": "x"})
			}
			t.fails(batch[2].Err, aerostore.CodeOpNotApplicable)
			t.holds(keys[2], aerostore.Bins{"n": "no integer", "s": "x"})
		},
	}, testCase{
		name: "a batch tells what is unknown from what is missing", why: "each operation has its result, whether or not others returned something",
		run: func(t *trial) {
			keys := t.keys(3)
			t.put(keys[0], aerostore.Bins{"n": 1, "s": "x"})
			t.put(keys[1], aerostore.Bins{"n": 1})
			t.put(keys[2], aerostore.Bins{"s": "x"})
			batch := t.each(keys)(t.store.BatchOperate(t.Context(), keys, do(
				aerostore.ReadExp("r", exp.IntBin("n"), exp.EvalNoFail), aerostore.ReadExp("r", exp.StringBin("s"), exp.EvalNoFail),
			)))
			for i, want := range [][]any{{1, "x"}, {1, nil}, {nil, "x"}} {
				t.ok(batch[i].Err)
				t.bins(batch[i].Record, aerostore.Bins{"r": aerostore.OpResults(want)})
				for step, v := range want {
					t.equal(fmt.Sprintf("the result of operation %d for key %d", step, i), batch[i].Record.Step(step).Value(), v)
				}
			}
		},
	}, testCase{
		name: "an expression knows the metadata of the record", why: "set, key, TTL and time of the record are those that it has",
		run: func(t *trial) {
			key := t.key()
			t.put(key, aerostore.Bins{"n": 1}, aerostore.SendKey, aerostore.NeverExpire)
			ops := do(
				aerostore.ReadExp("set", exp.SetName()), aerostore.ReadExp("sent", exp.KeyExists()), aerostore.ReadExp("key", exp.StringKey()),
				aerostore.ReadExp("ttl", exp.TTL()), aerostore.ReadExp("void", exp.VoidTime()), aerostore.ReadExp("tomb", exp.IsTombstone()),
				aerostore.ReadExp("type", exp.BinType("n")), aerostore.ReadExp("none", exp.BinType("z")),
			)
			r, err := t.store.Operate(t.Context(), key, ops)
			t.ok(err)
			for i, want := range []any{key.Set(), true, key.ID(), -1, -1, false, 1, 0} {
				t.equal(fmt.Sprintf("the result of operation %d, %s", i, ops[i]), r.Step(i).Value(), want)
			}
			plain := t.key()
			t.put(plain, aerostore.Bins{"n": 1})
			r, err = t.store.Operate(t.Context(), plain, do(aerostore.ReadExp("sent", exp.KeyExists()), aerostore.ReadExp("key", exp.StringKey(), exp.EvalNoFail)))
			t.ok(err)
			t.bins(r, aerostore.Bins{"sent": false})
		},
	})
}

// valuesOfExpressions are about what an expression gives.
func valuesOfExpressions() []testCase {
	read := aerostore.ReadExp
	n, s := exp.IntBin("n"), exp.StringBin("s")
	bits := exp.BytesBin("b").Bits().With(cdt.Partial)
	rows := []steps{
		{
			name: "reads computed numbers", why: "the result has the type of the expression",
			ops:  do(read("a", exp.Add(n, exp.IntVal(3))), read("b", exp.Multiply(exp.FloatBin("f"), exp.ToFloat(n))), read("c", exp.Max(n, exp.IntVal(7), exp.IntVal(6)))),
			each: []any{8, 12.5, 7},
		},
		{
			name: "reads booleans", why: "a comparison gives a boolean",
			ops:  do(read("a", n.AtLeast(5)), read("b", exp.And(s.Equal("abc"), exp.Not(exp.BoolBin("t")))), read("c", exp.BoolBin("t"))),
			each: []any{true, false, true},
		},
		{
			name: "reads strings and bytes", why: "an expression can choose between values",
			ops:  do(read("a", exp.If(n.Greater(3), s).Else(exp.StringVal("small"))), read("b", exp.BytesBin("b")), read("c", s.Matches("^a"))),
			each: []any{"abc", []byte{1, 2}, true},
		},
		{
			name: "reads bits that Partial cuts", why: "Partial cuts a range at the end of the bytes",
			ops: do(
				read("a", bits.Or(exp.IntVal(7), exp.IntVal(16), exp.BytesVal([]byte{0xff, 0xff}))), read("b", bits.Xor(exp.IntVal(4), exp.Multiply(n, exp.IntVal(8)), exp.BytesVal([]byte{0xff, 0, 0, 0, 0}))),
				read("c", bits.ShiftRight(exp.IntVal(6), exp.IntVal(30), exp.IntVal(9))), read("d", bits.ShiftLeft(exp.IntVal(-9), exp.IntVal(30), exp.IntVal(7))),
			),
			each: []any{[]byte{1, 0xff}, []byte{0x0e, 0xf2}, []byte{0, 0}, []byte{1, 0}},
		},
		{
			name: "reads parts of lists and maps", why: "a selector selects as in operations",
			ops: do(
				read("a", exp.ListBin("l").Contains(2)), read("b", exp.ListBin("l").Get(cdt.Ranks(-2, 2))), read("c", exp.MapBin("m").StringAt(cdt.Key("os"))),
				read("d", exp.ListBin("l").Size()), read("e", exp.MapBin("m").Count(cdt.All())),
			),
			each: []any{true, []any{2, 3}, "iOS", 3, 2},
		},
		{
			name: "reads changed lists and maps", why: "a write in an expression changes its value, and not the record",
			ops: do(
				read("a", exp.ListBin("l").Append(4)), read("b", exp.MapBin("m").Put("a", 2)), read("c", exp.MapBin("p").Put(0, "z")),
				read("d", exp.ListBin("l").Sort()), aerostore.ReadBin("l"),
			),
			each: []any{
				[]any{3, 1, 2, 4},
				map[any]any{"a": 2, "os": "iOS"},
				[]aerostore.MapPair{{Key: 0, Value: "z"}, {Key: 1, Value: "x"}, {Key: 2, Value: "y"}},
				[]any{1, 2, 3},
				[]any{3, 1, 2},
			},
		},
		{
			name: "reads locations and HyperLogLogs", why: "the result has the type of the expression",
			ops:  do(read("a", exp.GeoBin("g")), read("b", exp.GeoBin("g").Within(circleGeo)), read("c", exp.HLLBin("h")), read("d", exp.HLLBin("h").Count())),
			each: []any{aerostore.GeoJSON(pointGeo), true, emptyHLL(), 0},
		},
		{
			name: "reads literals", why: "a literal is an expression",
			ops: do(
				read("a", exp.ListVal(1, "a", nil, []any{true})), read("b", exp.MapVal(map[string]int{"k": 1})),
				read("c", exp.MapVal([]aerostore.MapPair{{Key: "k", Value: 1}})), read("d", exp.Nil()), read("e", exp.IntVal(-1)),
			),
			each: []any{[]any{1, "a", nil, []any{true}}, map[any]any{"k": 1}, []aerostore.MapPair{{Key: "k", Value: 1}}, nil, -1},
		},
		{
			name: "reads with variables", why: "a variable has the value of its expression",
			ops: do(read("a", exp.Let("x", exp.Add(n, exp.IntVal(1)), func(x exp.Int) exp.Int { return exp.Multiply(x, x) }))), each: []any{36},
		},
		{
			name: "what is unknown fails", why: "an expression of a missing bin has no value",
			ops: do(read("a", n), read("a", exp.IntBin("z"))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "a bin of another type is unknown", why: "a bin has the type that the expression says",
			ops: do(read("a", exp.IntBin("s"))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "a division by zero is unknown", why: "what is not possible has no value",
			ops: do(read("a", exp.Divide(n, exp.Subtract(n, exp.IntVal(5))))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "EvalNoFail reads nothing instead of what is unknown", why: "the other operations have their results",
			ops:  do(read("a", exp.IntBin("z"), exp.EvalNoFail), read("b", n, exp.EvalNoFail), aerostore.ReadBin("s")),
			each: []any{nil, 5, "abc"}, returns: aerostore.Bins{"b": 5, "s": "abc"},
		},
		{
			name: "a logical operation may know more than its parts", why: "false and unknown is false, true or unknown is true",
			ops: do(
				read("a", exp.And(exp.BoolBin("t"), exp.IntBin("z").Equal(1), exp.BoolVal(false))), read("b", exp.Or(exp.IntBin("z").Equal(1), exp.BoolBin("t"))),
				read("c", exp.And(exp.BoolBin("t"), exp.IntBin("z").Equal(1)), exp.EvalNoFail),
			),
			each: []any{false, true, nil},
		},
		{
			name: "a name has the results of several reads", why: "the results of one name are in the order of the operations",
			ops:  do(read("n", exp.IntVal(9)), aerostore.ReadBin("n"), read("r", exp.ListBin("l")), read("r", exp.IntBin("z"), exp.EvalNoFail)),
			each: []any{9, 5, []any{3, 1, 2}, nil}, returns: aerostore.Bins{"n": aerostore.OpResults{9, 5}, "r": aerostore.OpResults{[]any{3, 1, 2}, nil}},
		},
	}
	for i := range rows {
		rows[i].bins = evaluated()
	}
	return casesOf("", append(rows, steps{
		name: "a missing record has no values", why: "a read of a missing record fails with ErrNotFound",
		ops: do(aerostore.ReadExp("a", exp.IntVal(1))), fails: aerostore.ErrNotFound,
	}))
}

// writesOfExpressions are about what is done with the value of an expression.
func writesOfExpressions() []testCase {
	read, write := aerostore.ReadExp, aerostore.WriteExp
	n, z := exp.IntBin("n"), exp.IntBin("z")
	is := func() aerostore.Bins { return aerostore.Bins{"n": 5, "s": "abc", "l": []any{1}} }
	rows := []steps{
		{
			name: "writes a value", why: "WriteExp returns nothing, and later operations see what it wrote",
			ops:  do(write("n", exp.Add(n, exp.IntVal(1))), aerostore.ReadBin("n"), read("n", exp.Add(n, exp.IntVal(1)))),
			each: []any{nil, 6, 7}, returns: aerostore.Bins{"n": aerostore.OpResults{6, 7}}, leaves: with(is(), "n", 6),
		},
		{
			name: "writes values of other types", why: "a bin takes the type of the value",
			ops:    do(write("n", exp.StringVal("x")), write("s", exp.ListBin("l").Append(2)), write("b", n.Greater(1), exp.EvalNoFail)),
			each:   []any{nil, nil, nil},
			leaves: aerostore.Bins{"n": "x", "s": []any{1, 2}, "l": []any{1}},
		},
		{
			name: "evaluates in the middle of other operations", why: "an expression sees the operations before it and none after it",
			ops: do(
				aerostore.AddBin("n", 1), aerostore.ListBin("l").Append(2), write("z", exp.Add(n, exp.ListBin("l").Size())), aerostore.WriteBin("n", 0),
				read("r", exp.Subtract(z, n)), write("l", exp.ListBin("l").Append(n)), aerostore.ListBin("l").Size(),
			),
			each:   []any{nil, 2, nil, nil, 8, nil, 3},
			leaves: aerostore.Bins{"n": 0, "s": "abc", "l": []any{1, 2, 0}, "z": 8},
		},
		{
			name: "CreateOnly refuses a bin that exists", why: "CreateOnly fails with CodeBinExists",
			ops: do(write("z", n, exp.CreateOnly), write("n", n, exp.CreateOnly)), fails: aerostore.CodeBinExists,
		},
		{
			name: "UpdateOnly refuses a bin that does not", why: "UpdateOnly fails with CodeBinNotFound",
			ops: do(write("n", n, exp.UpdateOnly), write("z", n, exp.UpdateOnly)), fails: aerostore.CodeBinNotFound,
		},
		{
			name: "NoFail does nothing where a flag refuses", why: "the other operations are carried out",
			ops: do(
				write("n", exp.IntVal(1), exp.CreateOnly, exp.NoFail), write("z", n, exp.UpdateOnly, exp.NoFail),
				write("y", n, exp.CreateOnly, exp.NoFail), write("s", n, exp.UpdateOnly),
			),
			each: []any{nil, nil, nil, nil}, leaves: aerostore.Bins{"n": 5, "s": 5, "l": []any{1}, "y": 5},
		},
		{
			name: "nil deletes a bin with AllowDelete", why: "nil deletes a bin, as in WriteBin, but only if a flag says so",
			ops:  do(write("s", exp.Nil(), exp.AllowDelete), aerostore.ReadBin("s"), write("z", exp.Nil(), exp.AllowDelete)),
			each: []any{nil, nil, nil}, leaves: with(is(), "s", nil),
		},
		{
			name: "nil does not delete a bin without AllowDelete", why: "nil fails with CodeOpNotApplicable",
			ops: do(write("s", exp.Nil())), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "nil with AllowDelete removes the record with its last bin", why: "a record without bins does not exist",
			ops:  do(aerostore.WriteBin("s", nil), aerostore.WriteBin("l", nil), write("n", exp.Nil(), exp.AllowDelete)),
			each: []any{nil, nil, nil},
		},
		{
			name: "what is unknown is not written", why: "an expression without a value fails, and undoes the operations before it",
			ops: do(aerostore.AddBin("n", 1), aerostore.ListBin("l").Append(2), write("s", exp.IntBin("s"))), fails: aerostore.CodeOpNotApplicable,
		},
		{
			name: "EvalNoFail leaves the bin where the expression is unknown", why: "the other operations are carried out",
			ops:  do(write("s", z, exp.EvalNoFail), write("y", z, exp.EvalNoFail), aerostore.AddBin("n", 1)),
			each: []any{nil, nil, nil}, leaves: with(is(), "n", 6),
		},
		{
			name: "writes on a condition", why: "an expression can decide whether to write",
			ops: do(
				write("n", exp.If(n.Greater(3), exp.Subtract(n, exp.IntVal(1))).ElseUnknown(), exp.EvalNoFail),
				write("s", exp.If(n.Greater(4), exp.StringVal("x")).ElseUnknown(), exp.EvalNoFail),
			),
			each: []any{nil, nil}, leaves: with(is(), "n", 4),
		},
	}
	for i := range rows {
		rows[i].bins = is()
	}
	return casesOf("", append(rows,
		steps{
			name: "creates a missing record", why: "a missing record starts without bins",
			ops:  do(write("n", exp.IntVal(1)), write("s", exp.SetName()), read("r", exp.BinExists("n"))),
			each: []any{nil, nil, true}, leaves: aerostore.Bins{"n": 1, "s": mainSet},
		},
		steps{
			name: "creates no record without a value", why: "a record without bins does not exist",
			ops: do(write("n", z, exp.EvalNoFail)), fails: aerostore.ErrNotFound,
		},
		steps{
			name: "the first operation that fails decides", why: "an expression is evaluated when it is its turn",
			bins: is(), ops: do(aerostore.AppendBin("n", "x"), read("r", z)), fails: aerostore.ErrBinType,
		},
		steps{
			name: "an unknown expression comes before what follows it", why: "an expression is evaluated when it is its turn",
			bins: is(), ops: do(read("r", z), write("n", n, exp.CreateOnly)), fails: aerostore.CodeOpNotApplicable,
		},
	))
}
