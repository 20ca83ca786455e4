package storetest

import (
	"slices"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/exp"
)

// subtleExpressions are ways to break what is done with expressions.
func subtleExpressions() []sabotage {
	return []sabotage{
		{"ignores the flags of expressions", onExp(func(op *exp.Op) { op.Flags = 0 }), []string{
			"expression/EvalNoFail reads nothing instead of what is unknown", "expression/CreateOnly refuses a bin that exists",
			"expression/UpdateOnly refuses a bin that does not", "expression/nil deletes a bin with AllowDelete",
			"expression/EvalNoFail leaves the bin where the expression is unknown", "expression/NoFail does nothing where a flag refuses",
			"expression/a batch tells what is unknown from what is missing",
		}},
		{"never fails to evaluate", onExp(func(op *exp.Op) { op.Flags |= exp.EvalNoFail.Number() }), []string{
			"expression/what is unknown fails", "expression/a bin of another type is unknown", "expression/a division by zero is unknown",
			"expression/what is unknown is not written", "expression/a batch evaluates expressions for each record",
		}},
		{"deletes a bin by nil", onWrites(exp.AllowDelete), []string{"expression/nil does not delete a bin without AllowDelete"}},
		{"never fails to write", onWrites(exp.NoFail), []string{
			"expression/CreateOnly refuses a bin that exists", "expression/UpdateOnly refuses a bin that does not",
		}},
		{"evaluates expressions first", onCalls(func(call aerostore.Call) aerostore.Call {
			ops := slices.Clone(call.Operations())
			if !slices.ContainsFunc(ops, isExp) {
				return call
			}
			slices.SortStableFunc(ops, func(a, b aerostore.Operation) int {
				switch {
				case isExp(a) == isExp(b):
					return 0
				case isExp(a):
					return -1
				default:
					return 1
				}
			})
			return call.WithOperations(ops)
		}), []string{"expression/evaluates in the middle of other operations", "expression/the first operation that fails decides"}},
		{"keeps the last result of a name", onRecords(func(r *aerostore.Record) {
			for name, v := range r.Bins {
				if results, ok := v.(aerostore.OpResults); ok && len(results) > 0 {
					r.Bins[name] = results[len(results)-1]
				}
			}
		}), []string{"expression/a name has the results of several reads", "expression/a batch evaluates expressions for each record"}},
		{"writes for a read of an expression", onOperations(func(o aerostore.Operation) aerostore.Operation {
			if op := o.Exp(); op != nil && !op.Writes {
				return aerostore.WriteExp(o.Bin(), op.Expression)
			}
			return o
		}), []string{"expression/reads computed numbers", "expression/reads changed lists and maps"}},
	}
}

func isExp(o aerostore.Operation) bool { return o.Exp() != nil }

// onWrites adds a flag to writes of expressions.
func onWrites(flag exp.WriteFlag) aerostore.Middleware {
	return onExp(func(op *exp.Op) {
		if op.Writes {
			op.Flags |= flag.Number()
		}
	})
}

// onExp changes operations with expressions.
func onExp(change func(op *exp.Op)) aerostore.Middleware {
	return onOperations(func(o aerostore.Operation) aerostore.Operation {
		if o.Exp() == nil {
			return o
		}
		op := *o.Exp()
		change(&op)
		if !op.Writes {
			return aerostore.ReadExp(o.Bin(), op.Expression, readFlags{nil, op.Flags})
		}
		return aerostore.WriteExp(o.Bin(), op.Expression, writeFlags{nil, op.Flags})
	})
}

// onOperations changes the operations of each call.
func onOperations(change func(aerostore.Operation) aerostore.Operation) aerostore.Middleware {
	return onCalls(func(call aerostore.Call) aerostore.Call {
		if !slices.ContainsFunc(call.Operations(), isExp) {
			return call
		}
		ops := slices.Clone(call.Operations())
		for i, o := range ops {
			ops[i] = change(o)
		}
		return call.WithOperations(ops)
	})
}

// Flags of any numbers.
type (
	readFlags struct {
		exp.ReadFlag

		number uint8
	}
	writeFlags struct {
		exp.WriteFlag

		number uint8
	}
)

func (f readFlags) Number() uint8  { return f.number }
func (f writeFlags) Number() uint8 { return f.number }
