package aerostore

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAHiddenTextIsRevealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "text")
		o := hideBytes(text)
		if got := o.appendText([]byte("before")); !bytes.Equal(got, append([]byte("before"), text...)) {
			t.Fatalf("%v was revealed as %v", text, got)
		}
		if got := o.revealText(); got != string(text) {
			t.Fatalf("%v was revealed as %q", text, got)
		}
		for _, letter := range []byte(o.text) {
			if letter < '0' || letter > 'o' {
				t.Fatalf("%v is hidden as %q", text, o.text)
			}
		}
	})
}

func TestAHiddenTextIsRevealedWithOneAllocation(t *testing.T) {
	var text string
	for n := 1; n < 3*groupBytes; n++ {
		o := hideText(strings.Repeat("x", n))
		if got := testing.AllocsPerRun(100, func() { text = o.revealText() }); got != 1 {
			t.Errorf("%v allocations for %d bytes, want 1", got, len(text))
		}
	}
}
