package aerostore

import "fmt"

// answerError is a mistake of a layer or a store: success without the result
// that the operation must give.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

// ErrorType is what OpenTelemetry's conventions ask for an error.type.
func (*answerError) ErrorType() string { return "no_result" }

// failAnswer returns the error of a call that was answered by mistake. Whether
// a write was applied is unknown.
func (c Call) failAnswer(format string, args ...any) *Error {
	err := c.NewError(CodeOK, &answerError{fmt.Sprintf(format, args...)})
	err.InDoubt = c.Writes()
	return err
}

// someLayer stands for the layer or backend that made a mistake, where it is
// not known which.
const someLayer = "a layer or the backend"

// noRecord returns the error of a call that was answered with success and
// without the record that it must give.
func (c Call) noRecord(by string) error {
	return c.failAnswer("%s returned neither a record nor an error: %s must give one of them", by, c.Op)
}

// miscounted returns the error of a batch that was answered with success and
// with too few or too many results.
func (c Call) miscounted(by string, n int) error {
	return c.failAnswer("%s returned %d results for %d keys without an error: a batch must give one for each key",
		by, n, c.Len())
}

// blankFailed fails the keys of a BatchRead that have neither a record nor an
// error.
func blankFailed(results []BatchResult) {
	for i := range results {
		if b := &results[i]; b.Record == nil && b.Err == nil {
			b.Err = Call{Op: OpBatchRead}.WithKeys([]Key{b.Key}).noRecord(someLayer)
		}
	}
}
