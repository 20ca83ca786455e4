package aerostore

import "fmt"

// answerError is a mistake of a layer or a store: success without the result
// that the operation must give.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

// ErrorType is what OpenTelemetry's conventions ask for an error.type.
func (*answerError) ErrorType() string { return "no_result" }

// newAnswerError returns the error of a call that was answered by mistake. Whether
// a write was applied is unknown.
func (c Call) newAnswerError(format string, args ...any) *Error {
	err := c.NewError(CodeOK, &answerError{fmt.Sprintf(format, args...)})
	err.InDoubt = c.Writes()
	return err
}

// someLayer stands for the layer or backend that made a mistake, where it is
// not known which.
const someLayer = "a layer or the backend"

// newNoRecordError returns the error of a call that was answered with success and
// without the record that it must give.
func (c Call) newNoRecordError(by string) error {
	return c.newAnswerError("%s returned neither a record nor an error: %s must give one of them", by, c.Op)
}

// newLengthError returns the error of a batch that was answered with success and
// with too few or too many results.
func (c Call) newLengthError(by string, n int) error {
	return c.newAnswerError("%s returned %d results for %d keys without an error: a batch must give one for each key",
		by, n, c.Len())
}

// failMissingRecords fails the keys of a BatchRead that have neither a record nor an
// error.
func failMissingRecords(results []BatchResult) {
	for i := range results {
		if b := &results[i]; b.Record == nil && b.Err == nil {
			b.Err = Call{Op: OpBatchRead}.WithKeys([]Key{b.Key}).newNoRecordError(someLayer)
		}
	}
}
