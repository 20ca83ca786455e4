package aerostore_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

const (
	somePoint  aerostore.GeoJSON = `{"type":"Point","coordinates":[13.4,52.5]}`
	someRegion aerostore.GeoJSON = `{"type":"AeroCircle","coordinates":[[13.4,52.5],1000]}`
)

// checked returns what Validate says of a query with the condition.
func checked(where aerostore.Predicate) error {
	q := aerostore.Query{Namespace: "test", Set: "s", Where: where}
	return aerostore.Call{Op: aerostore.OpQuery}.WithQuery(q, nil).Validate()
}

func TestPredicatesSayWhatTheyAreMadeOf(t *testing.T) {
	type blob []byte
	path := []cdt.Step{cdt.Key("k"), cdt.Index(0)}
	for name, tt := range map[string]struct {
		where aerostore.Predicate
		kind  aerostore.PredicateKind
		index aerostore.IndexType
		text  string
	}{
		"zero":           {aerostore.Predicate{}, aerostore.PredicateNone, 0, "all"},
		"integer":        {aerostore.Equal("b", 5), aerostore.PredicateIntRange, aerostore.IndexInt, "b range"},
		"range":          {aerostore.Range("b", 1, 2).InList(), aerostore.PredicateIntRange, aerostore.IndexInt, "b list range"},
		"string":         {aerostore.Equal("b", "secret").InMapKeys(), aerostore.PredicateStringEqual, aerostore.IndexString, "b map keys equal"},
		"bytes":          {aerostore.Equal("b", []byte("secret")), aerostore.PredicateBlobEqual, aerostore.IndexBlob, "b equal bytes"},
		"named bytes":    {aerostore.Equal("b", blob("secret")), aerostore.PredicateBlobEqual, aerostore.IndexBlob, "b equal bytes"},
		"within":         {aerostore.Within("b", someRegion), aerostore.PredicateWithin, aerostore.IndexGeo, "b within"},
		"radius":         {aerostore.WithinRadius("b", 1, 2, 3), aerostore.PredicateWithin, aerostore.IndexGeo, "b within"},
		"containing":     {aerostore.Containing("b", somePoint).InMapValues(), aerostore.PredicateContaining, aerostore.IndexGeo, "b map values containing"},
		"path":           {aerostore.Equal("b", "secret").At(path...), aerostore.PredicateStringEqual, aerostore.IndexString, "b [key] [index 0] equal"},
		"index alone":    {aerostore.Equal("", "secret").InList().UsingIndex("i"), aerostore.PredicateStringEqual, aerostore.IndexString, "index i list equal"},
		"path and index": {aerostore.Equal("b", 1).UsingIndex("i").At(path...).InList(), aerostore.PredicateIntRange, aerostore.IndexInt, "b [key] [index 0] list range"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := checked(tt.where); err != nil {
				t.Error(err)
			}
			if tt.where.Kind() != tt.kind || tt.where.IndexType() != tt.index || tt.where.String() != tt.text {
				t.Errorf("it is %d, %d, %q", tt.where.Kind(), tt.where.IndexType(), tt.where)
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%t"} {
				for _, v := range []any{tt.where, &tt.where, aerostore.Query{Where: tt.where}, struct{ p aerostore.Predicate }{tt.where}} {
					if text := fmt.Sprintf(verb, v); strings.Contains(text, "secret") || strings.Contains(text, "736563726574") || strings.Contains(text, "52.5") {
						t.Errorf("%s shows the value: %s", verb, text)
					}
				}
			}
		})
	}
	p := aerostore.Equal("b", []byte{1, 2}).At(path...).InMapValues().UsingIndex("i")
	if p.Bin() != "b" || !reflect.DeepEqual(p.Bytes(), []byte{1, 2}) || p.Collection() != aerostore.IndexMapValues ||
		len(p.Path()) != 2 || p.IndexName() != "i" || p.Text() != "" || p.GeoJSON() != "" {
		t.Errorf("the parts are %v, %v, %v, %v, %q", p.Bytes(), p.Collection(), p.Path(), p.IndexName(), p.Text())
	}
	if begin, end := aerostore.Range("b", math.MinInt64, math.MaxInt64).Bounds(); begin != math.MinInt64 || end != math.MaxInt64 {
		t.Errorf("the bounds are %d and %d", begin, end)
	}
	if got, want := aerostore.WithinRadius("b", 1.5, -2, 1e6).GeoJSON(), `{"type":"AeroCircle","coordinates":[[1.5,-2],1000000]}`; string(got) != want {
		t.Errorf("a radius is %s, want %s", got, want)
	}
	if got := aerostore.Containing("b", somePoint).GeoJSON(); got != somePoint {
		t.Errorf("the point is %s", got)
	}
	const words = 8
	if size := unsafe.Sizeof(p); size > words*unsafe.Sizeof(uintptr(0)) {
		t.Errorf("a predicate has %d bytes", size)
	}
}

func TestPredicatesAreImmutableAndCopyWhatTheyAreMadeOf(t *testing.T) {
	blob, path := []byte{1}, []cdt.Step{cdt.Key("k")}
	base := aerostore.Equal("b", blob)
	nested := base.At(path...)
	named := nested.UsingIndex("i")
	blob[0], path[0] = 9, cdt.Index(9)
	_, _, _ = base.InList(), nested.At(cdt.Index(1)), named.UsingIndex("other")
	named.Bytes()[0] = 7
	for _, p := range []aerostore.Predicate{base, nested, named} {
		if p.Bytes()[0] != 1 || p.Collection() != aerostore.IndexDefault {
			t.Errorf("%v changed: %v", p, p.Bytes())
		}
	}
	if base.Path() != nil || nested.IndexName() != "" || named.IndexName() != "i" || nested.String() != "b [key] equal bytes" {
		t.Errorf("they are %v, %v, %v", base, nested, named)
	}
	if !reflect.DeepEqual(aerostore.Equal("b", 1).At(cdt.Key("k")), aerostore.Equal("b", 1).At(cdt.Key("k"))) ||
		reflect.DeepEqual(aerostore.Equal("b", 1).At(cdt.Key("k")), aerostore.Equal("b", 1).At(cdt.Key("l"))) {
		t.Error("DeepEqual does not compare paths")
	}
}

func TestConditionsThatNoServerAnswersAreRefused(t *testing.T) {
	long := strings.Repeat("x", 2048)
	for says, where := range map[string]aerostore.Predicate{
		"begin it with Equal":             aerostore.Predicate{}.InList(),
		"compares nothing":                aerostore.Predicate{}.At(cdt.Index(0)),
		"has no bin":                      aerostore.Equal("", 1).InList(),
		"a path and no bin":               aerostore.Equal("", 1).At(cdt.Index(0)).UsingIndex("i"),
		"index has no name":               aerostore.Equal("", 1).UsingIndex(""),
		"the string that bin":             aerostore.Equal("b", long).InMapKeys(),
		"the []byte that bin":             aerostore.Equal("b", []byte(long)),
		"ends before it begins":           aerostore.Range("b", 2, 1).InList(),
		"compares no GeoJSON":             aerostore.Equal("b", somePoint),
		"or HLL with Equal":               aerostore.Equal("b", aerostore.HLL{1}).InList(),
		"no GeoJSON of a point":           aerostore.Within("b", "{"),
		"is not valid":                    aerostore.Within("b", `{"type":"LineString","coordinates":[[0,0],[1,1]]}`),
		"use Containing":                  aerostore.Within("b", somePoint),
		"use Within for points":           aerostore.Containing("b", someRegion),
		"GeoJSON that bin":                aerostore.Within("b", aerostore.GeoJSON(strings.Repeat(" ", 1<<20))),
		"with is not valid":               aerostore.WithinRadius("b", 181, 0, 1),
		"compared with is not valid":      aerostore.WithinRadius("b", 0, math.NaN(), 1),
		"\"b\" is compared with is not":   aerostore.WithinRadius("b", 0, 0, math.Inf(1)),
		"bin \"b\" is compared with is n": aerostore.WithinRadius("b", 0, 0, 10_007_544),
		"step 1 of the path":              aerostore.Equal("b", 1).At(cdt.Index(0), nil),
		"selects nothing":                 aerostore.Equal("b", 1).At(cdt.OneKey{}),
		"leave out Create":                aerostore.Equal("b", 1).At(cdt.Key("k").Create(cdt.KeyOrdered)),
		"cannot be sent":                  aerostore.Equal("b", 1).At(cdt.Key(make(chan int))),
		"2047 at most":                    aerostore.Equal("b", 1).At(cdt.Key(long)),
		"too many steps":                  aerostore.Equal("b", 1).At(make256()...),
		"has no name":                     aerostore.Equal("b", 1).UsingIndex(""),
		"has 64 bytes":                    aerostore.Equal("b", 1).UsingIndex(strings.Repeat("i", 64)),
		"separate the parts":              aerostore.Equal("b", 1).UsingIndex("a;b"),
	} {
		if err := checked(where); !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, want %s", err, says)
		}
	}
	for name, where := range map[string]aerostore.Predicate{
		"no radius":       aerostore.WithinRadius("b", 0, 0, 0),
		"negative radius": aerostore.WithinRadius("b", 180, -90, -1),
		"longest":         aerostore.Equal("b", long[1:]),
		"empty":           aerostore.Equal("b", []byte(nil)),
	} {
		if err := checked(where); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func make256() []cdt.Step {
	steps := make([]cdt.Step, 256)
	for i := range steps {
		steps[i] = cdt.Index(0)
	}
	return steps
}
