//go:build !go1.26

package astype

import "errors"

// Of returns the first error of type E that err is or wraps. See [errors.As].
func Of[E error](err error) (found E, ok bool) {
	ok = errors.As(err, &found)
	return found, ok
}
