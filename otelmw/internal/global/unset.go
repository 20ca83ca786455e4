package global

import "reflect"

// standIns is the package of what OpenTelemetry's getters return as long as
// nobody has set anything.
const standIns = "go.opentelemetry.io/otel/internal/global"

// Unset reports whether v, which a getter of package otel returned, is the
// stand-in for what nobody has installed yet.
func Unset(v any) bool {
	t := reflect.TypeOf(v)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == standIns
}
