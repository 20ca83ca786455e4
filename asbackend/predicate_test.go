package asbackend

import (
	"math"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"
	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// A server compares the path of an index with that of a query byte by byte. What another
// client encoded is what EncodePath does.
func TestPathsAreEncodedAsTheClientDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.OneOf(
			rapid.IntMax(maxAlikeInt).AsAny(), rapid.StringN(0, 40, 300).AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 40).AsAny(),
			rapid.SampledFrom([]any{nil, true, 1.5, []any{1, "a"}, aerostore.GeoJSON("{}"), math.MinInt64, maxAlikeInt, math.MaxUint32}),
		)
		steps := rapid.OneOf(
			rapid.Map(rapid.IntMax(maxAlikeInt), func(n int) cdt.Step { return cdt.Index(n) }),
			rapid.Map(rapid.IntMax(maxAlikeInt), func(n int) cdt.Step { return cdt.Rank(n) }),
			rapid.Map(rapid.IntMax(maxAlikeInt), func(n int) cdt.Step { return cdt.Index(n).InMap() }),
			rapid.Map(rapid.IntMax(maxAlikeInt), func(n int) cdt.Step { return cdt.Rank(n).InMap() }),
			rapid.Map(values, func(v any) cdt.Step { return cdt.Value(v) }),
			rapid.Map(values, func(v any) cdt.Step { return cdt.Value(v).InMap() }),
			rapid.Map(values, func(v any) cdt.Step { return cdt.Key(v) }),
			rapid.Just[cdt.Step](cdt.Key("k").Create(cdt.KeyOrdered)), rapid.Just[cdt.Step](cdt.Index(0).CreatePadded()),
		)
		path := rapid.SliceOfN(steps, 1, 5).Draw(t, "path")
		ours, err := aerostore.EncodePath(path...)
		if err != nil {
			t.Fatal(err)
		}
		if theirs := contextText(path); ours != theirs {
			t.Fatalf("%v is %s, the client's is %s", path, ours, theirs)
		}
		if _, err := as.Base64ToCDTContext(ours); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnIndexThatAServerListsAnswersItsQueries(t *testing.T) {
	t.Parallel()
	const listed = "ns=test:indexname=i:set=s:bin=b:type=numeric:indextype=list:context=kiKiA2s=:exp=null:state=RW"
	path := cdt.Key("k")
	good := aerostore.Query{Namespace: "test", Set: "s", Where: aerostore.Equal("b", 1).InList().At(path)}
	for name, tt := range map[string]struct {
		listed string
		change func(q *aerostore.Query)
		want   bool
	}{
		"itself":          {listed, func(*aerostore.Query) {}, true},
		"newer server":    {"ns=test:indexname=i:set=s:bin=b:type=integer:indextype=list:context=kiKiA2s=:state=RW", func(*aerostore.Query) {}, true},
		"whole namespace": {"ns=test:indexname=i:set=null:bin=b:type=numeric:indextype=list:context=kiKiA2s=:exp=null", func(*aerostore.Query) {}, true},
		"expression":      {"ns=test:indexname=i:set=s:bin=b:type=numeric:indextype=list:context=kiKiA2s=:exp=kwE=", func(*aerostore.Query) {}, false},
		"other set":       {listed, func(q *aerostore.Query) { q.Set = "t" }, false},
		"no set":          {listed, func(q *aerostore.Query) { q.Set = "" }, false},
		"other bin":       {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("c", 1).InList().At(path) }, false},
		"other type":      {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("b", "1").InList().At(path) }, false},
		"no collection":   {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("b", 1).At(path) }, false},
		"other path":      {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("b", 1).InList().At(cdt.Key("l")) }, false},
		"no path":         {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("b", 1).InList() }, false},
		"nothing":         {"", func(*aerostore.Query) {}, false},
		"by name":         {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("", 1).InList().UsingIndex("i") }, true},
		"expression by name": {
			"ns=test:indexname=i:set=null:bin=null:type=numeric:indextype=list:context=null:exp=k1EEoWE=",
			func(q *aerostore.Query) { q.Where = aerostore.Equal("", 1).InList().UsingIndex("i") }, true,
		},
		"other type by name":       {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("", "1").InList().UsingIndex("i") }, false},
		"other collection by name": {listed, func(q *aerostore.Query) { q.Where = aerostore.Equal("", 1).UsingIndex("i") }, false},
		"other set by name": {listed, func(q *aerostore.Query) {
			q.Set, q.Where = "t", aerostore.Equal("", 1).InList().UsingIndex("i")
		}, false},
	} {
		q := good
		tt.change(&q)
		if got := answers(indexFields(tt.listed), &q); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
