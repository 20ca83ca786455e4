package vectorop

import (
	"encoding/json"

	"github.com/aerostore/aerostore/cdt"
)

// Path decodes the contexts of an index or of a condition, nil for none. It decodes
// values with the function.
func Path(ctx [][]json.RawMessage, value func(json.RawMessage) (any, error)) ([]cdt.Step, error) {
	d := &decoder{value: value}
	d.Ctx = ctx
	path := d.path()
	return path, d.err
}
