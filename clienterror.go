package aerostore

import (
	"errors"
	"reflect"
)

// clientCode returns the result code of the client's error that err wraps, and [CodeOK] if
// there is none. This package must not import a client, of which there are several. So it
// recognizes the error by its method IsInDoubt and its field ResultCode.
func clientCode(err error) ResultCode {
	e, ok := errors.AsType[interface {
		error
		IsInDoubt() bool
	}](err)
	if !ok {
		return CodeOK
	}
	v := reflect.Indirect(reflect.ValueOf(e))
	if v.Kind() != reflect.Struct {
		return CodeOK
	}
	field, ok := v.Type().FieldByName("ResultCode")
	if !ok {
		return CodeOK
	}
	code, err := v.FieldByIndexErr(field.Index)
	if err != nil || !code.CanInt() {
		return CodeOK
	}
	return ResultCode(code.Int())
}
