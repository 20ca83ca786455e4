package jsonline_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/internal/jsonline"
)

type inner struct {
	Name string
	At   *int
}

type embedded struct{ Op string }

type shouting string

func (s *shouting) UnmarshalJSON(data []byte) error {
	*s = shouting(bytes.ToUpper(data))
	return nil
}

type outer struct {
	embedded
	Keys   []inner
	Raw    json.RawMessage
	Raws   [][]json.RawMessage
	Loud   shouting
	Louder *shouting
	Bytes  []byte
	Yes    bool
	Small  int8
	Code   uint32 `json:"result_code"`
	Ratio  float64
	Bins   map[string]inner
}

var valid = []string{
	`{}`, `null`, ` { "op" : "x" , "OP" : "y" } `,
	`{"keys":[],"raw":[1,{"a":"]}\"" }],"raws":[[1,2],[],["x"]]}`,
	`{"keys":null,"louder":null,"raw":null,"bytes":null,"bins":null,"small":null,"op":null}`,
	`{"keys":[{"name":"a","at":1},{"at":null},{}],"loud":{"a":"b"},"louder":"x"}`,
	`{"bytes":"AQID","yes":true,"small":-128,"result_code":4294967295,"ratio":-1.5e3}`,
	`{"bins":{"":{"name":"\u00e9\n\ud83d\ude00"},"a\"b":{"name":"é\\"}}}`,
	"{\"op\":\"\xff\"}",
}

var invalid = []string{
	`[]`, `1`, `"x"`, `{"keys":{}}`, `{"op":1}`, `{"small":128}`, `{"small":1.5}`, `{"result_code":-1}`,
	`{"yes":"true"}`, `{"bytes":"!"}`, `{"ratio":"1"}`, `{"bins":[]}`, `{"nothing":1}`,
}

func TestDecodeDoesWhatPackageJSONDoes(t *testing.T) {
	t.Parallel()
	for _, text := range append(valid, invalid...) {
		strict := json.NewDecoder(strings.NewReader(text))
		strict.DisallowUnknownFields()
		var want, got outer
		wantErr := strict.Decode(&want)
		err := jsonline.Decode([]byte(text), &got)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%s: the error is %v, that of package json %v", text, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, package json has %+v", text, got, want)
		}
	}
}

func TestDecodeSomeIgnoresOtherFields(t *testing.T) {
	t.Parallel()
	var got embedded
	if err := jsonline.DecodeSome([]byte(`{"a":[{"op":"x"}],"op":"y","b":1}`), &got); err != nil || got.Op != "y" {
		t.Errorf("%+v and the error %v", got, err)
	}
}

func TestOnlyReturnsTheOnlyField(t *testing.T) {
	t.Parallel()
	if name, value, err := jsonline.Only([]byte(` {"a" : [1, "}"] } `)); err != nil || name != "a" || string(value) != `[1, "}"]` {
		t.Errorf("%q %s and the error %v", name, value, err)
	}
	for _, text := range []string{`{}`, `{"a":1,"b":2}`, `[1]`, `null`, `1`, `{"a":1}1`, `{"a"`, `{"a":`, ``} {
		if name, value, err := jsonline.Only([]byte(text)); err == nil {
			t.Errorf("%s: %q %s", text, name, value)
		}
	}
}

// What is no JSON must do no harm.
func FuzzDecode(f *testing.F) {
	for _, text := range append(valid, invalid...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want outer
		err := jsonline.Decode(text, &got)
		_, _, _ = jsonline.Only(text)
		if !json.Valid(text) {
			return
		}
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		if wantErr := strict.Decode(&want); (err == nil) != (wantErr == nil) {
			t.Errorf("the error is %v, that of package json %v", err, wantErr)
		}
	})
}
