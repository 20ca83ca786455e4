package aerostore

import "reflect"

// FlagBits returns flags as the server numbers them. Nil flags are ignored.
func FlagBits[F interface{ Number() uint8 }](flags []F) (bits uint8) {
	for _, f := range flags {
		if !IsNil(f) {
			bits |= f.Number()
		}
	}
	return bits
}

// IsNil reports whether v is nil or a nil pointer, which has the methods of what it
// points to.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
