package vectors

import (
	"encoding/json"
	"fmt"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
	"github.com/aerostore/aerostore/internal/eval/evaltest"
	"github.com/aerostore/aerostore/internal/jsonline"
	"github.com/aerostore/aerostore/internal/vectorop"
)

// compileError is why a program cannot have the filter or flags. A Filter is an expression for a
// boolean that a server can evaluate, so that others do not compile, or are refused when
// they are decoded.
type compileError struct{ why error }

func (e compileError) Error() string { return "what does not compile: " + e.why.Error() }

// A filter is the filter of a policy. Null is none.
type filter struct{ aerostore.Filter }

func (f *filter) UnmarshalJSON(data []byte) error {
	node, err := vectorop.Expression(data)
	if node == nil || err != nil {
		return err
	}
	packed, err := node.Pack()
	if err != nil {
		return compileError{err}
	}
	e, err := exp.Decode[exp.Bool](packed)
	if err != nil {
		return compileError{err}
	}
	f.Filter = aerostore.Filter(e)
	return nil
}

// A flag is any of an operation with an expression.
type flag struct {
	exp.ReadFlag
	exp.WriteFlag
	number uint8
}

func (f flag) Number() uint8 { return f.number }

// expressionOperation decodes exp_read or exp_write.
func expressionOperation(data []byte) (aerostore.Operation, error) {
	var args struct {
		Op, Bin    string
		Exp, Flags json.RawMessage
	}
	if err := jsonline.Decode(data, &args); err != nil {
		return aerostore.Operation{}, err
	}
	node, err := vectorop.Expression(args.Exp)
	if err != nil {
		return aerostore.Operation{}, err
	}
	flags, err := vectorop.ExpressionFlags(args.Flags)
	if err != nil {
		return aerostore.Operation{}, err
	}
	if flags > 0xff {
		return aerostore.Operation{}, compileError{fmt.Errorf("the flags of an expression are a byte, not %d", flags)}
	}
	f := flag{number: uint8(flags)} //nolint:gosec // G115: see above
	switch e := evaltest.Of(node); args.Op {
	case "exp_read":
		return aerostore.ReadExp(args.Bin, e, f), nil
	case "exp_write":
		return aerostore.WriteExp(args.Bin, e, f), nil
	default:
		return aerostore.Operation{}, fmt.Errorf("operation %q is unknown", args.Op)
	}
}
