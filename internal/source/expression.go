package source

import (
	"github.com/aerostore/aerostore/exp"
	value "github.com/aerostore/aerostore/internal/value"
)

var expFlags = flagNames{"", [8]string{"exp.CreateOnly", "exp.UpdateOnly", "exp.AllowDelete", "exp.NoFail", "exp.EvalNoFail"}}

// Expression returns an operation with an expression, such as
// ReadExp("total", price * amount).
func Expression(bin string, op *exp.Op) string {
	text := "ReadExp("
	if op.Writes {
		text = "WriteExp("
	}
	text += Value(bin) + ", "
	if value.IsNil(op.Expression) {
		text += "nil"
	} else {
		text += op.Expression.Source()
	}
	if op.Flags != 0 {
		text += ", " + expFlags.of(op.Flags)
	}
	return text + ")"
}
