package aerostore

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// unsupported names the type and what to use instead.
func unsupported(value any) string {
	return fmt.Sprintf("a value of type %T cannot be stored: %s", value, advice(value))
}

func advice(value any) string {
	switch value.(type) {
	case OpResults:
		return "it holds the results of several operations, which are values of their own"
	case Unreadable:
		return "it stands for a value that cannot be read, and would overwrite it"
	case MapPair:
		return "use a []MapPair"
	case time.Duration:
		return "use int64(d), or d.String()"
	case time.Time:
		return "use t.UnixNano(), or t.Format(time.RFC3339Nano)"
	case json.RawMessage:
		return "use string(m), or what json.Unmarshal decodes it to"
	}
	return adviceFor(reflect.TypeOf(value))
}

func adviceFor(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return "use the value that it points to"
	case reflect.Struct:
		return "use a map of its fields"
	case reflect.Complex64, reflect.Complex128:
		return "use a list of its two parts"
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr:
		return "it has no meaning outside the program"
	case reflect.Array:
		return "use a slice"
	}
	if plain, ok := underlying[t.Kind()]; ok && t.PkgPath() != "" {
		return fmt.Sprintf("its name would be lost, so convert it to %s", plain)
	}
	switch t.Kind() {
	case reflect.Slice:
		if t.PkgPath() != "" && storable(reflect.SliceOf(t.Elem())) {
			return fmt.Sprintf("its name would be lost, so convert it to %s", reflect.SliceOf(t.Elem()))
		}
		return "convert its elements to one of the types that Bins lists"
	case reflect.Map:
		if plain := reflect.MapOf(t.Key(), t.Elem()); t.PkgPath() != "" && storable(plain) {
			return fmt.Sprintf("its name would be lost, so convert it to %s", plain)
		}
		return "convert its keys and elements to types that Bins lists"
	}
	return "convert it to one of the types that Bins lists"
}

// underlying names the types to which a type with a name of its own converts.
var underlying = map[reflect.Kind]string{
	reflect.Bool: "bool", reflect.String: "string", reflect.Float32: "float64", reflect.Float64: "float64",
	reflect.Int: "int", reflect.Int8: "int", reflect.Int16: "int", reflect.Int32: "int", reflect.Int64: "int64",
	reflect.Uint: "uint", reflect.Uint8: "int", reflect.Uint16: "int", reflect.Uint32: "int", reflect.Uint64: "uint64",
}
