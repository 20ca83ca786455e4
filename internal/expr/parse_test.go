package expr

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

func TestParseReturnsWhatWasPacked(t *testing.T) {
	n := func(op Op, args ...*Node) *Node { return &Node{Op: op, Args: args} }
	c := func(v any) *Node { return &Node{Op: Const, Value: v} }
	ordered, err := value.NewMap(value.Ordered, value.MapPair{Key: "k", Value: 1.5})
	if err != nil {
		t.Fatal(err)
	}
	list := value.NewList(1, nil, value.Infinity, value.Wildcard, value.NewList())
	list.Order = value.Ordered
	for _, node := range []*Node{
		c(nil), c(true), c(-1), c(1 << 33), c(-1 << 63), c(0.5), c(""), c(strings.Repeat("x", 70_000)), c([]byte{}), c(value.GeoJSON("{}")), c(list), c(ordered),
		c(value.Infinity), n(Unknown), n(And), n(Equal, c(1), c("x")),
		{Op: Bin, Type: IntType, Name: "b"},
		{Op: BinType, Name: strings.Repeat("n", 300)},
		{Op: Var, Name: "x"},
		{Op: Key, Type: StringType},
		{Op: DigestModulo, Flags: -7},
		{Op: Regex, Name: "^a", Flags: 3, Args: []*Node{c("x")}},
		{Op: Let, Value: Names{"a", "b"}, Args: []*Node{c(1), c(2), c(3)}},
		{Op: Call, Type: ListType, Module: Modify, Code: 1, Args: []*Node{c(1), c(0), c(0), c(list)}},
		{Op: Call, Type: IntType, Code: 16, Args: []*Node{c(list)}, Value: Path{
			cdt.Index(-1), cdt.Rank(2), cdt.Value("v"), cdt.Index(3).InMap(), cdt.Rank(-1).InMap(), cdt.Key("k"), cdt.Value(1).InMap(),
			cdt.Index(0).Create(cdt.Unordered), cdt.Index(0).Create(cdt.Ordered), cdt.Index(4).CreatePadded(),
			cdt.Key(1).Create(cdt.Unordered), cdt.Key(1).Create(cdt.KeyOrdered), cdt.Key(1).Create(cdt.KeyValueOrdered),
		}},
	} {
		packed, err := node.Pack()
		if err != nil {
			t.Errorf("%s: %v", node.Source(true), err)
			continue
		}
		parsed, err := Parse(packed)
		if err != nil {
			t.Errorf("%s: %v", node.Source(true), err)
			continue
		}
		again, err := parsed.Pack()
		if err != nil || !bytes.Equal(again, packed) || parsed.Source(true) != node.Source(true) {
			t.Errorf("%s became %s (%v)", node.Source(true), parsed.Source(true), err)
		}
		for i := range min(len(packed), 300) { // cut short
			if p, err := Parse(packed[:i]); err == nil {
				t.Errorf("%x, a part of %x, is %s", packed[:i], packed, p.Source(true))
			}
		}
		if _, err := Parse(append(packed[:len(packed):len(packed)], 0)); err == nil {
			t.Errorf("a byte may follow %x", packed)
		}
	}
}

// Heads that promise more than follows take no memory.
func TestParseTakesNoMemoryForPromises(t *testing.T) {
	var evil []byte
	for range 200 {
		evil = append(evil, 0xdd, 0, 1, 0, 0, 16) // an and of 65,535 arguments
	}
	evil = append(evil, make([]byte, 1<<17)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Parse(evil)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err == nil || used > 64<<20 {
		t.Errorf("%d bytes take %d bytes (%v)", len(evil), used, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x93, 0x03, 0x93, 0x51, 0x02, 0xa1, 'a', 0x05})
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := Parse(b)
		if err != nil {
			return
		}
		_, _, _ = n.Source(true), n.Check(), TypeOf(n)
		packed, err := n.Pack()
		if err != nil {
			t.Fatalf("%x cannot be packed: %v", b, err)
		}
		if _, err := Parse(packed); err != nil {
			t.Fatalf("%x became %x: %v", b, packed, err)
		}
	})
}
