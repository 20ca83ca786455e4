package engine

import (
	"testing"

	"github.com/aerostore/aerostore/cdt"
)

func TestUnknownKindsAreRefused(t *testing.T) {
	for _, k := range []cdt.Kind{0, cdt.HLLMayContain + 1, 255} {
		if _, _, err := Apply(nil, &cdt.Op{Kind: k}, nil); err == nil {
			t.Errorf("kind %d is known", k)
		}
	}
}
