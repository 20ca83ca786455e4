package memory_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/memory"
)

func snapshot(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *memory.Store,
) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Snapshot(&b); err != nil {
		t.Fatalf("Snapshot: %v", err)
	}
	return b.String()
}

// furnish fills a store with some of everything.
func furnish(t testing.TB, s *memory.Store) {
	t.Helper()
	for _, index := range []aerostore.Index{
		{Namespace: "test", Set: "users", Name: "by_age", Bin: "age", Type: aerostore.IndexInt},
		{Namespace: "test", Name: "a", Bin: "b", Type: aerostore.IndexString},
		{Namespace: "bar", Name: "by_name", Bin: "name", Type: aerostore.IndexString},
	} {
		wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
	}
	mustPut(t, s, key("zoe"), bins{"n": 1}, 10*second)
	s.Advance(10 * time.Second)

	mustPut(t, s, key("ada"), bins{"age": 36, "name": "Ada <b> \u2028", "alive": false})
	mustPut(t, s, key("ada"), bins{"age": 37})
	mustPut(t, s, aerostore.NewKey("test", "users", 42), bins{"max": math.MaxInt64, "min": math.MinInt64}, 600*second)
	mustPut(t, s, aerostore.NewKey("test", "users", -1), bins{"f": 1.5, "g": 2.0, "h": 1e300, "i": math.Copysign(0, -1)})
	mustPut(t, s, aerostore.NewKey("test", "users", []byte{1, 2}), bins{"nan": math.NaN(), "inf": math.Inf(-1)}, aerostore.SendKey)
	mustPut(t, s, aerostore.NewKey("test", "", "\xff"), bins{"\xff": "\xff", "": []byte{}})
	mustPut(t, s, aerostore.NewKey("bar", "places", "a"), bins{
		"geo":  point,
		"list": []any{nil, true, 1, 1.0, "x", []byte{1}, []any{}, aerostore.GeoJSON("no"), aerostore.GeoJSON(" {}")},
		"map":  map[any]any{"b": 1, "a": map[any]any{}},
		"maps": []any{map[any]any{2: "b", -1: "a", "$": nil}, map[any]any{"$map": 1}, map[any]any{"\xfe": 1}},
	})
	operate(t, s, aerostore.NewKey("bar", "places", "kept"),
		aerostore.ListBin("list").Create(cdt.Ordered).Append(2, 1, []any{1}),
		aerostore.ListBin("order").WithIndex().SetOrder(cdt.Ordered),
		aerostore.MapBin("map").Create(cdt.KeyOrdered).PutAll(map[any]any{"b": 1, "$": 2, [2]byte{1, 2}: 3}),
		aerostore.MapBin("ranks").WithIndex().SetOrder(cdt.KeyValueOrdered),
		aerostore.MapBin("ranks").Put("a", []aerostore.MapPair{{Key: 1, Value: 2}}),
		aerostore.HLLBin("hll").Create(4, 0).Init(),
	)
	digest := aerostore.NewKey("bar", "digests", "a").Digest()
	mustPut(t, s, aerostore.DigestKey("bar", "digests", digest), bins{"n": 1})
	mustPut(t, s, aerostore.NewKey("bar", "digests", "sent"), bins{"n": 1}, aerostore.SendKey)
}

const furnished = `{
  "records": {
    "bar": {
      "digests": [
        {"key": "sent", "bins": {"n": 1}, "sendKey": true},
        {"key": {"$digest": "e4ded1cebbf5ac11c2c8b10b0c1d4d97120c63a2"}, "bins": {"n": 1}}
      ],
      "places": [
        {"key": "a", "bins": {` +
	`"geo": {"$geo": {"type":"Point","coordinates":[14.4,50.1]}}, ` +
	`"list": [null, true, 1, {"$float": 1}, "x", {"$bytes": "AQ=="}, [], {"$geo": "no"}, {"$geo": " {}"}], ` +
	`"map": {"a": {}, "b": 1}, ` +
	`"maps": [{"$map": [[-1, "a"], [2, "b"], ["$", null]]}, {"$map": [["$map", 1]]}, {"$map": [[{"$string": "/g=="}, 1]]}]}},
        {"key": "kept", "bins": {` +
	`"hll": {"$hll": "AAQAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, ` +
	`"list": {"$ordered": [1, 2, [1]]}, ` +
	`"map": {"$ordered": {"$map": [["$", 2], ["b", 1], [{"$bytes": "AQI="}, 3]]}}, ` +
	`"order": {"$indexed": {"$ordered": []}}, ` +
	`"ranks": {"$indexed": {"$valueOrdered": {"a": {"$ordered": {"$map": [[1, 2]]}}}}}}}
      ]
    },
    "test": {
      "": [
        {"key": {"$string": "/w=="}, "bins": {"$map": [["", {"$bytes": ""}], [{"$string": "/w=="}, {"$string": "/w=="}]]}}
      ],
      "users": [
        {"key": -1, "bins": {"f": 1.5, "g": {"$float": 2}, "h": 1e+300, "i": {"$float": -0}}},
        {"key": 42, "bins": {"max": 9223372036854775807, "min": -9223372036854775808}, "ttl": 600},
        {"key": "ada", "bins": {"age": 37, "alive": false, "name": "Ada <b> \u2028"}, "generation": 2},
        {"key": {"$bytes": "AQI="}, "bins": {"inf": {"$float": "-Inf"}, "nan": {"$float": "NaN"}}, "sendKey": true}
      ]
    }
  },
  "indexes": [
    {"namespace": "bar", "name": "by_name", "bin": "name", "type": "string"},
    {"namespace": "test", "name": "a", "bin": "b", "type": "string"},
    {"namespace": "test", "set": "users", "name": "by_age", "bin": "age", "type": "int"}
  ]
}
`

func TestASnapshotIsTheContentsInOrder(t *testing.T) {
	s := memory.NewT(t)
	if got := snapshot(t, s); got != "{\n  \"records\": {},\n  \"indexes\": []\n}\n" {
		t.Errorf("an empty store is\n%s", got)
	}
	furnish(t, s)
	got := snapshot(t, s)
	if got != furnished {
		t.Errorf("got\n%s\nwant\n%s", got, furnished)
	}

	other := memory.NewT(t)
	if err := other.Load(strings.NewReader(got)); err != nil {
		t.Fatalf("Load: %v", err)
	}
	if again := snapshot(t, other); again != got {
		t.Errorf("loaded, it is\n%s", again)
	}
}

func TestASnapshotOfAClosedStoreCanBeTaken(t *testing.T) {
	s := memory.NewT(t)
	mustPut(t, s, key("a"), bins{"n": 1})
	before := snapshot(t, s)
	s.Close()
	if after := snapshot(t, s); after != before {
		t.Errorf("closed, it is\n%s", after)
	}
	if err := s.Load(strings.NewReader(before)); !errors.Is(err, aerostore.ErrClosed) {
		t.Errorf("Load: %v", err)
	}
}

func TestASnapshotFailsBeforeItWrites(t *testing.T) {
	cause := errors.New("disk full")
	if err := memory.NewT(t).Snapshot(failing{cause}); !errors.Is(err, cause) {
		t.Errorf("Snapshot: %v", err)
	}
	if err := memory.NewT(t).Load(failing{cause}); !errors.Is(err, cause) {
		t.Errorf("Load: %v", err)
	}
	s := memory.NewT(t)
	mustPut(t, s, aerostore.NewKey("test", "\xff", "a"), bins{"n": 1})
	var b bytes.Buffer
	if err := s.Snapshot(&b); err == nil || b.Len() > 0 {
		t.Errorf("Snapshot of a set whose name is not UTF-8: %v, %d bytes", err, b.Len())
	}
}

func TestSnapshotLoadAndWritesRunConcurrently(t *testing.T) {
	ctx := t.Context()
	s, source := memory.NewT(t), memory.NewT(t)
	numbers(t, source, 50)
	text := snapshot(t, source)
	numbers(t, s, 50)
	together(goroutines, func(i int) {
		for turn := range turns / 4 {
			set := strconv.Itoa(turn) // which goes by digest before long
			k := aerostore.NewKey("test", set, i)
			mustPut(t, s, k, bins{"n": 1})
			switch i % 4 {
			case 0:
				if err := memory.New().Load(strings.NewReader(snapshot(t, s))); err != nil {
					t.Errorf("Load: %v", err)
				}
			case 1:
				if err := s.Load(strings.NewReader(text)); err != nil {
					t.Errorf("Load: %v", err)
				}
			case 2:
				if _, err := s.Get(ctx, aerostore.DigestKey("test", set, k.Digest())); err != nil {
					t.Errorf("Get: %v", err)
				}
			default:
				if got := len(collect(t, s, everything)); got != 50 {
					t.Errorf("%d records, want 50", got)
				}
			}
		}
	})
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
func (f failing) Read([]byte) (int, error)  { return 0, f.err }

// anyValue generates values of every kind.
func anyValue() *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.Float64().AsAny(), rapid.String().AsAny(),
		rapid.SliceOfN(rapid.Byte(), 0, 5).AsAny(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 5), func(b []byte) any { return string(b) }),
		rapid.SampledFrom([]any{point, 2.0, math.Inf(1), math.MaxInt64, math.MinInt64}),
	)
	mapKey := rapid.OneOf(rapid.Int().AsAny(), rapid.String().AsAny(), rapid.SampledFrom([]any{"$map", "$geo", "\xff"}))
	deep := rapid.Deferred(anyValue)
	return rapid.Custom(func(t *rapid.T) any {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return rapid.SliceOfN(deep, 0, 3).Draw(t, "list")
		case 1:
			return rapid.MapOfN(mapKey, deep, 0, 3).Draw(t, "map")
		default:
			return scalar.Draw(t, "scalar")
		}
	})
}

func TestALoadedSnapshotIsTheSameStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := t.Context()
		still := func() time.Time { return time.Time{} }
		s, loaded := memory.New(memory.WithClock(still)), memory.New(memory.WithClock(still))
		ids := rapid.OneOf(
			rapid.Int().AsAny(), rapid.String().AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 3).AsAny(),
			rapid.Just[any]("\xff"),
		)
		var keys []aerostore.Key
		for range rapid.IntRange(0, 5).Draw(t, "records") {
			set := rapid.SampledFrom([]string{"", "users", "a \"set\"", "$set"}).Draw(t, "set")
			k, err := aerostore.KeyOf("test", set, ids.Draw(t, "id"))
			if err != nil {
				t.Fatalf("KeyOf: %v", err)
			}
			keys = append(keys, k)
			if rapid.IntRange(0, 4).Draw(t, "how") == 0 {
				k = aerostore.DigestKey("test", set, k.Digest())
			}
			names := rapid.OneOf(rapid.StringMatching(`[a-z$]{0,3}`), rapid.Just("\xff"))
			b := bins(rapid.MapOfN(names, anyValue(), 1, 3).Draw(t, "bins"))
			ttl := rapid.SampledFrom([]aerostore.TTL{aerostore.NeverExpire, second, 100 * second}).Draw(t, "ttl")
			opts := []aerostore.WriteOption{ttl, aerostore.SendKey}
			for range rapid.IntRange(1, 3).Draw(t, "generation") {
				if err := s.Put(ctx, k, b, opts[:1+rapid.IntRange(0, 1).Draw(t, "sendKey")]...); err != nil {
					t.Fatalf("Put: %v", err)
				}
			}
		}
		text := snapshot(t, s)
		if err := loaded.Load(strings.NewReader(text)); err != nil {
			t.Fatalf("Load: %v\n%s", err, text)
		}
		if again := snapshot(t, loaded); again != text {
			t.Fatalf("a snapshot of\n%s\nis\n%s", text, again)
		}
		for _, k := range keys {
			want, _ := s.Get(ctx, k)
			got, err := loaded.Get(ctx, k)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v, %v\nwant %+v", got, err, want)
			}
		}
	})
}
