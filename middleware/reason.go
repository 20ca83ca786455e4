package middleware

import "github.com/aerostore/aerostore"

// reasonOf returns what the text of an [aerostore.Error] says of the error that it
// stands around. Of one that is an aerostore.Error itself, operation and code are
// left out, which the outer one has.
func reasonOf(err error, textOf func(error) string) string {
	e, ok := err.(*aerostore.Error) //nolint:errorlint // what wraps one has words of its own
	switch {
	case !ok:
		return textOf(err)
	case e.Err == nil:
		return e.Code.Error()
	default:
		return textOf(e.Err)
	}
}
