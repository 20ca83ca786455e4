package exp

import (
	"bytes"
	"encoding/base64"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/expr"
)

type sameAs struct {
	constructor string
	client      *as.Expression
	ours        Any
}

// constructors has an expression for each constructor of the client, and how it is said
// here.
func constructors(t *testing.T) []sameAs {
	t.Helper()
	const (
		listValue = as.ListReturnTypeValue
		listCount = as.ListReturnTypeCount
		listNone  = as.ListReturnTypeNone
	)
	var (
		iv      = as.ExpIntVal
		sv      = as.ExpStringVal
		a, b    = as.ExpIntBin("a"), as.ExpIntBin("b")
		f, g    = as.ExpFloatBin("f"), as.ExpFloatBin("g")
		l, m    = as.ExpListBin("l"), as.ExpMapBin("m")
		h, blob = as.ExpHLLBin("h"), as.ExpBlobBin("x")

		A, B   = IntBin("a"), IntBin("b")
		F, G   = FloatBin("f"), FloatBin("g")
		L, M   = ListBin("l"), MapBin("m")
		H      = HLLBin("h")
		bits   = BytesBin("x").Bits()
		lp     = as.DefaultListPolicy()
		mp     = as.DefaultMapPolicy()
		bp     = as.DefaultBitPolicy()
		hp     = as.DefaultHLLPolicy()
		inList = as.CtxMapKey(as.StringValue("k"))
		values = as.ExpListValueVal(1, "x")
		keys   = as.MapReturnType.KEY
		count  = as.MapReturnType.COUNT
		value  = as.MapReturnType.VALUE
		none   = as.MapReturnType.NONE
		invert = as.MapReturnType.INVERTED
	)
	packed, err := EncodeBase64(A.Greater(3))
	if err != nil {
		t.Fatal(err)
	}
	fromBase64, asErr := as.ExpFromBase64(packed)
	if asErr != nil {
		t.Fatal(asErr)
	}
	return []sameAs{
		{"ExpFromBase64", fromBase64, A.Greater(3)},
		{"ExpIntVal", as.ExpEq(a, iv(1<<40)), A.Equal(1 << 40)},
		{"ExpIntVal", as.ExpEq(a, iv(-1<<63)), A.Equal(-1 << 63)},
		{"ExpIntVal", as.ExpEq(a, iv(-70000)), A.Equal(-70000)},
		{"ExpBoolVal", as.ExpEq(as.ExpBoolBin("t"), as.ExpBoolVal(true)), BoolBin("t").Equal(true)},
		{"ExpStringVal", as.ExpEq(as.ExpStringBin("s"), sv("x")), StringBin("s").Equal("x")},
		{"ExpStringVal", as.ExpEq(as.ExpStringBin("s"), sv(strings.Repeat("é", 300))), StringBin("s").Equal(strings.Repeat("é", 300))},
		{"ExpFloatVal", as.ExpEq(f, as.ExpFloatVal(-0.5)), F.Equal(-0.5)},
		{"ExpBlobVal", as.ExpEq(blob, as.ExpBlobVal([]byte{1, 2})), BytesBin("x").Equal([]byte{1, 2})},
		{"ExpListVal", as.ExpEq(l, as.ExpListVal(as.IntegerValue(1), as.StringValue("x"))), L.Equal(1, "x")},
		{"ExpValueArrayVal", as.ExpEq(l, as.ExpValueArrayVal(as.ValueArray{as.LongValue(1 << 40)})), L.Equal(1 << 40)},
		{"ExpListValueVal", as.ExpEq(l, as.ExpListValueVal(1, nil, []any{2.5, []byte{3}})), L.Equal(1, nil, []any{2.5, []byte{3}})},
		{"ExpMapVal", as.ExpEq(m, as.ExpMapVal(as.MapValue{"k": 1 << 40})), Equal(M, MapVal(map[string]int{"k": 1 << 40}))},
		{"ExpGeoVal", as.ExpGeoCompare(as.ExpGeoBin("p"), as.ExpGeoVal(`{"type":"Point","coordinates":[0,0]}`)), GeoBin("p").Within(`{"type":"Point","coordinates":[0,0]}`)},
		{"ExpNilValue", as.ExpNilValue(), Nil()},
		{"ExpInfinityValue", as.ExpListGetByValueRange(listCount, iv(1), as.ExpInfinityValue(), l), L.Count(cdt.Between(1, cdt.Infinity))},
		{"ExpWildCardValue", as.ExpListGetByValue(listCount, as.ExpWildCardValue(), l), L.Count(cdt.Value(cdt.Wildcard))},

		{"ExpKey", as.ExpKey(as.ExpTypeSTRING), StringKey()},
		{"ExpKey", as.ExpKey(as.ExpTypeINT), IntKey()},
		{"ExpKey", as.ExpKey(as.ExpTypeBLOB), BytesKey()},
		{"ExpKeyExists", as.ExpKeyExists(), KeyExists()},
		{"ExpIntBin", a, A},
		{"ExpStringBin", as.ExpStringBin("s"), StringBin("s")},
		{"ExpBlobBin", blob, BytesBin("x")},
		{"ExpBoolBin", as.ExpBoolBin("t"), BoolBin("t")},
		{"ExpFloatBin", f, F},
		{"ExpGeoBin", as.ExpGeoBin("p"), GeoBin("p")},
		{"ExpListBin", l, L},
		{"ExpMapBin", m, M},
		{"ExpHLLBin", h, H},
		{"ExpBinExists", as.ExpBinExists("b"), BinExists("b")},
		{"ExpBinType", as.ExpBinType("b"), BinType("b")},
		{"ExpSetName", as.ExpSetName(), SetName()},
		{"ExpRecordSize", as.ExpRecordSize(), RecordSize()},
		{"ExpDeviceSize", as.ExpDeviceSize(), DeviceSize()},
		{"ExpMemorySize", as.ExpMemorySize(), MemorySize()},
		{"ExpLastUpdate", as.ExpLastUpdate(), LastUpdate()},
		{"ExpSinceUpdate", as.ExpSinceUpdate(), SinceUpdate()},
		{"ExpVoidTime", as.ExpVoidTime(), VoidTime()},
		{"ExpTTL", as.ExpTTL(), TTL()},
		{"ExpIsTombstone", as.ExpIsTombstone(), IsTombstone()},
		{"ExpDigestModulo", as.ExpDigestModulo(1000), DigestModulo(1000)},

		{"ExpRegexCompare", as.ExpRegexCompare("^a", as.ExpRegexFlagEXTENDED|as.ExpRegexFlagICASE, as.ExpStringBin("s")), StringBin("s").Matches("^a", Extended, IgnoreCase)},
		{"ExpGeoCompare", as.ExpGeoCompare(as.ExpGeoBin("p"), as.ExpGeoBin("q")), Within(GeoBin("p"), GeoBin("q"))},
		{"ExpNot", as.ExpNot(as.ExpBoolBin("t")), Not(BoolBin("t"))},
		{"ExpAnd", as.ExpAnd(as.ExpBoolBin("t"), as.ExpBoolBin("u")), And(BoolBin("t"), BoolBin("u"))},
		{"ExpOr", as.ExpOr(as.ExpBoolBin("t"), as.ExpBoolBin("u"), as.ExpBoolBin("v")), Or(BoolBin("t"), BoolBin("u"), BoolBin("v"))},
		{"ExpExclusive", as.ExpExclusive(as.ExpBoolBin("t"), as.ExpBoolBin("u")), Exclusive(BoolBin("t"), BoolBin("u"))},
		{"ExpEq", as.ExpEq(a, b), Equal(A, B)},
		{"ExpNotEq", as.ExpNotEq(a, b), NotEqual(A, B)},
		{"ExpGreater", as.ExpGreater(a, b), Greater(A, B)},
		{"ExpGreaterEq", as.ExpGreaterEq(a, b), AtLeast(A, B)},
		{"ExpLess", as.ExpLess(a, b), Less(A, B)},
		{"ExpLessEq", as.ExpLessEq(a, b), AtMost(A, B)},

		{"ExpNumAdd", as.ExpNumAdd(a, b, iv(1)), Add(A, B, IntVal(1))},
		{"ExpNumSub", as.ExpNumSub(f, g), Subtract(F, G)},
		{"ExpNumSub", as.ExpNumSub(f), Subtract(F)},
		{"ExpNumMul", as.ExpNumMul(a, b), Multiply(A, B)},
		{"ExpNumDiv", as.ExpNumDiv(f, g), Divide(F, G)},
		{"ExpNumDiv", as.ExpNumDiv(a, iv(2)), Divide(A, IntVal(2))},
		{"ExpNumPow", as.ExpNumPow(f, g), Pow(F, G)},
		{"ExpNumLog", as.ExpNumLog(f, g), Log(F, G)},
		{"ExpNumMod", as.ExpNumMod(a, iv(7)), Mod(A, IntVal(7))},
		{"ExpNumAbs", as.ExpNumAbs(a), Abs(A)},
		{"ExpNumFloor", as.ExpNumFloor(f), Floor(F)},
		{"ExpNumCeil", as.ExpNumCeil(f), Ceil(F)},
		{"ExpToInt", as.ExpToInt(f), ToInt(F)},
		{"ExpToFloat", as.ExpToFloat(a), ToFloat(A)},
		{"ExpIntAnd", as.ExpIntAnd(a, b), IntAnd(A, B)},
		{"ExpIntOr", as.ExpIntOr(a, b), IntOr(A, B)},
		{"ExpIntXor", as.ExpIntXor(a, b), IntXor(A, B)},
		{"ExpIntNot", as.ExpIntNot(a), IntNot(A)},
		{"ExpIntLShift", as.ExpIntLShift(a, b), ShiftLeft(A, B)},
		{"ExpIntRShift", as.ExpIntRShift(a, b), ShiftRight(A, B)},
		{"ExpIntARShift", as.ExpIntARShift(a, b), ShiftRightSigned(A, B)},
		{"ExpIntCount", as.ExpIntCount(a), OnesCount(A)},
		{"ExpIntLScan", as.ExpIntLScan(a, as.ExpBoolVal(true)), ScanLeft(A, BoolVal(true))},
		{"ExpIntRScan", as.ExpIntRScan(a, as.ExpBoolVal(false)), ScanRight(A, BoolVal(false))},
		{"ExpMin", as.ExpMin(a, b), Min(A, B)},
		{"ExpMax", as.ExpMax(a, b), Max(A, B)},
		{"ExpCond", as.ExpCond(as.ExpBoolBin("t"), iv(1), as.ExpBoolBin("u"), iv(2), a), If(BoolBin("t"), IntVal(1)).ElseIf(BoolBin("u"), IntVal(2)).Else(A)},
		{"ExpLet", as.ExpLet(as.ExpDef("x", a), as.ExpGreater(as.ExpVar("x"), iv(3))), Let("x", A, func(x Int) Bool { return x.Greater(3) })},
		{"ExpDef", as.ExpLet(as.ExpDef("x", sv("s")), as.ExpVar("x")), Let("x", StringVal("s"), func(x String) String { return x })},
		{"ExpVar", as.ExpLet(as.ExpDef("x", l), as.ExpListSize(as.ExpVar("x"))), Let("x", L, func(x List) Int { return x.Size() })},
		{"ExpUnknown", as.ExpCond(as.ExpBoolBin("t"), a, as.ExpUnknown()), If(BoolBin("t"), A).ElseUnknown()},

		{"ExpListAppend", as.ExpListAppend(lp, iv(1), l), L.Append(1)},
		{"ExpListAppend", as.ExpListAppend(as.NewListPolicy(as.ListOrderOrdered, as.ListWriteFlagsAddUnique|as.ListWriteFlagsNoFail), a, m, inList), M.ListIn(cdt.Key("k")).Create(cdt.Ordered).With(cdt.AddUnique, cdt.NoFail).Append(A)},
		{"ExpListAppendItems", as.ExpListAppendItems(lp, values, l), L.Append(1, "x")},
		{"ExpListAppendItems", as.ExpListAppendItems(lp, as.ExpListBin("k"), l), L.AppendAll(ListBin("k"))},
		{"ExpListInsert", as.ExpListInsert(lp, iv(1), sv("x"), l), L.Insert(IntVal(1), "x")},
		{"ExpListInsertItems", as.ExpListInsertItems(lp, a, values, l), L.Insert(A, 1, "x")},
		{"ExpListIncrement", as.ExpListIncrement(lp, iv(-1), iv(5), l), L.Increment(IntVal(-1), 5)},
		{"ExpListSet", as.ExpListSet(lp, iv(0), as.ExpFloatVal(1.5), l), L.Set(IntVal(0), 1.5)},
		{"ExpListClear", as.ExpListClear(l), L.Clear()},
		{"ExpListSort", as.ExpListSort(as.ListSortFlagsDescending, l), L.Sort(cdt.Descending)},
		{"ExpListRemoveByValue", as.ExpListRemoveByValue(listNone, iv(1), l), L.Remove(cdt.Value(1))},
		{"ExpListRemoveByValue", as.ExpListRemoveByValue(listNone|as.ListReturnTypeInverted, iv(1), l), L.Remove(cdt.Not(cdt.Value(1)))},
		{"ExpListRemoveByValueList", as.ExpListRemoveByValueList(listNone, values, l), L.Remove(cdt.Values(1, "x"))},
		{"ExpListRemoveByValueRange", as.ExpListRemoveByValueRange(listNone, iv(1), iv(3), l), L.Remove(cdt.Between(1, 3))},
		{"ExpListRemoveByValueRange", as.ExpListRemoveByValueRange(listNone, nil, iv(3), l), L.Remove(cdt.Below(3))},
		{"ExpListRemoveByValueRange", as.ExpListRemoveByValueRange(listNone, iv(1), nil, l), L.Remove(cdt.From(1))},
		{"ExpListRemoveByValueRelativeRankRange", as.ExpListRemoveByValueRelativeRankRange(listNone, iv(1), iv(-1), l), L.Remove(cdt.RanksNear(1, -1, cdt.ToEnd))},
		{"ExpListRemoveByValueRelativeRankRangeCount", as.ExpListRemoveByValueRelativeRankRangeCount(listNone, iv(1), a, b, l), L.Remove(RanksNear(1, A, B))},
		{"ExpListRemoveByIndex", as.ExpListRemoveByIndex(iv(-1), l), L.Remove(cdt.Index(-1))},
		{"ExpListRemoveByIndex", as.ExpListRemoveByIndex(a, l), L.Remove(Index(A))},
		{"ExpListRemoveByIndexRange", as.ExpListRemoveByIndexRange(listNone, iv(1), l), L.Remove(cdt.Indexes(1, cdt.ToEnd))},
		{"ExpListRemoveByIndexRangeCount", as.ExpListRemoveByIndexRangeCount(listNone, iv(1), iv(2), l), L.Remove(cdt.Indexes(1, 2))},
		{"ExpListRemoveByRank", as.ExpListRemoveByRank(iv(-1), l), L.Remove(cdt.Rank(-1))},
		{"ExpListRemoveByRankRange", as.ExpListRemoveByRankRange(listNone, iv(-3), l), L.Remove(cdt.Ranks(-3, cdt.ToEnd))},
		{"ExpListRemoveByRankRangeCount", as.ExpListRemoveByRankRangeCount(listNone, a, iv(2), l), L.Remove(Ranks(A, IntVal(2)))},
		{"ExpListSize", as.ExpListSize(m, inList), M.ListIn(cdt.Key("k")).Size()},
		{"ExpListGetByValue", as.ExpListGetByValue(as.ListReturnTypeExists, sv("vip"), l), L.Contains("vip")},
		{"ExpListGetByValue", as.ExpListGetByValue(as.ListReturnTypeIndex, sv("vip"), l), L.Get(cdt.Value("vip"), cdt.IndexOf)},
		{"ExpListGetByValueRange", as.ExpListGetByValueRange(listValue, a, b, l), L.Get(cdt.Between(A, B))},
		{"ExpListGetByValueList", as.ExpListGetByValueList(listValue|as.ListReturnTypeInverted, values, l), L.Get(cdt.Not(cdt.Values(1, "x")))},
		{"ExpListGetByValueList", as.ExpListGetByValueList(listCount, as.ExpListBin("k"), l), L.Count(ValuesIn(ListBin("k")))},
		{"ExpListGetByValueRelativeRankRange", as.ExpListGetByValueRelativeRankRange(listValue, iv(5), iv(0), l), L.Get(cdt.RanksNear(5, 0, cdt.ToEnd))},
		{"ExpListGetByValueRelativeRankRangeCount", as.ExpListGetByValueRelativeRankRangeCount(listValue, iv(5), iv(0), iv(2), l), L.Get(cdt.RanksNear(5, 0, 2))},
		{"ExpListGetByIndex", as.ExpListGetByIndex(listValue, as.ExpTypeSTRING, iv(0), l), L.StringAt(cdt.Index(0))},
		{"ExpListGetByIndex", as.ExpListGetByIndex(listValue, as.ExpTypeINT, iv(0), m, inList), M.IntAt(cdt.Key("k"), cdt.Index(0))},
		{"ExpListGetByIndex", as.ExpListGetByIndex(as.ListReturnTypeRank, as.ExpTypeINT, iv(0), l), L.Place(cdt.Index(0), cdt.RankOf)},
		{"ExpListGetByIndexRange", as.ExpListGetByIndexRange(listValue, iv(1), l), L.Get(cdt.Indexes(1, cdt.ToEnd))},
		{"ExpListGetByIndexRangeCount", as.ExpListGetByIndexRangeCount(listValue, iv(1), iv(2), l), L.Get(cdt.Indexes(1, 2))},
		{"ExpListGetByRank", as.ExpListGetByRank(listValue, as.ExpTypeFLOAT, a, l), L.FloatAt(Rank(A))},
		{"ExpListGetByRankRange", as.ExpListGetByRankRange(listValue, iv(-3), l), L.Get(cdt.Ranks(-3, cdt.ToEnd))},
		{"ExpListGetByRankRangeCount", as.ExpListGetByRankRangeCount(listValue, iv(-3), iv(3), l), L.Get(cdt.Ranks(-3, 3))},

		{"ExpMapPut", as.ExpMapPut(mp, sv("k"), iv(1), m), M.Put("k", 1)},
		{"ExpMapPut", as.ExpMapPut(as.NewMapPolicyWithFlags(as.MapOrder.KEY_ORDERED, as.MapWriteFlagsCreateOnly), sv("k"), a, m, as.CtxMapKeyCreate(as.StringValue("x"), as.MapOrder.KEY_ORDERED)), M.In(cdt.Key("x").Create(cdt.KeyOrdered)).Create(cdt.KeyOrdered).With(cdt.CreateOnly).Put("k", A)},
		{"ExpMapPut", as.ExpMapPut(as.NewMapPolicyWithFlags(as.MapOrder.UNORDERED, as.MapWriteFlagsUpdateOnly), sv("k"), a, m), M.With(cdt.UpdateOnly).Put("k", A)},
		{"ExpMapPutItems", as.ExpMapPutItems(mp, as.ExpMapVal(as.MapValue{"k": 1}), m), M.PutAll(MapVal(map[any]any{"k": 1}))},
		{"ExpMapIncrement", as.ExpMapIncrement(mp, sv("k"), iv(2), m), M.Increment("k", 2)},
		{"ExpMapClear", as.ExpMapClear(m), M.Clear()},
		{"ExpMapRemoveByKey", as.ExpMapRemoveByKey(sv("k"), m), M.Remove(cdt.Key("k"))},
		{"ExpMapRemoveByKeyList", as.ExpMapRemoveByKeyList(none|invert, values, m), M.Remove(cdt.Not(cdt.Keys(1, "x")))},
		{"ExpMapRemoveByKeyRange", as.ExpMapRemoveByKeyRange(none, sv("a"), sv("f"), m), M.Remove(cdt.KeyBetween("a", "f"))},
		{"ExpMapRemoveByKeyRelativeIndexRange", as.ExpMapRemoveByKeyRelativeIndexRange(none, sv("a"), iv(1), m), M.Remove(cdt.IndexesNear("a", 1, cdt.ToEnd))},
		{"ExpMapRemoveByKeyRelativeIndexRangeCount", as.ExpMapRemoveByKeyRelativeIndexRangeCount(none, sv("a"), iv(1), iv(2), m), M.Remove(cdt.IndexesNear("a", 1, 2))},
		{"ExpMapRemoveByValue", as.ExpMapRemoveByValue(none, iv(1), m), M.Remove(cdt.Value(1))},
		{"ExpMapRemoveByValueList", as.ExpMapRemoveByValueList(none, values, m), M.Remove(cdt.Values(1, "x"))},
		{"ExpMapRemoveByValueRange", as.ExpMapRemoveByValueRange(none, nil, iv(3), m), M.Remove(cdt.Below(3))},
		{"ExpMapRemoveByValueRelativeRankRange", as.ExpMapRemoveByValueRelativeRankRange(none, iv(1), iv(0), m), M.Remove(cdt.RanksNear(1, 0, cdt.ToEnd))},
		{"ExpMapRemoveByValueRelativeRankRangeCount", as.ExpMapRemoveByValueRelativeRankRangeCount(none, iv(1), iv(0), iv(2), m), M.Remove(cdt.RanksNear(1, 0, 2))},
		{"ExpMapRemoveByIndex", as.ExpMapRemoveByIndex(iv(0), m), M.Remove(cdt.Index(0))},
		{"ExpMapRemoveByIndexRange", as.ExpMapRemoveByIndexRange(none, iv(0), m), M.Remove(cdt.All())},
		{"ExpMapRemoveByIndexRangeCount", as.ExpMapRemoveByIndexRangeCount(none, iv(0), a, m), M.Remove(Indexes(IntVal(0), A))},
		{"ExpMapRemoveByRank", as.ExpMapRemoveByRank(a, m), M.Remove(Rank(A))},
		{"ExpMapRemoveByRankRange", as.ExpMapRemoveByRankRange(none, iv(-2), m), M.Remove(cdt.Ranks(-2, cdt.ToEnd))},
		{"ExpMapRemoveByRankRangeCount", as.ExpMapRemoveByRankRangeCount(none, iv(-2), iv(1), m), M.Remove(cdt.Ranks(-2, 1))},
		{"ExpMapSize", as.ExpMapSize(m), M.Size()},
		{"ExpMapGetByKey", as.ExpMapGetByKey(value, as.ExpTypeSTRING, sv("os"), m), M.StringAt(cdt.Key("os"))},
		{"ExpMapGetByKey", as.ExpMapGetByKey(as.MapReturnType.EXISTS, as.ExpTypeBOOL, sv("os"), m), M.Exists(cdt.Key("os"))},
		{"ExpMapGetByKey", as.ExpMapGetByKey(value, as.ExpTypeMAP, sv("os"), m), M.In(cdt.Key("os")).Value()},
		{"ExpMapGetByKey", as.ExpMapGetByKey(as.MapReturnType.RANK, as.ExpTypeINT, sv("os"), m), M.Place(cdt.Key("os"), cdt.RankOf)},
		{"ExpMapGetByKeyRange", as.ExpMapGetByKeyRange(keys, sv("a"), nil, m), M.Get(cdt.KeyFrom("a"), cdt.KeyOf)},
		{"ExpMapGetByKeyList", as.ExpMapGetByKeyList(value, values, m), M.Get(cdt.Keys(1, "x"))},
		{"ExpMapGetByKeyList", as.ExpMapGetByKeyList(count, l, m), M.Count(KeysIn(L))},
		{"ExpMapGetByKeyRelativeIndexRange", as.ExpMapGetByKeyRelativeIndexRange(value, sv("a"), iv(0), m), M.Get(cdt.IndexesNear("a", 0, cdt.ToEnd))},
		{"ExpMapGetByKeyRelativeIndexRangeCount", as.ExpMapGetByKeyRelativeIndexRangeCount(value, sv("a"), a, iv(2), m), M.Get(IndexesNear("a", A, IntVal(2)))},
		{"ExpMapGetByValue", as.ExpMapGetByValue(count, iv(1), m), M.Count(cdt.Value(1))},
		{"ExpMapGetByValueRange", as.ExpMapGetByValueRange(value, iv(1), iv(2), m), M.Get(cdt.Between(1, 2))},
		{"ExpMapGetByValueList", as.ExpMapGetByValueList(keys, values, m), M.Get(cdt.Values(1, "x"), cdt.KeyOf)},
		{"ExpMapGetByValueRelativeRankRange", as.ExpMapGetByValueRelativeRankRange(value, iv(1), iv(0), m), M.Get(cdt.RanksNear(1, 0, cdt.ToEnd))},
		{"ExpMapGetByValueRelativeRankRangeCount", as.ExpMapGetByValueRelativeRankRangeCount(value, iv(1), iv(0), iv(1), m), M.Get(cdt.RanksNear(1, 0, 1))},
		{"ExpMapGetByIndex", as.ExpMapGetByIndex(value, as.ExpTypeINT, iv(0), m), M.IntAt(cdt.Index(0))},
		{"ExpMapGetByIndexRange", as.ExpMapGetByIndexRange(as.MapReturnType.ORDERED_MAP, iv(0), m), M.GetMap(cdt.All(), cdt.AsOrderedMap)},
		{"ExpMapGetByIndexRangeCount", as.ExpMapGetByIndexRangeCount(as.MapReturnType.UNORDERED_MAP, iv(0), iv(2), m), M.GetMap(cdt.Indexes(0, 2))},
		{"ExpMapGetByRank", as.ExpMapGetByRank(value, as.ExpTypeBLOB, iv(-1), m), M.BytesAt(cdt.Rank(-1))},
		{"ExpMapGetByRankRange", as.ExpMapGetByRankRange(keys, iv(-3), m), M.Get(cdt.Ranks(-3, cdt.ToEnd), cdt.KeyOf)},
		{"ExpMapGetByRankRangeCount", as.ExpMapGetByRankRangeCount(keys, iv(-3), iv(3), m), M.Get(cdt.Ranks(-3, 3), cdt.KeyOf)},

		{"ExpBitResize", as.ExpBitResize(bp, iv(4), as.BitResizeFlagsFromFront, blob), bits.Resize(IntVal(4), cdt.FromFront)},
		{"ExpBitInsert", as.ExpBitInsert(bp, iv(1), as.ExpBlobVal([]byte{7}), blob), bits.Insert(IntVal(1), BytesVal([]byte{7}))},
		{"ExpBitRemove", as.ExpBitRemove(bp, iv(1), iv(2), blob), bits.Remove(IntVal(1), IntVal(2))},
		{"ExpBitSet", as.ExpBitSet(bp, iv(1), iv(2), as.ExpBlobVal([]byte{7}), blob), bits.Set(IntVal(1), IntVal(2), BytesVal([]byte{7}))},
		{"ExpBitOr", as.ExpBitOr(as.NewBitPolicy(as.BitWriteFlagsNoFail), iv(1), iv(2), as.ExpBlobBin("y"), blob), bits.With(cdt.NoFail).Or(IntVal(1), IntVal(2), BytesBin("y"))},
		{"ExpBitXor", as.ExpBitXor(bp, iv(1), iv(2), as.ExpBlobBin("y"), blob), bits.Xor(IntVal(1), IntVal(2), BytesBin("y"))},
		{"ExpBitAnd", as.ExpBitAnd(bp, iv(1), iv(2), as.ExpBlobBin("y"), blob), bits.And(IntVal(1), IntVal(2), BytesBin("y"))},
		{"ExpBitNot", as.ExpBitNot(bp, a, b, blob), bits.Not(A, B)},
		{"ExpBitLShift", as.ExpBitLShift(bp, a, b, iv(3), blob), bits.ShiftLeft(A, B, IntVal(3))},
		{"ExpBitRShift", as.ExpBitRShift(bp, a, b, iv(3), blob), bits.ShiftRight(A, B, IntVal(3))},
		{"ExpBitAdd", as.ExpBitAdd(bp, iv(0), iv(8), iv(200), false, as.BitOverflowActionWrap, blob), bits.Add(IntVal(0), IntVal(8), IntVal(200), cdt.OverflowWraps)},
		{"ExpBitAdd", as.ExpBitAdd(bp, iv(0), iv(8), iv(-3), true, as.BitOverflowActionFail, blob), bits.AddSigned(IntVal(0), IntVal(8), IntVal(-3), cdt.OverflowFails)},
		{"ExpBitSubtract", as.ExpBitSubtract(bp, iv(0), iv(8), a, true, as.BitOverflowActionSaturate, blob), bits.SubtractSigned(IntVal(0), IntVal(8), A, cdt.OverflowSaturates)},
		{"ExpBitSubtract", as.ExpBitSubtract(bp, iv(0), iv(8), a, false, as.BitOverflowActionSaturate, blob), bits.Subtract(IntVal(0), IntVal(8), A, cdt.OverflowSaturates)},
		{"ExpBitSetInt", as.ExpBitSetInt(bp, iv(0), iv(8), a, blob), bits.SetInt(IntVal(0), IntVal(8), A)},
		{"ExpBitGet", as.ExpBitGet(iv(0), iv(8), blob), bits.Get(IntVal(0), IntVal(8))},
		{"ExpBitCount", as.ExpBitCount(iv(0), iv(8), blob), bits.Count(IntVal(0), IntVal(8))},
		{"ExpBitLScan", as.ExpBitLScan(iv(0), iv(8), as.ExpBoolVal(true), blob), bits.ScanLeft(IntVal(0), IntVal(8), BoolVal(true))},
		{"ExpBitRScan", as.ExpBitRScan(iv(0), iv(8), as.ExpBoolVal(true), blob), bits.ScanRight(IntVal(0), IntVal(8), BoolVal(true))},
		{"ExpBitGetInt", as.ExpBitGetInt(iv(0), iv(8), true, blob), bits.GetSigned(IntVal(0), IntVal(8))},
		{"ExpBitGetInt", as.ExpBitGetInt(iv(0), iv(8), false, blob), bits.GetInt(IntVal(0), IntVal(8))},

		{"ExpHLLInit", as.ExpHLLInit(hp, iv(8), h), H.Init(IntVal(8))},
		{"ExpHLLInitWithMinHash", as.ExpHLLInitWithMinHash(hp, iv(8), iv(16), h), H.Init(IntVal(8), IntVal(16))},
		{"ExpHLLAdd", as.ExpHLLAdd(as.NewHLLPolicy(as.HLLWriteFlagsNoFail), values, h), H.With(cdt.NoFail).Add(ListVal(1, "x"))},
		{"ExpHLLAddWithIndex", as.ExpHLLAddWithIndex(hp, values, iv(8), h), H.Add(ListVal(1, "x"), IntVal(8))},
		{"ExpHLLAddWithIndexAndMinHash", as.ExpHLLAddWithIndexAndMinHash(hp, values, iv(8), iv(16), h), H.Add(ListVal(1, "x"), IntVal(8), IntVal(16))},
		{"ExpHLLGetCount", as.ExpHLLGetCount(h), H.Count()},
		{"ExpHLLGetUnion", as.ExpHLLGetUnion(as.ExpHLLBin("i"), h), H.Union(HLLBin("i"))},
		{"ExpHLLGetUnionCount", as.ExpHLLGetUnionCount(l, h), H.UnionCount(L)},
		{"ExpHLLGetIntersectCount", as.ExpHLLGetIntersectCount(l, h), H.IntersectCount(L)},
		{"ExpHLLGetSimilarity", as.ExpHLLGetSimilarity(l, h), H.Similarity(L)},
		{"ExpHLLDescribe", as.ExpHLLDescribe(h), H.Describe()},
		{"ExpHLLMayContain", as.ExpHLLMayContain(values, h), H.MayContain(ListVal(1, "x"))},
	}
}

func TestEncodingIsTheClientsForEachConstructor(t *testing.T) {
	missing := clientConstructors(t)
	if len(missing) != 176 {
		t.Errorf("the client has %d constructors, want 176", len(missing))
	}
	for _, tc := range constructors(t) {
		delete(missing, tc.constructor)
		text, asErr := tc.client.Base64()
		if asErr != nil {
			t.Fatal(asErr)
		}
		want, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Encode(tc.ours)
		if err != nil {
			t.Errorf("%s: %s: %v", tc.constructor, tc.ours, err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %s is\n%x, want\n%x", tc.constructor, tc.ours.Source(), got, want)
		}
		parsed, err := expr.Parse(want)
		if err != nil {
			t.Errorf("%s: %s: %v", tc.constructor, tc.ours, err)
			continue
		}
		if again, err := parsed.Pack(); err != nil || !bytes.Equal(again, want) {
			t.Errorf("%s: %s is packed as %x after it was parsed, want %x (%v)", tc.constructor, tc.ours, again, want, err)
		}
		if parsed.Source(true) != tc.ours.Source() {
			t.Errorf("%s: %s reads %s after it was parsed", tc.constructor, tc.ours.Source(), parsed.Source(true))
		}
	}
	for name := range missing {
		t.Errorf("there is no expression for %s", name)
	}
}

// clientConstructors returns the names of the functions of the client that make
// expressions.
func clientConstructors(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/aerospike/aerospike-client-go/v7").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "exp*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Exp") && !strings.HasSuffix(f.Name.Name, "Op") {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
