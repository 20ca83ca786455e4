package otlp

import "reflect"

// partialSuccess reports whether err is OTLP's partial success: the collector accepted
// the request and rejected some of its items, or only sent a message. The type of the
// error is internal to the exporters.
func partialSuccess(err error) (rejected int64, ok bool) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return 0, false
	case interface{ Unwrap() error }:
		return partialSuccess(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			n, ok := partialSuccess(err)
			if !ok {
				return 0, false // there is another error
			}
			rejected += n
		}
		return rejected, true
	}
	v := reflect.ValueOf(err)
	if v.Kind() != reflect.Struct || v.Type().Name() != "PartialSuccess" {
		return 0, false
	}
	n := v.FieldByName("RejectedItems")
	if !n.IsValid() || !n.CanInt() {
		return 0, false
	}
	return n.Int(), true
}
