package otelmw

import (
	"fmt"
	"sync/atomic"

	"go.opentelemetry.io/otel"
)

// handle reports an error to OpenTelemetry's error handler. A middleware has no
// other place to report a bad option or provider.
func handle(err error) { otel.Handle(fmt.Errorf("aerostore/otelmw: %w", err)) }

// handleFirst returns a function that handles the first error passed to it and
// ignores all others.
func handleFirst() func(error) {
	var handled atomic.Bool
	return func(err error) {
		if handled.CompareAndSwap(false, true) {
			handle(err)
		}
	}
}

// An errorList collects errors while a lock is held. They are handled after the
// lock is released, because the error handler may call the store.
type errorList []error

// add reports whether err is nil.
func (l *errorList) add(err error) bool {
	if err != nil {
		*l = append(*l, err)
	}
	return err == nil
}

func (l *errorList) handle() {
	for _, err := range *l {
		handle(err)
	}
}
