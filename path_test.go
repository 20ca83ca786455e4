package aerostore_test

import (
	"encoding/base64"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
)

// everyStep is a path with each kind of step and of value.
func everyStep() []cdt.Step {
	return []cdt.Step{
		cdt.Index(0), cdt.Index(-1), cdt.Rank(3), cdt.Index(1).InMap(), cdt.Rank(-2).InMap(),
		cdt.Key("k"), cdt.Key(5), cdt.Key([]byte{1}), cdt.Value("v"), cdt.Value(1.5).InMap(), cdt.Value(nil), cdt.Value(true),
		cdt.Value([]any{1, "a", []byte{2}}), cdt.Value(aerostore.GeoJSON("{}")), cdt.Value(map[any]any{"a": 1}).InMap(),
		cdt.Value(math.MinInt64), cdt.Value(math.MaxInt64), cdt.Value(math.MaxUint32), cdt.Key(strings.Repeat("x", 300)),
		cdt.Index(2).Create(cdt.Unordered), cdt.Index(2).Create(cdt.Ordered), cdt.Index(2).CreatePadded(),
		cdt.Key("k").Create(cdt.Unordered), cdt.Key("k").Create(cdt.KeyOrdered), cdt.Key("k").Create(cdt.KeyValueOrdered),
	}
}

func TestPathsAreDecodedAsTheyWereEncoded(t *testing.T) {
	for i, step := range everyStep() {
		for _, path := range [][]cdt.Step{{step}, everyStep()[:i+1]} {
			text, err := aerostore.EncodePath(path...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := aerostore.DecodePath(text)
			if err != nil || !reflect.DeepEqual(got, path) {
				t.Errorf("step %d: %v, %v, want %v", i, got, err, path)
			}
		}
	}
	if text, _ := aerostore.EncodePath(cdt.Key("k")); text != "kiKiA2s=" { // of CDTContextToBase64
		t.Errorf("a key is %q", text)
	}
}

func TestWhatIsNoPathIsAnError(t *testing.T) {
	for _, path := range [][]cdt.Step{nil, {nil}, {cdt.OneIndex{}}, {cdt.Key(func() {})}, make256()} {
		if text, err := aerostore.EncodePath(path...); err == nil {
			t.Errorf("%v is encoded as %q", path, text)
		}
	}
	pack := base64.StdEncoding.EncodeToString
	for _, text := range []string{
		"", "secret", "****", pack([]byte{0x90}), pack([]byte{0x91, 0x10}), pack([]byte{0x92, 0x12, 0x00}),
		pack([]byte{0x92, 0x10, 0xa2, 3, 'k'}), pack([]byte{0x92, 0x10, 0x00, 0x00}), pack([]byte{0xdd, 0xff, 0xff, 0xff, 0xff}),
		pack([]byte{0x92, 0x91, 0x00}), pack([]byte("secret")),
	} {
		path, err := aerostore.DecodePath(text)
		if err == nil {
			t.Errorf("%q is decoded as %v", text, path)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the text: %v", err)
		}
	}
}

// What is decoded can be encoded and checked.
func FuzzDecodePath(f *testing.F) {
	for _, step := range everyStep() {
		text, err := aerostore.EncodePath(step, step)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, err := aerostore.DecodePath(text)
		if err != nil {
			return
		}
		again, err := aerostore.EncodePath(path...)
		if err != nil {
			t.Fatalf("%v cannot be encoded: %v", path, err)
		}
		if same, err := aerostore.DecodePath(again); err != nil || len(same) != len(path) {
			t.Fatalf("%v is decoded as %v: %v", path, same, err)
		}
		_ = checked(aerostore.Equal("b", 1).At(path...))
	})
}
