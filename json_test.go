package aerostore_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

func TestValuesInJSON(t *testing.T) {
	t.Parallel()
	deep := any(1)
	for range 256 {
		deep = []any{deep}
	}
	for name, tc := range map[string]struct {
		value any
		want  string
	}{
		"nil":                   {nil, `null`},
		"an unreadable value":   {aerostore.Unreadable{}, `null`},
		"a bool":                {true, `true`},
		"the least integer":     {math.MinInt64, `-9223372036854775808`},
		"an unsigned integer":   {uint16(7), `7`},
		"a float":               {0.1, `0.1`},
		"a whole float":         {-3.0, `-3.0`},
		"a negative zero":       {math.Copysign(0, -1), `-0.0`},
		"a large float":         {1e20, `100000000000000000000.0`},
		"a larger float":        {1e21, `1e+21`},
		"a small float":         {1e-9, `1e-9`},
		"not a number":          {math.NaN(), `"NaN"`},
		"infinity":              {math.Inf(1), `"Infinity"`},
		"less than any":         {math.Inf(-1), `"-Infinity"`},
		"a string":              {"a<\"é\n", `"a<\"é\n"`},
		"no UTF-8":              {"a\xff", `"a\ufffd"`},
		"a blob":                {[]byte{0xff, 0xfe}, `"//4="`},
		"a HyperLogLog":         {aerostore.HLL{1, 2}, `"AQI="`},
		"GeoJSON":               {aerostore.GeoJSON(`{"type":"Point", "coordinates":[0,0]}`), `{"type":"Point","coordinates":[0,0]}`},
		"GeoJSON that is none":  {[]any{aerostore.GeoJSON(`{"type`)}, `["{\"type"]`},
		"empty GeoJSON":         {[]any{aerostore.GeoJSON("")}, `[""]`},
		"a list":                {[]any{1, nil, []any{}}, `[1,null,[]]`},
		"no list":               {[]any(nil), `[]`},
		"words":                 {[]string{"a"}, `["a"]`},
		"a deep list":           {deep, strings.Repeat("[", 256) + "1" + strings.Repeat("]", 256)},
		"results":               {aerostore.OpResults{1, nil, aerostore.HLL{1}}, `[1,null,"AQ=="]`},
		"a map":                 {map[any]any{"b": 1, "a": nil, 10: 1, 9: []any{1.0}, [2]byte{1, 2}: 2}, `{"9":[1.0],"10":1,"a":null,"b":1,"AQI=":2}`},
		"a map of Go":           {map[string]map[int]string{"a": {1: "b"}}, `{"a":{"1":"b"}}`},
		"no map":                {map[any]any(nil), `{}`},
		"a map in order":        {[]aerostore.MapPair{{Key: 2, Value: 1}, {Key: "a", Value: 2}, {Key: []byte{1}, Value: []aerostore.MapPair{}}}, `{"2":1,"a":2,"AQ==":{}}`},
		"entries in rank order": {[]aerostore.MapPair{{Key: "b", Value: 1}, {Key: "a", Value: 2}}, `{"b":1,"a":2}`},
		"other programs' keys":  {map[any]any{true: 1, 0.5: 2}, `{"true":1,"0.5":2}`},
		"large integers":        {map[any]any{uint64(math.MaxUint64): []any{uint64(1 << 63)}, -1: 1, "a": 2}, `{"-1":1,"18446744073709551615":[9223372036854775808],"a":2}`},
	} {
		got, err := json.Marshal(aerostore.Bins{"bin": tc.value})
		if want := `{"bin":` + tc.want + `}`; err != nil || !equalJSON(string(got), want) {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, want)
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(aerostore.Bins{"": "<", "a": 1}); err != nil || b.String() != `{"":"<","a":1}`+"\n" {
		t.Errorf("got %s, %v", &b, err)
	}
	if got, err := json.Marshal(aerostore.Bins(nil)); err != nil || string(got) != "null" {
		t.Errorf("no bins are %s, %v", got, err)
	}
}

// equalJSON compares texts of which encoding/json may have escaped one for HTML.
func equalJSON(a, b string) bool { return strings.ReplaceAll(a, `\u003c`, "<") == b }

func TestWhatCannotBeJSONFailsWithTheNameOfTheBin(t *testing.T) {
	t.Parallel()
	cyclic := []any{nil, nil}
	cyclic[0], cyclic[1] = cyclic, cyclic
	for name, tc := range map[string]struct {
		value any
		says  string
	}{
		"an integer beside its text": {map[any]any{42424242: 1, "42424242": 2}, "two keys of a map are the same in JSON"},
		"a blob beside its text":     {[]aerostore.MapPair{{Key: "AQ==", Value: 1}, {Key: []byte{1}, Value: 2}}, "two keys of a map are the same in JSON"},
		"two texts that are no text": {map[any]any{"\xfe": 1, "\xff": 2}, "two keys of a map are the same in JSON"},
		"a struct":                   {struct{ S string }{"s3cr3t"}, "struct { S string } cannot be stored"},
		"a struct in a list":         {[]any{struct{ S string }{"s3cr3t"}}, "struct { S string } cannot be stored"},
		"a duration":                 {time.Second, "time.Duration"},
		"an edge":                    {cdt.Infinity, "cdt.Infinity"},
		"a key of another type":      {map[any]any{struct{ S string }{"s3cr3t"}: 1, 1: 2}, "a map key of type struct { S string }"},
		"a value that holds itself":  {cyclic, "256 levels"},
	} {
		_, err := json.Marshal(aerostore.Bins{"a": 1, "bin": tc.value})
		if err == nil || !strings.Contains(err.Error(), `bin "bin"`) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: the error is %v, want one that says %q", name, err, tc.says)
			continue
		}
		if tells(err.Error(), "s3cr3t", 42424242) {
			t.Errorf("%s: the error holds a value: %v", name, err)
		}
	}
}

func TestARecordInJSONHasNoID(t *testing.T) {
	t.Parallel()
	r := &aerostore.Record{
		Key: aerostore.NewKey("test", "users", "s3cr3t"), Bins: aerostore.Bins{"b": 1, "a": []byte{1}},
		Generation: 3, TTL: aerostore.TTL(90 * time.Second),
	}
	const want = `{"key":{"namespace":"test","set":"users"},"generation":3,"ttl":90,"bins":{"a":"AQ==","b":1}}`
	for name, v := range map[string]any{"a pointer": r, "a record": *r} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%s is %s, %v, want %s", name, got, err, want)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("read", "record", r)
	if !strings.Contains(log.String(), want) {
		t.Errorf("the log has %s, want %s", &log, want)
	}

	r.TTL = aerostore.NeverExpire
	r.SetSteps([]any{nil, 1, aerostore.Bins{"a": map[any]any{1: "b"}}, []aerostore.MapPair{{Key: 1, Value: 2.0}}})
	const operated = `{"key":{"namespace":"test","set":"users"},"generation":3,"ttl":null,"bins":{"a":"AQ==","b":1},"steps":[null,1,{"a":{"1":"b"}},{"1":2.0}]}`
	if got, err := json.Marshal(r); err != nil || string(got) != operated {
		t.Errorf("it is %s, %v, want %s", got, err, operated)
	}
	r.SetSteps([]any{1, map[any]any{1: 1, "1": 2}})
	if got, err := json.Marshal(r); err == nil || !strings.Contains(err.Error(), "step 1") {
		t.Errorf("got %s, %v, want an error about step 1", got, err)
	}
	if got, err := json.Marshal((*aerostore.Record)(nil)); err != nil || string(got) != "null" {
		t.Errorf("no record is %s, %v", got, err)
	}
}

// What encoding/json decodes can be put, and what is read of it has the same JSON.
func TestWhatIsDecodedFromJSONCanBePut(t *testing.T) {
	t.Parallel()
	bins := aerostore.Bins{
		"int": 1 << 60, "float": 2.0, "text": "a", "blob": []byte{1}, "none": nil, "flag": true,
		"list":  []any{1, 1.5, nil, []any{}, aerostore.GeoJSON(`{"coordinates":[0,0],"type":"Point"}`)},
		"map":   map[any]any{1: map[any]any{"a": []any{}}, "b": -1.0},
		"pairs": []aerostore.MapPair{{Key: 1, Value: "a"}, {Key: "b", Value: nil}},
	}
	text, err := json.Marshal(bins)
	if err != nil {
		t.Fatal(err)
	}
	var again aerostore.Bins
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&again); err != nil {
		t.Fatal(err)
	}
	if err := strict.Put(t.Context(), ada, again); err != nil {
		t.Errorf("what was decoded is refused: %v", err)
	}
	if got, err := json.Marshal(again); err != nil || string(got) != string(text) {
		t.Errorf("it became %s, %v, want %s", got, err, text)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if err := strict.Put(t.Context(), ada, aerostore.Bins{"document": plain}); err != nil {
		t.Errorf("what was decoded is refused: %v", err)
	}
	if _, ok := plain["float"].(float64); !ok || !reflect.DeepEqual(plain["flag"], true) {
		t.Errorf("it was decoded as %v", plain)
	}
}

func ExampleRecord_MarshalJSON() {
	record := &aerostore.Record{
		Key:        aerostore.NewKey("test", "users", "ada"),
		Bins:       aerostore.Bins{"name": "Ada", "visits": map[any]any{2026: 3}},
		Generation: 1,
		TTL:        aerostore.NeverExpire,
	}
	text, err := json.Marshal(record)
	fmt.Println(string(text), err)
	// Output:
	// {"key":{"namespace":"test","set":"users"},"generation":1,"ttl":null,"bins":{"name":"Ada","visits":{"2026":3}}} <nil>
}
