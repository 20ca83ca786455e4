package memory_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/memory"
)

func load(t *testing.T, s *memory.Store, text string) {
	t.Helper()
	if err := s.Load(strings.NewReader(text)); err != nil {
		t.Fatalf("Load: %v", err)
	}
}

func TestAHandWrittenFixtureIsLoaded(t *testing.T) {
	ctx := t.Context()
	s := memory.NewT(t, memory.WithDefaultTTL(10*second))
	load(t, s, `
		{
			"indexes": [{"type": "int", "name": "i", "bin": "n", "namespace": "test"}],
			"records": {"bar": {}, "test": {"users": [
				{"bins": {
					"n": 1, "float": 1.0, "exp": 1E2, "tagged": {"$float": 1e2}, "text": "A\n",
					"geo": {"$geo": { "type": "Point", "coordinates": [ 14.4, 50.1 ] }},
					"geotext": {"$geo": "{\"type\":\"Point\",\"coordinates\":[14.4,50.1]}"},
					"map": {"$map": [["a", 1]]}, "object": {"a": {"b": []}}
				}, "key": "a", "sendKey": false},
				{"key": 1, "bins": {"$map": [["n", 2]]}, "generation": 65535, "ttl": 315360000, "sendKey": true}
			], "empty": []}}
		}`)
	want := bins{
		"n": 1, "float": 1.0, "exp": 100.0, "tagged": 100.0, "text": "A\n", "geo": point, "geotext": point,
		"map": map[any]any{"a": 1}, "object": map[any]any{"a": map[any]any{"b": []any{}}},
	}
	r := mustGet(t, s, key("a"))
	if !reflect.DeepEqual(r.Bins, want) || r.Generation != 1 || r.TTL != aerostore.NeverExpire {
		t.Errorf("the first record is %+v", *r)
	}
	one := aerostore.NewKey("test", "users", 1)
	r = mustGet(t, s, one)
	if r.Bins["n"] != 2 || r.Generation != 65535 || r.TTL != 10*365*24*3600*second {
		t.Errorf("the second record is %+v", *r)
	}
	for r, err := range s.Query(ctx, aerostore.Query{Namespace: "test", Set: "users", Where: aerostore.Equal("n", 2)}) {
		if err != nil || r.Key != one {
			t.Errorf("Query: %v, %v", r, err)
		}
	}
}

func TestALoadReplacesRecordsAndLeavesOthers(t *testing.T) {
	s := memory.NewT(t)
	index := aerostore.Index{Namespace: "test", Name: "i", Bin: "n", Type: aerostore.IndexInt}
	wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
	mustPut(t, s, key("a"), bins{"a": 1, "b": 2}, 10*second)
	mustPut(t, s, key("b"), bins{"a": 1})
	before := mustGet(t, s, key("b"))
	load(t, s, `{"records": {"test": {"users": [{"key": "a", "bins": {"a": 3}, "generation": 7}]}},
		"indexes": [{"namespace": "test", "name": "i", "bin": "m", "type": "string"}]}`)

	want := &aerostore.Record{Key: key("a"), Bins: bins{"a": 3}, Generation: 7, TTL: aerostore.NeverExpire}
	if got := mustGet(t, s, key("a")); !reflect.DeepEqual(got, want) {
		t.Errorf("the record loaded is %+v, want %+v", *got, *want)
	}
	if got := mustGet(t, s, key("b")); !reflect.DeepEqual(got, before) {
		t.Errorf("the other record became %+v", *got)
	}
	index.Bin, index.Type = "m", aerostore.IndexString
	wantCode(t, s.CreateIndex(t.Context(), index), aerostore.CodeOK)
}

func TestALoadedRecordExpires(t *testing.T) {
	s := memory.NewT(t)
	load(t, s, `{"records": {"test": {"users": [{"key": "a", "bins": {"n": 1}, "ttl": 60}]}}}`)
	s.Advance(time.Minute)
	_, err := s.Get(t.Context(), key("a"))
	wantCode(t, err, aerostore.CodeNotFound)
}

func TestLoadOfAnInvalidFixtureChangesNothing(t *testing.T) {
	const secret = "secret"
	inRecord := func(record string) string {
		return `{"records": {"test": {"users": [
			{"key": "good", "bins": {"n": 1}},
			` + record + `
		]}}}`
	}
	inBin := func(value string) string { return inRecord(`{"key": "secret", "bins": {"n": ` + value + `}}`) }
	inIndex := func(index string) string { return `{"records": {}, "indexes": [` + index + `]}` }
	const second = "record of test.users, number 2: line 3: "
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":              {"", "line 1: unexpected end of JSON input"},
		"no JSON":              {"{\n  x", "line 2: invalid character"},
		"more behind":          {"{}\n{}", "line 2: invalid character"},
		"not UTF-8":            {"{\n\n\"\xff\": 1}", "line 3: the text is not UTF-8"},
		"no object":            {"[]", "line 1: not an object"},
		"an unknown field":     {`{"record": {}}`, "line 1: there is an unknown field: known are records, indexes"},
		"a field twice":        {"{\"records\": {},\n\"records\": {}}", "line 2: a name occurs twice"},
		"records no object":    {`{"records": []}`, "line 1: not an object"},
		"sets no object":       {`{"records": {"test": []}}`, "line 1: not an object"},
		"an unknown namespace": {`{"records": {"other": {}}}`, "line 1: other: INVALID_NAMESPACE"},
		"a set no list":        {`{"records": {"test": {"users": {}}}}`, "line 1: not a list"},
		"a long set":           {`{"records": {"test": {"` + strings.Repeat("s", 64) + `": [{"key": 1, "bins": {"n": 1}}]}}}`, "64 bytes, 63 at most"},
		"a record no object":   {inRecord(`7`), second + "not an object"},
		"an unknown attribute": {inRecord(`{"generaton": 1}`), second + "there is an unknown field: known are key"},
		"no key":               {inRecord(`{"bins": {"n": 1}}`), second + "there is no key"},
		"a key of a float":     {inRecord(`{"key": 1.5, "bins": {"n": 1}}`), second + "a key is neither"},
		"a key without base64": {inRecord(`{"key": {"$bytes": "?"}, "bins": {"n": 1}}`), second + "$bytes is not base64"},
		"a short digest":       {inRecord(`{"key": {"$digest": "00"}, "bins": {"n": 1}}`), second + "$digest is not 40"},
		"a record twice":       {inRecord(`{"key": "good", "bins": {"n": 1}}`), second + "the same record is in line 2"},
		"no bins":              {inRecord(`{"key": "secret"}`), second + "there are no bins"},
		"bins no object":       {inRecord(`{"key": "secret", "bins": [1]}`), second + "there are no bins"},
		"empty bins":           {inRecord(`{"key": "secret", "bins": {}}`), second + "there are no bins to write"},
		"a bin twice":          {inRecord(`{"key": "secret", "bins": {"n": 1, "n": 2}}`), second + "two bins have the same name"},
		"a bin without name":   {inRecord(`{"key": "secret", "bins": {"$map": [[1, 2]]}}`), second + "the name of a bin is not a string"},
		"a null bin":           {inBin(`null`), second + "a bin is null"},
		"a long bin name":      {inRecord(`{"key": "secret", "bins": {"sixteen_bytes_ab": 1}}`), second + `bin name "sixteen_bytes_ab" has 16 bytes`},
		"generation 0":         {inRecord(`{"key": "secret", "bins": {"n": 1}, "generation": 0}`), second + "generation is not an integer from 1 to 65535"},
		"a great generation":   {inRecord(`{"key": "secret", "bins": {"n": 1}, "generation": 65536}`), second + "generation is not"},
		"a TTL of text":        {inRecord(`{"key": "secret", "bins": {"n": 1}, "ttl": "60s"}`), second + "ttl is not an integer from 1 to 315360000"},
		"sendKey of text":      {inRecord(`{"key": "secret", "bins": {"n": 1}, "sendKey": "yes"}`), second + "sendKey is not a bool"},
		"sendKey of a digest":  {inRecord(`{"key": {"$digest": "` + strings.Repeat("00", 20) + `"}, "bins": {"n": 1}, "sendKey": true}`), second + "sendKey is not a bool"},
		"a large record":       {inBin(`"` + strings.Repeat("secret", 200_000) + `"`), second + "RECORD_TOO_BIG"},
		"a deep value":         {inBin(deep), second + `bin "n": values nest deeper than 256 levels`},
		"a large integer":      {inBin(`9223372036854775808`), second + "an integer does not fit into 64 bits"},
		"a large float":        {inBin(`1e999`), second + "a number does not fit into a float64"},
		"an unknown tag":       {inBin(`{"$date": "secret"}`), second + "an unknown tag: a map with a key that begins with $ needs $map"},
		"a tag of a key":       {inRecord(`{"key": {"$secret": 1}, "bins": {"n": 1}}`), second + "an unknown tag: a map with a key that begins with $ needs $map"},
		"a map key like a tag": {inBin(`{"m": {"$secret": 1}}`), second + "an unknown tag: a map with a key that begins with $ needs $map"},
		"a secret field":       {inRecord(`{"secret": 1}`), second + "there is an unknown field"},
		"a secret bin twice":   {inBin(`1, "secret": 1, "secret": 2`), second + "two bins have the same name"},
		"an index of a secret": {inIndex(`{"secret": "a"}`), "index, number 1: line 1: there is an unknown field: known are namespace"},
		"a digest in a bin":    {inBin(`{"$digest": "secret"}`), second + "an unknown tag: a map with a key that begins with $ needs $map"},
		"a tag beside others":  {inBin(`{"a": "secret", "$bytes": ""}`), second + "a name that begins with $ beside other names"},
		"bytes of a number":    {inBin(`{"$bytes": 1}`), second + "$bytes is not base64"},
		"a string not base64":  {inBin(`{"$string": "secret"}`), second + "$string is not base64"},
		"a float of text":      {inBin(`{"$float": "secret"}`), second + "$float is neither"},
		"GeoJSON of a number":  {inBin(`{"$geo": 7}`), second + "$geo is neither"},
		"GeoJSON without tag":  {inBin(`{"$geo": {"$string": 7}}`), second + "$geo is neither"},
		"GeoJSON of nothing":   {inBin(`{"$geo": {"type": "secret"}}`), second + `bin "n": GEO_INVALID_GEOJSON`},
		"pairs no list":        {inBin(`{"$map": {"secret": 1}}`), second + "$map is not a list"},
		"a pair of three":      {inBin(`{"$map": [["secret", 2, 3]]}`), second + "$map has an element that is not"},
		"a map key of a list":  {inBin(`{"$map": [[["secret"], 2]]}`), second + "the key of a map is neither"},
		"a map key of nothing": {inBin(`{"$map": [[{"$bytes": "secret?"}, 2]]}`), second + "$bytes is not base64"},
		"a number in order":    {inBin(`{"$ordered": 1}`), second + "$ordered is of a value that cannot be kept so"},
		"a list by value":      {inBin(`{"$valueOrdered": []}`), second + "$valueOrdered is of a value that cannot be kept so"},
		"no HyperLogLog":       {inBin(`{"$hll": "AQ=="}`), second + `bin "n": PARAMETER`},
		"a map key twice":      {inBin(`{"$map": [[1, "secret"], [1, 2]]}`), second + "a map has a key twice"},
		"a mistake in a list":  {inBin("[1,\n{\"$bytes\": 1}]"), "record of test.users, number 2: line 4: $bytes"},
		"indexes no list":      {`{"indexes": {}}`, "line 1: not a list"},
		"an index no object":   {inIndex(`1`), "index, number 1: line 1: not an object"},
		"a field of no index":  {inIndex(`{"bins": "a"}`), "index, number 1: line 1: there is an unknown field: known are namespace"},
		"an index of a number": {inIndex(`{"bin": 1}`), "a field of an index is not a string"},
		"an index of a type":   {inIndex(`{"namespace": "test", "name": "i", "bin": "n", "type": "float"}`), "index type 0 is unknown"},
		"an index of a place":  {inIndex(`{"namespace": "other", "name": "i", "bin": "n", "type": "int"}`), "other: INVALID_NAMESPACE"},
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.NewT(t)
			mustPut(t, s, key("before"), bins{"n": 1})
			before := snapshot(t, s)
			err := s.Load(strings.NewReader(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), "memory: Load: ") || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v\nwant %s", err, tt.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells a secret: %v", err)
			}
			if after := snapshot(t, s); after != before {
				t.Errorf("the store became\n%s", after)
			}
		})
	}
}

func TestLoadAllocatesFewBytesPerByteOfText(t *testing.T) {
	s := memory.NewT(t)
	const records, most = 20_000, 5
	for i := range records {
		mustPut(t, s, benchKey(i), benchBins(i))
	}
	text := []byte(snapshot(t, s))
	before := allocated()
	if err := memory.NewT(t).Load(plainReader{bytes.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
	if got := (allocated() - before) / int64(len(text)); got >= most {
		t.Errorf("a text of %d bytes took %d times its size", len(text), got)
	}
}
