package middleware

import "time"

// None in a field of an options struct switches off what the field limits. The
// comment of the field says what that means. Zero is the default.
const None = -1

// orDefault returns the value of a field: byDefault for zero, zero for None.
func orDefault[T int | float64 | time.Duration](field, byDefault T) T {
	switch field {
	case 0:
		return byDefault
	case None:
		return 0
	default:
		return field
	}
}
