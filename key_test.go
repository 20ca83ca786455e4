package aerostore_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aerostore/aerostore"
)

type (
	userID    string
	orderID   int32
	sessionID []byte
)

func TestAnIDIsKeptByValueWhateverItsGoType(t *testing.T) {
	for _, tc := range []struct {
		name string
		key  aerostore.Key
		want any
	}{
		{"a string", aerostore.NewKey("test", "users", "u1"), "u1"},
		{"an empty string", aerostore.NewKey("test", "users", ""), ""},
		{"bytes", aerostore.NewKey("test", "users", []byte{0, 1}), []byte{0, 1}},
		{"an int", aerostore.NewKey("test", "users", -7), int64(-7)},
		{"an int8", aerostore.NewKey("test", "users", int8(-7)), int64(-7)},
		{"an int16", aerostore.NewKey("test", "users", int16(7)), int64(7)},
		{"an int32", aerostore.NewKey("test", "users", int32(7)), int64(7)},
		{"an int64", aerostore.NewKey("test", "users", int64(math.MinInt64)), int64(math.MinInt64)},
		{"a uint", aerostore.NewKey("test", "users", uint(7)), int64(7)},
		{"a uint8", aerostore.NewKey("test", "users", uint8(7)), int64(7)},
		{"a uint16", aerostore.NewKey("test", "users", uint16(7)), int64(7)},
		{"a uint32", aerostore.NewKey("test", "users", uint32(7)), int64(7)},
		{"a uint64", aerostore.NewKey("test", "users", uint64(7)), int64(7)},
		{"a named string", aerostore.NewKey("test", "users", userID("u1")), "u1"},
		{"a named integer", aerostore.NewKey("test", "users", orderID(7)), int64(7)},
		{"named bytes", aerostore.NewKey("test", "users", sessionID{1}), []byte{1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.key.ID(); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("ID = %#v, want %#v", got, tc.want)
			}
			same, err := aerostore.KeyOf("test", "users", tc.want)
			if err != nil || same != tc.key {
				t.Errorf("KeyOf(%#v) is another key (%v)", tc.want, err)
			}
		})
	}
}

func TestIDsOfDifferentKindsAreDifferentRecords(t *testing.T) {
	keys := map[aerostore.Key]bool{}
	digests := map[[20]byte]bool{}
	for _, k := range []aerostore.Key{
		aerostore.NewKey("test", "users", 1),
		aerostore.NewKey("test", "users", "1"),
		aerostore.NewKey("test", "users", []byte("1")),
		aerostore.NewKey("test", "orders", 1),
	} {
		keys[k], digests[k.Digest()] = true, true
	}
	if len(keys) != 4 || len(digests) != 4 {
		t.Errorf("%d keys and %d digests of 4", len(keys), len(digests))
	}
	if k := aerostore.NewKey("bar", "users", 1); keys[k] || !digests[k.Digest()] {
		t.Error("a namespace counts for the key and not for the digest")
	}
}

func TestADigestKeyKnowsNoID(t *testing.T) {
	k := aerostore.DigestKey("test", "users", ada.Digest())
	if k.ID() != nil || k.Digest() != ada.Digest() || k == ada {
		t.Errorf("ID %v, digest %x", k.ID(), k.Digest())
	}
	if !k.IsDigest() || ada.IsDigest() || (aerostore.Key{}).IsDigest() {
		t.Error("IsDigest takes one key for another kind")
	}
}

func TestTheKeyKeepsNoReferenceToItsBytes(t *testing.T) {
	id := []byte("u1")
	k := aerostore.NewKey("test", "users", id)
	id[0] = 'x'
	k.ID().([]byte)[1] = 'x'
	if k != aerostore.NewKey("test", "users", []byte("u1")) {
		t.Errorf("the key became %q", k.ID())
	}
}

func TestAnIDTypeThatCannotBeAKeyIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		ns, set string
		id      any
		says    string
	}{
		"a float":                {"test", "users", 1.5, "float64"},
		"a bool":                 {"test", "users", true, "bool"},
		"nil":                    {"test", "users", nil, "nil"},
		"a pointer":              {"test", "users", new(int), "*int"},
		"a uintptr":              {"test", "users", uintptr(1), "uintptr"},
		"a slice of strings":     {"test", "users", []string{"u1"}, "[]string"},
		"an unsigned id too big": {"test", "users", uint64(math.MaxUint64), "unsigned"},
		"an empty namespace":     {"", "users", 1, "namespace is empty"},
		"an overlong set name":   {"test", strings.Repeat("s", 64), 1, "63 at most"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := aerostore.KeyOf(tc.ns, tc.set, tc.id)
			if !errors.Is(err, aerostore.ErrInvalid) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("KeyOf = %v, want ErrInvalid that says %q", err, tc.says)
			}
			if k != (aerostore.Key{}) {
				t.Errorf("the key is %v beside an error", k)
			}
		})
	}
}

func TestNewKeyAllocatesForTextAlone(t *testing.T) {
	text, bytes, n := "6ba7b810-9dad-11d1-80b4-00c04fd430c8", []byte("u1"), 7
	var sink aerostore.Key
	for name, tc := range map[string]struct {
		make func()
		want float64
	}{
		"a string":       {func() { sink = aerostore.NewKey("test", "users", text) }, 1},
		"a named string": {func() { sink = aerostore.NewKey("test", "users", userID(text)) }, 2},
		"bytes":          {func() { sink = aerostore.NewKey("test", "users", bytes) }, 1},
		"an integer":     {func() { sink = aerostore.NewKey("test", "users", n) }, 0},
	} {
		if allocs := testing.AllocsPerRun(100, tc.make); allocs > tc.want {
			t.Errorf("%s costs %v allocations, want %v", name, allocs, tc.want)
		}
	}
	_ = sink
}

func TestIDsOfEveryLengthAndSizeComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		bytes := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "bytes")
		n := rapid.Int64().Draw(t, "n")
		for _, want := range []any{text, bytes, n} {
			k, err := aerostore.KeyOf("test", "users", want)
			same, _ := aerostore.KeyOf("test", "users", want)
			if err != nil || !reflect.DeepEqual(k.ID(), want) || k != same {
				t.Fatalf("%#v came back as %#v, %v", want, k.ID(), err)
			}
		}
		other := rapid.Int64().Draw(t, "other")
		if (n == other) != (aerostore.NewKey("test", "users", n) == aerostore.NewKey("test", "users", other)) {
			t.Fatalf("%d and %d", n, other)
		}
	})
}
