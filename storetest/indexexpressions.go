package storetest

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/exp"
)

// indexExpressionCases returns the cases about queries by an index over an expression.
func indexExpressionCases() (cases []testCase) {
	for _, s := range searches() {
		for _, p := range spots() {
			if p.path != nil || p.keys && !s.isKey {
				continue
			}
			cases = append(cases, testCase{
				name: fmt.Sprintf("a query finds %s in the value of an expression, %s", s.name, p.name),
				why:  "a query by the name of an index over an expression selects the records whose value matches, each once",
				run:  func(t *trial) { t.findsByExpression(s, p) },
			})
		}
	}
	cases = append(cases, computedCases()...)
	for i := range cases {
		cases[i].needs = cmp.Or(cases[i].needs, IndexExpressions)
	}
	return append(cases, indexExpressionAdminCases()...)
}

// expressionOf returns the expression of what is indexed in a bin.
func (p spot) expressionOf(bin string, kind aerostore.IndexType) exp.Any {
	switch {
	case p.in == aerostore.IndexList:
		return exp.ListBin(bin)
	case p.in != aerostore.IndexDefault:
		return exp.MapBin(bin)
	case kind == aerostore.IndexInt:
		return exp.IntBin(bin)
	case kind == aerostore.IndexString:
		return exp.StringBin(bin)
	case kind == aerostore.IndexBlob:
		return exp.BytesBin(bin)
	default:
		return exp.GeoBin(bin)
	}
}

// expressionIndex returns an index of the main set with a name of its own.
func (t *trial) expressionIndex(e exp.Any, kind aerostore.IndexType) aerostore.Index {
	return aerostore.Index{Namespace: t.namespace, Set: mainSet, Name: t.bin(), Type: kind, Expression: e}
}

// findsByExpression is findsIn for an index over the expression of a bin.
func (t *trial) findsByExpression(s search, p spot) {
	t.Helper()
	bin := t.bin()
	index := t.expressionIndex(p.expressionOf(bin, s.kind), s.kind)
	index.Collection = p.in
	values := append(append([]any{}, s.found...), s.others...)
	if p.keys { // which not all values can be
		values = append(append([]any{}, s.found...), "x", 99)
	}
	keys := t.keys(len(values) + 1)
	put := func(half int) {
		for i, v := range values {
			if i%2 == half {
				t.put(keys[i], aerostore.Bins{bin: p.put(v)})
			}
		}
	}
	put(0)
	t.put(keys[len(values)], aerostore.Bins{"other": p.put(s.found[0])})
	t.indexes(index)
	put(1)
	q := aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: p.of(s.where("")).UsingIndex(index.Name)}
	check := func(what string, want int) {
		t.Helper()
		records, err := t.collect(t.store.Query(t.Context(), q))
		t.ok(err)
		t.equal("the number of records "+what, len(records), want)
	}
	check("found", len(s.found))
	found := t.query(q, keys...)
	for i := range s.found {
		t.equal(fmt.Sprintf("whether value %d was found", i), found[keys[i]] != nil, true)
	}
	t.put(keys[0], aerostore.Bins{bin: p.put("no more")})
	t.put(keys[len(s.found)], aerostore.Bins{bin: p.put(s.found[0])})
	check("after two changed", len(s.found))
	_, err := t.store.Remove(t.Context(), keys[len(s.found)])
	t.ok(err)
	check("after one was removed", len(s.found)-1)
}

// person returns the bins of a record with an age and a country.
func person(age, country any) aerostore.Bins {
	return aerostore.Bins{"age": age, "country": country}
}

// countryOfAdults is unknown for children.
func countryOfAdults() exp.String {
	return exp.If(exp.IntBin("age").AtLeast(18), exp.StringBin("country")).ElseUnknown()
}

// computedCases returns the cases about expressions that compute.
func computedCases() []testCase {
	return []testCase{
		{
			name: "an index over an expression has the records for which it is known",
			why:  "a record is in the index while the expression has a value of the type for it",
			run: func(t *trial) {
				keys := t.keys(7)
				for i, bins := range []aerostore.Bins{
					person(18, "FR"), person(17, "FR"), person(70, "FR"), person(40, "DE"), person("18", "FR"), person(40, 1), {"country": "FR"},
				} {
					t.put(keys[i], bins)
				}
				index := t.expressionIndex(countryOfAdults(), aerostore.IndexString)
				t.indexes(index)
				check := func(when string, want ...int) {
					t.Helper()
					found := t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal("", "FR").UsingIndex(index.Name)}, keys...)
					t.equal("the number of records "+when, len(found), len(want))
					for _, i := range want {
						t.equal(fmt.Sprintf("whether record %d was found %s", i, when), found[keys[i]] != nil, true)
					}
				}
				check("at first", 0, 2)
				t.ok(t.store.Increment(t.Context(), keys[0], aerostore.Bins{"age": -1}))
				t.ok(t.store.Increment(t.Context(), keys[1], aerostore.Bins{"age": 1}))
				check("after two birthdays", 1, 2)
				t.put(keys[2], aerostore.Bins{"country": nil})
				t.put(keys[6], aerostore.Bins{"age": 30})
				check("after a bin was removed and one was added", 1, 6)
				_, err := t.store.Operate(t.Context(), keys[3], []aerostore.Operation{aerostore.WriteBin("country", "FR"), aerostore.AddBin("age", 1)})
				t.ok(err)
				_, err = t.store.Remove(t.Context(), keys[1])
				t.ok(err)
				check("after an operation and a removal", 3, 6)
				t.ok(batchError(t.store.BatchWrite(t.Context(), itemsOf(keys[:2], person(21, "FR")))))
				check("after a batch", 0, 1, 3, 6)
				t.put(keys[0], aerostore.Bins{"other": 1}, aerostore.Replace)
				check("after a replacement", 1, 3, 6)
			},
		},
		{
			name:  "an index over an expression follows operations on lists and maps",
			why:   "the index has what the expression evaluates to after each operation",
			needs: DataTypes,
			run: func(t *trial) {
				t.needs(IndexExpressions)
				bin, key := t.bin(), t.key()
				size := t.expressionIndex(exp.ListBin(bin).Size(), aerostore.IndexInt)
				nested := t.expressionIndex(exp.MapBin("m").StringAt(cdt.Key(bin)), aerostore.IndexString)
				t.indexes(size)
				t.indexes(nested)
				list, entries := aerostore.ListBin(bin), aerostore.MapBin("m")
				finds := func(where aerostore.Predicate) bool {
					t.Helper()
					return t.query(aerostore.Query{Set: mainSet, Where: where}, key)[key] != nil
				}
				for i := range 3 {
					_, err := t.store.Operate(t.Context(), key, []aerostore.Operation{list.Append(i), entries.Put(bin, string(rune('a'+i)))})
					t.ok(err)
					for n := range 4 {
						t.equal(fmt.Sprintf("whether size %d is found at %d", n, i+1), finds(aerostore.Equal("", n).UsingIndex(size.Name)), n == i+1)
						t.equal(fmt.Sprintf("whether text %d is found at %d", n, i), finds(aerostore.Equal("", string(rune('a'+n))).UsingIndex(nested.Name)), n == i)
					}
				}
			},
		},
		{
			name: "an index over the digest has every record",
			why:  "an index may be over the digests of records, without their bins",
			run: func(t *trial) {
				index := t.expressionIndex(exp.DigestModulo(2), aerostore.IndexInt)
				keys := t.keys(8)
				t.writesAll(itemsOf(keys[:4], before))
				t.indexes(index)
				t.writesAll(itemsOf(keys[4:], before))
				all := 0
				for n := range 2 {
					all += len(t.query(aerostore.Query{Set: mainSet, Where: aerostore.Equal("", n).UsingIndex(index.Name)}, keys...))
				}
				t.equal("the number of records", all, len(keys))
			},
		},
		{
			name: "an index over an expression without a set answers queries of each set",
			why:  "a query selects the records of its set from an index of the whole namespace",
			run: func(t *trial) {
				bin := t.bin()
				index := t.expressionIndex(exp.IntBin(bin), aerostore.IndexInt)
				index.Set = ""
				t.indexes(index)
				keys := []aerostore.Key{t.keyIn(mainSet), t.keyIn(otherSet), t.keyIn("")}
				for _, key := range keys {
					t.put(key, aerostore.Bins{bin: 1})
				}
				where := aerostore.Equal("", 1).UsingIndex(index.Name)
				t.equal("the number of records of the namespace", len(t.query(aerostore.Query{Where: where}, keys...)), len(keys))
				found := t.query(aerostore.Query{Set: otherSet, Where: where}, keys...)
				t.equal("the number of records of a set", len(found), 1)
				t.equal("whether that of the set was found", found[keys[1]] != nil, true)
			},
		},
		{
			name: "a query by an index over an expression combines with bins, a limit and pages",
			why:  "a query returns the records that satisfy all of them",
			run: func(t *trial) {
				bin, keys := t.bin(), t.keys(9)
				index := t.expressionIndex(exp.Multiply(exp.IntBin(bin), exp.IntVal(2)), aerostore.IndexInt)
				t.indexes(index)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: i, []string{"even", "odd"}[i%2]: i})
				}
				q := aerostore.Query{Namespace: t.namespace, Set: mainSet, Where: aerostore.Range("", 2, 13).UsingIndex(index.Name)}
				q.Bins = []string{"odd"}
				found := t.query(q, keys...)
				t.equal("the number of odd records", len(found), 3)
				t.bins(found[keys[5]], aerostore.Bins{"odd": 5})
				q.Bins, q.MaxRecords = nil, 4
				t.equal("the number of records with a limit", t.count(q), 4)
				if _, lacks := t.without[Cursors]; !lacks {
					t.pages(keys[1:7], q)
				}
			},
		},
		{
			name: "Execute changes what an index over an expression finds",
			why:  "a job with such a condition changes the records that a query with it would return",
			run: func(t *trial) {
				t.needs(Jobs)
				bin, keys := t.bin(), t.keys(5)
				index := t.expressionIndex(exp.Multiply(exp.IntBin(bin), exp.IntVal(2)), aerostore.IndexInt)
				t.indexes(index)
				for i, key := range keys {
					t.put(key, aerostore.Bins{bin: i})
				}
				q := aerostore.Query{Set: mainSet, Where: aerostore.Range("", 2, 6).UsingIndex(index.Name)}
				t.execute(q, 3, []aerostore.Operation{aerostore.WriteBin("done", true)})
				for i, key := range keys {
					_, done := t.get(key).Bins["done"]
					t.equal(fmt.Sprintf("whether record %d was changed", i), done, 1 <= i && i <= 3)
				}
			},
		},
	}
}

// indexExpressionAdminCases returns the cases about creating indexes over expressions and
// about their names.
func indexExpressionAdminCases() []testCase {
	return []testCase{
		{
			name: "a condition without a bin uses the index that it names",
			why:  "the index says what is compared, if its type and collection are those of the condition",
			run: func(t *trial) {
				nested, key := spot{in: aerostore.IndexList, path: []cdt.Step{cdt.Key("a")}}.index(t, aerostore.IndexInt), t.key()
				t.indexes(nested)
				t.put(key, aerostore.Bins{nested.Bin: map[any]any{"a": []any{1, 2}}})
				where := aerostore.Equal("", 1).InList().UsingIndex(nested.Name)
				t.equal("the number of records", len(t.query(aerostore.Query{Set: mainSet, Where: where}, key)), 1)
				for _, where := range []aerostore.Predicate{
					where.UsingIndex(t.bin()), where.InMapValues(), aerostore.Equal("", "1").InList().UsingIndex(nested.Name),
					aerostore.Equal("", 1).UsingIndex(nested.Name),
				} {
					t.unanswered(where)
				}
				records, err := t.collect(t.store.Query(t.Context(), aerostore.Query{Namespace: t.namespace, Set: otherSet, Where: where}))
				t.fails(err, aerostore.CodeIndexNotFound)
				t.equal("the number of records of another set", len(records), 0)
			},
		},
		{
			name: "an index over an expression answers no other condition",
			why:  "a condition needs an index of its bin or, without one, of its type and collection",
			run: func(t *trial) {
				bin := t.bin()
				index := t.expressionIndex(exp.ListBin(bin), aerostore.IndexInt)
				index.Collection = aerostore.IndexList
				t.indexes(index)
				for _, where := range []aerostore.Predicate{
					aerostore.Equal(bin, 1).InList(), aerostore.Equal(bin, 1).InList().UsingIndex(index.Name),
					aerostore.Equal("", 1).UsingIndex(index.Name), aerostore.Equal("", "1").InList().UsingIndex(index.Name),
				} {
					t.unanswered(where)
				}
			},
		},
		{
			name: "CreateIndex of another expression under a taken name fails with IndexFound",
			why:  "the expression is part of the definition",
			run: func(t *trial) {
				index := t.expressionIndex(exp.IntBin("a"), aerostore.IndexInt)
				t.indexes(index)
				index.Expression = exp.IntBin("a")
				t.ok(t.indexer().CreateIndex(t.Context(), index))
				long := t.expressionIndex(exp.If(exp.StringBin("s").Equal(strings.Repeat("x", 12263)), exp.IntBin("a")).ElseUnknown(), aerostore.IndexInt)
				t.indexes(long) // the longest expression
				other, plain := index, index
				other.Expression, plain.Expression, plain.Bin = exp.IntBin("b"), nil, "a"
				for _, other := range []aerostore.Index{other, plain} {
					t.fails(t.indexer().CreateIndex(t.Context(), other), aerostore.CodeIndexFound)
				}
			},
		},
		{
			name: "CreateIndex refuses an expression that no server indexes",
			why:  "such a definition fails with ErrInvalid before anything is sent",
			run: func(t *trial) {
				good := t.expressionIndex(exp.IntBin("a"), aerostore.IndexInt)
				withBin, withPath := good, good
				withBin.Bin, withPath.Path = "a", []cdt.Step{cdt.Key("a")}
				bad := []aerostore.Index{withBin, withPath}
				for _, e := range []exp.Any{
					exp.Int{},
					exp.StringBin("a"), exp.IntBin("a").Equal(1), exp.ListBin("a"), exp.IntVal(1),
					exp.Add(exp.IntBin("a"), exp.TTL()), exp.Add(exp.IntBin("a"), exp.RecordSize()), exp.Add(exp.IntBin("a"), exp.IntKey()),
					exp.If(exp.BinExists("a"), exp.IntVal(1)).Else(exp.IntVal(0)), exp.BinType("a"),
				} {
					of := good
					of.Expression = e
					bad = append(bad, of)
				}
				for _, index := range bad {
					t.fails(t.indexer().CreateIndex(t.Context(), index), aerostore.ErrInvalid)
				}
			},
		},
	}
}
