package middleware

import "time"

// None says, in a field of an options struct, that there is none of what the
// field is about. Zero stands for the default.
const None = -1

// orDefault returns what a field of an options struct stands for.
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
