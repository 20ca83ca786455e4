package vectors

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/internal/jsonline"
	"github.com/aerostore/aerostore/internal/vectorop"
)

// An operation is a step of Operate.
type operation struct{ aerostore.Operation }

func (o *operation) UnmarshalJSON(data []byte) error {
	var named struct{ Op string }
	err := jsonline.DecodeSome(data, &named)
	if err != nil {
		return err
	}
	if strings.HasPrefix(named.Op, "exp_") {
		o.Operation, err = expressionOperation(data)
		return err
	}
	if vectorop.Is(named.Op) {
		bin, op, err := vectorop.Decode(data, func(v json.RawMessage) (any, error) { return typed(v, false) })
		if err != nil {
			return fmt.Errorf("operation %q: %w", named.Op, err)
		}
		o.Operation = aerostore.OperationOf(bin, op)
		return nil
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

// operations returns the operations of one record. A step with an operation that writes
// is one that writes.
func (s *step) operations(decoded []operation) []aerostore.Operation {
	if decoded == nil {
		return nil
	}
	ops := make([]aerostore.Operation, len(decoded))
	for i, o := range decoded {
		ops[i] = o.Operation
		s.writes = s.writes || o.Writes()
	}
	return ops
}
