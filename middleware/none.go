package middleware

import "time"

// None, as a field of an options struct, says that there is none of what the
// field is about. Zero is the default in each of them.
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
