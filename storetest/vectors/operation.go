package vectors

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore"
)

// An operation is a step of Operate.
type operation struct{ aerostore.Operation }

func (o *operation) UnmarshalJSON(data []byte) error {
	var named struct{ Op string }
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	kind, _, _ := strings.Cut(named.Op, "_")
	if what, ok := families[kind]; ok {
		return what
	}
	var args struct {
		Op    string
		Bin   string
		Value *argument
	}
	if err := decode(data, &args); err != nil {
		return fmt.Errorf("operation %q: %w", named.Op, err)
	}
	if whole, ok := wholeRecord[named.Op]; ok {
		o.Operation = whole
		return nil
	}
	if named.Op == "get" {
		o.Operation = aerostore.ReadBin(args.Bin)
		return nil
	}
	change, ok := changes[named.Op]
	if !ok {
		return fmt.Errorf("operation %q is unknown", named.Op)
	}
	if args.Value == nil {
		return fmt.Errorf("operation %q has no value", named.Op)
	}
	o.Operation = change(args.Bin, args.Value.value)
	return nil
}

// families are the operations that Store does not have yet.
var families = map[string]unsupported{
	"list": "list operations",
	"map":  "map operations",
	"bit":  "bit operations",
	"hll":  "HyperLogLog operations",
	"exp":  "expression operations",
}

var wholeRecord = map[string]aerostore.Operation{
	"get_all":    aerostore.ReadAll(),
	"get_header": aerostore.ReadHeader(),
	"touch":      aerostore.TouchRecord(),
	"delete":     aerostore.DeleteRecord(),
}

var changes = map[string]func(bin string, value any) aerostore.Operation{
	"put":     aerostore.WriteBin,
	"add":     aerostore.AddBin,
	"append":  aerostore.AppendBin,
	"prepend": aerostore.PrependBin,
}

// operations sets the operations of the step.
func (s *step) operations(ops []operation) {
	s.ops = make([]aerostore.Operation, len(ops))
	for i, o := range ops {
		s.ops[i] = o.Operation
		s.writes = s.writes || o.Writes()
	}
}
