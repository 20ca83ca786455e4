package object_test

import (
	"context"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
	"github.com/aerostore/aerostore/object"
)

type color string

type level uint8

type Address struct {
	Street string   `as:"street"`
	Lines  []string `as:"lines,omitempty"`
	Rank   int8     `as:"rank,omitempty"`
}

type audit struct {
	By string    `as:"by"`
	At time.Time `as:"at,unix"`
}

type node struct {
	Name string `as:"name"`
	Next *node  `as:"next,omitempty"`
}

var (
	key  = aerostore.NewKey("test", "objects", "o")
	when = time.Date(2026, 2, 3, 4, 5, 6, 7_000_000, time.UTC)
)

// TestValuesComeBack puts structs and gets them again.
func TestValuesComeBack(t *testing.T) {
	type scalars struct {
		B   bool
		I   int `as:"i"`
		I8  int8
		U16 uint16
		U64 uint64
		F   float64
		F32 float32
		S   string
		C   color
		L   level
		Raw []byte `as:"raw"`
		ID  [4]byte
	}
	type times struct {
		Nano  time.Time
		Micro time.Time   `as:",unixmicro"`
		Milli time.Time   `as:"milli,unixmilli"`
		Sec   time.Time   `as:"sec,unix"`
		Text  time.Time   `as:"text,rfc3339"`
		Many  []time.Time `as:"many,unixmilli"`
		Last  *time.Time  `as:"last,unix"`
		Zero  time.Time
		Long  time.Duration
	}
	type collections struct {
		Names  []string
		Codes  []int
		Grid   [][]float64
		Pair   [2]int
		Labels map[string]string
		Counts map[int]level
		Places map[color]Address
		Addr   Address
		More   []Address
		Ptr    *Address
		None   *Address
		Nil    []string
		Empty  []string
		Any    any
		Geo    aerostore.GeoJSON
		Sketch aerostore.HLL
		Sorted []aerostore.MapPair
		IP     netip.Addr
		IPs    []netip.Addr
	}
	type embedded struct {
		audit
		*Address
		Chain node `as:"chain"`
	}
	type rest struct {
		Name string         `as:"name"`
		More aerostore.Bins `as:",rest"`
	}
	sec := time.Unix(when.Unix(), 0)
	for name, v := range map[string]any{
		"scalars":            scalars{true, -1, math.MinInt8, math.MaxUint16, math.MaxInt64, 1.5, 0.1, "s", "red", 255, []byte{1}, [4]byte{1, 2, 3, 4}},
		"zero scalars":       scalars{},
		"times":              times{Nano: time.Unix(0, when.UnixNano()), Micro: time.UnixMicro(when.UnixMicro()), Milli: time.UnixMilli(when.UnixMilli()), Sec: sec, Text: when, Many: []time.Time{sec}, Last: &sec, Long: time.Minute},
		"no time":            times{},
		"collections":        collections{[]string{"a"}, []int{1, 2}, [][]float64{{1}, {2, 3}}, [2]int{4, 5}, map[string]string{"k": "v"}, map[int]level{7: 8}, map[color]Address{"red": {Street: "s"}}, Address{"s", []string{"l"}, 1}, []Address{{Street: "t"}}, &Address{Street: "u"}, nil, nil, []string{}, []any{1, "x"}, `{"type":"Point","coordinates":[1,2]}`, nil, []aerostore.MapPair{{Key: 1, Value: "x"}}, netip.MustParseAddr("::1"), []netip.Addr{netip.MustParseAddr("1.2.3.4")}},
		"embedded":           embedded{audit{"me", sec}, &Address{Street: "s"}, node{"a", &node{"b", nil}}},
		"an embedded nil":    embedded{audit: audit{By: "me"}, Chain: node{Name: "a"}},
		"rest":               rest{"n", aerostore.Bins{"other": 1, "list": []any{1}}},
		"no rest":            rest{Name: "n"},
		"a pointer to those": &rest{Name: "n"},
	} {
		t.Run(name, func(t *testing.T) {
			store := memory.NewT(t)
			if err := object.Put(t.Context(), store, key, v); err != nil {
				t.Fatal(err)
			}
			record, err := store.Get(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			want := reflect.Indirect(reflect.ValueOf(v))
			got := reflect.New(want.Type())
			if err := object.Decode(record, got.Interface()); err != nil {
				t.Fatal(err)
			}
			if !equal(got.Elem().Interface(), want.Interface()) {
				t.Errorf("got %+v\nwant %+v\nfrom %v", got.Elem(), want, record.Bins)
			}
		})
	}
}

// equal is reflect.DeepEqual for times of the same instant.
func equal(a, b any) bool {
	return reflect.DeepEqual(inUTC(reflect.ValueOf(a)).Interface(), inUTC(reflect.ValueOf(b)).Interface())
}

func inUTC(v reflect.Value) reflect.Value {
	if at, ok := v.Interface().(time.Time); ok {
		return reflect.ValueOf(at.UTC())
	}
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				to.Field(i).Set(inUTC(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			to.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				to.Index(i).Set(inUTC(v.Index(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			to.Set(reflect.New(v.Type().Elem()))
			to.Elem().Set(inUTC(v.Elem()))
		}
	}
	return to
}

func TestBinsAreWhatTagsSay(t *testing.T) {
	type person struct {
		Name   string `as:"name"`
		Age    int    // no tag
		Hidden string `as:"-"`
		Empty  string `as:"empty,omitempty"`
		Zero   []int  `as:",omitempty"`
		lower  int
		audit
		Home   Address       `as:"home"`
		Gen    uint32        `asm:"gen"`
		TTL    aerostore.TTL `asm:"ttl"`
		Absent *int          `as:"absent"`
	}
	bins, err := object.Encode(person{Name: "n", Age: 7, Hidden: "h", lower: 1, audit: audit{By: "me", At: when}, Home: Address{Street: "s"}, Gen: 9, TTL: 5})
	if err != nil {
		t.Fatal(err)
	}
	want := aerostore.Bins{
		"name": "n", "Age": 7, "by": "me", "at": int(when.Unix()), "home": map[string]any{"street": "s"}, "absent": nil,
	}
	if !reflect.DeepEqual(bins, want) {
		t.Errorf("got %v\nwant %v", bins, want)
	}
}

func TestGenerationAndTTLAreRead(t *testing.T) {
	type counted struct {
		N   int    `as:"n"`
		Gen uint32 `asm:"gen"`
		TTL uint32 `asm:"ttl"`
	}
	type timed struct {
		N   int           `as:"n"`
		Gen int           `asm:"gen"`
		TTL aerostore.TTL `asm:"ttl"`
	}
	store := memory.NewT(t)
	for range 3 {
		if err := object.Put(t.Context(), store, key, counted{N: 1}, aerostore.TTL(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := object.Get[counted](t.Context(), store, key)
	if want := (counted{1, 3, 3600}); err != nil || c != want {
		t.Errorf("got %v, %v, want %v", c, err, want)
	}
	d, err := object.Get[timed](t.Context(), store, key)
	if want := (timed{1, 3, aerostore.TTL(time.Hour)}); err != nil || d != want {
		t.Errorf("got %v, %v, want %v", d, err, want)
	}
	if err := object.Put(t.Context(), store, key, counted{N: 1}, aerostore.NeverExpire); err != nil {
		t.Fatal(err)
	}
	if c, err = object.Get[counted](t.Context(), store, key); err != nil || c.TTL != 0 {
		t.Errorf("got %v, %v of a record that never expires", c, err)
	}
}

func TestGetReadsOnlyWhatHasAField(t *testing.T) {
	type narrow struct {
		N int `as:"n"`
	}
	type wide struct {
		N    int            `as:"n"`
		Rest aerostore.Bins `as:",rest"`
	}
	type strict struct {
		_ struct{} `as:",strict"`
		N int      `as:"n"`
	}
	var calls []string
	store := aerostore.Chain(memory.NewT(t), aerostore.Intercept(func(next aerostore.Handler) aerostore.Handler {
		return func(ctx context.Context, call aerostore.Call) (aerostore.Result, error) {
			calls = append(calls, call.Op.String())
			return next(ctx, call)
		}
	}))
	if err := store.Put(t.Context(), key, aerostore.Bins{"n": 1, "m": 2}); err != nil {
		t.Fatal(err)
	}
	calls = nil
	if n, err := object.Get[narrow](t.Context(), store, key); err != nil || n.N != 1 {
		t.Error(n, err)
	}
	if w, err := object.Get[wide](t.Context(), store, key); err != nil || w.N != 1 || !reflect.DeepEqual(w.Rest, aerostore.Bins{"m": 2}) {
		t.Error(w, err)
	}
	_, err := object.Get[strict](t.Context(), store, key)
	if !errors.Is(err, aerostore.ErrBinType) || !strings.Contains(err.Error(), `bin "m"`) {
		t.Errorf("strict: %v", err)
	}
	if want := []string{"SELECT", "GET", "GET"}; !reflect.DeepEqual(calls, want) {
		t.Errorf("called %v, want %v", calls, want)
	}
	if _, err := object.Get[narrow](t.Context(), store, aerostore.NewKey("test", "objects", "none")); !errors.Is(err, aerostore.ErrNotFound) {
		t.Error(err)
	}
}

func TestQueryReadsStructs(t *testing.T) {
	type row struct {
		N int `as:"n"`
	}
	store := memory.NewT(t)
	for i, bins := range []aerostore.Bins{{"n": 1, "m": 1}, {"n": "text"}, {"n": 2}, {"m": 3}} {
		if err := store.Put(t.Context(), aerostore.NewKey("test", "rows", i), bins); err != nil {
			t.Fatal(err)
		}
	}
	sum, failed := 0, 0
	for r, err := range object.Query[row](t.Context(), store, aerostore.Query{Namespace: "test", Set: "rows"}) {
		if err != nil {
			failed++
			if !errors.Is(err, aerostore.ErrBinType) {
				t.Error(err)
			}
		}
		sum += r.N
	}
	if sum != 3 || failed != 1 {
		t.Errorf("the sum is %d with %d failures", sum, failed)
	}
	rows := 0
	for range object.Query[row](t.Context(), store, aerostore.Query{Namespace: "test", Set: "rows"}) {
		rows++
		break
	}
	for _, err := range object.Query[row](t.Context(), store, aerostore.Query{}) {
		if rows++; !errors.Is(err, aerostore.ErrInvalid) {
			t.Error(err)
		}
	}
	for _, err := range object.Query[int](t.Context(), store, aerostore.Query{Namespace: "test"}) {
		if rows++; !errors.Is(err, aerostore.ErrInvalid) {
			t.Error(err)
		}
	}
	if rows != 3 {
		t.Errorf("%d iterations", rows)
	}
}

type (
	Selfish  struct{ *Selfish }
	loop     []loop
	loopNode struct {
		Next *loopNode `as:"next"`
	}
	failing struct{ X string }
)

func (failing) MarshalText() ([]byte, error)  { return nil, errors.New("secret") }
func (*failing) UnmarshalText(b []byte) error { return errors.New(string(b)) }

const secret = "s3cr3t"

func TestStructsThatDoNotFitAreRefused(t *testing.T) {
	type inner struct {
		C chan int `as:"c"`
	}
	own := &loopNode{}
	own.Next = own
	endless := loop{nil}
	endless[0] = endless
	for name, c := range map[string]struct {
		v    any
		want string
	}{
		"nil":         {nil, "got nil"},
		"no struct":   {7, "int: this is not a struct"},
		"nil pointer": {(*Address)(nil), "the pointer is nil"},
		"no fields":   {struct{ a int }{1}, "has no field for a bin"},
		"same name": {struct {
			A, B int `as:"x"`
		}{}, `B (bin "x"): another field has the same name`},
		"same name embedded": {struct {
			audit
			By int `as:"by"`
		}{}, `By (bin "by"): another field has the same name`},
		"unknown option": {struct {
			A int `as:"a,omitzero"`
		}{}, `the option "omitzero" of the tag is unknown`},
		"time option on an int": {struct {
			A int `as:"a,unix"`
		}{}, `the option "unix" is for times, and the field is a int`},
		"two time options": {struct {
			A time.Time `as:"a,unix,rfc3339"`
		}{}, "says twice how the time is written"},
		"rest that is no Bins": {struct {
			A map[string]any `as:",rest"`
		}{}, "is for an aerostore.Bins"},
		"rest with a name": {struct {
			A aerostore.Bins `as:"a,rest"`
		}{}, "takes no name"},
		"two rests": {struct {
			A, B aerostore.Bins `as:",rest"`
		}{}, "two fields have the option"},
		"blank": {struct {
			_ int `as:"a"`
			B int
		}{}, "the tag of a blank field"},
		"as and asm": {struct {
			A int `as:"a" asm:"gen"`
		}{}, "a tag as and a tag asm"},
		"asm of a string": {struct {
			A string `asm:"gen"`
		}{}, "must be an exported integer"},
		"asm twice": {struct {
			A, B int `asm:"ttl"`
		}{}, "two fields have the tag"},
		"asm unknown": {struct {
			A int `asm:"key"`
		}{}, "use gen or ttl"},
		"tag of a hidden field": {struct {
			a int `as:"a"`
		}{}, "is not exported"},
		"channel": {struct {
			A chan int `as:"a"`
		}{}, `A (bin "a"): a chan int cannot be stored`},
		"function in a list":      {struct{ A []func() }{}, "a func() cannot be stored"},
		"channel in a struct":     {struct{ A []inner }{}, `object_test.inner.C (bin "c"): a chan int`},
		"complex":                 {struct{ A complex64 }{}, "a complex64 cannot be stored"},
		"error":                   {struct{ A error }{}, "a error cannot be stored"},
		"key of a map":            {struct{ A map[float64]int }{}, "must be a string or an integer"},
		"embeds itself":           {Selfish{}, "embeds itself"},
		"a value that has a loop": {struct{ A *loopNode }{own}, "contains itself"},
		"a list that has a loop":  {struct{ A loop }{endless}, "contains itself"},
		"channel in an any":       {struct{ A any }{make(chan int)}, "a chan int cannot be stored"},
		"uint64 in a list": {struct {
			A []uint64 `as:"a"`
		}{[]uint64{1, 1 << 63}}, `A[1] (bin "a"): the integer is larger`},
		"uint64 in a map": {struct {
			A map[string]uint64 `as:"a"`
		}{map[string]uint64{secret: 1 << 63}}, `A[…] (bin "a"): the integer is larger`},
		"time too far": {struct{ A time.Time }{time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)}, "use another option of the tag"},
		"year of five digits": {struct {
			A time.Time `as:",rfc3339"`
		}{time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC)}, "the year"},
		"MarshalText fails": {struct{ A failing }{failing{secret}}, "its method MarshalText failed"},
		"rest has a field": {struct {
			A int            `as:"a"`
			R aerostore.Bins `as:",rest"`
		}{1, aerostore.Bins{"a": 1}}, "that another field has"},
	} {
		t.Run(name, func(t *testing.T) {
			bins, err := object.Encode(c.v)
			var fe *object.FieldError
			switch {
			case !errors.As(err, &fe) || !errors.Is(err, aerostore.ErrInvalid):
				t.Fatalf("got %v, %v", bins, err)
			case !strings.Contains(err.Error(), c.want):
				t.Errorf("got %q, want %q", err, c.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("%q holds a value", err)
			}
		})
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	type home struct {
		Rank int8 `as:"rank"`
	}
	for name, c := range map[string]struct {
		from any
		to   any
		want string
	}{
		"string in an int": {secret, &struct {
			A int `as:"a"`
		}{}, `A (bin "a"): a string does not fit in a int`},
		"int8": {128, &struct {
			A int8 `as:"a"`
		}{}, "the number does not fit in a int8"},
		"negative uint": {-1, &struct {
			A uint `as:"a"`
		}{}, "the number does not fit in a uint"},
		"float in an int": {1.5, &struct {
			A int `as:"a"`
		}{}, "a float does not fit"},
		"large int in a float": {1<<53 + 1, &struct {
			A float64 `as:"a"`
		}{}, "the number does not fit in a float64"},
		"float32": {1e300, &struct {
			A float32 `as:"a"`
		}{}, "the number does not fit in a float32"},
		"2 in a bool": {2, &struct {
			A bool `as:"a"`
		}{}, "an integer does not fit in a bool"},
		"int in a string": {2, &struct {
			A string `as:"a"`
		}{}, "an integer does not fit in a string"},
		"string in bytes": {secret, &struct {
			A []byte `as:"a"`
		}{}, "a string does not fit"},
		"short array": {[]byte{1}, &struct {
			A [2]byte `as:"a"`
		}{}, "a blob of 1 bytes does not fit in a [2]uint8"},
		"short list": {[]any{1}, &struct {
			A [2]int `as:"a"`
		}{}, "a list of 1 elements does not fit in a [2]int"},
		"element": {[]any{1, secret}, &struct {
			A []int `as:"a"`
		}{}, `A[1] (bin "a"): a string does not fit`},
		"map in a list": {map[any]any{1: 2}, &struct {
			A []int `as:"a"`
		}{}, "a map does not fit"},
		"entry": {map[any]any{secret: secret}, &struct {
			A map[string]int `as:"a"`
		}{}, `A[…] (bin "a"): a string`},
		"key": {map[any]any{secret: 1}, &struct {
			A map[int]int `as:"a"`
		}{}, `A[…] (bin "a"): a string`},
		"list in a map": {[]any{}, &struct {
			A map[int]int `as:"a"`
		}{}, "a list does not fit"},
		"list in a struct": {[]any{}, &struct {
			A home `as:"a"`
		}{}, "a list does not fit"},
		"field of a struct": {map[any]any{"rank": 1000}, &struct {
			A home `as:"a"`
		}{}, `A.Rank (bin "a"): the number`},
		"field of a struct far": {[]any{map[any]any{"rank": 1000}}, &struct {
			A []*home `as:"a"`
		}{}, `A[0].Rank (bin "a"): the number`},
		"time": {secret, &struct {
			A time.Time `as:"a,unix"`
		}{}, "a string does not fit in a time.Time"},
		"no time": {secret, &struct {
			A time.Time `as:"a,rfc3339"`
		}{}, "the string is no time"},
		"int as time of text": {1, &struct {
			A time.Time `as:"a,rfc3339"`
		}{}, "an integer does not fit in a time.Time"},
		"text": {secret, &struct {
			A failing `as:"a"`
		}{}, "its method UnmarshalText failed"},
		"no text": {1, &struct {
			A netip.Addr `as:"a"`
		}{}, "an integer does not fit in a netip.Addr"},
		"GeoJSON": {secret, &struct {
			A aerostore.GeoJSON `as:"a"`
		}{}, "a string does not fit in a aerostore.GeoJSON"},
	} {
		t.Run(name, func(t *testing.T) {
			err := object.Decode(&aerostore.Record{Bins: aerostore.Bins{"a": c.from}}, c.to)
			var fe *object.FieldError
			switch {
			case !errors.As(err, &fe) || !errors.Is(err, aerostore.ErrBinType):
				t.Fatalf("got %v", err)
			case !strings.Contains(err.Error(), c.want):
				t.Errorf("got %q, want %q", err, c.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("%q holds a value", err)
			}
		})
	}
}

func TestDecodeRefusesWhatItCannotSet(t *testing.T) {
	record := &aerostore.Record{Bins: aerostore.Bins{"a": 1}}
	for name, err := range map[string]error{
		"nil":         object.Decode(record, nil),
		"a struct":    object.Decode(record, Address{}),
		"nil pointer": object.Decode(record, (*Address)(nil)),
		"an int":      object.Decode(record, new(int)),
		"no record":   object.Decode(nil, &Address{}),
	} {
		if !errors.Is(err, aerostore.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeReadsWhatOtherProgramsWrite(t *testing.T) {
	type all struct {
		B    bool           `as:"b"`
		F    float64        `as:"f"`
		N    int            `as:"n"`
		P    *int           `as:"p"`
		M    map[string]int `as:"m"`
		S    Address        `as:"s"`
		L    []*int         `as:"l"`
		H    aerostore.HLL  `as:"h"`
		Kept string         `as:"kept"`
	}
	got := all{N: 9, P: new(int), Kept: "kept"}
	err := object.Decode(&aerostore.Record{Bins: aerostore.Bins{
		"b": 1, "f": 3, "n": nil, "p": nil, "m": []aerostore.MapPair{{Key: "x", Value: 1}, {Key: "y", Value: nil}},
		"s": []aerostore.MapPair{{Key: "street", Value: "s"}, {Key: 7, Value: "no field"}}, "l": []any{nil, 5}, "h": []byte{1},
	}}, &got)
	five := 5
	want := all{B: true, F: 3, M: map[string]int{"x": 1, "y": 0}, S: Address{Street: "s"}, L: []*int{nil, &five}, H: aerostore.HLL{1}, Kept: "kept"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

// TestConcurrentUse makes the plans of types that refer to each other at the same time.
func TestConcurrentUse(t *testing.T) {
	type (
		left struct {
			N int   `as:"n"`
			L []any `as:"l"`
		}
		right struct {
			L    left             `as:"l"`
			Next map[string]right `as:"next"`
		}
	)
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			v := right{L: left{1, []any{left{N: 2}}}, Next: map[string]right{"a": {}}}
			bins, err := object.Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := object.Encode(left{}); err != nil {
				t.Fatal(err)
			}
			if l, _ := bins["l"].(map[string]any); l["n"] != 1 {
				t.Error(bins)
			}
		})
	}
}
