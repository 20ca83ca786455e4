package expr

import (
	"strings"
	"testing"

	value "github.com/aerostore/aerostore/internal/value"
)

func TestWhatNoServerCompilesIsRefusedWithoutItsLiterals(t *testing.T) {
	text := &Node{Op: Bin, Type: StringType, Name: "a"}
	for _, n := range []*Node{
		{Op: Regex, Name: "[secret", Args: []*Node{text}},
		{Op: Const, Value: value.GeoJSON(`{"secret"`)},
	} {
		for _, err := range []error{n.Check(), n.Ready(), n.Ready()} {
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("the expression %d is refused with %v", n.Op, err)
			}
		}
	}
	good := &Node{Op: Regex, Name: "^a", Args: []*Node{text}}
	if err := good.Ready(); err != nil {
		t.Error(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = good.Ready() }); n != 0 {
		t.Errorf("a second check takes %v allocations", n)
	}
}
