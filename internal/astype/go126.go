//go:build go1.26

package astype

import "errors"

// Of returns the first error of type E that err is or wraps. See [errors.AsType].
func Of[E error](err error) (E, bool) { return errors.AsType[E](err) }
