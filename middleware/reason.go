package middleware

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
)

// reasonOf returns what the text of an [aerostore.Error] may say of the error
// that it stands around: it promises to hold no key and no value, and so must
// what it wraps. Of an error that somebody else made that is the type alone. Of
// one that is an aerostore.Error itself, operation and code are left out, which
// the outer one has.
func reasonOf(err error) string {
	if e, ok := err.(*aerostore.Error); ok { //nolint:errorlint // what wraps one has words of its own
		if e.Err == nil {
			return e.Code.Error()
		}
		return e.Err.Error()
	}
	if err == context.Canceled || err == context.DeadlineExceeded { //nolint:errorlint // as above
		return err.Error()
	}
	return fmt.Sprintf("%T", err)
}
