package middleware

import "time"

// None in a field of an options struct switches off the limit that the field
// sets, if the comment of the field says so. Zero means the default.
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
