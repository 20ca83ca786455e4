package otlp

import "reflect"

// partly reports whether err says that a collector took what it was sent and refused
// some of it, or only had something to say, and how much it refused. The exporters
// make an error of it whose type is internal to them.
func partly(err error) (rejected int64, ok bool) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return 0, false
	case interface{ Unwrap() error }:
		return partly(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			n, ok := partly(err)
			if !ok {
				return 0, false // something else failed, too
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
