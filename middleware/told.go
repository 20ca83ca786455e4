package middleware

import (
	"context"
	"fmt"

	"github.com/aerostore/aerostore"
)

// told returns what the text of an [aerostore.Error] may repeat of an error: it
// promises to hold no key and no value, and so must what it wraps. Of an error
// that somebody else made that is the type alone.
func told(err error) string {
	if e, ok := err.(*aerostore.Error); ok { //nolint:errorlint // what wraps one has words of its own
		return e.Error()
	}
	if err == context.Canceled || err == context.DeadlineExceeded { //nolint:errorlint // as above
		return err.Error()
	}
	return fmt.Sprintf("%T", err)
}
