package global

import "reflect"

// standIns is the path of the package whose providers OpenTelemetry's getters return
// until another one is installed.
const standIns = "go.opentelemetry.io/otel/internal/global"

// Unset reports whether v, which a getter of package otel returned, is the stand-in for
// one that is not installed yet.
func Unset(v any) bool {
	t := reflect.TypeOf(v)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == standIns
}
