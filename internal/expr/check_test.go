package expr

import (
	"math"
	"testing"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// Each of these has ended a server up to 8.1.0.3, or is known to be able to.
func TestCheckRefusesWhatEndsAServer(t *testing.T) {
	c := func(v any) *Node { return &Node{Op: Const, Value: v} }
	call := func(module, code uint8, t Type, args ...*Node) *Node {
		return &Node{Op: Call, Module: module, Code: code, Type: t, Args: args}
	}
	at := func(n *Node, steps ...cdt.Step) *Node {
		n.Value = Path(steps)
		return n
	}
	list, blob, m := c(value.NewList(1)), c([]byte{1}), c(&value.Map{})
	truth, n := c(true), &Node{Op: Bin, Type: IntType, Name: "n"}
	for name, n := range map[string]*Node{
		"division":          {Op: Divide, Args: []*Node{c(math.MinInt), c(-1)}},
		"rest":              {Op: Mod, Args: []*Node{c(math.MinInt), c(-1)}},
		"infinity":          {Op: Cond, Args: []*Node{truth, c(value.Infinity), c(value.Infinity)}},
		"wildcard":          {Op: Cond, Args: []*Node{truth, c(value.Wildcard), c(value.Wildcard)}},
		"bits of nil":       call(BitModule, 51, IntType, c(0), c(8), c(nil)),
		"HLL of nil":        call(HLLModule, 50, IntType, c(nil)),
		"nil by condition":  call(HLLModule, 50, IntType, &Node{Op: Cond, Args: []*Node{truth, c(nil), c(nil)}}),
		"partial shift":     call(BitModule|Modify, 8, BytesType, c(8), c(16), c(8), c(8), blob),
		"partial, by a bin": call(BitModule|Modify, 9, BytesType, c(-1), c(16), n, c(12), blob),
		"partial or":        call(BitModule|Modify, 4, BytesType, c(-8), c(13), c([]byte{0, 0xa5}), c(8), blob),
		"partial xor":       call(BitModule|Modify, 5, BytesType, c(8), c(13), c([]byte{0, 0xa5}), c(8), blob),
		"partial, at a bin": call(BitModule|Modify, 6, BytesType, n, c(13), c([]byte{0, 0xa5}), c(8), blob),
		"flags of a bin":    call(BitModule|Modify, 4, BytesType, c(8), c(13), c([]byte{0, 0xa5}), n, blob),
		"negative count":    call(CDTModule, 24, ListType, c(7), c(0), c(-1), list),
		"none inverted":     call(CDTModule, 107, ListType, c(7|Inverted), c(value.NewList()), m),
		"created before":    at(call(Modify, 1, ListType, c(1), c(0), c(0), list), cdt.Index(-2).Create(cdt.Unordered)),
		"created far":       at(call(Modify, 1, ListType, c(1), c(0), c(0), list), cdt.Index(1<<31).CreatePadded()),
		"within a division": {Op: Add, Args: []*Node{c(1), {Op: Divide, Args: []*Node{c(math.MinInt), c(-1)}}}},
	} {
		if n.Check() == nil {
			t.Errorf("%s: %s may be sent", name, n.Source(true))
		}
	}
	for name, n := range map[string]*Node{
		"division":  {Op: Divide, Args: []*Node{c(math.MinInt), c(2)}},
		"writes":    call(BitModule|Modify, 0, BytesType, c(1), c(0), c(0), c(nil)),
		"list read": call(CDTModule, 16, IntType, c(nil)),
		"unknown":   {Op: Cond, Args: []*Node{truth, {Op: Unknown}, {Op: Unknown}}},
		"a set":     call(BitModule|Modify, 3, BytesType, c(0), c(16), c([]byte{1, 2}), c(8), blob),
		"a shift":   call(BitModule|Modify, 8, BytesType, c(0), c(16), c(30), c(4), blob),
		"by 7":      call(BitModule|Modify, 8, BytesType, n, c(16), c(7), c(8), blob),
		"at 7":      call(BitModule|Modify, 9, BytesType, c(7), c(16), n, c(8), blob),
		"or at 7":   call(BitModule|Modify, 4, BytesType, c(7), n, c([]byte{1, 2}), c(8), blob),
	} {
		if err := n.Check(); err != nil {
			t.Errorf("%s: %s: %v", name, n.Source(true), err)
		}
	}
}

func TestAnExpressionThatWasReceivedMayWriteBehindTheBytes(t *testing.T) {
	c := func(v any) *Node { return &Node{Op: Const, Value: v} }
	or := &Node{
		Op: Call, Module: BitModule | Modify, Code: 4, Type: BytesType,
		Args: []*Node{c(36), c(8), c([]byte{0xff}), c(int(cdt.Partial)), c([]byte{1, 2, 3, 4, 5})},
	}
	if or.CheckForm() != nil || or.Ready() == nil {
		t.Error("it is refused for its form, or may be sent")
	}
	if err := or.Admit(); err != nil {
		t.Error(err)
	}
	if err := or.Ready(); err != nil {
		t.Errorf("it was admitted, and is refused: %v", err)
	}
	if n := (&Node{Op: Mod, Args: []*Node{c(math.MinInt), c(-1)}}); n.CheckForm() != nil || n.Admit() == nil {
		t.Error("a division is refused for its form, or admitted")
	}
}
