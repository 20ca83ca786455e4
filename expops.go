package aerostore

import (
	"errors"

	"github.com/aerostore/aerostore/exp"
	value "github.com/aerostore/aerostore/internal/value"
)

// ReadExp returns an operation that evaluates an expression for the record, with the
// changes of the operations before it, and returns its value under the name, which is not
// empty. No bin needs to have the name.
//
//	aerostore.ReadExp("total", exp.Multiply(exp.IntBin("price"), exp.IntBin("amount")))
//
// An expression that is unknown for the record fails with [CodeOpNotApplicable], or
// returns nil with [exp.EvalNoFail].
func ReadExp(name string, e exp.Any, flags ...exp.ReadFlag) Operation {
	return expOperation(name, exp.Op{Expression: e, Flags: value.FlagBits(flags)})
}

// WriteExp returns an operation that evaluates an expression for the record, with the
// changes of the operations before it, and writes its value to the bin. It returns
// nothing.
//
// A nil value deletes the bin with [exp.AllowDelete], and else fails with
// [CodeOpNotApplicable]. So does an expression that is unknown for the record, without
// [exp.EvalNoFail]. What [exp.CreateOnly] and [exp.UpdateOnly] refuse fails with
// [CodeBinExists] and [CodeBinNotFound], without [exp.NoFail].
func WriteExp(bin string, e exp.Any, flags ...exp.WriteFlag) Operation {
	return expOperation(bin, exp.Op{Expression: e, Writes: true, Flags: value.FlagBits(flags)})
}

// A hiddenExp is a hiddenValue and what its value points to, in one allocation.
type hiddenExp struct {
	hiddenValue
	keptExp
	op [1]exp.Op
}

// A keptExp is the operation in a form that reflect.DeepEqual compares. A node is none: it
// keeps what was derived from it.
type keptExp struct {
	packed []byte
	writes bool
	flags  uint8

	// op has the operation beyond its length, where nothing compares or prints it. An
	// expression that cannot be packed is within its length.
	op []exp.Op
}

func expOperation(bin string, op exp.Op) Operation {
	h := &hiddenExp{op: [1]exp.Op{op}}
	h.keptExp = keptExp{writes: op.Writes, flags: op.Flags, op: h.op[:0]}
	packed, err := packedExp(op.Expression)
	if h.packed = packed; err != nil {
		h.keptExp.op = h.op[:]
	}
	h.value = &h.keptExp
	h.at = &h.value
	return Operation{kind: OperationExp, bin: bin, value: &h.at}
}

var errNoExpression = errors.New("there is no expression")

func packedExp(e exp.Any) ([]byte, error) {
	if value.IsNil(e) {
		return nil, errNoExpression
	}
	return e.Node().Pack()
}

// Exp returns what an operation with an expression does, and nil for other operations. It
// must not be modified.
func (o Operation) Exp() *exp.Op {
	if o.kind != OperationExp {
		return nil
	}
	kept := revealValue(o.value).(*keptExp) //nolint:forcetypeassert // expOperation's
	return &kept.op[:1][0]
}

// checkExp returns why the operation cannot be sent, or nil.
func checkExp(bin string, op *exp.Op) *invalidError {
	if err := checkBinName(bin); err != nil {
		return err
	}
	if bin == "" && !op.Writes { // a client takes it for a read of all bins
		return invalidf("%s: the result has no name", op)
	}
	if value.IsNil(op.Expression) {
		return invalidf("%s %q: %w", op, bin, errNoExpression)
	}
	if err := op.Expression.Node().Ready(); err != nil {
		return invalidf("%s %q: %w", op, bin, err)
	}
	return nil
}
